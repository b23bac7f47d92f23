/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A form over a small store of values, drawn and pressed. */
#include "drawn.h"

#include "widgets/form.h"

static const char *const switches[] = { "no", "yes", NULL };
static const char *const levels[] = { "debug", "info", "warning", NULL };

/* What the caller of a form keeps. */
struct store {
	struct form_field fields[40];
	char values[40][1200];
	size_t commits;
};

static void get(void *arg, size_t index, struct form_field *field)
{
	struct store *store = arg;

	*field = store->fields[index];
	field->value = store->values[index];
}

static bool put(void *arg, size_t index, const char *value, char *error, size_t size)
{
	struct store *store = arg;

	store->commits++;
	if (store->fields[index].kind == FORM_NUMBER && strtol(value, NULL, 10) > 100) {
		snprintf(error, size, "at most 100");
		return false;
	}
	snprintf(store->values[index], sizeof store->values[index], "%s", value);
	store->fields[index].changed = true;
	return true;
}

static const struct form_field web[] = {
	{ .group = "General",
	    .label = "root",
	    .value = "/srv/www",
	    .help = "Where the files are.",
	    .standard = "default: /srv",
	    .origin = "steward.conf:12" },
	{ .label = "workers", .kind = FORM_NUMBER, .value = "4", .unit = "threads" },
	{ .label = "index", .kind = FORM_BOOLEAN, .value = "no", .choices = switches },
	{ .group = "Log",
	    .label = "level",
	    .kind = FORM_CHOICE,
	    .value = "info",
	    .choices = levels },
	{ .label = "fixed", .value = "x", .refusal = "set in steward.conf" },
};

static struct form new_form(struct store *store)
{
	size_t count = sizeof web / sizeof web[0];

	*store = (struct store){ .commits = 0 };
	for (size_t i = 0; i < count; i++) {
		store->fields[i] = web[i];
		snprintf(store->values[i], sizeof store->values[i], "%s", web[i].value);
	}
	return (struct form){ .count = count,
		.field = get,
		.commit = put,
		.arg = store,
		.too_long = "too long to be edited here" };
}

static void draw(struct form *form, struct canvas *canvas)
{
	canvas_clear(canvas);
	form_draw(form, canvas_area(canvas));
}

static bool tap(struct form *form, struct key key)
{
	return form_key(form, &key);
}

static void type(struct form *form, const char *text)
{
	for (; *text != '\0'; text++)
		assert_true(tap(form, typed((unsigned char)*text)));
}

static bool drawn_has(struct form *form, struct canvas *canvas, const char *what)
{
	draw(form, canvas);
	char *text = canvas_text(canvas);
	bool found = strstr(text, what) != NULL;

	free(text);
	return found;
}

static void test_wide(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(12, 60, true);

	(void)state;
	store.fields[1].changed = true;
	store.fields[1].error = "too many";
	draw(&form, canvas);
	assert_drawn(canvas,
	    "-- General -------------------------------------------------\n"
	    ">  root      /srv/www\n"
	    "             Where the files are.\n"
	    "             default: /srv\n"
	    "             steward.conf:12\n"
	    " *!workers   4 threads\n"
	    "             too many\n"
	    "   index     [ ] no\n"
	    "\n"
	    "-- Log -----------------------------------------------------\n"
	    "   level     info\n"
	    "   fixed     x\n");
	assert_int_equal(canvas->cursor_row, 1);
	assert_int_equal(canvas->cursor_col, 13);
	canvas_free(canvas);
}

/* Where it is broad, origins have a column of their own. */
static void test_broad(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(5, 100, true);

	(void)state;
	form.selected = 1;
	store.fields[1].origin = "adm, 12:30";
	draw(&form, canvas);
	char *text = canvas_text(canvas);
	const char *row = strchr(text, '\n') + 1;

	assert_int_equal(strstr(row, "steward.conf:12") - row, 75);
	assert_non_null(strstr(text, "4 threads"));
	assert_non_null(strstr(text, "adm, 12:30"));
	free(text);
	canvas_free(canvas);
}

static void test_narrow(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(12, 26, true);

	(void)state;
	store.fields[1].label = "workers that serve the requests";
	form.selected = 1;
	store.fields[1].help = "How many of them.";
	draw(&form, canvas);
	assert_drawn(canvas,
	    "-- General ---------------\n"
	    "   root\n"
	    "     /srv/www\n"
	    ">  workers that serve the\n"
	    "   requests\n"
	    "     4 threads\n"
	    "     How many of them.\n"
	    "   index\n"
	    "     [ ] no\n"
	    "\n"
	    "-- Log -------------------\n"
	    "   level                 v\n");
	assert_int_equal(canvas->cursor_row, 5);
	assert_int_equal(canvas->cursor_col, 5);
	canvas_free(canvas);
}

/* A label twice as long is wrapped in its column and moves nothing else. */
static void test_long_labels(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(8, 60, true);

	(void)state;
	form.selected = 2;
	store.fields[1].label = "the number of workers that serve the requests";
	draw(&form, canvas);
	assert_drawn(canvas,
	    "-- General -------------------------------------------------\n"
	    "   root                   /srv/www\n"
	    "   the number of workers  4 threads\n"
	    "   that serve the\n"
	    "   requests\n"
	    ">  index                  [ ] no\n"
	    "\n"
	    "-- Log ----------------------------------------------------v\n");
	canvas_free(canvas);
}

