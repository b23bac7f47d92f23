/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Marks are names, so that they stay on their services whatever order the next
 * figures come in; one whose service is gone counts for nothing, and comes back
 * with it.
 */
#include <string.h>

#include "console/ui.h"
#include "data/text.h"

static size_t place_of(const struct ui *ui, const char *service)
{
	size_t i = 0;

	while (i < ui->mark_count && strcmp(ui->marks[i], service) != 0)
		i++;
	return i;
}

bool ui_marked(const struct ui *ui, const char *service)
{
	return place_of(ui, service) < ui->mark_count;
}

void ui_mark(struct ui *ui, const char *service)
{
	size_t place = place_of(ui, service);

	if (service[0] == '\0')
		return;
	if (place < ui->mark_count) {
		ui->mark_count--;
		memmove(ui->marks[place], ui->marks[place + 1],
		    (ui->mark_count - place) * sizeof ui->marks[0]);
	} else if (place < MODEL_SERVICES) {
		text_format(ui->marks[ui->mark_count++], sizeof ui->marks[0], "%s", service);
	}
}

void ui_unmark(struct ui *ui)
{
	ui->mark_count = 0;
}

size_t ui_marks(const struct ui *ui)
{
	size_t count = 0;

	for (size_t i = 0; i < ui->mark_count; i++)
		count += model_service(ui->model, ui->marks[i]) != NULL;
	return count;
}
