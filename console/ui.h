/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_UI_H
#define CONSOLE_UI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "console/bindings.h"
#include "console/commands.h"
#include "console/look.h"
#include "console/model.h"
#include "console/view.h"
#include "data/fault.h"
#include "widgets/sheet.h"

/*
 * The console without terminal and socket: keys and messages go in, requests
 * and a drawn canvas come out. That is what the tests drive. The loop around
 * it is console/screen.c. One thread; time is handed in.
 */
#define UI_DEPTH 8
#define UI_REQUESTS 32
#define UI_STATES 64
#define UI_HINTS 16
#define UI_BANNER_BYTES 1200

/* What the console needs of the world. */
struct ui_port {
	void *arg;
	/* Sends without waiting; params is taken over. The request's id, 0 when
	 * there is no connection. */
	int (*send)(void *arg, const char *method, json_t *params);
	const char *home;   /* --home as it was given, or NULL; borrowed */
	const char *origin; /* where this person sits, for hello; or NULL; borrowed */
	bool read_only;     /* look only */
	/* The person's settings of the screen; borrowed, NULL: all by default, and
	 * they cannot be changed. */
	struct look *look;
};

enum ui_want {
	UI_LEAVE = 1,
	UI_SUSPEND = 2,
	UI_REDRAW = 4,   /* everything, not only what changed */
	UI_MOUSE = 8,    /* turn the mouse on or off */
	UI_COPY = 16,    /* ui->copy to the terminal's clipboard */
	UI_SHELL = 32,   /* run ui->shell in the foreground, then ui_shell_ended */
	UI_AGAIN = 1024, /* draw soon once more: there is work left */
	UI_LOOK = 64,    /* the colour set or another setting of the screen changed */
};

struct ui_request;

/* The answer to a request. result: borrowed, NULL when fault says why not (also
 * when the connection broke). request: its context and times, until return. */
typedef void ui_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault);

struct ui_request {
	int id; /* 0: the place is free */
	ui_answered *answered;
	json_t *context; /* what answered needs, given to ui_ask; may be NULL */
	int64_t since_ms;
	/* For what a person did: "stop web", shown while it is under way. Else empty. */
	char doing[96];
	char service[32]; /* whose state is shown beside it, or empty */
};

/* A command that runs on the terminal itself: an editor, sudo. */
struct ui_shell {
	char *const *argv; /* the caller's, ends with NULL; until ended was called */
	bool pause;        /* wait for a key before the screen comes back */
	/* status: as from waitpid, -1: it could not be started. */
	void (*ended)(struct ui *ui, int status);
};

/* Views read it and change what is theirs; everything else goes through the
 * functions below. */
struct ui {
	struct ui_port port;
	struct model *model;
	int64_t now_ms, now_us; /* monotonic; UTC */
	unsigned wants;         /* enum ui_want */

	/* The connection. */
	bool connected;
	int64_t lost_ms;   /* when it was lost; 0: figures came since */
	struct fault lost; /* why, and how to start stewardd */
	bool refused;      /* lost is what the host said in place of figures */
	int64_t fresh_ms;  /* when this connection's newest snapshot came; 0: none */
	char role[16], user[40];
	unsigned connection;              /* how many there have been */
	enum journal_level journal_level; /* what is subscribed to: it and what is worse */
	unsigned gaps;         /* how often the host left records out, because we were slow */
	uint64_t journal_from; /* the model's records from this number on lack none of it */
	int64_t session;       /* this connection's number, 0: not known */
	json_t *schema;        /* the answer to describe, NULL: it has not come */
	struct ui_request requests[UI_REQUESTS];

	/* The message line. */
	char message[768];
	unsigned message_style;
	int64_t message_until_ms; /* 0: until something else is to be said */

	const struct view *views[UI_DEPTH];
	size_t depth;                  /* views[depth - 1] is seen */
	const struct overlay *overlay; /* NULL: none */
	struct {
		const void *owner;
		void *state;
		void (*end)(void *state);
	} states[UI_STATES];

	/* As last drawn. */
	struct {
		char name[32], since[32];
		enum model_state state;
		int64_t generation;
	} seen[MODEL_SERVICES]; /* frames are left out on a slow line: the model may be ahead */
	size_t seen_count;
	struct area body; /* of the view; see ui_inside */
	int rows, cols;
	bool ascii;
	int nav_row, footer_row; /* -1: not there */

	bool mouse_on;
	struct bindings bindings;
	char selected[32];              /* a service's name, or empty */
	char marks[MODEL_SERVICES][32]; /* names of the marked ones; see ui_marked */
	size_t mark_count;
	char *copy; /* for UI_COPY, the loop frees it and sets NULL */
	struct ui_shell shell;
	char told_page[96]; /* what `present` said last */
	int64_t told_ms;
};

struct ui *ui_new(const struct ui_port *port);
void ui_free(struct ui *ui); /* NULL allowed */

