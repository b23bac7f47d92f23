/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPU and memory from a folder in the place of /proc.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/machine.h"

static char root[] = "/tmp/steward-machine-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", root, name);
	if (!text) {
		unlink(path);
		return;
	}
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void put_all(const char *stat)
{
	put("stat", stat);
	put("meminfo",
	    "MemTotal:        1000 kB\nMemFree:  100 kB\n"
	    "MemAvailable:     400 kB\nSwapTotal:  200 kB\nSwapFree:  150 kB\n");
	put("loadavg", "0.42 0.30 0.10 1/100 1234\n");
	put("uptime", "1234.56 2000.00\n");
}

static void figures_are_read(void **state)
{
	struct machine machine = { 0 };

	(void)state;
	put_all(
	    "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 50 0 50 400 0 0 0 0\ncpu1 50 0 50 400 0 0 0 0\n");
	machine_sample(&machine, root);
	assert_int_equal(machine.cores, 2);
	assert_int_equal(machine.memory_total, 1000 * 1024);
	assert_int_equal(machine.memory_available, 400 * 1024);
	assert_int_equal(machine.memory_used, 600 * 1024);
	assert_int_equal(machine.swap_used, 50 * 1024);
	assert_int_equal(machine.uptime_seconds, 1234);
	assert_true(machine.load1 > 0.41 && machine.load1 < 0.43);
	put("stat", "cpu  150 0 150 900 0 0 0 0 0 0\ncpu0 1 0 0 0 0 0 0 0\ncpu1 1 0 0 0 0 0 0 0\n");
	machine_sample(&machine, root);
	assert_true(machine.cpu_percent > 49.9 && machine.cpu_percent < 50.1);
}

static void a_sample_too_soon_keeps_the_last_figure(void **state)
{
	struct machine machine = { 0 };

	(void)state;
	put_all("cpu  0 0 0 100 0 0 0 0\ncpu0 0 0 0 100\n");
	machine_sample(&machine, root);
	put("stat", "cpu  50 0 0 150 0 0 0 0\ncpu0 0 0 0 100\n");
	machine_sample(&machine, root);
	double before = machine.cpu_percent;
	put("stat", "cpu  51 0 0 150 0 0 0 0\ncpu0 0 0 0 100\n");
	machine_sample(&machine, root);
	assert_true(machine.cpu_percent == before);
}

static void what_cannot_be_read_is_unknown(void **state)
{
	static const char *const odd[] = { NULL, "", "cpu\n", "nonsense", "cpu a b c d\n" };
	struct machine machine = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		put("stat", odd[i]);
		put("meminfo", odd[i]);
		put("loadavg", odd[i]);
		put("uptime", odd[i]);
		machine_sample(&machine, root);
		assert_int_equal(machine.cores, -1);
		assert_true(machine.cpu_percent == -1);
		assert_int_equal(machine.memory_total, -1);
		assert_int_equal(machine.memory_used, -1);
		assert_int_equal(machine.swap_used, -1);
		assert_int_equal(machine.uptime_seconds, -1);
		assert_true(machine.load1 == -1);
	}
}

static void a_process_tells_its_age(void **state)
{
	(void)state;
	int64_t age = machine_process_age("/proc", getpid());
	assert_true(age >= 0 && age < 3600 * INT64_C(1000000000));
	/* The first process is older than this one. */
	assert_true(machine_process_age("/proc", 1) >= age);
	assert_int_equal(machine_process_age(root, 1), -1);
}

static int suite_begin(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int suite_end(void **state)
{
	(void)state;
	put("stat", NULL);
	put("meminfo", NULL);
	put("loadavg", NULL);
	put("uptime", NULL);
	return rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_read),
		cmocka_unit_test(a_sample_too_soon_keeps_the_last_figure),
		cmocka_unit_test(what_cannot_be_read_is_unknown),
		cmocka_unit_test(a_process_tells_its_age),
	};

	return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
