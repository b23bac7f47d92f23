/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charges, quarantine, back-off and the crash record, with a clock of its own. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "keeper/charges.h"

#define MINUTE INT64_C(60000)

static void test_three_in_ten_minutes(void **state)
{
	static const struct {
		const char *service;
		int64_t when;
		bool quarantined;
	} rows[] = {
		{ "web", 1 * MINUTE, false },
		{ "dns", 2 * MINUTE, false },
		{ "web", 3 * MINUTE, false },
		{ "dns", 5 * MINUTE, false },
		/* The first one is eleven minutes old. */
		{ "web", 12 * MINUTE, false },
		{ "dns", 12 * MINUTE, true },
		{ "web", 13 * MINUTE, true },
		/* Already there: no news. */
		{ "web", 13 * MINUTE + 1, false },
		{ "chat", 100 * MINUTE, false },
		{ "chat", 105 * MINUTE, false },
		{ "chat", 110 * MINUTE, true },
		{ "mail", 200 * MINUTE, false },
		{ "mail", 205 * MINUTE, false },
		{ "mail", 210 * MINUTE + 1, false },
	};
	struct charges all = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (charges_add(&all, rows[i].service, "signal SEGV", rows[i].when) !=
		    rows[i].quarantined)
			fail_msg("row %zu", i);
	assert_int_equal(all.count, 4);
}

static void test_reasons_in_order(void **state)
{
	static const char *const reasons[] = { "first", "second", "third", "fourth" };
	struct charges all = { 0 };
	char text[512];

	(void)state;
	for (int i = 0; i < 4; i++)
		charges_add(&all, "web", reasons[i], 100 + i * 9 * MINUTE);
	charges_text(&all.item[0], text, sizeof text);
	assert_string_equal(text, "three crashes in ten minutes: second; third; fourth");
	/* Cut off, never overrun. */
	memset(text, 'x', sizeof text);
	charges_text(&all.item[0], text, 40);
	assert_int_equal(strlen(text), 39);
	assert_int_equal(text[40], 'x');
}

static void test_resume_forgets(void **state)
{
	struct charges all = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		charges_add(&all, "web", "a", 1);
		charges_add(&all, "dns", "b", 1);
	}
	assert_true(all.item[0].quarantined && all.item[1].quarantined);
	charges_forget(&all, "web");
	charges_forget(&all, "nobody");
	assert_int_equal(all.count, 1);
	assert_string_equal(all.item[0].service, "dns");
	assert_false(charges_add(&all, "web", "a", 2));
	assert_false(charges_add(&all, "web", "a", 3));
	assert_true(charges_add(&all, "web", "a", 4));
}

static void test_full_table_keeps_quarantines(void **state)
{
	struct charges all = { 0 };
	char name[32];
	bool kept = false;

	(void)state;
	for (int i = 0; i < 3; i++)
		charges_add(&all, "first", "x", 1);
	for (int i = 0; i < 3 * CHARGES_MAX; i++) {
		snprintf(name, sizeof name, "service%d", i);
		charges_add(&all, name, "y", 10 + i);
	}
	assert_int_equal(all.count, CHARGES_MAX);
	for (uint32_t i = 0; i < all.count; i++)
		kept = kept || (!strcmp(all.item[i].service, "first") && all.item[i].quarantined);
	assert_true(kept);
}

static void test_delays(void **state)
{
	static const int64_t expected[] = { 0, 0, 1, 2, 4, 8, 16, 30, 30, 30 };

	(void)state;
	for (uint32_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
		assert_int_equal(charges_delay(i, 1000), expected[i] * 1000);
	assert_int_equal(charges_delay(UINT32_MAX, 1000), 30000);
}

static void test_who_is_charged(void **state)
{
	static const struct {
		const char *service;
		int signal, code;
		bool charged;
	} rows[] = {
		{ "web", SIGSEGV, SEGV_MAPERR, true },
		{ "web", SIGSEGV, SI_USER, false },
		{ "web", SIGABRT, SI_TKILL, false },
		{ "web", SIGSEGV, SI_KERNEL, true },
		{ "", SIGSEGV, SEGV_MAPERR, false },
		{ "web", 0, 0, true },
		{ "", 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct crash_record record = { .version = KEEPER_VERSION,
			.state = CRASH_BASIC,
			.signal = rows[i].signal,
			.code = rows[i].code };
		snprintf(record.service, sizeof record.service, "%s", rows[i].service);
		const char *service = charges_service(&record);
		if (rows[i].charged)
			assert_string_equal(service, rows[i].service);
		else
			assert_null(service);
	}
}

static void test_hostile_record(void **state)
{
	struct crash_record record;
	char text[400];

	(void)state;
	memset(&record, 0xff, sizeof record);
	record.state = CRASH_NONE;
	assert_false(charges_clean(&record));
	memset(&record, 0x1b, sizeof record);
	record.version = KEEPER_VERSION;
	record.state = CRASH_COMPLETE;
	record.frames = record.module_count = UINT32_MAX;
	record.frame[3].module = UINT32_MAX;
	assert_true(charges_clean(&record));
	assert_int_equal(record.frames, CRASH_FRAMES);
	assert_int_equal(record.module_count, CRASH_MODULES);
	assert_int_equal(record.frame[3].module, CRASH_MODULES);
	assert_int_equal(strlen(record.service), sizeof record.service - 1);
	assert_null(strchr(record.reason, 0x1b));
	assert_null(strchr(record.module[CRASH_MODULES - 1], 0x1b));
	charges_describe(&record, text, sizeof text);
	assert_non_null(strstr(text, "signal"));
	record.version = KEEPER_VERSION + 1;
	assert_false(charges_clean(&record));
}

static void test_words(void **state)
{
	static const struct {
		int signal, code;
		const char *service, *activity, *reason, *expected;
	} rows[] = {
		{ SIGSEGV, SEGV_MAPERR, "web", "request", "", "signal SEGV in web (request)" },
		{ SIGSEGV, SI_USER, "", "", "", "signal SEGV from outside" },
		{ SIGABRT, SI_USER, "web", "", "did not answer for 15 s",
		    "did not answer for 15 s: signal ABRT in web" },
		{ 0, 0, "dns", "", "did not stop in 30 s", "did not stop in 30 s in dns" },
		{ 0, 0, "", "", "", "ended itself" },
		{ 1234, 1, "", "", "", "signal 1234" },
	};
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct crash_record record = { .signal = rows[i].signal, .code = rows[i].code };
		snprintf(record.service, sizeof record.service, "%s", rows[i].service);
		snprintf(record.activity, sizeof record.activity, "%s", rows[i].activity);
		snprintf(record.reason, sizeof record.reason, "%s", rows[i].reason);
		charges_describe(&record, text, sizeof text);
		assert_string_equal(text, rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_in_ten_minutes),
		cmocka_unit_test(test_reasons_in_order),
		cmocka_unit_test(test_resume_forgets),
		cmocka_unit_test(test_full_table_keeps_quarantines),
		cmocka_unit_test(test_delays),
		cmocka_unit_test(test_who_is_charged),
		cmocka_unit_test(test_hostile_record),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("keeper charges", tests, NULL, NULL);
}
