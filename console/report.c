/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two halves: the text, which is made from the host's answers, and what asks for
 * them one after the other and puts the text into a file that was not there before.
 */
#include "console/report.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "console/format.h"
#include "console/prompt.h"
#include "console/show.h"
#include "console/tools.h"
#include "data/intl.h"
#include "data/text.h"

#define LOG_LAST 1000
#define LINE_BYTES 2048

/* ---- What is secret ---- */

bool report_secret(const char *name, size_t length)
{
	static const char *const words[] = { "password", "passphrase", "secret", "key", "token" };
	char copy[128];

	text_format(copy, sizeof copy, "%.*s", (int)(length < sizeof copy ? length : sizeof copy),
	    name);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasestr(copy, words[i]) != NULL)
			return true;
	return false;
}

static bool of_a_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

void report_hide(const char *text, char *out, size_t size)
{
	for (const char *at = text; *at != '\0';) {
		size_t length = 0;

		while (of_a_name(at[length]))
			length++;
		/* A file called server.key is no setting. */
		bool in_path = at > text && at[-1] == '/';

		if (!in_path && length > 2 && memchr(at, '.', length) != NULL &&
		    report_secret(at, length)) {
			text_format(out, size, "%.*s (hidden)", (int)(at - text) + (int)length,
			    text);
			return;
		}
		at += length > 0 ? length : 1;
	}
	text_format(out, size, "%s", text);
}

/* ---- The text ---- */

static void line(FILE *out, const char *text)
{
	char hidden[LINE_BYTES], clean[LINE_BYTES];

	report_hide(text, hidden, sizeof hidden);
	text_clean(clean, sizeof clean, hidden, strlen(hidden));
	fprintf(out, "%s\n", clean);
}

/* Every text of a document on a line of its own: "services.0.name: web". */
static void walk(FILE *out, const json_t *value, const char *path)
{
	char deeper[256], text[LINE_BYTES];
	const char *key;
	json_t *child;
	size_t i;

	if (value == NULL)
		return;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		json_object_foreach((json_t *)value, key, child)
		{
			if (text_format(deeper, sizeof deeper, "%s%s%s", path,
				*path != '\0' ? "." : "", key))
				walk(out, child, deeper);
		}
		break;
	case JSON_ARRAY:
		json_array_foreach(value, i, child)
		{
			if (text_format(deeper, sizeof deeper, "%s.%zu", path, i))
				walk(out, child, deeper);
		}
		break;
	case JSON_STRING:
		report_hide(json_string_value(value), text, sizeof text);
		fprintf(out, "%s: ", path);
		format_text(text, out);
		fputc('\n', out);
		break;
	case JSON_INTEGER:
		fprintf(out, "%s: %lld\n", path, (long long)json_integer_value(value));
		break;
	case JSON_REAL:
		fprintf(out, "%s: %g\n", path, json_real_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		fprintf(out, "%s: %s\n", path, json_is_true(value) ? "true" : "false");
		break;
	default:
		break;
	}
}

/* What is missing is said, with the reason. */
static void heading(FILE *out, const char *text, const json_t *answer)
{
	fprintf(out, "\n== %s\n", text);
	if (answer == NULL || json_object_get(answer, "fault") != NULL)
		line(out, json_text(answer, "fault", "(not told)"));
}

static void settings(FILE *out, const json_t *list)
{
	const json_t *setting;
	char text[LINE_BYTES];
	size_t i;

	json_array_foreach(list, i, setting)
	{
		text_format(text, sizeof text, "%s = %s  [%s]", json_text(setting, "name", "?"),
		    json_text(setting, "value", "-"), json_text(setting, "origin", "-"));
		line(out, text);
	}
}

static void records(FILE *out, const json_t *list)
{
	const json_t *record;
	char text[LINE_BYTES];
	size_t i;

	json_array_foreach(list, i, record)
	{
		text_format(text, sizeof text, "%s %s %s %s: %s", json_text(record, "time", "-"),
		    json_text(record, "level", "-"), json_text(record, "service", "-"),
		    json_text(record, "subject", ""), json_text(record, "text", ""));
		line(out, text);
	}
}

void report_write(const struct report *report, FILE *out)
{
	/* For whoever answers: not translated. */
	fprintf(out, "steward report, %s\n", report->made);
	fprintf(out, "Settings whose name says that they are secret are left out.\n");
	heading(out, "status", report->status);
	walk(out, json_object_get(report->status, "host"), "host");
	walk(out, json_object_get(report->status, "services"), "services");
	heading(out, "alerts", report->alerts);
	walk(out, json_object_get(report->alerts, "alerts"), "alerts");
	heading(out, "settings", report->settings);
	settings(out, json_object_get(report->settings, "settings"));
	heading(out, "log", report->log);
	records(out, json_object_get(report->log, "records"));
}