/* Before anything else of a turn: what time it is. */
void ui_time(struct ui *ui, int64_t monotonic_ms, int64_t utc_us);
void ui_connected(struct ui *ui);
/* fault: why, copied; NULL: the connection broke, or the host ended it with the
 * reason it gave before. May be called again with another reason. */
void ui_disconnected(struct ui *ui, const struct fault *fault);
/* An answer or a notification, borrowed. True when what is seen may change. */
bool ui_message(struct ui *ui, json_t *message);
void ui_key(struct ui *ui, const struct key *key);
void ui_draw(struct ui *ui, struct canvas *canvas);
/* What the loop is to do; asked once, then forgotten. */
unsigned ui_wants(struct ui *ui);
/* What UI_SHELL asked for has ended. */
void ui_shell_ended(struct ui *ui, int status);

/* ---- For the views and overlays ---- */

/* What owner remembers, size bytes, zeroed at first, as long as ui. end (NULL
 * allowed) frees what it holds when ui goes. */
void *ui_state(struct ui *ui, const void *owner, size_t size, void (*end)(void *state));
void *ui_view_state(struct ui *ui, const struct view *view);
void *ui_overlay_state(struct ui *ui, const struct overlay *overlay);

const struct view *ui_view(const struct ui *ui);
/* Over what is seen; Esc comes back. A view that lies below already comes up. */
void ui_open(struct ui *ui, const struct view *view);
/* Straight from Home, as its number does. */
void ui_go(struct ui *ui, const struct view *view);
void ui_back(struct ui *ui);
/* One overlay at a time: another one is closed first. */
void ui_lay_over(struct ui *ui, const struct overlay *overlay);
void ui_close(struct ui *ui); /* the overlay */

/* What is seen is too old to be taken for how things are: states get a question
 * mark, and nothing looks good. */
bool ui_doubtful(const struct ui *ui);
/* The row and column of a click inside the area, as it was last drawn; the
 * canvas may be gone since. False: it was elsewhere. */
bool ui_inside(const struct area *area, const struct key *key, int *row_r, int *col_r);
/* The selected service, or NULL. */
const struct model_service *ui_selected(const struct ui *ui);
void ui_select(struct ui *ui, const char *name);
/* The schema's entry of a service ("host" too), or NULL; borrowed. */
const json_t *ui_schema_service(const struct ui *ui, const char *name);
/* At least this role, and not --read-only. */
bool ui_may(const struct ui *ui, const char *role);
/* The next letters go to the terminal's clipboard (OSC 52). */
void ui_copy(struct ui *ui, const char *text);
/* A character as if it had been typed, by its default key (bindings.h). */
void ui_press(struct ui *ui, uint32_t character);

/* Puts the person's settings into force: the keys here, the rest by UI_LOOK. */
void ui_look(struct ui *ui);

/* As last drawn: nothing but how to leave can be read. */
bool ui_too_small(const struct ui *ui);
/* The view whose word in the bar of views was drawn at col, or NULL (ui_frame.c). */
const struct view *ui_nav_at(const struct ui *ui, int col);
/* The default key of the way (palette, menu, help) that was drawn there, -1: none. */
int ui_nav_key_at(const struct ui *ui, int col);

/* ---- Asking the host (ui_link.c) ---- */

/* Sends, and calls answered with what comes. params and context are taken over
 * (NULL allowed). False: not sent, which has been said. */
bool ui_ask(struct ui *ui, const char *method, json_t *params, ui_answered *answered,
    json_t *context);
/* The same for what a person did: doing ("stop web") and the state of service
 * (NULL: none) stand in the message line while it is under way. */
bool ui_ask_doing(struct ui *ui, const char *method, json_t *params, ui_answered *answered,
    json_t *context, const char *doing, const char *service);
/* The first request that a person waits for, NULL: none. */
const struct ui_request *ui_under_way(const struct ui *ui);

/* Subscribes to records of this level and worse ones. */
void ui_journal_level(struct ui *ui, enum journal_level level);

/* Takes the entries of an answer to `audit` into the model. */
ui_answered ui_audit_answered;
/* Tells the host which page is seen, when it is another one; the loop calls it. */
void ui_tell_page(struct ui *ui);

/* ---- Saying something (ui_say.c) ---- */