static void test_moves(void **state)
{
	static const struct {
		struct key key;
		size_t selected;
		bool used;
	} rows[] = {
		{ { .code = PRESS_BACKTAB }, 0, false },
		{ { .code = PRESS_ARROW_UP }, 0, true },
		{ { .code = PRESS_ARROW_DOWN }, 1, true },
		{ { .code = PRESS_CHARACTER, .character = 'j' }, 2, true },
		{ { .code = PRESS_CHARACTER, .character = 'k' }, 1, true },
		{ { .code = PRESS_TAB }, 2, true },
		{ { .code = PRESS_BACKTAB }, 1, true },
		{ { .code = PRESS_LAST }, 4, true },
		{ { .code = PRESS_TAB }, 4, false },
		{ { .code = PRESS_ARROW_DOWN }, 4, true },
		{ { .code = PRESS_FIRST }, 0, true },
		{ { .code = PRESS_CHARACTER, .character = 'G' }, 4, true },
		{ { .code = PRESS_CHARACTER, .character = 'g' }, 0, true },
		{ { .code = PRESS_PAGE_DOWN }, 4, true },
		{ { .code = PRESS_PAGE_UP }, 0, true },
		/* None of the form's. */
		{ { .code = PRESS_CHARACTER, .character = 'x' }, 0, false },
		{ { .code = PRESS_CHARACTER, .character = ' ' }, 0, false },
		{ { .code = PRESS_ESCAPE }, 0, false },
		{ { .code = PRESS_PASTED, .character = 'x' }, 0, false },
		{ { .code = PRESS_ARROW_LEFT }, 0, false },
		{ { .code = PRESS_FUNCTION, .number = 1 }, 0, false },
		{ { .code = PRESS_CONTROL, .character = 'L' }, 0, false },
	};
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(20, 60, true);

	(void)state;
	draw(&form, canvas);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (tap(&form, rows[i].key) != rows[i].used || form.selected != rows[i].selected)
			fail_msg("row %zu: %zu", i, form.selected);
		draw(&form, canvas);
	}
	assert_int_equal(store.commits, 0);
	canvas_free(canvas);
}

static void test_edit(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(16, 60, true);

	(void)state;
	assert_true(tap(&form, press(PRESS_ENTER)));
	assert_true(form_edits(&form));
	type(&form, "2jq ");
	assert_true(drawn_has(&form, canvas, "root      /srv/www2jq"));
	assert_int_equal(canvas->cursor_row, 1);
	assert_int_equal(canvas->cursor_col, 13 + 12);
	/* Esc leaves it with the old value. */
	assert_true(tap(&form, press(PRESS_ESCAPE)));
	assert_false(form_edits(&form));
	assert_string_equal(store.values[0], "/srv/www");
	assert_int_equal(store.commits, 0);
	tap(&form, press(PRESS_ENTER));
	tap(&form, (struct key){ .code = PRESS_CONTROL, .character = 'U' });
	tap(&form, (struct key){ .code = PRESS_PASTED, .character = '/' });
	/* Keys that are none of a line's are the caller's. */
	assert_false(tap(&form, (struct key){ .code = PRESS_FUNCTION, .number = 1 }));
	assert_true(tap(&form, press(PRESS_ARROW_DOWN)));
	assert_int_equal(form.selected, 0);
	tap(&form, press(PRESS_ENTER));
	assert_string_equal(store.values[0], "/");
	assert_false(form_edits(&form));
	assert_true(drawn_has(&form, canvas, ">* root      /\n"));
	canvas_free(canvas);
}

/* The reason stands at the field, and the edit stays open. */
static void test_refused(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(16, 60, true);

	(void)state;
	tap(&form, press(PRESS_TAB));
	tap(&form, press(PRESS_ENTER));
	type(&form, "00");
	tap(&form, press(PRESS_ENTER));
	assert_true(form_edits(&form));
	assert_true(drawn_has(&form, canvas, "> !workers"));
	assert_true(drawn_has(&form, canvas, "400\n             at most 100\n"));
	assert_string_equal(store.values[1], "4");
	/* Tab does not leave it either, typing takes the reason away. */
	tap(&form, press(PRESS_TAB));
	assert_int_equal(form.selected, 1);
	tap(&form, press(PRESS_ERASE));
	assert_false(drawn_has(&form, canvas, "at most"));
	tap(&form, press(PRESS_TAB));
	assert_string_equal(store.values[1], "40");
	assert_int_equal(form.selected, 2);
	assert_false(form_edits(&form));
	/* A value that the line cannot hold is not cut. */
	memset(store.values[0], 'v', INPUT_MAX);
	tap(&form, press(PRESS_FIRST));
	tap(&form, press(PRESS_ENTER));
	assert_false(form_edits(&form));
	assert_string_equal(form.error, "too long to be edited here");
	canvas_free(canvas);
}

