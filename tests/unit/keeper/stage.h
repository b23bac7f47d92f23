/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_KEEPER_STAGE_H
#define TESTS_UNIT_KEEPER_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A real stewardd with a puppet for a host, in a folder of its own. What does
 * not come within STAGE_MS fails the test. Nothing else waits for time.
 */
#define STAGE_MS 30000

struct stage {
	char home[64];
	char program[4096]; /* stewardd; a test may put another one here before it starts */
	char puppet[4096];
	char name[64]; /* the abstract socket on which puppets report */
	int reports;   /* listens there */
	int notify;    /* systemd's end */
	int error;     /* stewardd's standard error; -1: a file, see stage_log */
	int host;      /* the puppet of now; -1: none */
	pid_t host_pid;
	pid_t keeper;
	int keeper_end;  /* pidfd */
	char line[1300]; /* the newest report */
};

/* First in a test: starting stewardd as root takes the user steward. */
#define STAGE_NEEDS_USER()             \
	do {                           \
		if (!stage_possible()) \
			skip();        \
	} while (0)

/* cmocka's set-up and tear-down. */
int stage_open(void **state);
int stage_close(void **state);
/* True when stewardd can be started at all; else it says why and the caller skips. */
bool stage_possible(void);

/* With --home and --host. Not waited for. */
void stage_start(struct stage *s);
/* Without --foreground: the process that stage_wait sees end is the parent. */
void stage_start_background(struct stage *s);
/* The status of a stewardd that ends, its standard error in text. */
int stage_run(struct stage *s, char *text, size_t size, char *const *words);
/* The next puppet: waits for its "start" and "hello". */
void stage_next_host(struct stage *s);
/* The same, and says ready and settled for it. */
void stage_settle(struct stage *s);
/* A command to the puppet; waits until it has been carried out. */
void stage_do(struct stage *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A command of which no answer is expected: the puppet ends by it. */
void stage_end_host(struct stage *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Start, first host, settled. */
void stage_begin(struct stage *s);
/* SIGTERM, and all ends in order. */
void stage_stop(struct stage *s);
/* The puppet's next report must begin with this; it is in s->line. */
void stage_expect(struct stage *s, const char *prefix);
/* The puppet's connection ends. */
void stage_host_gone(struct stage *s);
/* The next datagram for systemd is this one; of the repeated ones, which come as
 * time goes by, only what is wanted counts. */
void stage_notified(struct stage *s, const char *text);
/* The next datagram whatever it is: in s->line. */
void stage_hear(struct stage *s);
/* stewardd ends: its exit status, 128 + n for a signal. */
int stage_wait(struct stage *s);
/* Asks for a TCP listener on 127.0.0.1; returns its port. */
unsigned stage_listen(struct stage *s, unsigned id, const char *service, unsigned hint);
int stage_dial(unsigned port);
/* What stewardd wrote to its standard error until now. */
void stage_log(const struct stage *s, char *text, size_t size);
/* Waits until it says this. */
void stage_wait_log(const struct stage *s, const char *part);
void stage_expect_log(const struct stage *s, const char *part);
/* Writes a file below the home. */
void stage_write(const struct stage *s, const char *name, const char *text, mode_t mode);

#endif