/* For seconds (0: until something else is said). format: translated already. */
void ui_say(struct ui *ui, unsigned style, int seconds, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void ui_say_fault(struct ui *ui, const struct fault *fault);
/* Closes the overlay and says that nothing was done. */
void ui_cancel(struct ui *ui);
/* The answer of an overlay's sheet, or SHEET_OPEN; with one the overlay is closed,
 * and answer 0 cancels. */
int ui_answer(struct ui *ui, struct sheet *sheet, const struct key *key);
/* What the message line shows now: the message, else what is under way. The
 * style is put into style_r. */
void ui_message_text(const struct ui *ui, char *out, size_t size, unsigned *style_r);
/* Words as they are to be typed at a shell: "steward --home DIR log web". False when
 * they did not fit. */
bool ui_typed(const struct ui *ui, const char *words, char *out, size_t size);
/* The connection is gone, or is refused each time it is made. */
bool ui_cut_off(const struct ui *ui);
/* What stands over every view: lost connection, a trial that counts down; or
 * empty. */
void ui_banner_text(const struct ui *ui, char *out, size_t size, unsigned *style_r);

/* ---- Acting (ui_act.c, act.h) ---- */

/* Carries out a row of the command table on a service (NULL: the marked ones where
 * the view marks, else the selected one), or says why not, or asks first. */
void ui_command(struct ui *ui, const struct command *command, const char *name);
/* The same on services that were named: all of them, whatever their state. */
void ui_command_several(struct ui *ui, const struct command *command, const char *const *names,
    size_t count);
/* Whether ui_command(ui, command, NULL) would ask something first. */
bool ui_asks(const struct ui *ui, const struct command *command);
/* Why command cannot be given for service now, translated; NULL: it can. */
const char *ui_refusal(const struct ui *ui, const struct command *command,
    const struct model_service *service);
void ui_log_open(struct ui *ui, const char *service); /* empty: of all */
/* Tells a service something: pattern is a row of its `commands` in the schema.
 * Asks for the arguments, then acts by the command's grade (overlay_words.c). */
void ui_do(struct ui *ui, const char *service, const char *pattern);
/* The same when all words are there. */
void ui_do_words(struct ui *ui, const char *service, const char *const *words, size_t count);
/* Shows again what became of the last action that failed. */
void ui_outcome(struct ui *ui);

/* ---- Marks (ui_marks.c) ---- */

bool ui_marked(const struct ui *ui, const char *service);
void ui_mark(struct ui *ui, const char *service); /* or takes the mark away */
void ui_unmark(struct ui *ui);                    /* all of them */
/* How many services are marked that are there. */
size_t ui_marks(const struct ui *ui);

/* ---- Showing an answer (view_result.c) ---- */

/* A page with an answer's `columns` and `rows`; borrowed. title: translated. */
void ui_result_open(struct ui *ui, const char *title, const json_t *answer);
/* The same with lines of text. */
void ui_result_text(struct ui *ui, const char *title, const char *text);

/* ---- Further steps (next_step.c, ui_undo.c) ---- */

/* Does what words of the command line ("log web", "resume web", "check") stand for
 * on the screen: opens a page, or runs the command as its key does, so that what
 * disrupts is asked first. Words that the screen has nothing for are shown as they
 * are to be typed. */
void ui_next_step(struct ui *ui, const char *words);
/* Shows words, and copies them on request. */
void ui_words_show(struct ui *ui, const char *words);
extern const struct overlay overlay_words;
/* Undoes an entry of the audit list, -1: the newest that can be. The host is asked
 * first what that would do; settings and what disrupts are asked about. */
void ui_undo(struct ui *ui, int64_t number);
/* Brings a tab of Who to the front: the audit list, or the sessions. */
void ui_who_tab(struct ui *ui, bool audit);
/* The first run, from where it was left. */
void ui_wizard_open(struct ui *ui);

/* ---- Settings ---- */

/* Opens Config (view_config.c), at a section and one of its settings ("workers" or
 * "web.workers"; NULL: none). Esc comes back. */
void ui_config_open(struct ui *ui, const char *section, const char *setting);
/* Shows what is staged and applies it on trial (overlay_apply.c). */
void ui_config_apply(struct ui *ui);
/* How many changes of settings are staged. */
size_t ui_config_staged(struct ui *ui);
/* Whether one may leave now; else the sheet that asks is open (config_sheets.c). */
bool ui_config_leave(struct ui *ui);
/* steward.conf in the person's editor (ui_edit.c). */
void ui_config_edit(struct ui *ui);

/* ---- Words (overlay_palette.c, overlay_commands.c, ui_run.c) ---- */

extern const struct overlay overlay_palette, overlay_commands;

/* Opens the palette with something typed already. */
void ui_palette(struct ui *ui, const char *query);
/* Shows the command lines of what can be done here. */
void ui_commands(struct ui *ui);
/* Does what a line of the command line says ("steward" may stand before it): as a
 * key would where there is one, with the same questions by the same grades. False:
 * it was not understood, which has been said. */
bool ui_run(struct ui *ui, const char *text);

/* ---- Menus and footers (ui_menu.c, ui_hint.c) ---- */

extern const struct overlay overlay_menu, overlay_filter;

/* The keys of the commands for the selected service, each with the first word of
 * its label; returns how many. */
size_t ui_command_hints(const struct ui *ui, struct bar_hint *hints, size_t most);
/* Appends one; returns how many there are then. key: as it is shown, or NULL for
 * the shown key of press (a character's default key). label: translated. press:
 * what a click on it presses: an enum press or a character; 0: nothing. */
size_t ui_hint(const struct ui *ui, struct bar_hint *hints, size_t count, size_t most,
    const char *key, const char *label, int press);

#endif
