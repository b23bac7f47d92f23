/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A child with the handler installed dies in several ways; what its record says
 * is read as the keeper and the next host would.
 */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/crash.h"
#include "host/symbols.h"

static struct crash_record *record;

/* Volatile, so that no compiler proves it null; not looked over by a sanitizer,
 * which would report in the handler's stead. */
__attribute__((noinline, no_sanitize("address", "undefined", "thread"))) void crash_here(void);
void crash_here(void)
{
	volatile int *volatile nowhere = NULL;

	*nowhere = 1;
}

static void die_by_address(void)
{
	crash_here();
}

static void die_by_abort(void)
{
	abort();
}

static void die_by_own_will(void)
{
	crash_end("web", "request", "did not answer for 30 s");
}

static void *service_thread(void *arg)
{
	static _Atomic(const char *) activity = "request";

	crash_thread("web", &activity);
	((void (*)(void))arg)();
	return NULL;
}

static int child(void (*how)(void), bool service)
{
	const struct rlimit none = { 0, 0 };
	pthread_t thread;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		crash_init(record);
		if (!service)
			how();
		else if (pthread_create(&thread, NULL, service_thread, (void *)how) == 0)
			pthread_join(thread, NULL);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_crash_in_a_service_is_charged(void **state)
{
	struct crash_report report;
	bool named = false;

	(void)state;
	assert_int_equal(WEXITSTATUS(child(die_by_address, true)), 128 + SIGSEGV);
	assert_int_equal(atomic_load(&record->state), CRASH_COMPLETE);
	assert_int_equal(record->signal, SIGSEGV);
	assert_true(record->code > 0);
	assert_string_equal(record->service, "web");
	assert_string_equal(record->activity, "request");
	symbols_report(record, &report);
	assert_string_equal(report.service, "web");
	assert_string_equal(report.signal, "SIGSEGV");
	assert_non_null(strstr(report.text, "web crashed in request: SIGSEGV"));
	for (unsigned i = 0; i < report.frames; i++)
		named |= strstr(report.frame[i], "crash_here+") != NULL;
	assert_true(named);
}

static void abort_is_charged_to_who_called_it(void **state)
{
	struct crash_report report;

	(void)state;
	child(die_by_abort, true);
	assert_int_equal(record->signal, SIGABRT);
	assert_true(record->code > 0);
	symbols_report(record, &report);
	assert_string_equal(report.service, "web");
}

static void outside_a_service_nobody_is_charged(void **state)
{
	struct crash_report report;

	(void)state;
	child(die_by_address, false);
	assert_string_equal(record->service, "");
	symbols_report(record, &report);
	assert_string_equal(report.service, "");
	assert_non_null(strstr(report.text, "the host crashed"));
}

static void the_end_of_a_hung_service_is_charged(void **state)
{
	struct crash_report report;

	(void)state;
	assert_int_equal(WEXITSTATUS(child(die_by_own_will, false)), 70);
	assert_int_equal(record->signal, 0);
	assert_string_equal(record->service, "web");
	symbols_report(record, &report);
	assert_non_null(strstr(report.text, "did not answer for 30 s"));
}

static pid_t child_waiting(int *told)
{
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		crash_init(record);
		crash_thread("web", NULL);
		if (write(ready[1], "r", 1) == 1)
			for (;;)
				pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	*told = 1;
	return pid;
}

static void a_signal_from_outside_charges_nobody(void **state)
{
	struct crash_report report;
	int status, told = 0;
	pid_t pid = child_waiting(&told);

	(void)state;
	assert_int_equal(kill(pid, SIGSEGV), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(record->code <= 0);
	symbols_report(record, &report);
	assert_string_equal(report.service, "");
	assert_non_null(strstr(report.text, "somebody sent SIGSEGV"));
	/* The keeper, which says why. */
	strcpy(record->reason, "did not answer for 15 s");
	symbols_report(record, &report);
	assert_string_equal(report.service, "");
	assert_string_equal(report.text,
	    "the host did not answer for 15 s and was ended by SIGSEGV; "
	    "it came back, nobody is charged");
}

static void garbage_in_a_record_is_survived(void **state)
{
	struct crash_record *odd = malloc(sizeof *odd);
	struct crash_report report;

	(void)state;
	for (int byte = 0; byte < 256; byte += 51) {
		memset(odd, byte, sizeof *odd);
		symbols_report(odd, &report);
		assert_true(report.present);
	}
	free(odd);
}

static int suite_begin(void **state)
{
	(void)state;
	record =
	    mmap(NULL, sizeof *record, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return record == MAP_FAILED ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_in_a_service_is_charged),
		cmocka_unit_test(abort_is_charged_to_who_called_it),
		cmocka_unit_test(outside_a_service_nobody_is_charged),
		cmocka_unit_test(the_end_of_a_hung_service_is_charged),
		cmocka_unit_test(a_signal_from_outside_charges_nobody),
		cmocka_unit_test(garbage_in_a_record_is_survived),
	};

	return cmocka_run_group_tests(tests, suite_begin, NULL);
}
