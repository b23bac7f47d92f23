/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop around struct ui: a terminal on one side, the control socket on the
 * other, poll(2) between them, and nothing that waits elsewhere. Figures make
 * a frame a second, keys make one at once, a burst of journal lines at most
 * ten a second; when the line to the terminal is full, frames are left out,
 * keys never.
 */
#include "console/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/client.h"
#include "console/shell.h"
#include "console/ui.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/terminal.h"

#define FIRST_MS 30  /* how long the first frame waits for figures */
#define DATA_MS 100  /* between frames that nobody asked for */
#define TICK_MS 1000 /* the clock goes on when no figures come */
#define LATE_MS 300  /* figures have the chance to come before that */
#define RETRY_LEAST_MS 50
#define RETRY_MOST_MS 1000 /* also when the host takes us and sends us away */

enum draw { DRAW_NOT, DRAW_SOON, DRAW_NOW };

struct screen {
	const char *home;
	struct look *look; /* borrowed */
	struct terminal *terminal;
	struct client *client;
	struct ui *ui;
	struct canvas *canvas;
	int64_t started_ms, drawn_ms, retry_at_ms;
	int retry_ms;
	enum draw draw;
	bool all;     /* the next frame is a whole one */
	bool blocked; /* the terminal takes nothing now */
	bool leave;
	bool copied; /* that it may be in vain has been said */
	int status;
};

static int64_t now_ms(void)
{
	return clock_monotonic() / 1000000;
}

static void want(struct screen *s, enum draw draw)
{
	if (draw > s->draw)
		s->draw = draw;
}

/* ---- The connection ---- */

static int port_send(void *arg, const char *method, json_t *params)
{
	struct screen *s = arg;

	if (s->client != NULL)
		return client_send(s->client, method, params);
	json_decref(params);
	return 0;
}

static bool attempt(struct screen *s, struct fault *fault)
{
	s->client = client_try(s->home, fault);
	if (s->client == NULL)
		return false;
	ui_connected(s->ui);
	return true;
}

static void retry_later(struct screen *s)
{
	s->retry_at_ms = now_ms() + s->retry_ms;
	s->retry_ms = s->retry_ms * 2 < RETRY_MOST_MS ? s->retry_ms * 2 : RETRY_MOST_MS;
}

static void retry(struct screen *s)
{
	struct fault fault = { 0 };

	want(s, DRAW_SOON);
	if (attempt(s, &fault))
		return;
	ui_disconnected(s->ui, &fault);
	retry_later(s);
}

static void lost(struct screen *s)
{
	bool served = s->ui->fresh_ms > 0;

	client_close(s->client);
	s->client = NULL;
	ui_disconnected(s->ui, NULL);
	if (served) {
		s->retry_ms = RETRY_LEAST_MS;
		retry(s); /* a host that crashed is back at once */
	} else {
		retry_later(s); /* it may go on refusing */
	}
	want(s, DRAW_NOW);
}

static void receive(struct screen *s)
{
	bool alive = client_receive(s->client);
	json_t *message;

	while ((message = client_next(s->client)) != NULL) {
		if (ui_message(s->ui, message))
			want(s, DRAW_SOON);
		json_decref(message);
	}
	if (!alive)
		lost(s);
}

/* ---- The terminal ---- */

static void pressed(void *arg, const struct key *key)
{
	struct screen *s = arg;

	ui_key(s->ui, key);
	want(s, DRAW_NOW);
}

static void fit(struct screen *s)
{
	int rows, cols;

	terminal_size(s->terminal, &rows, &cols);
	if (s->canvas != NULL && s->canvas->rows == rows && s->canvas->cols == cols)
		return;
	canvas_free(s->canvas);
	bool ascii = s->look != NULL && look_boolean(s->look, "ascii");

	s->canvas = canvas_new(rows, cols, ascii || terminal_ascii(s->terminal));
}

static void whole_frame(struct screen *s)
{
	fit(s);
	s->all = true;
	want(s, DRAW_NOW);
}

static void signals(struct screen *s)
{
	unsigned events = terminal_events(s->terminal);

	if (events & TERMINAL_END) {
		s->leave = true;
		s->status = 128 + terminal_end_signal(s->terminal);
		return;
	}
	if (events & TERMINAL_SUSPEND)
		terminal_suspend(s->terminal);
	if (events & (TERMINAL_SUSPEND | TERMINAL_RESIZED))
		whole_frame(s);
}

/* ---- What the ui asks of the terminal ---- */

