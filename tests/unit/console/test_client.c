/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client against a listening socket in this test. Most rows need no second
 * thread: the first request's id is known (1), so that the answer can be
 * waiting before the question is asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/client.h"
#include "data/home.h"
#include "data/memory.h"

struct trial {
	char home[256];
	int listening;
	int host; /* the other end of client */
	struct client *client;
};

static void listen_at(struct trial *trial)
{
	struct sockaddr_un address;
	struct home home;
	socklen_t length;
	char why[256];
	int folder;

	assert_true(home_find(trial->home, true, &home, why, sizeof why));
	assert_int_equal(mkdir(home.state, 0755), 0);
	assert_true(home_socket_address(home.control, &address, &length, &folder));
	trial->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(trial->listening, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(trial->listening, 4), 0);
	if (folder >= 0)
		close(folder);
}

static int set_up_at(void **state, const char *below)
{
	struct trial *trial = memory_new(sizeof *trial);
	struct fault fault;

	snprintf(trial->home, sizeof trial->home, "/tmp/test_client.XXXXXX");
	assert_non_null(mkdtemp(trial->home));
	chmod(trial->home, 0755);
	if (below != NULL) {
		strncat(trial->home, below, sizeof trial->home - strlen(trial->home) - 1);
		assert_int_equal(mkdir(trial->home, 0755), 0);
	}
	listen_at(trial);
	trial->client = client_open(trial->home, &fault);
	assert_non_null(trial->client);
	trial->host = accept(trial->listening, NULL, NULL);
	assert_true(trial->host >= 0);
	*state = trial;
	return 0;
}

static int set_up(void **state)
{
	return set_up_at(state, NULL);
}

static int set_up_long(void **state)
{
	return set_up_at(state,
	    "/a-folder-with-a-name-so-long-that-the-path-of-the-socket-in-"
	    "it-does-not-fit-into-an-address-of-a-unix-socket-of-108-bytes");
}

static int tear_down(void **state)
{
	struct trial *trial = *state;
	char command[512];

	client_close(trial->client);
	if (trial->host >= 0)
		close(trial->host);
	if (trial->listening >= 0)
		close(trial->listening);
	trial->home[strlen("/tmp/test_client.XXXXXX")] = '\0';
	snprintf(command, sizeof command, "rm -rf '%s'", trial->home);
	assert_int_equal(system(command), 0);
	free(trial);
	return 0;
}

static void say(const struct trial *trial, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(trial->host, bytes, length, MSG_NOSIGNAL);
		assert_true(n > 0);
		bytes += n;
		length -= (size_t)n;
	}
}

static void say_text(const struct trial *trial, const char *text)
{
	say(trial, text, strlen(text));
}

/* The next line from the client, at most size - 1 bytes. */
static void hear(const struct trial *trial, char *out, size_t size)
{
	size_t used = 0;

	while (used + 1 < size && (used == 0 || out[used - 1] != '\n')) {
		ssize_t n = recv(trial->host, out + used, 1, 0);
		assert_true(n == 1);
		used++;
	}
	out[used] = '\0';
}

/* ---- Framing ---- */

static void test_byte_by_byte(void **state)
{
	struct trial *trial = *state;
	static const char text[] = "{\"method\":\"snapshot\",\"params\":{\"a\":\"\\u00e4\"}}\n";

	for (size_t i = 0; i + 1 < sizeof text; i++) {
		assert_null(client_next(trial->client));
		say(trial, text + i, 1);
		assert_true(client_receive(trial->client));
	}
	json_t *message = client_next(trial->client);
	assert_non_null(message);
	assert_string_equal(json_string_value(json_object_get(message, "method")), "snapshot");
	json_decref(message);
	assert_null(client_next(trial->client));
}

static void test_many_in_one(void **state)
{
	struct trial *trial = *state;

	say_text(trial, "{\"n\":1}\n{\"n\":2}\n{\"n\":");
	assert_true(client_receive(trial->client));
	for (int n = 1; n <= 3; n++) {
		if (n == 3) {
			assert_null(client_next(trial->client));
			say_text(trial, "3}\n");
			assert_true(client_receive(trial->client));
		}
		json_t *message = client_next(trial->client);
		assert_int_equal(json_integer_value(json_object_get(message, "n")), n);
		json_decref(message);
	}
	assert_null(client_next(trial->client));
}

