/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log --follow against a host in a thread of this test, which goes away and
 * comes back: every record is printed once, in order, and what is printed ends
 * when nobody reads it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/run.h"
#include "data/home.h"
#include "data/memory.h"

#define RECORD(sequence, second, text)                                                 \
	"{\"sequence\":" #sequence ",\"time\":\"2026-01-01T00:00:0" #second ".000Z\"," \
	"\"level\":\"info\",\"service\":\"web\",\"subject\":\"s\",\"text\":\"" text "\"}"

/* What the host does on one connection. */
struct connection {
	const char *log;         /* records that `log` answers with */
	const char *notified[4]; /* then: one notification each */
	const char *since;       /* that `log` was asked for, or NULL */
};

struct trial {
	char home[64];
	int listening;
	int output[2]; /* what would be stdout */
	const struct connection *connections;
	const char *last; /* the text after which nobody reads any more */
	char printed[4096];
};

static void write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = send(fd, text, left, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		text += n;
		left -= (size_t)n;
	}
}

/* One request; its id, and its params.since copied out. */
static json_t *hear(int fd)
{
	char line[4096];
	size_t used = 0;

	while (used + 1 < sizeof line && (used == 0 || line[used - 1] != '\n'))
		if (recv(fd, line + used++, 1, 0) != 1)
			return NULL;
	return json_loadb(line, used, 0, NULL);
}

static void serve(int fd, const struct connection *connection)
{
	char *answer;
	json_t *request = hear(fd);

	assert_string_equal(json_string_value(json_object_get(request, "method")), "subscribe");
	json_decref(request);
	write_all(fd, "{\"id\":1,\"result\":{}}\n");
	request = hear(fd);
	assert_string_equal(json_string_value(json_object_get(request, "method")), "log");
	const char *since =
	    json_string_value(json_object_get(json_object_get(request, "params"), "since"));
	if (connection->since != NULL)
		assert_string_equal(since, connection->since);
	else
		assert_null(since);
	json_decref(request);
	answer = memory_format("{\"id\":2,\"result\":{\"version\":1,\"records\":[%s]}}\n",
	    connection->log);
	write_all(fd, answer);
	free(answer);
	for (size_t i = 0; i < 4 && connection->notified[i] != NULL; i++) {
		answer = memory_format("{\"method\":\"journal\",\"params\":{\"records\":[%s]}}\n",
		    connection->notified[i]);
		write_all(fd, answer);
		free(answer);
	}
}

/* Takes what is printed until text is in it. */
static void read_until(struct trial *trial, const char *text)
{
	size_t used = strlen(trial->printed);

	while (strstr(trial->printed, text) == NULL) {
		ssize_t n =
		    read(trial->output[0], trial->printed + used, sizeof trial->printed - used - 1);
		assert_true(n > 0);
		trial->printed[used += (size_t)n] = '\0';
	}
}

static void *host(void *arg)
{
	struct trial *trial = arg;

	for (const struct connection *c = trial->connections; c->log != NULL; c++) {
		int fd = accept(trial->listening, NULL, NULL);

		serve(fd, c);
		if (c[1].log == NULL)
			read_until(trial, trial->last);
		close(fd);
	}
	close(trial->output[0]);
	return NULL;
}

static int set_up(void **state)
{
	struct trial *trial = memory_new(sizeof *trial);
	struct sockaddr_un address;
	struct home home;
	socklen_t length;
	char why[256];
	int folder;

	snprintf(trial->home, sizeof trial->home, "/tmp/test_follow.XXXXXX");
	assert_non_null(mkdtemp(trial->home));
	assert_true(home_find(trial->home, true, &home, why, sizeof why));
	assert_int_equal(mkdir(home.state, 0755), 0);
	assert_true(home_socket_address(home.control, &address, &length, &folder));
	trial->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(trial->listening, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(trial->listening, 4), 0);
	assert_int_equal(pipe2(trial->output, O_CLOEXEC), 0);
	*state = trial;
	return 0;
}

