/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ncurses is used for output only: which bytes change a screen best on which
 * terminal is what it is good at. Input is read here and taken apart by
 * widgets/keys.c, because ncurses would hand a split answer of the terminal on
 * as typed keys.
 */
#define NCURSES_WIDECHAR 1
#include "widgets/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "widgets/canvas_curses.h"
#include "widgets/cells.h"
#include "widgets/copy.h"
#include "widgets/restore.h"

#define ESCAPE_MS 40
/* Sent to every terminal: one that does not know a private mode ignores it. */
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
#define SYNC_ON "\033[?2026h"
#define SYNC_OFF "\033[?2026l"
#define SYNC_ASK "\033[?2026$p" /* DECRQM */
/* Ends whatever sequence is half sent (ECMA-48 8.3.6). */
#define CANCEL "\030\033\\"
/* What a program may leave behind that ncurses does not know of: a scrolling
 * region (setting it moves the cursor, hence saved), colours, another character
 * set, no wrapping, insert mode, no cursor, its own mouse reports. */
#define SANE                                             \
	"\0337\033[r\0338\033[0m\033(B\017"              \
	"\033[?7h\033[4l\033[?25h\033[?1003l\033[?1002l" \
	"\033[?1004l" MOUSE_OFF SYNC_OFF
#define PIECE 1024 /* of what waits, in one go */
#define PIECES 8

/* What is sent while frames are left out. */
struct outbox {
	char *text;
	size_t length, at;
};

struct terminal {
	SCREEN *screen;
	struct canvas_curses *curses;
	struct keys *keys;
	struct termios before;
	bool ascii;
	int colours;
	int signals;
	bool has_mouse, mouse;
	bool mouse_before; /* we left */
	bool synchronized; /* it knows private mode 2026 */
	bool whole;        /* the next frame is, whatever is said */
	char type[128];    /* what it is taken for */
	bool stands_in;
	struct outbox outbox;
	struct outbox *waits; /* &outbox: terminal_takes changes nothing else */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* To the terminal, past ncurses, whose own output has been flushed. */
static void send_text(const char *text)
{
	size_t length = strlen(text);

	while (length > 0) {
		ssize_t n = write(STDOUT_FILENO, text, length);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			length -= (size_t)n;
		}
	}
}

/* ---- What waits to be sent ---- */

static void outbox_clear(struct outbox *outbox)
{
	free(outbox->text);
	*outbox = (struct outbox){ 0 };
}

static bool room(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&output, 1, 0) == 1;
}

/* As long as there is room, but not so long that keys wait for it. */
static void outbox_send(struct outbox *outbox)
{
	for (int i = 0; i < PIECES && outbox->text != NULL && room(); i++) {
		size_t left = outbox->length - outbox->at;
		ssize_t n =
		    write(STDOUT_FILENO, outbox->text + outbox->at, left < PIECE ? left : PIECE);

		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			outbox_clear(outbox);
			return;
		}
		outbox->at += n > 0 ? (size_t)n : 0;
		if (outbox->at == outbox->length)
			outbox_clear(outbox);
	}
}

/* Before anything else is sent that does not wait for it. */
static void outbox_cancel(struct outbox *outbox)
{
	if (outbox->text != NULL && outbox->at > 0)
		send_text(CANCEL);
	outbox_clear(outbox);
}

/* ---- Which terminal ---- */

static bool known(const char *type)
{
	int error = 0;

	if (setupterm((char *)type, STDOUT_FILENO, &error) != OK)
		return false;
	char *place = tigetstr((char *)"cup");
	bool usable = place != NULL && place != (char *)-1;

	del_curterm(cur_term);
	return usable;
}

/* What stands in for a type that this machine does not know: its family's
 * name, then what most terminals can do. */
static bool stand_in(const char *type, char *out, size_t size)
{
	static const char *const likely[] = { "xterm", "vt100", "ansi" };
	size_t family = strcspn(type, "-.+");

	if (type[family] != '\0') {
		snprintf(out, size, "%.*s", (int)family, type);
		if (known(out))
			return true;
	}
	if (getenv("COLORTERM") != NULL && known("xterm-256color")) {
		snprintf(out, size, "xterm-256color");
		return true;
	}
	for (size_t i = 0; i < sizeof likely / sizeof likely[0]; i++)
		if (known(likely[i])) {
			snprintf(out, size, "%s", likely[i]);
			return true;
		}
	return false;
}

static enum terminal_problem choose(char *type_r, size_t type_size, char *note, size_t size)
{
	const char *type = getenv("TERM");

	note[0] = '\0';
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return TERMINAL_NONE;
	if (type != NULL && strcmp(type, "dumb") == 0)
		return TERMINAL_DUMB;
	if (type != NULL && known(type)) {
		snprintf(type_r, type_size, "%s", type);
		return TERMINAL_FINE;
	}
	if (!stand_in(type != NULL ? type : "", type_r, type_size))
		return TERMINAL_UNKNOWN;
	if (type == NULL || *type == '\0')
		snprintf(note, size, "TERM is not set: %s stands in", type_r);
	else
		snprintf(note, size, "terminal type %.40s is not known here: %s stands in", type,
		    type_r);
	return TERMINAL_FINE;
}

