/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See trial.h. A request and its answer take turns of one loop on one thread. */
#include "tests/unit/services/web/trial.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/memory.h"
#include "services/service.h"

#define PATIENCE_MS 20000 /* an answer that takes longer is a failure */

extern const struct service web_service;

static const struct settings_section *schema(void)
{
	static struct settings_section sections[2];
	sections[0].name = "web";
	sections[0].summary = web_service.summary;
	sections[0].rows = web_service.settings;
	return sections;
}

struct settings_book *trial_settings(const struct folder *folder, const char *settings)
{
	struct fault fault = { 0 };
	char *text = memory_format("web {\n\t%s\n%s%s%s}\n", settings,
	    strstr(settings, "root") == NULL ? "\troot = \"" : "",
	    strstr(settings, "root") == NULL ? folder->root : "",
	    strstr(settings, "root") == NULL ? "\"\n" : "");
	folder_file(folder, "steward.conf", text);
	free(text);
	char *path = memory_string(folder_path(folder, "steward.conf"));
	const struct settings_source source = {
		.schema = schema(),
		.owner_path = path,
		.home = true,
		.state_folder = folder->path,
	};
	struct settings_book *book = settings_load(&source, &fault);
	if (book == NULL)
		fail_msg("%s", fault.text);
	free(path);
	return book;
}

/* libevent warns when a loop is entered from inside of it: a test before this
 * one broke off in a callback, and nothing that follows means anything. */
static void end_on_warning(int severity, const char *text)
{
	if (severity < EVENT_LOG_WARN)
		return;
	fprintf(stderr, "libevent: %s\n", text);
	abort();
}

void trial_start(struct trial *trial, const char *settings)
{
	struct fault fault = { 0 };
	event_set_log_callback(end_on_warning);
	memset(trial, 0, sizeof(*trial));
	folder_make(&trial->folder);
	trial->book = trial_settings(&trial->folder, settings);
	trial->worker = fake_worker_new();
	trial->listener = fake_listener(AF_INET);
	assert_true(trial->listener.fd >= 0);
	trial->state = web_service.open(NULL, settings_of(trial->book, "web"), &fault);
	if (trial->state == NULL)
		fail_msg("%s", fault.text);
	if (!web_service.join(trial->state, trial->worker, &fault) ||
	    !web_service.listen(trial->state, trial->worker, &trial->listener, &fault))
		fail_msg("%s", fault.text);
}

void trial_stop(struct trial *trial)
{
	web_service.unlisten(trial->state, trial->worker, &trial->listener);
	web_service.leave(trial->state, trial->worker);
	web_service.close(trial->state);
	close(trial->listener.fd);
	fake_worker_free(trial->worker);
	settings_unref(trial->book);
	folder_remove(&trial->folder);
}

bool trial_reload(struct trial *trial, const char *settings, struct fault *fault)
{
	struct settings_book *book = trial_settings(&trial->folder, settings);
	bool done = web_service.reload(trial->state, settings_of(book, "web"), fault);
	if (!done) {
		settings_unref(book);
		return false;
	}
	settings_unref(trial->book);
	trial->book = book;
	return true;
}

int trial_connect(struct trial *trial)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&trial->listener.address,
			     sizeof(struct sockaddr_in)),
	    0);
	return fd;
}

struct reading {
	int fd;
	char *bytes;
	size_t length, size;
	bool ended;
};

static bool read_some(void *arg)
{
	struct reading *reading = arg;
	while (!reading->ended) {
		if (reading->size - reading->length < 65536) {
			reading->size = reading->size * 2 + 65536;
			reading->bytes = memory_resize(reading->bytes, reading->size, 1);
		}
		ssize_t n = recv(reading->fd, reading->bytes + reading->length,
		    reading->size - reading->length - 1, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n <= 0)
			reading->ended = true;
		else
			reading->length += (size_t)n;
	}
	return true;
}

static void take_apart(struct reading *reading, struct answer *answer_r)
{
	reading->bytes[reading->length] = '\0';
	memset(answer_r, 0, sizeof(*answer_r));
	answer_r->closed = reading->ended;
	answer_r->head = reading->bytes;
	char *end = memmem(reading->bytes, reading->length, "\r\n\r\n", 4);
	if (end == NULL)
		fail_msg("no whole head: %s", reading->bytes);
	end[2] = '\0';
	answer_r->body = end + 4;
	answer_r->length = reading->length - (size_t)(answer_r->body - reading->bytes);
	assert_int_equal(sscanf(answer_r->head, "HTTP/1.1 %u ", &answer_r->status), 1);
}

void trial_raw(struct trial *trial, const char *request, struct answer *answer_r)
{
	struct reading reading = { .fd = trial_connect(trial) };
	size_t length = strlen(request);
	assert_int_equal(send(reading.fd, request, length, MSG_NOSIGNAL), (ssize_t)length);
	if (!fake_worker_until(trial->worker, read_some, &reading, PATIENCE_MS))
		fail_msg("not closed after %s", request);
	close(reading.fd);
	take_apart(&reading, answer_r);
}

void trial_ask(struct trial *trial, const char *method, const char *target, const char *headers,
    struct answer *answer_r)
{
	char *request = memory_format("%s %s HTTP/1.1\r\nHost: trial\r\n%s"
				      "Connection: close\r\n\r\n",
	    method, target, headers);
	trial_raw(trial, request, answer_r);
	free(request);
}

void answer_free(struct answer *answer)
{
	free(answer->head);
	answer->head = answer->body = NULL;
}

const char *answer_header(const struct answer *answer, const char *name)
{
	static char value[1024];
	size_t length = strlen(name);
	for (const char *line = strstr(answer->head, "\r\n"); line != NULL;
	     line = strstr(line + 2, "\r\n")) {
		if (strncasecmp(line + 2, name, length) != 0 || line[2 + length] != ':')
			continue;
		line += 3 + length;
		line += strspn(line, " ");
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\r"), line);
		return value;
	}
	return NULL;
}

void expect_get(struct trial *trial, const char *target, const char *headers, unsigned status,
    const char *body)
{
	struct answer answer;
	trial_ask(trial, "GET", target, headers, &answer);
	if (answer.status != status)
		fail_msg("GET %s (%s): %u, expected %u", target, headers, answer.status, status);
	if (body != NULL)
		assert_string_equal(answer.body, body);
	answer_free(&answer);
}
