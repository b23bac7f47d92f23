/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every widget at every size down to one cell, with words that are far too
 * long, ASCII and not, while keys are pressed: nothing is drawn outside of the
 * area, the cursor stays inside of it, and nothing loops.
 */
#include "drawn.h"

#include "widgets/bar.h"
#include "widgets/chooser.h"
#include "widgets/form.h"
#include "widgets/meters.h"
#include "widgets/pager.h"
#include "widgets/sheet.h"
#include "widgets/table.h"
#include "widgets/tabs.h"

#define LONG "Dienstleistungswiederherstellungsverfahren"
#define WORDS "网页 mit " LONG " und noch mehr Wörtern, die nicht passen"

static const char *const choices[] = { "no", LONG, "网页", NULL };
static const char *const buttons[] = { "Cancel", LONG, "Now", NULL };
static const struct diff_row change = { LONG, WORDS, "x" };

static void field(void *arg, size_t index, struct form_field *field_r)
{
	(void)arg;
	*field_r = (struct form_field){
		.group = index % 2 ? NULL : WORDS,
		.label = index % 3 ? LONG : "l",
		.kind = (enum form_kind)(index % 5),
		.value = index % 3 ? "no" : WORDS,
		.choices = choices,
		.unit = "Sekunden",
		.standard = WORDS,
		.help = WORDS,
		.origin = "steward.conf:1",
		.error = index == 2 ? WORDS : NULL,
		.changed = true,
	};
}

static bool commit(void *arg, size_t index, const char *value, char *error, size_t size)
{
	(void)arg;
	(void)index;
	(void)value;
	snprintf(error, size, "%s", WORDS);
	return false;
}

static void line(void *arg, size_t index, struct pager_line *line_r)
{
	(void)arg;
	line_r->spans[0].text = index % 2 ? WORDS : "12:00";
	line_r->spans[1].text = LONG;
	line_r->count = 2;
}

static void entry(void *arg, size_t index, struct chooser_entry *entry_r)
{
	(void)arg;
	*entry_r = (struct chooser_entry){ LONG, WORDS, "Ctrl-X", index % 2 ? WORDS : NULL };
}

static void cell(void *arg, size_t row, size_t column, struct table_cell *cell_r)
{
	(void)arg;
	snprintf(cell_r->text, sizeof cell_r->text, "%zu%zu " WORDS, row, column);
}

static bool marked(void *arg, size_t row)
{
	(void)arg;
	return row % 2;
}

static const struct table_column columns[] = {
	{ LONG, 9, 1, 0, 0, ALIGN_LEFT },
	{ "SIZE", 7, 0, 0, 2, ALIGN_RIGHT },
	{ "AGE", 6, 2, 9, 1, ALIGN_RIGHT },
	{ .title = NULL },
};

static const struct tab tabs[] = { { "1", LONG, "L" }, { NULL, "网页", NULL }, { "3", "c", "" } };

/* All of them, in the state that the keys so far have led to. */
struct stage {
	struct form form;
	struct pager pager;
	struct chooser chooser;
	struct table table;
	struct sheet sheet;
	struct sheet_check checks[3];
	struct pair rows[3];
	struct tabs tabs;
};

static void stage_open(struct stage *s)
{
	*s = (struct stage){
		.form = { .count = 9, .field = field, .commit = commit, .too_long = WORDS },
		.pager = { .lines = 9, .line = line, .select = true, .wrap = true },
		.chooser = { .title = WORDS, .prompt = ": ", .count = 30, .entry = entry },
		.table = { .columns = columns, .rows = 9, .cell = cell, .marked = marked },
		.sheet = { .title = WORDS,
		    .count = 3,
		    .check_count = 3,
		    .buttons = buttons,
		    .word = "w",
		    .prompt = LONG,
		    .guarded = 2,
		    .countdown = WORDS,
		    .hint = WORDS },
		.checks = { { LONG, WORDS, NULL, true }, { "b", NULL, WORDS, false } },
		.rows = { { LONG, WORDS, 0, NULL }, { "a", LONG, 0, NULL }, { .diff = &change } },
		.tabs = { .tabs = tabs, .count = 3 },
	};
	s->checks[2].label = "c";
	s->sheet.checks = s->checks;
	s->sheet.rows = s->rows;
	chooser_open(&s->chooser, "");
	sheet_open(&s->sheet);
}

static void stage_keys(struct stage *s, struct key key)
{
	form_key(&s->form, &key);
	pager_key(&s->pager, &key);
	chooser_key(&s->chooser, &key);
	table_key(&s->table, &key);
	sheet_key(&s->sheet, &key);
	tabs_key(&s->tabs, &key);
	tabs_click(&s->tabs, &key);
}