/* ---- Asking, and the file ---- */

static bool put(const char *path, const char *text, size_t length, struct fault *fault)
{
	/* O_EXCL: what is there is never overwritten, nor followed. */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == EEXIST) {
		fault_set(fault, FAULT_FAILED, "%s is there already", path);
		return fault_next(fault, "give the report another name");
	}
	if (fd < 0)
		return fault_errno(fault, errno, "cannot write %s", path);
	while (length > 0) {
		ssize_t done = write(fd, text, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			int error = errno;

			close(fd);
			unlink(path);
			return fault_errno(fault, error, "cannot write %s", path);
		}
		text += done;
		length -= (size_t)done;
	}
	if (fsync(fd) < 0 || close(fd) < 0) {
		fault_errno(fault, errno, "cannot write %s", path);
		unlink(path);
		return false;
	}
	return true;
}

static void save(struct ui *ui, const json_t *kept)
{
	const char *path = json_string_value(json_object_get(kept, "path"));
	struct report report = {
		.status = json_object_get(kept, "status"),
		.alerts = json_object_get(kept, "alerts"),
		.settings = json_object_get(kept, "get"),
		.log = json_object_get(kept, "log"),
	};
	char made[128], when[32], *text = NULL;
	struct fault fault;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	fault_set(&fault, FAULT_FAILED, "there is no memory for the report");
	if (out == NULL) {
		ui_say_fault(ui, &fault);
		return;
	}
	show_moment(ui->now_us, true, when, sizeof when);
	text_format(made, sizeof made, "%s by %s", when, ui->user);
	report.made = made;
	report_write(&report, out);
	if (fclose(out) == 0 && put(path, text, length, &fault))
		ui_say(ui, STYLE_GOOD, 20, _("saved to %s; read it before you send it to somebody"),
		    path);
	else
		ui_say_fault(ui, &fault);
	free(text);
}

static const struct {
	const char *method;
	int last;
} parts[] = { { "status", 0 }, { "alerts", 0 }, { "get", 0 }, { "log", LOG_LAST } };

enum { PARTS = sizeof parts / sizeof parts[0] };

static void part_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault);

/* kept: taken over; what has come, and how much of it. */
static void ask_part(struct ui *ui, json_t *kept)
{
	size_t part = (size_t)json_integer_value(json_object_get(kept, "part"));

	if (part == PARTS) {
		save(ui, kept);
		json_decref(kept);
		return;
	}
	ui_ask_doing(ui, parts[part].method,
	    parts[part].last > 0 ? json_pack("{s:i}", "last", parts[part].last) : NULL, part_came,
	    kept, _("report"), NULL);
}

static void part_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	json_t *kept = json_incref(request->context);
	size_t part = (size_t)json_integer_value(json_object_get(kept, "part"));

	/* What the host does not tell is left out; without a host there is nothing. */
	if (result == NULL && !ui->connected) {
		json_decref(kept);
		return;
	}
	if (result == NULL)
		json_object_set_new(kept, parts[part].method,
		    json_pack("{s:s}", "fault", fault->text));
	else
		json_object_set(kept, parts[part].method, (json_t *)result);
	json_object_set_new(kept, "part", json_integer((json_int_t)part + 1));
	ask_part(ui, kept);
}

static bool named(struct ui *ui, const char *path, char *error, size_t size)
{
	const char *folder = getenv("HOME");
	char whole[PATH_MAX];
	bool own = strncmp(path, "~/", 2) == 0 && folder != NULL;
	bool fits = own ? text_format(whole, sizeof whole, "%s%s", folder, path + 1) :
			  text_format(whole, sizeof whole, "%s", path);

	/* Where the console was started from says nobody. */
	if (!fits || whole[0] != '/' || whole[strlen(whole) - 1] == '/') {
		text_format(error, size, "%s", _("a path is needed, such as ~/report.txt"));
		return false;
	}
	if (access(whole, F_OK) == 0) {
		text_format(error, size, "%s", _("that file is there already"));
		return false;
	}
	ask_part(ui, json_pack("{s:s, s:i}", "path", whole, "part", 0));
	return true;
}

void tools_report(struct ui *ui)
{
	char name[64] = "";
	time_t now = (time_t)(ui->now_us / 1000000);
	struct tm at;

	if (!ui->connected) {
		ui_say(ui, STYLE_NOTE, 6, "%s", _("a report needs a connection"));
		return;
	}
	if (localtime_r(&now, &at) == NULL ||
	    strftime(name, sizeof name, "~/steward-report-%Y-%m-%d-%H%M.txt", &at) == 0)
		text_format(name, sizeof name, "~/steward-report.txt");
	ui_prompt(ui, _("Save to the file: "), name, named);
}