/* What is read before the host goes away is not lost. */
static void test_last_words(void **state)
{
	struct trial *trial = *state;

	say_text(trial, "{\"n\":1}\n{\"n\":2");
	close(trial->host);
	trial->host = -1;
	assert_false(client_receive(trial->client));
	json_t *message = client_next(trial->client);
	assert_non_null(message);
	json_decref(message);
	assert_null(client_next(trial->client));
	assert_int_equal(client_send(trial->client, "status", NULL), 0);
}

/* Writes and reads by turns, since the socket holds less than the line. False
 * when the client gave up. */
static bool pour(struct trial *trial, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(trial->host, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		}
		if (!client_receive(trial->client))
			return false;
	}
	while (client_receive(trial->client)) {
		struct pollfd p = { .fd = client_descriptor(trial->client), .events = POLLIN };

		if (poll(&p, 1, 0) == 0)
			return true;
	}
	return false;
}

static char *long_line(size_t length)
{
	char *line = memory_new(length + 1);

	memset(line, 'x', length);
	memcpy(line, "{\"long\":\"", 9);
	memcpy(line + length - 3, "\"}\n", 3);
	return line;
}

static void test_long_line(void **state)
{
	struct trial *trial = *state;
	size_t length = 15 * 1024 * 1024;
	char *line = long_line(length);

	assert_true(pour(trial, line, length));
	json_t *message = client_next(trial->client);
	assert_int_equal(json_string_length(json_object_get(message, "long")), length - 12);
	json_decref(message);
	free(line);
}

static void test_line_without_end(void **state)
{
	struct trial *trial = *state;
	size_t length = 17 * 1024 * 1024;
	char *line = long_line(length);

	assert_false(pour(trial, line, length));
	assert_null(client_next(trial->client));
	assert_int_equal(client_send(trial->client, "status", NULL), 0);
	free(line);
}

static void test_garbage(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} rows[] = {
#define ROW(text) { text, sizeof text - 1 }
		ROW("hello\n"),
		ROW("\n"),
		ROW("[1,2]\n"),
		ROW("{\"a\":1}}\n"),
		ROW("{\"a\":1,\"a\":2}\n"),
		ROW("\0\0\n"),
		ROW("{\"a\":\"\xff\"}\n"),
		ROW("HTTP/1.1 400 Bad Request\r\n\r\n"),
		ROW("{\"a\":\"\\u0000\"}\n"),
#undef ROW
	};
	struct trial *trial = *state;
	struct fault fault;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct client *client = client_open(trial->home, &fault);
		int host = accept(trial->listening, NULL, NULL);

		assert_int_equal(send(host, rows[i].bytes, rows[i].length, 0),
		    (ssize_t)rows[i].length);
		assert_null(client_call(client, "status", NULL, 5000, &fault));
		assert_int_equal(fault.code, FAULT_FAILED);
		assert_string_not_equal(fault.text, "");
		assert_false(client_receive(client));
		assert_null(client_next(client));
		client_close(client);
		close(host);
	}
}

/* ---- Calls ---- */

static void test_call(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };
	char line[256];

	say_text(trial, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"version\":1}}\n");
	json_t *result = client_call(trial->client, "status", json_pack("{s:s}", "service", "web"),
	    5000, &fault);
	assert_int_equal(json_integer_value(json_object_get(result, "version")), 1);
	json_decref(result);
	hear(trial, line, sizeof line);
	assert_string_equal(line,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\","
	    "\"params\":{\"service\":\"web\"}}\n");
	say_text(trial, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":null}\n");
	result = client_call(trial->client, "check", NULL, 5000, &fault);
	assert_true(json_is_null(result));
	hear(trial, line, sizeof line);
	assert_string_equal(line, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"check\"}\n");
}

static void test_notifications_between(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };

	/* An answer to what a screen sent before (id 1) is kept as well. */
	assert_int_equal(client_send(trial->client, "hello", NULL), 1);
	say_text(trial,
	    "{\"method\":\"journal\",\"params\":{\"n\":1}}\n"
	    "{\"id\":1,\"result\":\"hello\"}\n"
	    "{\"method\":\"snapshot\",\"params\":{\"n\":2}}\n"
	    "{\"id\":2,\"result\":\"mine\"}\n"
	    "{\"method\":\"journal\",\"params\":{\"n\":3}}\n");
	json_t *result = client_call(trial->client, "status", NULL, 5000, &fault);
	assert_string_equal(json_string_value(result), "mine");
	json_decref(result);
	static const int order[] = { 1, 0, 2, 3 };
	for (size_t i = 0; i < 4; i++) {
		client_receive(trial->client);
		json_t *message = client_next(trial->client);
		assert_non_null(message);
		assert_int_equal(json_integer_value(
				     json_object_get(json_object_get(message, "params"), "n")),
		    order[i]);
		json_decref(message);
	}
	assert_null(client_next(trial->client));
}

