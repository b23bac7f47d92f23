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
#include "widgets/restore.h"

#define ESCAPE_MS 40
/* Sent to every terminal: one that does not know a private mode ignores it. */
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

struct terminal {
	SCREEN *screen;
	struct canvas_curses *curses;
	struct keys *keys;
	struct termios before;
	bool ascii;
	int colours;
	int signals;
	bool has_mouse, mouse;
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
	snprintf(out, size, "%s%s", t->has_mouse ? MOUSE_OFF : "", PASTE_OFF);
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

struct terminal *terminal_open(enum terminal_problem *problem_r, char *note, size_t size)
{
	char type[128];

	*problem_r = choose(type, sizeof type, note, size);
	if (*problem_r != TERMINAL_FINE)
		return NULL;
	struct terminal *t = cells_memory(1, sizeof *t);

	t->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	t->signals = -1;
	tcgetattr(STDOUT_FILENO, &t->before);
	t->screen = newterm(type, stdout, stdin);
	if (t->screen == NULL) {
		free(t);
		*problem_r = TERMINAL_UNKNOWN;
		return NULL;
	}
	t->keys = keys_new(!t->ascii, escape_ms());
	setup_modes(t);
	send_text(PASTE_ON);
	terminal_mouse(t, true);
	return t;
}

void terminal_close(struct terminal *t)
{
	if (t == NULL)
		return;
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
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	(void)t;
	return poll(&output, 1, 0) == 1;
}

void terminal_show(struct terminal *t, const struct canvas *canvas, bool all)
{
	canvas_curses_put(t->curses, canvas, all);
	canvas_curses_write();
}

void terminal_mouse(struct terminal *t, bool on)
{
	if (!t->has_mouse || on == t->mouse)
		return;
	t->mouse = on;
	send_text(on ? MOUSE_ON : MOUSE_OFF);
}

bool terminal_mouse_on(const struct terminal *t)
{
	return t->mouse;
}

void terminal_suspend(struct terminal *t)
{
	bool mouse = t->mouse;
	struct sigaction stop = { .sa_handler = SIG_DFL }, before;

	terminal_mouse(t, false);
	send_text(PASTE_OFF);
	endwin();
	restore_hold(true);
	sigemptyset(&stop.sa_mask);
	sigaction(SIGTSTP, &stop, &before);
	kill(0, SIGTSTP); /* the whole job, as Ctrl-Z would */
	sigaction(SIGTSTP, &before, NULL);
	restore_hold(false);
	reset_prog_mode();
	measure();
	send_text(PASTE_ON);
	terminal_mouse(t, mouse);
}