/* ---- Opening and closing ---- */

/* Adds a capability without its padding marks, "$<5>". */
static void add_capability(char *out, size_t size, const char *name)
{
	const char *text = tigetstr((char *)name);
	size_t at = strlen(out);

	if (text == NULL || text == (char *)-1)
		return;
	while (*text != '\0' && at + 1 < size) {
		const char *end = strncmp(text, "$<", 2) == 0 ? strchr(text, '>') : NULL;

		if (end != NULL)
			text = end + 1;
		else
			out[at++] = *text++;
	}
	out[at] = '\0';
}

static void reset_text(const struct terminal *t, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", t->has_mouse ? MOUSE_OFF : "", PASTE_OFF, SYNC_OFF);
	add_capability(out, size, "sgr0");
	add_capability(out, size, "op");
	add_capability(out, size, "cnorm");
	add_capability(out, size, "rmcup");
}

static int escape_ms(void)
{
	const char *text = getenv("ESCDELAY");
	long value = text != NULL ? strtol(text, NULL, 10) : 0;

	return value >= 1 && value <= 5000 ? (int)value : ESCAPE_MS;
}

static int colours(void)
{
	const char *none = getenv("NO_COLOR");

	if ((none != NULL && *none != '\0') || !has_colors() || start_color() != OK)
		return 0;
	use_default_colors();
	return COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : COLORS >= 8 ? 8 : 0;
}

static bool has_capability(const char *name)
{
	const char *text = tigetstr((char *)name);

	return text != NULL && text != (char *)-1;
}

static void setup_modes(struct terminal *t)
{
	char reset[512];

	raw();
	noecho();
	nonl();
	typeahead(-1); /* never leave a frame half drawn for a key */
	leaveok(stdscr, FALSE);
	t->has_mouse = has_capability("kmous");
	t->colours = colours();
	t->curses = canvas_curses_new(t->colours, PALETTE_DARK);
	reset_text(t, reset, sizeof reset);
	t->signals = restore_begin(STDOUT_FILENO, &t->before, reset);
}

static void reported(void *arg, int mode, int value)
{
	struct terminal *t = arg;

	if (mode == 2026 && (value == 1 || value == 2))
		t->synchronized = true;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Terminals that would show a part of the question do not know the mode. */
static bool may_be_asked(const char *type)
{
	const char *program = getenv("TERM_PROGRAM");

	return !begins(type, "linux") && !begins(type, "vt") && !begins(type, "ansi") &&
	    (program == NULL || strcmp(program, "Apple_Terminal") != 0);
}

struct terminal *terminal_open(enum terminal_problem *problem_r, char *note, size_t size)
{
	char type[sizeof((struct terminal *)0)->type];

	*problem_r = choose(type, sizeof type, note, size);
	if (*problem_r != TERMINAL_FINE)
		return NULL;
	struct terminal *t = cells_memory(1, sizeof *t);

	t->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	t->signals = -1;
	t->stands_in = note[0] != '\0';
	t->waits = &t->outbox;
	snprintf(t->type, sizeof t->type, "%s", type);
	tcgetattr(STDOUT_FILENO, &t->before);
	t->screen = newterm(type, stdout, stdin);
	if (t->screen == NULL) {
		free(t);
		*problem_r = TERMINAL_UNKNOWN;
		return NULL;
	}
	t->keys = keys_new(!t->ascii, escape_ms());
	keys_reports(t->keys, reported, t);
	setup_modes(t);
	if (may_be_asked(type))
		send_text(SYNC_ASK);
	send_text(PASTE_ON);
	terminal_mouse(t, true);
	return t;
}

void terminal_close(struct terminal *t)
{
	if (t == NULL)
		return;
	outbox_cancel(&t->outbox);
	terminal_mouse(t, false);
	send_text(PASTE_OFF);
	endwin();
	tcsetattr(STDOUT_FILENO, TCSADRAIN, &t->before);
	if (t->signals >= 0)
		restore_end();
	canvas_curses_free(t->curses);
	delscreen(t->screen);
	keys_free(t->keys);
	free(t);
}

const char *terminal_stand_in(const struct terminal *t)
{
	return t->stands_in ? t->type : NULL;
}

enum signs terminal_signs(const struct terminal *t)
{
	return begins(t->type, "linux") || begins(t->type, "vt") ? SIGNS_PLAIN : SIGNS_BRAILLE;
}

void terminal_palette(struct terminal *t, enum palette_set set)
{
	canvas_curses_palette(t->curses, set);
	t->whole = true;
}

void terminal_limit(struct terminal *t, int most)
{
	canvas_curses_colours(t->curses, most < t->colours ? most : t->colours);
}

bool terminal_ascii(const struct terminal *t)
{
	return t->ascii;
}

int terminal_colours(const struct terminal *t)
{
	return t->colours;
}

void terminal_size(const struct terminal *t, int *rows_r, int *cols_r)
{
	(void)t;
	*rows_r = LINES;
	*cols_r = COLS;
}

/* ---- Input ---- */

int terminal_input(const struct terminal *t)
{
	(void)t;
	return STDIN_FILENO;
}

int terminal_signal(const struct terminal *t)
{
	return t->signals;
}

static void measure(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
	    (size.ws_row != LINES || size.ws_col != COLS))
		resize_term(size.ws_row, size.ws_col);
}

