/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only state of the program that signal handlers see lies in this file.
 */
#include "widgets/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "widgets/terminal.h"

#define RESET_MAX 512
#define STACK_BYTES 65536
#define LEAVE_SECONDS 2

static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT };
static const int reports[] = { SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT, SIGWINCH };
#define CRASHES (sizeof crashes / sizeof crashes[0])
#define REPORTS (sizeof reports / sizeof reports[0])

static struct {
	int output;
	struct termios modes;
	char reset[RESET_MAX];
	size_t length;
	int pipe[2];
	void *stack;
	struct sigaction before_crash[CRASHES], before_report[REPORTS], before_alarm;
} kept = { .pipe = { -1, -1 } };

static volatile sig_atomic_t armed, away, end_signal, resized, suspend, continued;

/* Never waits for the terminal: the modes first, as they need no room on the
 * line; then what nobody has read makes place for the string; and what the line
 * does not take even so is let go. Outcomes cannot be told to anybody. */
static void give_back(void)
{
	if (!armed)
		return;
	armed = 0;
	tcsetattr(kept.output, TCSANOW, &kept.modes);
	tcflush(kept.output, TCOFLUSH);
	int flags = fcntl(kept.output, F_GETFL);

	if (flags < 0 || fcntl(kept.output, F_SETFL, flags | O_NONBLOCK) != 0)
		return;
	if (write(kept.output, kept.reset, kept.length) < 0)
		errno = 0;
	fcntl(kept.output, F_SETFL, flags); /* the shell has the same description */
}

static void on_crash(int number)
{
	int error = errno;

	if (away && number == SIGQUIT)
		return;
	give_back();
	for (size_t i = 0; i < CRASHES; i++)
		if (crashes[i] == number)
			sigaction(number, &kept.before_crash[i], NULL);
	errno = error;
	raise(number); /* delivered when this handler returns */
}

static void on_report(int number)
{
	int error = errno;

	if (away && number == SIGINT)
		return;
	if (number == SIGWINCH) {
		resized = 1;
	} else if (number == SIGTSTP) {
		suspend = 1;
	} else if (number == SIGCONT) {
		continued = 1;
	} else {
		/* Asking again does not make the time longer. */
		if (!end_signal)
			alarm(LEAVE_SECONDS);
		end_signal = number;
	}
	if (write(kept.pipe[1], "", 1) < 0)
		errno = error; /* full: the reader is to be woken already */
	errno = error;
}

static void on_alarm(int number)
{
	(void)number;
	give_back();
	_exit(128 + (end_signal ? end_signal : SIGALRM));
}

static void handle(int number, void (*handler)(int), int flags, struct sigaction *before_r)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&action.sa_mask);
	/* In the background, giving back must not stop us. */
	sigaddset(&action.sa_mask, SIGTTOU);
	sigaction(number, &action, before_r);
}

int restore_begin(int output, const struct termios *modes, const char *reset)
{
	if (pipe2(kept.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	kept.output = output;
	kept.modes = *modes;
	kept.length = strlen(reset);
	if (kept.length >= RESET_MAX)
		kept.length = RESET_MAX - 1;
	memcpy(kept.reset, reset, kept.length);
	away = end_signal = resized = suspend = continued = 0;
	armed = 1;
	/* A stack that ran over is a crash too: have another one for it. */
	kept.stack = malloc(STACK_BYTES);
	if (kept.stack != NULL)
		sigaltstack(&(stack_t){ .ss_sp = kept.stack, .ss_size = STACK_BYTES }, NULL);
	for (size_t i = 0; i < CRASHES; i++)
		handle(crashes[i], on_crash, SA_ONSTACK, &kept.before_crash[i]);
	for (size_t i = 0; i < REPORTS; i++)
		handle(reports[i], on_report, SA_RESTART, &kept.before_report[i]);
	handle(SIGALRM, on_alarm, 0, &kept.before_alarm);
	return kept.pipe[0];
}

void restore_end(void)
{
	armed = 0;
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &kept.before_crash[i], NULL);
	for (size_t i = 0; i < REPORTS; i++)
		sigaction(reports[i], &kept.before_report[i], NULL);
	alarm(0);
	sigaction(SIGALRM, &kept.before_alarm, NULL);
	sigaltstack(&(stack_t){ .ss_flags = SS_DISABLE }, NULL);
	free(kept.stack);
	kept.stack = NULL;
	close(kept.pipe[0]);
	close(kept.pipe[1]);
	kept.pipe[0] = kept.pipe[1] = -1;
}

unsigned restore_events(void)
{
	char bytes[64];
	unsigned events = 0;

	while (read(kept.pipe[0], bytes, sizeof bytes) > 0)
		;
	if (resized) {
		resized = 0;
		events |= TERMINAL_RESIZED;
	}
	if (suspend) {
		suspend = 0;
		events |= TERMINAL_SUSPEND;
	}
	if (continued) {
		continued = 0;
		events |= TERMINAL_CONTINUED;
	}
	if (end_signal)
		events |= TERMINAL_END;
	return events;
}

int restore_end_signal(void)
{
	return end_signal;
}

void restore_hold(bool hold)
{
	armed = !hold;
}

void restore_away(bool on)
{
	static struct sigaction before;

	if (on == (away != 0))
		return;
	away = on;
	restore_hold(on);
	if (on) {
		struct sigaction stop = { .sa_handler = SIG_DFL };

		sigemptyset(&stop.sa_mask);
		sigaction(SIGTSTP, &stop, &before);
	} else {
		sigaction(SIGTSTP, &before, NULL);
	}
}