static int tear_down(void **state)
{
	struct trial *trial = *state;
	char command[128];

	close(trial->listening);
	snprintf(command, sizeof command, "rm -rf '%s'", trial->home);
	assert_int_equal(system(command), 0);
	free(trial);
	return 0;
}

/* Follows as the command line would, with stdout being the pipe. */
static void follow(struct trial *trial, const struct log_query *query,
    const struct connection *connections, const char *last)
{
	struct invocation call = { .home = trial->home };
	struct fault fault = { 0 };
	pthread_t thread;
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);

	trial->connections = connections;
	trial->last = last;
	fflush(NULL);
	int nowhere = open("/dev/null", O_WRONLY);
	dup2(trial->output[1], STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
	close(trial->output[1]);
	assert_int_equal(pthread_create(&thread, NULL, host, trial), 0);
	int status = run_log_follow(&call, query, &fault);

	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(status, 0);
}

/* The texts that were printed, in their order. */
static void expect(const struct trial *trial, const char *texts)
{
	char found[256] = "";

	for (const char *at = trial->printed; (at = strstr(at, "s: ")) != NULL; at += 3)
		strncat(found, at + 3, strcspn(at + 3, "\n"));
	assert_string_equal(found, texts);
}

static void test_restart(void **state)
{
	/* A host numbers its records from 1, and the files that `log` reads
	 * know no numbers. */
	static const struct connection connections[] = {
		{ .log = RECORD(0, 1, "a") "," RECORD(0, 2, "b"),
		    .notified = { RECORD(7, 2, "b"), RECORD(8, 3, "c") "," RECORD(9, 3, "c") } },
		{ .log = RECORD(0, 3, "c") "," RECORD(0, 3, "c") "," RECORD(0, 4, "d"),
		    .notified = { RECORD(1, 4, "d"), RECORD(2, 5, "e"), RECORD(3, 5, "e") },
		    .since = "2026-01-01T00:00:03.000Z" },
		{ .log = NULL },
	};
	static const struct log_query query = { .service = "web" };
	struct trial *trial = *state;

	follow(trial, &query, connections, "s: e\n2026-01-01 00:00:05  info     web     s: e\n");
	expect(trial, "abccdee");
}

static void test_sequence(void **state)
{
	/* From a ring: numbers on both sides say what came before. */
	static const struct connection connections[] = {
		{ .log = RECORD(4, 1, "a") "," RECORD(5, 2, "b"),
		    .notified = { RECORD(4, 1, "a"), RECORD(5, 2, "b"), RECORD(6, 2, "b"),
			RECORD(7, 3, "end") } },
		{ .log = NULL },
	};
	static const struct log_query query = { .last = 2 };
	struct trial *trial = *state;

	follow(trial, &query, connections, "end\n");
	expect(trial, "abbend");
}

static void test_filter(void **state)
{
	static const struct connection connections[] = {
		{ .log = RECORD(0, 1, "cat"),
		    .notified = { RECORD(1, 1, "cat"), RECORD(2, 2, "dog"), RECORD(3, 3, "cow"),
			"3,null,{},{\"text\":[]}," RECORD(4, 4, "cend") } },
		{ .log = NULL },
	};
	static const struct log_query query = { .grep = "^c" };
	struct trial *trial = *state;

	follow(trial, &query, connections, "cend\n");
	expect(trial, "catcowcend");
}

static void test_wrong_regex(void **state)
{
	static const struct log_query query = { .grep = "(" };
	struct trial *trial = *state;
	struct invocation call = { .home = trial->home };
	struct fault fault = { 0 };

	assert_int_equal(run_log_follow(&call, &query, &fault), FAULT_USAGE);
	assert_int_equal(fault.code, FAULT_USAGE);
	close(trial->output[0]);
	close(trial->output[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sequence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_filter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wrong_regex, set_up, tear_down),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
