/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines as text: to the clipboard, and to a file. Saving asks the host for all that
 * matches, also what is not at hand, from the newest page back, because a page's
 * lines around its matches are right in that direction alone; the pages are put
 * into their order when all are there. The file is made before anything is asked,
 * so that two who choose the same name learn it at once, and is taken away again
 * when it does not become whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "console/log.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/cells.h"

#define SAVE_PAGE 1000

/* ---- Lines ---- */

void log_print(const struct record *record, char *out, size_t size)
{
	struct journal_record line = { .time_us = record->time_us, .level = record->level };

	text_format(line.service, sizeof line.service, "%s", record->service);
	text_format(line.subject, sizeof line.subject, "%s", record->subject);
	text_format(line.text, sizeof line.text, "%s", record->text);
	journal_print(&line, out, size);
}

void log_copy(struct ui *ui)
{
	struct log_state *log = log_of(ui);
	char line[JOURNAL_PRINTED], *text = NULL;
	size_t first, count, length;
	struct record record;

	if (!pager_range(&log->pager, &first, &count)) {
		ui_say(ui, STYLE_NOTE, 5, "%s", _("there is no line to copy"));
		return;
	}
	FILE *out = open_memstream(&text, &length);

	for (size_t i = 0; i < count && first + i < records_count(log->records); i++) {
		records_at(log->records, records_place(log->records, first + i), &record);
		log_print(&record, line, sizeof line);
		fputs(line, out);
	}
	fclose(out);
	ui_copy(ui, text);
	free(text);
	log->pager.anchored = false;
	ui_say(ui, STYLE_NOTE, 5,
	    ngettext("%zu line goes to the terminal's clipboard",
		"%zu lines go to the terminal's clipboard", count),
	    count);
}

/* ---- Saving ---- */

struct part {
	long from, end;
};

struct save {
	FILE *out, *parts; /* parts: the pages as they came */
	char path[512];
	json_t *params;
	struct part *part;
	size_t part_count, part_room;
	size_t lines;
	unsigned number; /* answers to an earlier one are nothing to this one */
	bool done;
};

void log_save_free(void *arg)
{
	struct save *save = arg;

	if (save == NULL)
		return;
	if (save->out != NULL)
		fclose(save->out);
	if (save->parts != NULL)
		fclose(save->parts);
	if (!save->done)
		unlink(save->path);
	json_decref(save->params);
	free(save->part);
	free(save);
}

static struct save *save_of(struct ui *ui)
{
	return log_of(ui)->save;
}

bool log_saving(struct ui *ui)
{
	return save_of(ui) != NULL;
}

static void end(struct ui *ui)
{
	log_save_free(save_of(ui));
	log_of(ui)->save = NULL;
}

void log_save_cancel(struct ui *ui)
{
	end(ui);
	ui_say(ui, STYLE_NOTE, 6, "%s", _("saving was cancelled; there is no file"));
}

static void failed(struct ui *ui, const char *path, int error)
{
	ui_say(ui, STYLE_BAD, 30, _("%s: %s; nothing is saved"), path, strerror(error));
}

static bool take_page(struct save *save, const json_t *records)
{
	char line[JOURNAL_PRINTED];
	size_t i;
	json_t *entry;

	if (save->part_count == save->part_room) {
		save->part_room = save->part_room > 0 ? save->part_room * 2 : 64;
		save->part = memory_resize(save->part, save->part_room, sizeof *save->part);
	}
	save->part[save->part_count].from = ftell(save->parts);
	json_array_foreach(records, i, entry)
	{
		struct model_record record;

		if (!model_parse_record(entry, &record))
			continue;
		log_print(&(struct record){ .time_us = record.time_us,
			      .level = record.level,
			      .service = record.service,
			      .subject = record.subject,
			      .text = record.text },
		    line, sizeof line);
		free(record.text);
		fputs(line, save->parts);
		save->lines++;
	}
	save->part[save->part_count++].end = ftell(save->parts);
	return !ferror(save->parts);
}

static bool copy_part(struct save *save, const struct part *part)
{
	char block[16384];
	long left = part->end - part->from;

	if (fseek(save->parts, part->from, SEEK_SET) != 0)
		return false;
	while (left > 0) {
		size_t some = left < (long)sizeof block ? (size_t)left : sizeof block;

		if (fread(block, 1, some, save->parts) != some ||
		    fwrite(block, 1, some, save->out) != some)
			return false;
		left -= (long)some;
	}
	return true;
}

static void finish(struct ui *ui, struct save *save)
{
	char path[sizeof save->path];
	size_t lines = save->lines;
	bool good = fflush(save->parts) == 0;

	for (size_t i = save->part_count; good && i > 0; i--)
		good = copy_part(save, &save->part[i - 1]);
	good = good && fflush(save->out) == 0 && fsync(fileno(save->out)) == 0;
	int error = errno;

	text_format(path, sizeof path, "%s", save->path);
	save->done = good && lines > 0;
	end(ui);
	if (!good)
		failed(ui, path, error);
	else if (lines == 0)
		ui_say(ui, STYLE_NOTE, 10, "%s", _("no line passes the filter; there is no file"));
	else
		ui_say(ui, STYLE_GOOD, 20,
		    ngettext("%zu line saved to %s", "%zu lines saved to %s", lines), lines, path);
}