static void test_errors(void **state)
{
	static const struct {
		const char *error;
		enum fault_code code;
		const char *text, *next;
	} rows[] = {
		{ "{\"code\":-32001,\"message\":\"web: no\",\"data\":{\"exit\":1,\"next\":\"do\"}}",
		    FAULT_FAILED, "web: no", "do" },
		{ "{\"code\":-32602,\"message\":\"no\",\"data\":{\"exit\":2}}", FAULT_USAGE, "no",
		    "" },
		{ "{\"code\":-32700,\"message\":\"no\"}", FAULT_USAGE, "no", "" },
		{ "{\"code\":-32600,\"message\":\"no\"}", FAULT_USAGE, "no", "" },
		{ "{\"code\":-32601,\"message\":\"no\"}", FAULT_USAGE, "no", "" },
		{ "{\"code\":-32010,\"message\":\"no\"}", FAULT_USAGE, "no", "" },
		{ "{\"code\":-32004,\"message\":\"no\",\"data\":{\"exit\":4}}", FAULT_REFUSED, "no",
		    "" },
		{ "{\"code\":-32004,\"message\":\"no\",\"data\":{\"exit\":0}}", FAULT_REFUSED, "no",
		    "" },
		{ "{\"code\":-32005,\"message\":\"no\",\"data\":{\"exit\":5}}", FAULT_DEGRADED,
		    "no", "" },
		{ "{\"code\":-32006,\"message\":\"no\",\"data\":{\"exit\":1}}", FAULT_STALE, "no",
		    "" },
		{ "{\"code\":-32007,\"message\":\"no\",\"data\":{\"exit\":1}}", FAULT_RESTART, "no",
		    "" },
		{ "{\"code\":-1,\"message\":\"no\",\"data\":{\"exit\":0}}", FAULT_FAILED, "no",
		    "" },
		{ "{\"code\":-1,\"message\":\"no\",\"data\":{\"exit\":77}}", FAULT_FAILED, "no",
		    "" },
		/* Wrong types everywhere. */
		{ "{\"code\":\"x\",\"message\":\"no\",\"data\":[]}", FAULT_FAILED, "no", "" },
		{ "{\"message\":\"no\",\"data\":{\"exit\":\"2\",\"next\":7}}", FAULT_FAILED, "no",
		    "" },
		{ "{\"code\":{},\"message\":[],\"data\":null}", FAULT_FAILED, NULL, "" },
		{ "\"oops\"", FAULT_FAILED, NULL, "" },
		{ "true", FAULT_FAILED, NULL, "" },
		{ "{\"message\":\"a\\u001b[31mb\\nc\"}", FAULT_FAILED, "a?[31mb c", "" },
	};
	struct trial *trial = *state;
	char line[512];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = { 0 };

		snprintf(line, sizeof line, "{\"id\":%zu,\"error\":%s}\n", i + 1, rows[i].error);
		say_text(trial, line);
		assert_null(client_call(trial->client, "start", NULL, 5000, &fault));
		assert_int_equal(fault.code, rows[i].code);
		if (rows[i].text != NULL)
			assert_string_equal(fault.text, rows[i].text);
		else
			assert_string_not_equal(fault.text, "");
		assert_string_equal(fault.next, rows[i].next);
	}
}

/* Who may not speak at all is told so without an id, then disconnected. */
static void test_turned_away(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };

	say_text(trial,
	    "{\"id\":null,\"error\":{\"code\":-32004,\"message\":\"not you\","
	    "\"data\":{\"exit\":4}}}\n");
	close(trial->host);
	trial->host = -1;
	assert_null(client_call(trial->client, "status", NULL, 5000, &fault));
	assert_int_equal(fault.code, FAULT_REFUSED);
	assert_string_equal(fault.text, "not you");
}

static void test_no_result(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };

	say_text(trial, "{\"id\":1}\n");
	assert_null(client_call(trial->client, "status", NULL, 5000, &fault));
	assert_int_equal(fault.code, FAULT_FAILED);
}

