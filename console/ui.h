/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_UI_H
#define CONSOLE_UI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "console/commands.h"
#include "console/model.h"
#include "console/records.h"
#include "console/view.h"
#include "data/fault.h"
#include "widgets/dialog.h"
#include "widgets/input.h"
#include "widgets/menu.h"
#include "widgets/pager.h"
#include "widgets/table.h"

/*
 * The console without terminal and socket: keys and messages go in, requests
 * and a drawn canvas come out. That is what the tests drive. The loop around
 * it is console/screen.c. One thread; time is handed in.
 */
#define UI_DEPTH 8
#define UI_REQUESTS 16
#define UI_MENU 32
#define UI_HINTS 16
#define UI_BANNER_BYTES 1200

/* What the console needs of the world. */
struct ui_port {
	void *arg;
	/* Sends without waiting; params is taken over. The request's id, 0 when
	 * there is no connection. */
	int (*send)(void *arg, const char *method, json_t *params);
	const char *home; /* --home as it was given, or NULL; borrowed */
};

enum ui_want {
	UI_LEAVE = 1,
	UI_SUSPEND = 2,
	UI_REDRAW = 4, /* everything, not only what changed */
	UI_MOUSE = 8,  /* turn the mouse on or off */
};

enum ui_ask { UI_ASK_COMMAND, UI_ASK_HELLO, UI_ASK_SUBSCRIBE, UI_ASK_LOG, UI_ASK_OLDER };

struct ui_request {
	int id; /* 0: the place is free */
	enum ui_ask ask;
	const struct command *command;
	char service[32];
	int64_t since_ms;
};

/* What the banner may tell besides a lost connection, the worst first. */
enum ui_banner { UI_BANNER_CRASH, UI_BANNER_SETTINGS, UI_BANNERS };

enum ui_overlay { UI_PLAIN, UI_MENU_OPEN, UI_DIALOG_OPEN, UI_FILTERING };

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
	char role[16];
	struct ui_request requests[UI_REQUESTS];

	/* The message line. */
	char message[768];
	unsigned message_style;
	int64_t message_until_ms; /* 0: until something else is to be said */
	/* The banners that Esc put away: their texts' hashes, 0: none. */
	uint64_t dismissed[UI_BANNERS];

	const struct view *views[UI_DEPTH];
	size_t depth; /* views[depth - 1] is seen */
	enum ui_overlay overlay;
	struct area body; /* of the view, as last drawn; see ui_inside */
	int cols;         /* of the screen, as last drawn */
	bool ascii;
	int menu_col, menu_end; /* where the menu's word stands */
	int footer_row;
	bool mouse_on;

	/* Home. */
	char selected[32]; /* a service's name, or empty */
	char filter[INPUT_MAX];
	size_t rows[MODEL_SERVICES]; /* of the table: indexes into the model */
	struct table table;
	struct area table_area;

	/* Log. */
	struct records *records;
	struct pager pager;
	char log_filter[INPUT_MAX];

	/* Help. */
	struct pager help;
	const struct view *help_of;

	/* Overlays. */
	struct menu menu;
	struct menu_entry menu_entries[UI_MENU];
	const struct command *menu_commands[UI_MENU];
	char menu_keys[UI_MENU][4];
	char menu_labels[UI_MENU][48];
	struct dialog dialog;
	char dialog_title[96];
	char dialog_lines[DIALOG_LINES][256];
	char dialog_button[48];
	/* What the host said a reload would do; empty: another question. */
	char dialog_reason[256];
	const char *dialog_buttons[3];
	const struct command *dialog_command;
	char dialog_service[32];
	int64_t dialog_generation;
	struct input input;
	char filter_before[INPUT_MAX];
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

/* ---- For the views ---- */

const struct view *ui_view(const struct ui *ui);
void ui_open(struct ui *ui, const struct view *view);
void ui_back(struct ui *ui);
/* What is seen is too old to be taken for how things are: states get a question
 * mark, and nothing looks good. */
bool ui_doubtful(const struct ui *ui);
/* The row and column of a click inside the area, as it was last drawn; the
 * canvas may be gone since. False: it was elsewhere. */
bool ui_inside(const struct area *area, const struct key *key, int *row_r, int *col_r);
/* The selected service, or NULL. */
const struct model_service *ui_selected(const struct ui *ui);
void ui_select(struct ui *ui, const char *name);

/* ---- Saying something (ui_say.c) ---- */

/* For seconds (0: until something else is said). */
void ui_say(struct ui *ui, unsigned style, int seconds, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void ui_say_fault(struct ui *ui, const struct fault *fault);
/* What the message line shows now: the message, else what is under way. The
 * style is put into style_r. */
void ui_message_text(const struct ui *ui, char *out, size_t size, unsigned *style_r);
/* The connection is gone, or is refused each time it is made. */
bool ui_cut_off(const struct ui *ui);
/* The banner that is shown: lost connection, crash, settings that were not
 * taken; the worst of those that were not put away, or empty. */
void ui_banner_text(const struct ui *ui, char *out, size_t size);
/* False: there is none, or it cannot be put away. */
bool ui_banner_put_away(struct ui *ui);

/* ---- Acting (ui_act.c) ---- */

/* Carries out a row of the command table on a service (NULL: the selected one),
 * or says why not, or asks first. */
void ui_command(struct ui *ui, const struct command *command, const char *name);
/* Why command cannot be given for service now; NULL: it can. */
const char *ui_refusal(const struct ui *ui, const struct command *command,
    const struct model_service *service);
/* The dialog's answer. */
void ui_decide(struct ui *ui, size_t answer);
/* Sends and remembers what the answer is for. */
bool ui_ask(struct ui *ui, enum ui_ask ask, const struct command *command, const char *service,
    const char *method, json_t *params);
void ui_answer(struct ui *ui, struct ui_request *request, json_t *message);
/* Texts of the open dialog, from the newest figures. */
void ui_dialog_refresh(struct ui *ui);
void ui_log_open(struct ui *ui, const char *service);

/* ---- The menu (ui_menu.c) ---- */

void ui_menu_open(struct ui *ui);
void ui_menu_refresh(struct ui *ui); /* entries from the newest figures */
void ui_menu_key(struct ui *ui, const struct key *key);
/* Footers: the keys of the commands for the selected service, each with the first
 * word of its label; returns how many. */
size_t ui_command_hints(const struct ui *ui, struct bar_hint *hints, size_t most);
/* Appends one; returns how many there are then. */
size_t ui_hint(struct bar_hint *hints, size_t count, size_t most, const char *key,
    const char *label, int press);

#endif