/* The person's settings that the terminal has to do with. */
static void use_look(struct screen *s)
{
	const struct look *look = s->look;

	if (look == NULL)
		return;
	const char *colours = look_text(look, "colours"), *set = look_text(look, "look");

	terminal_limit(s->terminal,
	    strcmp(colours, "none") == 0   ? 0 :
		strcmp(colours, "16") == 0 ? 16 :
					     256);
	terminal_palette(s->terminal,
	    strcmp(set, "light") == 0        ? PALETTE_LIGHT :
		strcmp(set, "contrast") == 0 ? PALETTE_CONTRAST :
					       PALETTE_DARK);
	terminal_mouse(s->terminal, look_boolean(look, "mouse"));
	s->ui->mouse_on = terminal_mouse_on(s->terminal);
	canvas_free(s->canvas);
	s->canvas = NULL;
	whole_frame(s);
}

/* No terminal answers whether it took it: that is said with the first one. */
static void say_copied(struct screen *s)
{
	char said[sizeof s->ui->message];

	text_format(said, sizeof said, "%s", s->ui->message);
	/* Who asked may have said it in better words. */
	if (said[0] == '\0')
		ui_say(s->ui, STYLE_NOTE, 5, "%s",
		    _("sent to the terminal's clipboard; not every terminal takes it"));
	else if (!s->copied)
		ui_say(s->ui, STYLE_NOTE, 10, _("%s; not every terminal takes it"), said);
	s->copied = true;
}

static void copy(struct screen *s)
{
	char *text = s->ui->copy;

	s->ui->copy = NULL;
	if (text == NULL)
		return;
	switch (terminal_copy(s->terminal, text, strlen(text))) {
	case TERMINAL_COPIED:
		say_copied(s);
		break;
	case TERMINAL_NOTHING:
		ui_say(s->ui, STYLE_NOTE, 5, "%s", _("there is nothing to copy"));
		break;
	case TERMINAL_TOO_LONG:
		ui_say(s->ui, STYLE_WARN, 10, "%s", _("too long for a terminal's clipboard"));
		break;
	case TERMINAL_UNABLE:
		ui_say(s->ui, STYLE_WARN, 10, "%s",
		    _("this terminal has no clipboard that programs can reach; select with Shift "
		      "and the mouse"));
		break;
	case TERMINAL_BUSY:
		ui_say(s->ui, STYLE_WARN, 5, "%s", _("the copy before is still on its way"));
		break;
	}
	free(text);
	want(s, DRAW_NOW);
}

/* A program on the terminal itself; the host's messages wait in the socket. */
static void run_shell(struct screen *s)
{
	int status;

	if (s->client != NULL)
		client_flush(s->client);
	terminal_leave(s->terminal);
	status = shell_run(s->ui->shell.argv, s->ui->shell.pause);
	terminal_return(s->terminal);
	ui_time(s->ui, now_ms(), clock_utc());
	ui_shell_ended(s->ui, status);
	whole_frame(s);
}

static void wishes(struct screen *s)
{
	unsigned wants = ui_wants(s->ui);

	if (wants & UI_LEAVE)
		s->leave = true;
	if (wants & UI_MOUSE) {
		terminal_mouse(s->terminal, !terminal_mouse_on(s->terminal));
		s->ui->mouse_on = terminal_mouse_on(s->terminal);
		ui_say(s->ui, STYLE_NOTE, 5, "%s",
		    s->ui->mouse_on ? _("mouse on; Shift and drag selects text") :
				      _("mouse off: the terminal's own selecting works"));
	}
	if (wants & UI_COPY)
		copy(s);
	if (wants & UI_LOOK)
		use_look(s);
	if (wants & UI_SHELL && !s->leave)
		run_shell(s);
	if (wants & UI_SUSPEND && !s->leave)
		terminal_suspend(s->terminal);
	if (wants & (UI_SUSPEND | UI_REDRAW))
		whole_frame(s);
}

static void draw(struct screen *s)
{
	int64_t now = now_ms();
	int64_t since = now - s->drawn_ms;

	if (s->draw == DRAW_NOT && since >= TICK_MS + LATE_MS)
		s->draw = DRAW_SOON;
	if (s->draw == DRAW_NOT || (s->draw == DRAW_SOON && since < DATA_MS))
		return;
	/* The first frame is a full one if that is to be had soon. */
	if (s->drawn_ms == 0 && !s->ui->model->known && s->client != NULL &&
	    now - s->started_ms < FIRST_MS)
		return;
	s->blocked = !terminal_takes(s->terminal);
	if (s->blocked)
		return;
	ui_draw(s->ui, s->canvas);
	terminal_show(s->terminal, s->canvas, s->all);
	s->all = false;
	s->draw = s->ui->wants & UI_AGAIN ? DRAW_SOON : DRAW_NOT;
	s->drawn_ms = now;
}

/* ---- The loop ---- */

static int sooner(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || b < a ? (int)b : a;
}

