/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_CONFIG_PAGE_H
#define CONSOLE_CONFIG_PAGE_H

#include <limits.h>
#include <sys/stat.h>

#include "console/setting_rows.h"
#include "console/staged.h"
#include "console/ui.h"
#include "widgets/form.h"
#include "widgets/input.h"
#include "widgets/table.h"

/*
 * What the parts of Config share: the settings as the host has them, what is
 * staged and what the host says about that, and the page (view_config.c). The
 * sheets are overlay_apply.c's and ui_trial.c's. One thread.
 */
#define CONFIG_TRIAL_S 60 /* a change is taken back unless confirmed by then */

struct config {
	/* As the host has it (config_ask.c). */
	struct setting_rows *rows; /* of the newest get; NULL: none has come */
	uint64_t rows_of;          /* what was known of the host when it was asked */
	bool asking;               /* a get is under way */
	struct fault refused;      /* why there are no rows */
	/* Waits for the get that is under way; NULL: nobody. */
	void (*then)(struct ui *ui, const struct fault *fault);

	/* What is staged (config_staged.c). */
	struct staged *staged; /* never NULL from config_of */
	char path[PATH_MAX];   /* empty: it cannot be kept */
	struct stat file;      /* the file as it was read or written; st_ino 0: none */
	uint64_t version;      /* grows with everything that is staged */

	/* What the host says about it (config_ask.c). */
	uint64_t checked; /* the version that fault and changes are about; 0: none */
	uint64_t sent;    /* the version that was asked about last */
	bool checking;
	int64_t checked_ms;  /* when it was asked */
	struct fault fault;  /* FAULT_NONE: it would take it */
	char fault_name[96]; /* the setting that fault is about, or empty */
	json_t *changes;     /* what it would change */
	/* A set that got no answer: its `session` and what was `sent`; NULL: none. */
	json_t *unanswered;

	/* The page. */
	char filter[INPUT_MAX];
	char section[64], setting[96]; /* selected */
	bool in_form, straight;        /* straight: opened at a row, Esc leaves */
	struct table sections;
	struct table_column columns[5];
	struct area sections_area, form_area;
	struct form form;
	/* As they were when the edit of a field began; NULL: none is open. */
	char *began_value, *began_origin;
	size_t *shown; /* indexes of the rows that the form shows */
	char label[160], value[1100], standard[512], origin[256], error[640], group[160];
};

struct config *config_of(struct ui *ui);
void config_end(void *state);

/* ---- The host's side ---- */

/* Asks for the settings unless those that are known are still right. */
void config_refresh(struct ui *ui);
/* Asks whatever is known, then calls then (NULL allowed) with the fault or NULL. */
void config_get(struct ui *ui, void (*then)(struct ui *ui, const struct fault *fault));
/* Lets the host check what is staged when that has changed since it was asked; not
 * more often than every 300 ms, and one request at a time. force: in any case. */
void config_check(struct ui *ui, bool force);
/* The value that a setting would get by what is staged, as the host said; NULL:
 * it has not said so. Borrowed. */
const char *config_becomes(const struct config *config, const char *name);

/* ---- What is staged ---- */

/* Reads the file again when somebody else (another console of this person) has
 * written it. */
void config_read(struct ui *ui);
/* To be called after every change of config->staged. */
void config_write(struct ui *ui);
/* The first edit whose setting has got another value since the edit began; row_r
 * is the setting. NULL: there is none. */
const struct staged_change *config_conflict(const struct config *config,
    const struct setting_row **row_r);
/* An empty value is shown as "". */
const char *config_shown(const char *value);
/* "3 changes staged in 2 services", or empty. */
void config_staged_text(struct ui *ui, char *out, size_t size);
/* Whether this person may change settings now; else why not is said. */
bool config_may(struct ui *ui);
/* The same, NULL or why not, translated. */
const char *config_refusal(const struct ui *ui);

/* ---- The form (config_form.c) ---- */

void config_form_begin(struct ui *ui); /* once, before all else */
/* What sections and form show, made anew: rows, filter or selection have changed.
 * What is selected stays so by its name. (view_config.c) */
void config_fill(struct ui *ui);
/* The setting that the form shows at index. Borrowed. */
const struct setting_row *config_form_row(const struct config *config, size_t index);
/* Drops the change of the form's selected setting; without one stages that it goes
 * back to what the file or the default says. Says what it did. */
void config_reset(struct ui *ui);

/* A sheet with facts and one button; text: one paragraph a line. Nothing when
 * something else is open: then the first paragraph is said. */
void config_tell(struct ui *ui, const char *title, const char *text);

#endif