unsigned terminal_events(struct terminal *t)
{
	unsigned events = restore_events();

	(void)t;
	if (events & TERMINAL_CONTINUED) {
		reset_prog_mode(); /* the shell had it meanwhile */
		events |= TERMINAL_RESIZED;
	}
	if (events & TERMINAL_RESIZED)
		measure();
	return events;
}

int terminal_end_signal(const struct terminal *t)
{
	(void)t;
	return restore_end_signal();
}

bool terminal_read(struct terminal *t, keys_each *each, void *arg)
{
	char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

	if (n <= 0)
		return n < 0 && (errno == EINTR || errno == EAGAIN);
	keys_feed(t->keys, bytes, (size_t)n, now_ms(), each, arg);
	return true;
}

int terminal_wait(const struct terminal *t)
{
	return keys_wait(t->keys, now_ms());
}

void terminal_tick(struct terminal *t, keys_each *each, void *arg)
{
	keys_tick(t->keys, now_ms(), each, arg);
}

/* ---- Output ---- */

bool terminal_takes(const struct terminal *t)
{
	outbox_send(t->waits);
	return t->waits->text == NULL && room();
}

void terminal_show(struct terminal *t, const struct canvas *canvas, bool all)
{
	outbox_cancel(&t->outbox); /* a caller that does not ask */
	int rows = canvas_curses_put(t->curses, canvas, all || t->whole);
	/* A row alone is never seen half drawn; the marks would cost more. */
	bool marked = t->synchronized && rows > 1;

	t->whole = false;
	if (marked)
		send_text(SYNC_ON);
	canvas_curses_write();
	if (marked)
		send_text(SYNC_OFF);
}

void terminal_mouse(struct terminal *t, bool on)
{
	if (!t->has_mouse || on == t->mouse)
		return;
	outbox_cancel(&t->outbox);
	t->mouse = on;
	send_text(on ? MOUSE_ON : MOUSE_OFF);
}

bool terminal_mouse_on(const struct terminal *t)
{
	return t->mouse;
}

enum terminal_copied terminal_copy(struct terminal *t, const void *bytes, size_t length)
{
	enum copy_way way = copy_way(t->type, getenv("TMUX") != NULL, getenv("STY") != NULL);

	if (way == COPY_NONE)
		return TERMINAL_UNABLE;
	if (length == 0)
		return TERMINAL_NOTHING;
	if (length > COPY_MAX)
		return TERMINAL_TOO_LONG;
	if (t->outbox.text != NULL)
		return TERMINAL_BUSY;
	t->outbox.text = copy_sequence(bytes, length, way, &t->outbox.length);
	t->outbox.at = 0;
	outbox_send(&t->outbox);
	return TERMINAL_COPIED;
}

/* ---- Others on the terminal ---- */

static void give_away(struct terminal *t)
{
	outbox_cancel(&t->outbox);
	t->mouse_before = t->mouse;
	terminal_mouse(t, false);
	send_text(PASTE_OFF);
	endwin();
	restore_away(true);
}

/* ncurses draws everything anew after endwin. */
static void take_back(struct terminal *t)
{
	restore_away(false);
	reset_prog_mode();
	measure();
	send_text(PASTE_ON);
	terminal_mouse(t, t->mouse_before);
}

void terminal_suspend(struct terminal *t)
{
	give_away(t);
	kill(0, SIGTSTP); /* the whole job, as Ctrl-Z would */
	take_back(t);
}

void terminal_leave(struct terminal *t)
{
	give_away(t);
	tcsetattr(STDOUT_FILENO, TCSADRAIN, &t->before);
}

/* A shell that made itself the foreground and died leaves nobody there. When
 * somebody is, we are in the background and wait for our turn as all do. */
static void take_foreground(void)
{
	pid_t front = tcgetpgrp(STDIN_FILENO);
	sigset_t output, before;

	if (front <= 0 || front == getpgrp() || kill(-front, 0) == 0 || errno != ESRCH)
		return;
	sigemptyset(&output);
	sigaddset(&output, SIGTTOU);
	sigprocmask(SIG_BLOCK, &output, &before);
	tcsetpgrp(STDIN_FILENO, getpgrp());
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void terminal_return(struct terminal *t)
{
	take_foreground();
	tcflush(STDIN_FILENO, TCIFLUSH); /* answers that came for the other one */
	keys_reset(t->keys);
	send_text(SANE);
	take_back(t);
}