static void stage_draw(struct stage *s, int which, struct area area)
{
	static const double values[] = { 1, 5, 3, 0, 9 };

	switch (which) {
	case 0:
		form_draw(&s->form, area);
		break;
	case 1:
		pager_draw(&s->pager, area);
		break;
	case 2:
		chooser_draw(&s->chooser, area);
		break;
	case 3:
		table_draw(&s->table, area);
		break;
	case 4:
		sheet_draw(&s->sheet, area);
		break;
	case 5:
		tabs_draw(&s->tabs, area, 0, STYLE_NORMAL);
		break;
	default:
		meters_curve(area, 0, 0, area.cols, STYLE_GOOD, values, 5, 9);
		meters_gauge(area, 1, 0, area.cols, STYLE_GOOD, 3, 9);
		area_rule_range(area, 2, WORDS, 3, 7);
		break;
	}
}

enum { WIDGETS = 7, MARGIN = 2 };

/* What stood around the area still stands there. */
static void check_around(const struct canvas *canvas, int rows, int cols, int which)
{
	for (int row = 0; row < canvas->rows; row++)
		for (int col = 0; col < canvas->cols; col++) {
			bool inside = row >= MARGIN && row < MARGIN + rows && col >= MARGIN &&
			    col < MARGIN + cols;
			const struct canvas_cell *c = &canvas->cells[row * canvas->cols + col];

			if (inside && canvas->ascii && (c->text[0] < 0x20 || c->text[0] > 0x7e))
				fail_msg("widget %d at %dx%d: U+%04X", which, rows, cols,
				    (unsigned)c->text[0]);
			if (!inside && (c->text[0] != L'~' || c->style != STYLE_BAD))
				fail_msg("widget %d at %dx%d drew outside", which, rows, cols);
		}
	if (canvas->cursor_row < 0 || canvas->cursor_row >= canvas->rows ||
	    canvas->cursor_col < 0 || canvas->cursor_col >= canvas->cols)
		fail_msg("widget %d at %dx%d: cursor %d,%d", which, rows, cols, canvas->cursor_row,
		    canvas->cursor_col);
}

static void check_size(struct stage *s, int rows, int cols, bool ascii)
{
	struct canvas *canvas = canvas_new(rows + 2 * MARGIN, cols + 2 * MARGIN, ascii);

	for (int which = 0; which < WIDGETS; which++) {
		for (int row = 0; row < canvas->rows; row++)
			for (int col = 0; col < canvas->cols; col++)
				area_text(canvas_area(canvas), row, col, STYLE_BAD, "~");
		stage_draw(s, which, area_part(canvas_area(canvas), MARGIN, MARGIN, rows, cols));
		check_around(canvas, rows, cols, which);
	}
	canvas_free(canvas);
}

/* The same numbers each time. */
static unsigned next(unsigned *state)
{
	*state = *state * 1103515245U + 12345U;
	return *state >> 16 & 0x7fff;
}

static struct key random_key(unsigned *state)
{
	static const char letters[] = " jkhlgGvwfqx1";
	enum press code = (enum press)(next(state) % (PRESS_WHEEL_DOWN + 1));
	struct key key = { .code = code,
		.row = (int)(next(state) % 20),
		.col = (int)(next(state) % 60),
		.character = (unsigned char)letters[next(state) % (sizeof letters - 1)] };

	if (code == PRESS_CONTROL)
		key.character = 'A' + next(state) % 26;
	return key;
}

static void test_sizes(void **state)
{
	unsigned random = 7;
	struct stage stage;

	(void)state;
	stage_open(&stage);
	for (int rows = 1; rows < 16; rows++)
		for (int cols = 1; cols < 60; cols++)
			for (int ascii = 0; ascii < 2; ascii++) {
				stage_keys(&stage, random_key(&random));
				check_size(&stage, rows, cols, ascii);
			}
	chooser_close(&stage.chooser);
}

/* Many keys at a few sizes. */
static void test_monkey(void **state)
{
	static const struct {
		int rows, cols;
	} sizes[] = { { 12, 40 }, { 3, 20 }, { 1, 1 }, { 24, 80 } };
	unsigned random = 42;
	struct stage stage;

	(void)state;
	stage_open(&stage);
	for (int i = 0; i < 4000; i++) {
		stage_keys(&stage, random_key(&random));
		if (i % 4 == 0)
			check_size(&stage, sizes[i / 4 % 4].rows, sizes[i / 4 % 4].cols, i % 8);
	}
	chooser_close(&stage.chooser);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_monkey),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