static void test_deadline(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };

	assert_null(client_call(trial->client, "status", NULL, 20, &fault));
	assert_int_equal(fault.code, FAULT_FAILED);
	assert_non_null(strstr(fault.text, "no answer"));
	/* The late answer is not taken for the next one's. */
	say_text(trial, "{\"id\":1,\"result\":\"late\"}\n{\"id\":2,\"result\":\"right\"}\n");
	json_t *result = client_call(trial->client, "status", NULL, 5000, &fault);
	assert_string_equal(json_string_value(result), "right");
	json_decref(result);
}

static void test_gone(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };

	close(trial->host);
	trial->host = -1;
	assert_null(client_call(trial->client, "status", NULL, -1, &fault));
	assert_int_equal(fault.code, FAULT_FAILED);
}

static void test_too_long_request(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };
	char *text = memory_new(70000);

	memset(text, 'x', 69999);
	assert_null(client_call(trial->client, "set", json_pack("{s:s}", "a", text), 5000, &fault));
	assert_int_equal(fault.code, FAULT_USAGE);
	assert_int_equal(client_send(trial->client, "set", json_pack("{s:s}", "a", text)), 0);
	free(text);
}

/* A host that does not read: nothing blocks, nothing is lost. */
static void test_partial_writes(void **state)
{
	struct trial *trial = *state;
	char padding[8000], line[9000];
	int sent = 0;

	memset(padding, 'p', sizeof padding - 1);
	padding[sizeof padding - 1] = '\0';
	while (!client_wants_write(trial->client)) {
		sent = client_send(trial->client, "do", json_pack("{s:s}", "p", padding));
		assert_true(sent > 0);
	}
	for (int i = 0; i < 3; i++)
		sent = client_send(trial->client, "do", json_pack("{s:s}", "p", padding));
	for (int id = 1; id <= sent; id++) {
		assert_true(client_flush(trial->client));
		hear(trial, line, sizeof line);
		json_t *message = json_loads(line, 0, NULL);
		assert_int_equal(json_integer_value(json_object_get(message, "id")), id);
		json_decref(message);
	}
	assert_false(client_wants_write(trial->client));
}

/* ---- Connecting ---- */

static void test_long_path(void **state)
{
	struct trial *trial = *state;
	char socket_path[1024], settings[1024];
	bool installed = true;

	client_home(trial->home, NULL, socket_path, settings, sizeof settings, &installed);
	assert_true(strlen(socket_path) > 107);
	assert_false(installed);
	test_call(state);
}

static void test_not_running(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };
	char missing[512];

	assert_null(client_open("/nowhere/at all", &fault));
	assert_int_equal(fault.code, FAULT_NOT_RUNNING);
	assert_string_equal(fault.next, "start it with: stewardd --home '/nowhere/at all'");
	snprintf(missing, sizeof missing, "%s/missing", trial->home);
	assert_null(client_open(missing, &fault));
	assert_int_equal(fault.code, FAULT_NOT_RUNNING);
	/* The socket of a host that was killed. */
	close(trial->listening);
	trial->listening = -1;
	assert_null(client_open(trial->home, &fault));
	assert_int_equal(fault.code, FAULT_NOT_RUNNING);
}

static void test_refused(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };
	char folder[512];
	uid_t user = geteuid();

	snprintf(folder, sizeof folder, "%s/state", trial->home);
	assert_int_equal(chmod(folder, 0), 0);
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	struct client *client = client_open(trial->home, &fault);
	if (user == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_null(client);
	assert_int_equal(fault.code, FAULT_REFUSED);
	assert_non_null(strstr(fault.next, "steward-admin"));
}

/* A host that stands still with a full queue of connections. */
static void test_nobody_accepts(void **state)
{
	struct trial *trial = *state;
	struct fault fault = { 0 };
	struct client *clients[16] = { NULL };
	size_t count = 0;

	assert_int_equal(listen(trial->listening, 0), 0);
	while (count < 16 && (clients[count] = client_open(trial->home, &fault)) != NULL)
		count++;
	assert_true(count < 16);
	assert_int_equal(fault.code, FAULT_FAILED);
	for (size_t i = 0; i < count; i++)
		client_close(clients[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(byte_by_byte),
		TEST(many_in_one),
		TEST(last_words),
		TEST(long_line),
		TEST(line_without_end),
		TEST(garbage),
		TEST(call),
		TEST(notifications_between),
		TEST(errors),
		TEST(turned_away),
		TEST(no_result),
		TEST(deadline),
		TEST(gone),
		TEST(too_long_request),
		TEST(partial_writes),
		cmocka_unit_test_setup_teardown(test_long_path, set_up_long, tear_down),
		TEST(not_running),
		TEST(refused),
		TEST(nobody_accepts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
