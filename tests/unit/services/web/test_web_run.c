/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The service as the host and the owner see it: starting, reloading, what is
 * listed and told, the access log, draining.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/memory.h"
#include "services/service.h"
#include "services/web/access_log.h"
#include "tests/unit/services/web/trial.h"

extern const struct service web_service;

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return NULL;
	char *text = memory_new(65536);
	size_t length = fread(text, 1, 65535, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

/* What the log holds once it has more than before bytes. */
struct log_wait {
	const char *path;
	size_t before;
};

static bool log_grew(void *arg)
{
	const struct log_wait *wait = arg;
	struct stat now;
	return stat(wait->path, &now) == 0 && (size_t)now.st_size > wait->before;
}

static char *wait_for_log(struct trial *trial, const char *path, size_t before)
{
	struct log_wait wait = { path, before };
	if (!fake_worker_until(trial->worker, log_grew, &wait, 10000))
		fail_msg("nothing was written to %s", path);
	return read_text(path);
}

static void test_listing(void **state)
{
	struct trial trial;
	struct answer answer;
	(void)state;
	trial_start(&trial, "directory_listing = true");
	folder_folder(&trial.folder, "root/d");
	folder_folder(&trial.folder, "root/d/sub");
	folder_file(&trial.folder, "root/d/b & <c>", "x");
	folder_file(&trial.folder, "root/d/.hidden", "x");
	folder_file(&trial.folder, "root/d/file10", "x");
	folder_file(&trial.folder, "root/d/file9", "x");
	folder_link(&trial.folder, "root/d/out", "../../secret");
	folder_file(&trial.folder, "secret", "x");
	trial_ask(&trial, "GET", "/d/", "", &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer_header(&answer, "Content-Type"), "text/html; charset=utf-8");
	assert_non_null(strstr(answer.body, "<a href=\"../\">"));
	assert_non_null(strstr(answer.body, "<a href=\"b%20%26%20%3Cc%3E\">b &amp; &lt;c&gt;</a>"));
	assert_null(strstr(answer.body, "<c>"));
	assert_null(strstr(answer.body, "hidden"));
	assert_null(strstr(answer.body, "\"out\""));
	const char *sub = strstr(answer.body, "<a href=\"sub/\">sub/</a>");
	const char *nine = strstr(answer.body, "file9"), *ten = strstr(answer.body, "file10");
	assert_true(sub != NULL && nine != NULL && ten != NULL);
	assert_true(sub < nine && nine < ten);
	answer_free(&answer);
	expect_get(&trial, "/d/b%20%26%20%3Cc%3E", "", 200, "x");
	/* At the top there is no way up. */
	trial_ask(&trial, "GET", "/", "", &answer);
	assert_int_equal(answer.status, 200);
	assert_null(strstr(answer.body, "../"));
	answer_free(&answer);
	folder_file(&trial.folder, "root/index.html", "index");
	expect_get(&trial, "/index.html", "", 200, "index");
	trial_stop(&trial);
}

static void test_access_log(void **state)
{
	struct trial trial;
	struct answer answer;
	char settings[512], path[400], moved[420];
	(void)state;
	trial_start(&trial, "");
	folder_file(&trial.folder, "root/a", "12345");
	snprintf(path, sizeof(path), "%s", folder_path(&trial.folder, "access.log"));
	snprintf(moved, sizeof(moved), "%s.1", path);
	snprintf(settings, sizeof(settings), "access_log = \"%s\"", path);
	struct fault fault;
	assert_true(trial_reload(&trial, settings, &fault));

	trial_ask(&trial, "GET", "/a?q=1", "Referer: http://r/\"x\r\nUser-Agent: test/1\r\n",
	    &answer);
	answer_free(&answer);
	char *text = wait_for_log(&trial, path, 0);
	assert_true(strncmp(text, "127.0.0.1 - - [", 15) == 0);
	assert_non_null(strstr(text,
	    "] \"GET /a?q=1 HTTP/1.1\" 200 5 "
	    "\"http://r/\\x22x\" \"test/1\"\n"));
	size_t length = strlen(text);
	free(text);

	/* What the gate refuses is logged too. */
	trial_raw(&trial, "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", &answer);
	assert_int_equal(answer.status, 400);
	answer_free(&answer);
	text = wait_for_log(&trial, path, length);
	assert_non_null(strstr(text + length, "\"GET /a HTTP/1.1\" 400 "));
	free(text);

	/* Rotated: the old name goes on until a reload opens the file anew. */
	assert_int_equal(rename(path, moved), 0);
	assert_true(trial_reload(&trial, settings, &fault));
	expect_get(&trial, "/missing", "", 404, NULL);
	text = wait_for_log(&trial, path, 0);
	assert_non_null(strstr(text, "\"GET /missing HTTP/1.1\" 404 "));
	free(text);

	assert_true(trial_reload(&trial, "access_log = \"journal\"", &fault));
	expect_get(&trial, "/a", "", 200, NULL);
	assert_non_null(strstr(trial.worker->log, "GET /a 200 5"));
	trial_stop(&trial);
}

/* /dev/full stands for a disk that is full. */
static void test_access_log_full(void **state)
{
	struct trial trial;
	struct fault fault;
	(void)state;
	trial_start(&trial, "");
	folder_file(&trial.folder, "root/a", "12345");
	if (access("/dev/full", W_OK) != 0)
		skip();
	assert_true(trial_reload(&trial, "access_log = \"/dev/full\"", &fault));
	unsigned before = trial.worker->logged;
	for (int i = 0; i < 5; i++)
		expect_get(&trial, "/a", "", 200, "12345");
	assert_int_equal(trial.worker->logged - before, 1);
	assert_non_null(strstr(trial.worker->log, "/dev/full cannot be written"));
	trial_stop(&trial);
}

static const struct access_line ask_line = {
	.peer = "192.0.2.1",
	.utc_us = 1000000,
	.method = "GET",
	.target = "/a",
	.version = "HTTP/1.1",
	.status = 200,
};

struct log_trial {
	struct access_log *log;
	unsigned asked;
	const char *path;
};

/* One more line; true when there is a file for it. */
static bool ask_until_there(void *arg)
{
	struct log_trial *trial = arg;
	if (access(trial->path, F_OK) == 0)
		return true;
	access_log_add(trial->log, &ask_line);
	trial->asked++;
	return access(trial->path, F_OK) == 0;
}

/* What could not be opened at the start is opened once it can be. */
static void test_access_log_comes_back(void **state)
{
	struct folder folder;
	char path[400];
	(void)state;
	folder_make(&folder);
	snprintf(path, sizeof(path), "%s", folder_path(&folder, "logs/access.log"));
	struct options options = { .access = ACCESS_FILE, .access_path = path };
	struct worker *worker = fake_worker_new();
	struct log_trial trial = { .path = path };
	trial.log = access_log_open(worker, &options, false);
	assert_int_equal(worker->logged, 1);
	assert_non_null(strstr(worker->log, "access.log cannot be written"));
	access_log_add(trial.log, &ask_line);
	access_log_add(trial.log, &ask_line);
	assert_int_equal(access_log_lost(trial.log), 2);
	folder_folder(&folder, "logs");
	/* Not with every line: that would be a system call for each. */
	access_log_add(trial.log, &ask_line);
	assert_int_equal(access_log_lost(trial.log), 3);
	assert_true(fake_worker_until(worker, ask_until_there, &trial, 10000));
	uint64_t lost = access_log_lost(trial.log);
	assert_int_equal(lost, 3 + trial.asked - 1);
	access_log_close(trial.log);
	assert_int_equal(worker->logged, 2);
	assert_non_null(strstr(worker->log, "is written again"));
	char *text = read_text(path);
	assert_true(strncmp(text, "192.0.2.1 - - [", 15) == 0);
	free(text);
	fake_worker_free(worker);
	folder_remove(&folder);
}

/* A disk that takes one line and a part of the next: two of three are lost. In a
 * child, because of its limit on the size of files. */
static int write_to_small_disk(const char *path)
{
	struct options options = { .access = ACCESS_FILE, .access_path = (char *)(uintptr_t)path };
	struct worker *worker = fake_worker_new();
	char line[1024], stamp[ACCESS_STAMP];
	access_log_stamp(1, stamp);
	size_t length = access_line_print(&ask_line, stamp, line);
	const struct rlimit limit = { length + length / 2, length + length / 2 };
	struct access_log *log = access_log_open(worker, &options, false);
	if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 2;
	for (int i = 0; i < 3; i++)
		access_log_add(log, &ask_line);
	event_base_loop(worker->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	uint64_t lost = access_log_lost(log);
	access_log_close(log);
	fake_worker_free(worker);
	return lost == 2 ? 0 : 3;
}

/* As a user who may not make a file: the folder is named. */
static int explain_folder(const char *path)
{
	struct options options = { .access = ACCESS_FILE, .access_path = (char *)(uintptr_t)path };
	struct fault fault = { 0 };
	char expected[512];
	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 2;
	if (access_log_try(&options, &fault))
		return 3;
	snprintf(expected, sizeof(expected), "may not write %.*s", (int)(strrchr(path, '/') - path),
	    path);
	const char *found = strstr(fault.text, expected);
	return found != NULL && found[strlen(expected)] == '\0' ? 0 : 4;
}

static int in_child(int (*run)(const char *path), const char *path)
{
	int status = -1;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(run(path));
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void test_access_log_refused(void **state)
{
	struct folder folder;
	char path[400];
	(void)state;
	folder_make(&folder);
	snprintf(path, sizeof(path), "%s", folder_path(&folder, "access.log"));
	assert_int_equal(in_child(write_to_small_disk, path), 0);
	folder_folder(&folder, "kept");
	folder_mode(&folder, "kept", 0555);
	snprintf(path, sizeof(path), "%s", folder_path(&folder, "kept/access.log"));
	assert_int_equal(in_child(explain_folder, path), 0);
	folder_mode(&folder, "kept", 0755);
	folder_remove(&folder);
}

/* A start without its log: pages are served, and it is told once. */
static void test_start_without_log(void **state)
{
	struct folder folder;
	struct fault fault = { 0 };
	char settings[512];
	(void)state;
	folder_make(&folder);
	snprintf(settings, sizeof(settings), "access_log = \"%s/missing/access.log\"", folder.path);
	struct settings_book *book = trial_settings(&folder, settings);
	struct worker *worker = fake_worker_new();
	void *web = web_service.open(NULL, settings_of(book, "web"), &fault);
	assert_non_null(web);
	assert_true(web_service.join(web, worker, &fault));
	assert_int_equal(worker->logged, 1);
	assert_non_null(strstr(worker->log, "missing/access.log"));
	web_service.leave(web, worker);
	web_service.close(web);
	settings_unref(book);
	fake_worker_free(worker);
	folder_remove(&folder);
}

/* However the path to a log inside the root is spelt. */
static void test_log_inside_root(void **state)
{
	static const char *const inside[] = {
		"root/access.log",
		"./root/./access.log",
		"root/sub/../access.log",
		"root/sub/access.log",
		"root/missing/access.log",
		"also/access.log",
		"dangling.log",
	};
	static const char *const outside[] = {
		"access.log",
		"rooted.log",
		"root/../access.log",
		"root/out/access.log",
	};
	struct trial trial;
	struct fault fault;
	char settings[1024];
	(void)state;
	trial_start(&trial, "");
	folder_folder(&trial.folder, "root/sub");
	folder_folder(&trial.folder, "logs");
	folder_link(&trial.folder, "also", "root");
	folder_link(&trial.folder, "root/out", "../logs");
	folder_link(&trial.folder, "dangling.log", "also/sub/access.log");
	const char *const roots[] = { "root", "also", "root/../also/sub/.." };
	for (size_t r = 0; r < sizeof(roots) / sizeof(roots[0]); r++) {
		for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
			snprintf(settings, sizeof(settings),
			    "root = \"%s/%s\"\n\taccess_log = \"%s/%s\"", trial.folder.path,
			    roots[r], trial.folder.path, inside[i]);
			if (trial_reload(&trial, settings, &fault))
				fail_msg("accepted: %s", settings);
			assert_non_null(strstr(fault.text, "below root"));
		}
		for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
			snprintf(settings, sizeof(settings),
			    "root = \"%s/%s\"\n\taccess_log = \"%s/%s\"", trial.folder.path,
			    roots[r], trial.folder.path, outside[i]);
			if (!trial_reload(&trial, settings, &fault))
				fail_msg("%s: %s", settings, fault.text);
		}
	}
	trial_stop(&trial);
}

static void test_reload(void **state)
{
	struct trial trial;
	struct fault fault;
	char settings[1024];
	(void)state;
	trial_start(&trial, "");
	folder_file(&trial.folder, "root/a", "old root");
	folder_folder(&trial.folder, "other");
	folder_file(&trial.folder, "other/a", "new root");
	folder_file(&trial.folder, "other/start.html", "start");
	expect_get(&trial, "/a", "", 200, "old root");
	expect_get(&trial, "/", "", 404, NULL);
	int kept = trial_connect(&trial);
	snprintf(settings, sizeof(settings), "root = \"%s/other\"\nindex = \"start.html\"",
	    trial.folder.path);
	assert_true(trial_reload(&trial, settings, &fault));
	expect_get(&trial, "/a", "", 200, "new root");
	expect_get(&trial, "/", "", 200, "start");
	/* One that cannot be is refused, and nothing changes. */
	snprintf(settings, sizeof(settings), "root = \"%s/missing\"", trial.folder.path);
	assert_false(trial_reload(&trial, settings, &fault));
	assert_non_null(strstr(fault.text, "missing"));
	assert_true(fault.next[0] != '\0');
	snprintf(settings, sizeof(settings), "access_log = \"%s/missing/log\"", trial.folder.path);
	assert_false(trial_reload(&trial, settings, &fault));
	snprintf(settings, sizeof(settings),
	    "root = \"%s\"\n"
	    "access_log = \"%s/access.log\"",
	    trial.folder.root, trial.folder.root);
	assert_false(trial_reload(&trial, settings, &fault));
	assert_non_null(strstr(fault.text, "below root"));
	expect_get(&trial, "/a", "", 200, "new root");
	assert_true(trial_reload(&trial, "directory_listing = true", &fault));
	expect_get(&trial, "/", "", 200, NULL);
	close(kept);
	trial_stop(&trial);
}

/* The default root is made with a page in it; any other must be there. */
static void test_first_start(void **state)
{
	struct folder folder;
	struct fault fault = { 0 };
	struct stat stat_now;
	(void)state;
	folder_make(&folder);
	struct settings_book *book = trial_settings(&folder, "index = \"index.html\" # root");
	struct worker *worker = fake_worker_new();
	void *web = web_service.open(NULL, settings_of(book, "web"), &fault);
	assert_non_null(web);
	assert_int_equal(stat(folder_path(&folder, "www/index.html"), &stat_now), 0);
	assert_non_null(strstr(worker->log, "www"));
	web_service.close(web);
	settings_unref(book);

	char settings[512];
	snprintf(settings, sizeof(settings), "root = \"%s/nothing\"", folder.path);
	book = trial_settings(&folder, settings);
	assert_null(web_service.open(NULL, settings_of(book, "web"), &fault));
	assert_non_null(strstr(fault.text, "nothing"));
	assert_true(fault.next[0] != '\0');
	settings_unref(book);
	fake_worker_free(worker);
	folder_remove(&folder);
}

/* In a child, as a user who may not: exit status 0 when that was told well. */
static int open_as_nobody(const struct settings_book *book)
{
	struct fault fault = { 0 };
	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 2;
	void *web = web_service.open(NULL, settings_of(book, "web"), &fault);
	if (web != NULL)
		return 3;
	return strstr(fault.text, "private") != NULL && fault.next[0] != '\0' ? 0 : 4;
}

static void test_unreadable_root(void **state)
{
	struct folder folder;
	char settings[512];
	int status = -1;
	(void)state;
	folder_make(&folder);
	folder_folder(&folder, "private");
	folder_folder(&folder, "private/www");
	snprintf(settings, sizeof(settings), "root = \"%s/private/www\"", folder.path);
	struct settings_book *book = trial_settings(&folder, settings);
	folder_mode(&folder, "private", 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(open_as_nobody(book));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	folder_mode(&folder, "private", 0700);
	settings_unref(book);
	folder_remove(&folder);
}

static const struct service_table *find_table(const char *name)
{
	const struct service_table *table = web_service.tables;
	while (strcmp(table->name, name) != 0)
		table++;
	return table;
}

static bool act(struct trial *trial, int argc, char *const *argv, struct rows *answer,
    struct fault *fault)
{
	const struct service_command *command = web_service.commands;
	bool other = true;
	for (; command->pattern != NULL; command++) {
		struct words *words = words_match(command->pattern, argc, argv, &other, fault);
		if (words == NULL)
			continue;
		bool done = command->act(trial->state, trial->worker, words, answer, fault);
		words_free(words);
		return done;
	}
	fail_msg("no such command: %s", argv[0]);
	return false;
}

static bool has_connection(void *arg)
{
	return fake_worker_count(arg, COUNTER_CONNECTIONS) > 0;
}

static void test_tables_and_commands(void **state)
{
	struct trial trial;
	struct fault fault = { 0 };
	(void)state;
	trial_start(&trial, "");
	folder_file(&trial.folder, "root/a", "12345");
	folder_file(&trial.folder, "root/a.gz", "1");
	expect_get(&trial, "/a", "", 200, NULL);
	expect_get(&trial, "/a", "", 200, NULL);
	struct rows *rows = rows_new();
	assert_true(find_table("files")->list(trial.state, trial.worker, rows, &fault));
	assert_int_equal(rows_count(rows), 1);
	assert_string_equal(rows_get(rows, 0, 0), "a");
	assert_string_equal(rows_get(rows, 0, 1), "5");
	assert_string_equal(rows_get(rows, 0, 3), "memory");
	assert_string_equal(rows_get(rows, 0, 4), "gzip");
	rows_free(rows);

	int fd = trial_connect(&trial);
	assert_true(fake_worker_until(trial.worker, has_connection, trial.worker, 10000));
	rows = rows_new();
	assert_true(find_table("connections")->list(trial.state, trial.worker, rows, &fault));
	assert_int_equal(rows_count(rows), 1);
	assert_int_equal(strncmp(rows_get(rows, 0, 0), "127.0.0.1:", 10), 0);
	rows_free(rows);

	char *disconnect[] = { (char[]){ "disconnect" }, (char[]){ "127.0.0.1" } };
	rows = rows_new();
	assert_true(act(&trial, 2, disconnect, rows, &fault));
	assert_string_equal(rows_get(rows, 0, 1), "1");
	rows_free(rows);
	char *wrong[] = { (char[]){ "disconnect" }, (char[]){ "nobody" } };
	rows = rows_new();
	assert_false(act(&trial, 2, wrong, rows, &fault));
	assert_int_equal(fault.code, FAULT_USAGE);
	rows_free(rows);
	close(fd);

	char *flush[] = { (char[]){ "cache" }, (char[]){ "flush" } };
	rows = rows_new();
	assert_true(act(&trial, 2, flush, rows, &fault));
	assert_string_equal(rows_get(rows, 0, 1), "1");
	rows_free(rows);
	rows = rows_new();
	assert_true(find_table("files")->list(trial.state, trial.worker, rows, &fault));
	assert_int_equal(rows_count(rows), 0);
	rows_free(rows);
	trial_stop(&trial);
}

static void test_counters(void **state)
{
	struct trial trial;
	(void)state;
	trial_start(&trial, "");
	folder_file(&trial.folder, "root/a", "12345");
	expect_get(&trial, "/a", "", 200, NULL);
	expect_get(&trial, "/a", "", 200, NULL);
	expect_get(&trial, "/a", "If-None-Match: *\r\n", 304, NULL);
	expect_get(&trial, "/b", "", 404, NULL);
	const char *const names[] = { "cache_hits", "cache_misses", "not_modified", "client_errors",
		"log_lost" };
	const int64_t expected[] = { 2, 2, 1, 1, 0 };
	for (unsigned i = 0; i < 5; i++) {
		assert_string_equal(web_service.counters[i].name, names[i]);
		assert_int_equal(fake_worker_count(trial.worker, COUNTER_STANDARD + i),
		    expected[i]);
	}
	assert_null(web_service.counters[5].name);
	assert_int_equal(fake_worker_count(trial.worker, COUNTER_REQUESTS), 4);
	trial_stop(&trial);
}

/* A file that is cut short while it is on its way: the answer breaks off, and
 * the server goes on. */
struct slow {
	int fd;
	size_t got;
	bool ended;
	struct trial *trial;
};

static bool read_to_end(void *arg)
{
	struct slow *slow = arg;
	char bytes[65536];
	while (!slow->ended) {
		ssize_t n = recv(slow->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n <= 0)
			slow->ended = true;
		else
			slow->got += (size_t)n;
	}
	return true;
}

static bool got_some(void *arg)
{
	struct slow *slow = arg;
	char bytes[1024];
	ssize_t n = recv(slow->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n > 0)
		slow->got += (size_t)n;
	return slow->got > 0;
}

static void cut_while_served(struct trial *trial, const char *range)
{
	enum { SIZE = 64 * 1024 * 1024 };
	char request[256];
	struct slow slow = { .trial = trial };
	const char *path = folder_path(&trial->folder, "root/huge");
	folder_file(&trial->folder, "root/huge", "x");
	assert_int_equal(truncate(path, SIZE), 0);
	slow.fd = trial_connect(trial);
	snprintf(request, sizeof(request),
	    "GET /huge HTTP/1.1\r\nHost: t\r\n%s"
	    "Connection: close\r\n\r\n",
	    range);
	assert_int_equal(send(slow.fd, request, strlen(request), 0), (ssize_t)strlen(request));
	assert_true(fake_worker_until(trial->worker, got_some, &slow, 10000));
	path = folder_path(&trial->folder, "root/huge");
	assert_int_equal(truncate(path, 0), 0);
	assert_true(fake_worker_until(trial->worker, read_to_end, &slow, 20000));
	assert_true(slow.got < SIZE);
	close(slow.fd);
	folder_delete(&trial->folder, "root/huge");
	expect_get(trial, "/a", "", 200, "12345");
}

static void test_truncated(void **state)
{
	struct trial trial;
	(void)state;
	trial_start(&trial, "file_cache = 0");
	folder_file(&trial.folder, "root/a", "12345");
	cut_while_served(&trial, "");
	cut_while_served(&trial, "Range: bytes=1000-60000000\r\n");
	cut_while_served(&trial, "Range: bytes=0-10,1000-60000000\r\n");
	trial_stop(&trial);
}

static bool is_idle(void *arg)
{
	const struct worker *worker = arg;
	return worker->idle > 0;
}

static void test_drain(void **state)
{
	struct trial trial;
	struct slow slow = { 0 };
	(void)state;
	trial_start(&trial, "");
	slow.fd = trial_connect(&trial);
	assert_true(fake_worker_until(trial.worker, has_connection, trial.worker, 10000));
	web_service.unlisten(trial.state, trial.worker, &trial.listener);
	web_service.drain(trial.state, trial.worker);
	assert_true(fake_worker_until(trial.worker, is_idle, trial.worker, 20000));
	assert_true(fake_worker_until(trial.worker, read_to_end, &slow, 10000));
	close(slow.fd);
	web_service.leave(trial.state, trial.worker);
	web_service.close(trial.state);
	close(trial.listener.fd);
	fake_worker_free(trial.worker);
	settings_unref(trial.book);
	folder_remove(&trial.folder);
}

/* A lower deadline holds for a connection that has been waiting already. */
static void test_deadline_is_lowered(void **state)
{
	static const char begun[] = "GET / HTTP/1.1\r\n";
	struct trial trial;
	struct fault fault;
	struct slow slow = { 0 };
	(void)state;
	trial_start(&trial, "header_timeout = 1h");
	slow.fd = trial_connect(&trial);
	assert_int_equal(send(slow.fd, begun, strlen(begun), 0), (ssize_t)strlen(begun));
	assert_true(fake_worker_until(trial.worker, has_connection, trial.worker, 10000));
	/* Until nothing is left that would make the server look by itself. */
	for (int i = 0; i < 20; i++)
		event_base_loop(trial.worker->base, EVLOOP_NONBLOCK);
	assert_true(trial_reload(&trial, "header_timeout = 1s", &fault));
	assert_true(fake_worker_until(trial.worker, read_to_end, &slow, 20000));
	close(slow.fd);
	trial_stop(&trial);
}

static void test_settings(void **state)
{
	static const struct {
		const char *name, *good, *bad;
	} rows[] = {
		{ "index", "start.htm", "a/b" },
		{ "index", "index.html", ".hidden" },
		{ "index", "x", "" },
		{ "access_log", "off", "" },
		{ "access_log", "/var/log/web.log", "/var/log/" },
	};
	const char *expected;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct setting *row = web_service.settings;
		while (strcmp(row->name, rows[i].name) != 0)
			row++;
		assert_true(row->valid(rows[i].good, &expected));
		assert_false(row->valid(rows[i].bad, &expected));
		assert_true(strlen(expected) > 0);
	}
	for (const struct setting *row = web_service.settings; row->name != NULL; row++)
		assert_true(row->help != NULL && strlen(row->help) <= 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listing),
		cmocka_unit_test(test_access_log),
		cmocka_unit_test(test_access_log_full),
		cmocka_unit_test(test_access_log_comes_back),
		cmocka_unit_test(test_access_log_refused),
		cmocka_unit_test(test_start_without_log),
		cmocka_unit_test(test_log_inside_root),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_first_start),
		cmocka_unit_test(test_unreadable_root),
		cmocka_unit_test(test_tables_and_commands),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_deadline_is_lowered),
		cmocka_unit_test(test_settings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