static int patience(const struct screen *s)
{
	int64_t now = now_ms();
	int wait = terminal_wait(s->terminal);

	if (s->client == NULL)
		wait = sooner(wait, s->retry_at_ms - now);
	if (s->blocked)
		return wait; /* poll tells when the terminal takes more */
	if (s->drawn_ms == 0)
		return sooner(wait, s->started_ms + FIRST_MS - now);
	if (s->draw == DRAW_NOT)
		return sooner(wait, s->drawn_ms + TICK_MS + LATE_MS - now);
	return sooner(wait, s->drawn_ms + DATA_MS - now);
}

static void turn(struct screen *s)
{
	enum { INPUT, SIGNALS, OUTPUT, SOCKET };
	struct pollfd fds[4] = {
		[INPUT] = { .fd = terminal_input(s->terminal), .events = POLLIN },
		[SIGNALS] = { .fd = terminal_signal(s->terminal), .events = POLLIN },
		[OUTPUT] = { .fd = s->blocked ? STDOUT_FILENO : -1, .events = POLLOUT },
		[SOCKET] = { .fd = -1, .events = POLLIN },
	};

	if (s->client != NULL) {
		fds[SOCKET].fd = client_descriptor(s->client);
		fds[SOCKET].events |= client_wants_write(s->client) ? POLLOUT : 0;
	}
	if (poll(fds, 4, patience(s)) < 0 && errno != EINTR) {
		s->leave = true;
		s->status = FAULT_FAILED;
		return;
	}
	ui_time(s->ui, now_ms(), clock_utc());
	ui_tell_page(s->ui);
	if (fds[SIGNALS].revents)
		signals(s);
	if (fds[INPUT].revents && !terminal_read(s->terminal, pressed, s)) {
		s->leave = true; /* the terminal has gone */
		s->status = 128 + SIGHUP;
	} else if (!fds[INPUT].revents) {
		terminal_tick(s->terminal, pressed, s);
	}
	if (s->client != NULL && fds[SOCKET].revents & POLLOUT)
		client_flush(s->client);
	if (s->client != NULL && fds[SOCKET].revents & (POLLIN | POLLHUP | POLLERR))
		receive(s);
	else if (s->client == NULL && now_ms() >= s->retry_at_ms)
		retry(s);
	wishes(s);
}

static bool no_terminal(enum terminal_problem problem, struct fault *fault)
{
	const char *type = getenv("TERM");

	switch (problem) {
	case TERMINAL_DUMB:
		fault_set(fault, FAULT_FAILED,
		    "the console needs a terminal that can "
		    "place text, and TERM is dumb");
		return fault_next(fault, "use steward status, and steward log --follow");
	case TERMINAL_UNKNOWN:
		fault_set(fault, FAULT_FAILED,
		    "the terminal type %.40s is not known here, "
		    "and nothing like it",
		    type != NULL ? type : _("(TERM is not set)"));
		return fault_next(fault, "try TERM=xterm steward, or use steward status");
	default:
		fault_set(fault, FAULT_FAILED, "the console needs a terminal");
		return fault_next(fault,
		    "over SSH: ssh -t HOST steward; without one: "
		    "steward status");
	}
}

/* As every program on terminals takes it; what the environment says goes first. */
static void escape_delay(int ms)
{
	char text[16];

	text_format(text, sizeof text, "%d", ms);
	setenv("ESCDELAY", text, 0);
}

static bool begin(struct screen *s, struct fault *fault)
{
	enum terminal_problem problem;
	char note[160];

	ui_time(s->ui, now_ms(), clock_utc());
	/* First the question to the host, so that it works while we do. */
	if (!attempt(s, fault))
		return false;
	if (s->look != NULL)
		escape_delay(look_number(s->look, "escape_ms"));
	s->terminal = terminal_open(&problem, note, sizeof note);
	if (s->terminal == NULL)
		return no_terminal(problem, fault);
	if (s->look != NULL && s->look->fault.code != FAULT_NONE)
		ui_say_fault(s->ui, &s->look->fault);
	if (note[0] != '\0')
		ui_say(s->ui, STYLE_WARN, 20, "%s", note);
	whole_frame(s);
	return true;
}

int screen_run(const struct screen_options *options, struct fault *fault)
{
	struct screen s = { .home = options->home,
		.look = options->look,
		.started_ms = now_ms(),
		.retry_ms = RETRY_LEAST_MS };
	struct ui_port port = { .arg = &s,
		.send = port_send,
		.home = options->home,
		.origin = options->origin,
		.read_only = options->read_only,
		.look = options->look };

	s.ui = ui_new(&port);
	if (begin(&s, fault)) {
		while (!s.leave) {
			turn(&s);
			if (!s.leave)
				draw(&s);
		}
		fault_set(fault, FAULT_NONE, "%s", "");
	} else {
		s.status = (int)fault->code;
	}
	terminal_close(s.terminal);
	client_close(s.client);
	canvas_free(s.canvas);
	ui_free(s.ui);
	return s.status;
}