static ui_answered page_came;

static void ask(struct ui *ui, struct save *save, const char *before)
{
	json_t *params = json_deep_copy(save->params);

	if (before != NULL)
		json_object_set_new(params, "before", json_string(before));
	if (!ui_ask(ui, "log", params, page_came, json_integer((json_int_t)save->number)))
		end(ui);
}

static void page_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct save *save = save_of(ui);
	const char *first = json_string_value(json_object_get(result, "first"));

	if (save == NULL || json_integer_value(request->context) != (json_int_t)save->number)
		return;
	if (fault != NULL) {
		end(ui);
		ui_say(ui, STYLE_BAD, 30, _("%s; nothing is saved"), fault->text);
		return;
	}
	if (!take_page(save, json_object_get(result, "records"))) {
		char path[sizeof save->path];
		int error = errno;

		text_format(path, sizeof path, "%s", save->path);
		end(ui);
		failed(ui, path, error);
	} else if (first == NULL) {
		finish(ui, save);
	} else {
		ui_say(ui, STYLE_NOTE, 0,
		    ngettext("saving: %zu line so far; Esc cancels",
			"saving: %zu lines so far; Esc cancels", save->lines),
		    save->lines);
		ask(ui, save, first);
	}
}

/* False: error_r says why not; nothing has been made. */
static bool begin(struct ui *ui, const char *path, int *error_r)
{
	static unsigned number;
	struct log_state *log = log_of(ui);
	bool filtered = log->sieve != NULL && !log->searching;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	*error_r = errno;
	if (fd < 0)
		return false;
	struct save *save = memory_new(sizeof *save);

	text_format(save->path, sizeof save->path, "%s", path);
	save->out = fdopen(fd, "w");
	save->parts = tmpfile();
	*error_r = errno;
	if (save->out == NULL || save->parts == NULL) {
		log_save_free(save);
		return false;
	}
	fchmod(fd, 0600);
	save->number = ++number;
	save->params = log_params(log, filtered, 0);
	json_object_set_new(save->params, "last", json_integer(SAVE_PAGE));
	log->save = save;
	ui_say(ui, STYLE_NOTE, 0, "%s", _("saving; Esc cancels"));
	ask(ui, save, NULL);
	return true;
}

/* ---- The name ---- */

struct name_state {
	struct input input;
	bool open;
	char wrong[160];
};

static void default_name(struct ui *ui, char *out, size_t size)
{
	const struct log_state *log = log_of(ui);
	time_t now = (time_t)(ui->now_us / 1000000);
	char when[32] = "";
	struct tm at;

	if (localtime_r(&now, &at) != NULL)
		strftime(when, sizeof when, "%Y-%m-%d-%H%M", &at);
	text_format(out, size, "~/steward-%s-%s.log",
	    log->service[0] != '\0' ? log->service : "all", when);
}

static struct name_state *name_of(struct ui *ui)
{
	struct name_state *state = ui_overlay_state(ui, &overlay_log_save);
	char name[INPUT_MAX];

	if (state->open)
		return state;
	state->open = true;
	state->wrong[0] = '\0';
	default_name(ui, name, sizeof name);
	input_set(&state->input, name);
	return state;
}

static void name_done(struct ui *ui, struct name_state *state)
{
	const char *home = getenv("HOME");
	const char *name = state->input.text;
	char path[512];
	int error;

	if (!ui->connected) {
		text_format(state->wrong, sizeof state->wrong, "%s", _("no connection"));
		return;
	}
	if (strncmp(name, "~/", 2) == 0 && home != NULL)
		text_format(path, sizeof path, "%s%s", home, name + 1);
	else
		text_format(path, sizeof path, "%s", name);
	log_save_free(log_of(ui)->save);
	log_of(ui)->save = NULL;
	if (begin(ui, path, &error))
		ui_close(ui);
	else if (error == EEXIST)
		text_format(state->wrong, sizeof state->wrong, "%s",
		    _("it exists; choose another name"));
	else
		text_format(state->wrong, sizeof state->wrong, "%s", strerror(error));
}

static void name_key(struct ui *ui, const struct key *key)
{
	struct name_state *state = name_of(ui);

	switch (input_key(&state->input, key)) {
	case INPUT_CHANGED:
		state->wrong[0] = '\0';
		break;
	case INPUT_DONE:
		if (state->input.text[0] != '\0')
			name_done(ui, state);
		break;
	case INPUT_CANCELLED:
		ui_close(ui);
		break;
	default:
		break;
	}
}

static void name_draw(struct ui *ui, struct area area)
{
	const struct name_state *state = name_of(ui);
	int width = area_width(area, state->wrong);

	if (width > area.cols / 2)
		width = area.cols / 2;
	area_field(area, 0, area.cols - width, width, ALIGN_LEFT, STYLE_BAD, state->wrong);
	input_draw(&state->input, area_part(area, 0, 0, 1, area.cols - (width > 0 ? width + 1 : 0)),
	    0, _("save to: "));
}

static void name_closed(struct ui *ui)
{
	((struct name_state *)ui_overlay_state(ui, &overlay_log_save))->open = false;
}

const struct overlay overlay_log_save = {
	.name = "log-save",
	.state = sizeof(struct name_state),
	.draw = name_draw,
	.key = name_key,
	.closed = name_closed,
	.line = true,
};
