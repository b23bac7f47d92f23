/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The staged changes of this person and their file. The file is looked at before
 * every change, so that two consoles of one person add to each other's work
 * instead of overwriting it.
 */
#include <stdio.h>
#include <string.h>

#include "console/config_page.h"
#include "console/format.h"
#include "data/intl.h"
#include "data/text.h"

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void look(const struct config *config, struct stat *file_r)
{
	if (stat(config->path, file_r) != 0)
		memset(file_r, 0, sizeof *file_r);
}

void config_read(struct ui *ui)
{
	struct config *config = config_of(ui);
	struct staged *staged;
	struct stat file;
	struct fault fault;

	if (config->path[0] == '\0')
		return;
	look(config, &file);
	if (config->version > 0 && same_file(&file, &config->file))
		return;
	config->file = file;
	config->version++;
	staged = staged_load(config->path, &fault);
	if (staged == NULL) {
		ui_say_fault(ui, &fault);
		return;
	}
	staged_free(config->staged);
	config->staged = staged;
}

void config_write(struct ui *ui)
{
	struct config *config = config_of(ui);
	struct fault fault;

	config->version++;
	if (config->path[0] == '\0')
		return;
	if (!staged_save(config->staged, config->path, &fault))
		ui_say_fault(ui, &fault);
	look(config, &config->file);
}

const struct staged_change *config_conflict(const struct config *config,
    const struct setting_row **row_r)
{
	for (size_t i = 0; i < config->staged->edits.count; i++) {
		const struct staged_change *c = &config->staged->edits.changes[i];
		const struct setting_row *row = setting_rows_find(config->rows, c->name);

		if (row == NULL || !staged_conflict(c, row->value))
			continue;
		*row_r = row;
		return c;
	}
	return NULL;
}

/* ---- Words ---- */

const char *config_shown(const char *value)
{
	return *value != '\0' ? value : "\"\"";
}

void config_staged_text(struct ui *ui, char *out, size_t size)
{
	const struct staged *staged = config_of(ui)->staged;
	size_t count = staged_count(staged, NULL), sections = staged_sections(staged);
	const char *name = count > 0 ? staged->edits.changes[0].name : "";

	*out = '\0';
	if (sections == 1)
		text_format(out, size,
		    ngettext("%zu change staged in %.*s", "%zu changes staged in %.*s", count),
		    count, (int)strcspn(name, "."), name);
	else if (count > 0)
		text_format(out, size,
		    ngettext("%zu change staged in %zu services",
			"%zu changes staged in %zu services", count),
		    count, sections);
}

const char *config_refusal(const struct ui *ui)
{
	if (ui->port.read_only)
		return _("this console only looks (--read-only)");
	if (ui->role[0] != '\0' && !ui_may(ui, "admin"))
		return _("settings are changed by the role admin");
	return NULL;
}

bool config_may(struct ui *ui)
{
	const char *refusal = config_refusal(ui);

	if (refusal == NULL && !ui->connected)
		refusal = _("there is no connection");
	if (refusal != NULL)
		ui_say(ui, STYLE_NOTE, 8, "%s", refusal);
	return refusal == NULL;
}

size_t ui_config_staged(struct ui *ui)
{
	return config_of(ui)->staged->edits.count;
}