static void test_boolean(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(16, 60, true);

	(void)state;
	form.selected = 2;
	assert_true(tap(&form, typed(' ')));
	assert_string_equal(store.values[2], "yes");
	assert_true(drawn_has(&form, canvas, ">* index     [x] yes"));
	assert_true(tap(&form, press(PRESS_ENTER)));
	assert_string_equal(store.values[2], "no");
	/* Not what another key does by mistake. */
	assert_false(tap(&form, press(PRESS_ARROW_RIGHT)));
	assert_string_equal(store.values[2], "no");
	/* What cannot be changed says why. */
	form.selected = 4;
	assert_true(tap(&form, press(PRESS_ENTER)));
	assert_false(form_edits(&form));
	assert_true(drawn_has(&form, canvas, ">  fixed     x\n             set in steward.conf\n"));
	canvas_free(canvas);
}

static void test_choice(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(16, 60, true);

	(void)state;
	form.selected = 3;
	assert_true(tap(&form, press(PRESS_ARROW_RIGHT)));
	assert_string_equal(store.values[3], "warning");
	tap(&form, typed(' '));
	assert_string_equal(store.values[3], "debug");
	tap(&form, press(PRESS_ARROW_LEFT));
	assert_string_equal(store.values[3], "warning");
	/* One that is none of them: to the first, or the last. */
	snprintf(store.values[3], sizeof store.values[3], "odd");
	tap(&form, press(PRESS_ARROW_RIGHT));
	assert_string_equal(store.values[3], "debug");
	/* The menu begins at the value. */
	tap(&form, press(PRESS_ENTER));
	assert_true(form_edits(&form));
	draw(&form, canvas);
	assert_int_equal(form.menu.selected, 0);
	char *text = canvas_text(canvas);

	assert_non_null(strstr(text, "|  warning "));
	free(text);
	tap(&form, typed('j'));
	tap(&form, press(PRESS_ENTER));
	assert_string_equal(store.values[3], "info");
	assert_false(form_edits(&form));
	tap(&form, press(PRESS_ENTER));
	tap(&form, typed('j'));
	tap(&form, press(PRESS_ESCAPE));
	assert_string_equal(store.values[3], "info");
	assert_false(form_edits(&form));
	canvas_free(canvas);
}

static void test_mouse(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(14, 70, true);

	(void)state;
	canvas_clear(canvas);
	form_draw(&form, area_part(canvas_area(canvas), 2, 10, 12, 60));
	/* Row 5 of the form is workers, see test_wide without the error. */
	assert_true(tap(&form, clicked(2 + 5, 15)));
	assert_int_equal(form.selected, 1);
	assert_false(form_edits(&form));
	form_draw(&form, area_part(canvas_area(canvas), 2, 10, 12, 60));
	assert_true(tap(&form, clicked(2 + 2, 15)));
	assert_true(form_edits(&form));
	/* A click elsewhere enters what was typed. */
	type(&form, "2");
	assert_true(tap(&form, clicked(2 + 3, 15)));
	assert_string_equal(store.values[1], "42");
	assert_int_equal(form.selected, 2);
	assert_false(tap(&form, clicked(2 + 3, 5)));
	assert_false(tap(&form, clicked(0, 15)));
	canvas_free(canvas);
}

/* More fields than rows. */
static void test_scrolls(void **state)
{
	struct store store;
	struct form form = new_form(&store);
	struct canvas *canvas = canvas_new(6, 60, true);
	char labels[40][8];
	size_t first, last;

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		snprintf(labels[i], sizeof labels[i], "f%zu", i);
		store.fields[i] = (struct form_field){ .label = labels[i], .help = "help" };
		snprintf(store.values[i], sizeof store.values[i], "%zu", i);
	}
	form.count = 40;
	draw(&form, canvas);
	form_range(&form, &first, &last);
	assert_int_equal(first, 1);
	assert_int_equal(last, 5);
	for (size_t i = 0; i < 39; i++) {
		tap(&form, press(PRESS_ARROW_DOWN));
		draw(&form, canvas);
		form_range(&form, &first, &last);
		/* The selected field is seen with its help below. */
		assert_in_range(form.selected, first - 1, last - 1);
		assert_true(drawn_has(&form, canvas, "             help"));
	}
	assert_int_equal(last, 40);
	/* The wheel scrolls without selecting; a key comes back to the field. */
	tap(&form, press(PRESS_WHEEL_UP));
	draw(&form, canvas);
	form_range(&form, &first, &last);
	assert_int_equal(form.selected, 39);
	assert_true(last < 40);
	tap(&form, press(PRESS_ARROW_UP));
	draw(&form, canvas);
	form_range(&form, &first, &last);
	assert_in_range(38, first - 1, last - 1);
	tap(&form, press(PRESS_FIRST));
	draw(&form, canvas);
	assert_int_equal(form.top, 0);
	form.count = 0;
	draw(&form, canvas);
	assert_true(tap(&form, press(PRESS_ENTER)));
	assert_false(form_edits(&form));
	canvas_free(canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_broad),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_long_labels),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_boolean),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_scrolls),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
