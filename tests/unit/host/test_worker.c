/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Workers, questions and publish with true threads; the supervisor's side is
 * the test itself, so its few functions are given here.
 */
#include "config.h"

#include <event2/event.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/publish.h"
#include "host/unit.h"

#define WORKERS 4

static const struct service test_service = { .name = "test", .summary = "of tests" };

struct host_letter {
	void (*run)(void *);
	void (*ended)(struct worker *);
	void *arg;
};

/* The supervisor's mailbox: a pipe of letters. */
static int mail[2];
static struct event_base *base;
static struct host test_host;
static struct unit test_unit;
static struct counter_slot slots[WORKERS];

struct event_base *host_base(struct host *host)
{
	(void)host;
	return base;
}

void host_post(struct host *host, void (*run)(void *arg), void *arg)
{
	struct host_letter letter = { run, NULL, arg };

	(void)host;
	assert_int_equal(write(mail[1], &letter, sizeof letter), sizeof letter);
}

void host_post_ended(struct host *host, void (*ended)(struct worker *worker), struct worker *worker)
{
	struct host_letter letter = { NULL, ended, worker };

	(void)host;
	assert_int_equal(write(mail[1], &letter, sizeof letter), sizeof letter);
}

void unit_thread_cpu(struct unit *unit, int64_t ns)
{
	atomic_fetch_add(&unit->cpu_retired, ns);
}

static void mail_read(evutil_socket_t fd, short what, void *arg)
{
	struct host_letter letter;

	(void)what;
	(void)arg;
	assert_int_equal(read(fd, &letter, sizeof letter), sizeof letter);
	if (letter.ended)
		letter.ended(letter.arg);
	else
		letter.run(letter.arg);
}

static void turn_until(bool (*ready)(void *arg), void *arg)
{
	int64_t limit = clock_monotonic() + 20 * CLOCK_SECOND;

	while (!ready(arg)) {
		event_base_loop(base, EVLOOP_ONCE);
		assert_true(clock_monotonic() < limit);
	}
}

static struct service_run *run_start(unsigned workers)
{
	struct service_run *run = memory_new(sizeof *run);
	struct fault fault;

	run->host = &test_host;
	run->unit = &test_unit;
	run->service = &test_service;
	run->workers = workers;
	for (unsigned i = 0; i < workers; i++)
		assert_non_null(worker_start(run, i, &slots[i], -1, &fault));
	return run;
}

static unsigned gone;

static void ended(struct worker *worker)
{
	worker_reap(worker);
	gone++;
}

static void end_task(struct worker *worker, void *arg)
{
	(void)arg;
	worker_lock_out(worker);
	worker_end(worker, ended);
}

static bool run_gone(void *arg)
{
	return gone == ((struct service_run *)arg)->workers;
}

static void run_end(struct service_run *run)
{
	gone = 0;
	for (unsigned i = 0; i < run->workers; i++)
		worker_post(atomic_load(&run->worker[i]), false, end_task, NULL);
	turn_until(run_gone, run);
	/* Not before all have ended: one may just be posting to another. */
	for (unsigned i = 0; i < run->workers; i++)
		worker_free(atomic_load(&run->worker[i]));
	free(run);
}

/* ---- Posting ---- */

struct order {
	int next;
	bool wrong;
};

static void order_task(struct worker *worker, void *arg)
{
	struct order *order = worker_data(worker);

	order->wrong |= order->next++ != (int)(intptr_t)arg;
}

static void set_data(struct worker *worker, void *arg)
{
	worker_set_data(worker, arg);
}

static void tasks_run_in_order_and_before_the_end(void **state)
{
	struct service_run *run = run_start(1);
	struct worker *worker = atomic_load(&run->worker[0]);
	struct order order = { 0 };

	(void)state;
	worker_post(worker, false, set_data, &order);
	for (intptr_t i = 0; i < 1000; i++)
		assert_true(run_post(run, 0, order_task, (void *)i));
	run_end(run);
	assert_int_equal(order.next, 1000);
	assert_false(order.wrong);
}

static void lock_task(struct worker *worker, void *arg)
{
	worker_lock_out(worker);
	*(bool *)arg = run_post(worker_run(worker), 0, order_task, NULL);
}

static void a_locked_out_service_is_refused(void **state)
{
	struct service_run *run = run_start(1);
	bool taken = true;

	(void)state;
	worker_post(atomic_load(&run->worker[0]), false, lock_task, &taken);
	run_end(run);
	assert_false(taken);
}

/* Both are queued before the worker wakes: the one behind the end runs first. */
struct last {
	int gate;
	bool left, late;
};

static void last_wait(struct worker *worker, void *arg)
{
	struct last *last = arg;
	struct pollfd wait = { .fd = last->gate, .events = POLLIN };

	(void)worker;
	poll(&wait, 1, 20000);
}

static void last_leave(struct worker *worker, void *arg)
{
	worker_lock_out(worker);
	((struct last *)arg)->left = true;
}

static void last_own(struct worker *worker, void *arg)
{
	struct last *last = arg;

	(void)worker;
	last->late = last->left;
}

static void nothing_of_the_service_runs_after_it_left(void **state)
{
	struct service_run *run = run_start(1);
	struct worker *worker = atomic_load(&run->worker[0]);
	struct last last = { .gate = eventfd(0, 0), .late = true };
	uint64_t one = 1;

	(void)state;
	worker_post(worker, false, last_wait, &last);
	worker_post(worker, false, last_leave, &last);
	assert_true(run_post(run, 0, last_own, &last));
	assert_int_equal(write(last.gate, &one, sizeof one), sizeof one);
	run_end(run);
	assert_true(last.left);
	assert_false(last.late);
	close(last.gate);
}

/* ---- Heartbeat ---- */

struct gate {
	int fd;
	unsigned busy;
};

static void wait_at_gate(struct worker *worker, void *arg)
{
	struct gate *gate = arg;
	struct pollfd wait = { .fd = gate->fd, .events = POLLIN };

	worker_activity(worker, "a test");
	if (gate->busy)
		worker_busy(worker, gate->busy);
	poll(&wait, 1, 20000);
	worker_busy(worker, 0);
}

static bool unanswered(void *arg)
{
	struct timeval soon = { .tv_usec = 1000 };

	event_base_loopexit(base, &soon);
	return worker_ping(arg, clock_monotonic()) > 10 * (CLOCK_SECOND / 1000);
}

static bool answered(void *arg)
{
	struct timeval soon = { .tv_usec = 1000 };

	event_base_loopexit(base, &soon);
	return worker_ping(arg, clock_monotonic()) == 0;
}

static void a_blocked_worker_does_not_answer_its_ping(void **state)
{
	struct service_run *run = run_start(1);
	struct worker *worker = atomic_load(&run->worker[0]);
	struct gate gate = { .fd = eventfd(0, 0) };
	uint64_t one = 1;

	(void)state;
	turn_until(answered, worker);
	worker_post(worker, false, wait_at_gate, &gate);
	turn_until(unanswered, worker);
	assert_string_equal(worker_doing(worker), "a test");
	assert_int_equal(write(gate.fd, &one, sizeof one), sizeof one);
	turn_until(answered, worker);
	run_end(run);
	close(gate.fd);
}

static bool declared(void *arg)
{
	struct timeval soon = { .tv_usec = 1000 };

	event_base_loopexit(base, &soon);
	return worker_is_busy(arg, clock_monotonic());
}

static void a_declared_operation_is_no_hang(void **state)
{
	struct service_run *run = run_start(1);
	struct worker *worker = atomic_load(&run->worker[0]);
	struct gate gate = { .fd = eventfd(0, 0), .busy = 3600 };
	uint64_t one = 1;

	(void)state;
	worker_post(worker, false, wait_at_gate, &gate);
	turn_until(declared, worker);
	int64_t now = clock_monotonic();
	worker_ping(worker, now);
	/* Unanswered since long, but within what was declared: one unit of time. */
	assert_true(worker_ping(worker, now + 60 * CLOCK_SECOND) <= 1);
	assert_int_equal(write(gate.fd, &one, sizeof one), sizeof one);
	run_end(run);
	close(gate.fd);
}

/* ---- Questions ---- */

struct asked {
	int answered, late, released;
	int gate;
};

static void ask_work(struct question *question)
{
	question->ok = true;
	fault_set(&question->fault, FAULT_NONE, "from the worker");
}

static void ask_done(struct question *question, bool was_answered)
{
	struct asked *asked = question->arg;

	if (was_answered)
		asked->answered++;
	else
		asked->late++;
}

static void ask_release(struct question *question)
{
	((struct asked *)question->arg)->released++;
}

static bool was_answered(void *arg)
{
	return ((struct asked *)arg)->answered;
}

static void a_question_comes_back_once(void **state)
{
	struct service_run *run = run_start(1);
	struct asked asked = { 0 };

	(void)state;
	question_ask(&test_host, atomic_load(&run->worker[0]), ask_work, ask_done, &asked,
	    ask_release, 10000);
	turn_until(was_answered, &asked);
	run_end(run);
	assert_int_equal(asked.answered, 1);
	assert_int_equal(asked.late, 0);
	assert_int_equal(asked.released, 1);
}

static void ask_blocked(struct question *question)
{
	struct asked *asked = question->arg;
	struct pollfd wait = { .fd = asked->gate, .events = POLLIN };

	poll(&wait, 1, 20000);
}

static bool was_late(void *arg)
{
	return ((struct asked *)arg)->late;
}

static bool was_released(void *arg)
{
	return ((struct asked *)arg)->released;
}

static void a_late_answer_finds_its_memory(void **state)
{
	struct service_run *run = run_start(1);
	struct asked asked = { .gate = eventfd(0, 0) };
	uint64_t one = 1;

	(void)state;
	question_ask(&test_host, atomic_load(&run->worker[0]), ask_blocked, ask_done, &asked,
	    ask_release, 20);
	turn_until(was_late, &asked);
	assert_int_equal(asked.released, 0);
	assert_int_equal(write(asked.gate, &one, sizeof one), sizeof one);
	turn_until(was_released, &asked);
	run_end(run);
	assert_int_equal(asked.answered, 0);
	assert_int_equal(asked.late, 1);
	close(asked.gate);
}

/* ---- Publish ---- */

#define ALIVE 0x600d
#define DEAD 0xdead
#define ROUNDS 2000

static _Atomic unsigned released;

static void snapshot_release(void *snapshot)
{
	*(unsigned *)snapshot = DEAD;
	atomic_fetch_add(&released, 1);
	free(snapshot);
}

static unsigned *snapshot_new(void)
{
	unsigned *snapshot = memory_new(sizeof *snapshot);

	*snapshot = ALIVE;
	return snapshot;
}

struct readers {
	struct publish *publish;
	_Atomic unsigned reads, wrong;
};

static void read_task(struct worker *worker, void *arg)
{
	struct readers *readers = arg;
	const unsigned *snapshot = publish_get(readers->publish);

	for (int i = 0; i < 50; i++)
		if (*(const unsigned *)publish_get(readers->publish) != ALIVE || *snapshot != ALIVE)
			atomic_fetch_add(&readers->wrong, 1);
	if (atomic_fetch_add(&readers->reads, 1) < ROUNDS)
		run_post(worker_run(worker), worker_number(worker), read_task, arg);
}

static void write_task(struct worker *worker, void *arg)
{
	struct readers *readers = arg;

	publish_set(readers->publish, snapshot_new());
	if (atomic_load(&readers->reads) < ROUNDS)
		run_post(worker_run(worker), worker_number(worker), write_task, arg);
}

static bool rounds_over(void *arg)
{
	struct timeval soon = { .tv_usec = 1000 };

	event_base_loopexit(base, &soon);
	return atomic_load(&((struct readers *)arg)->reads) >= ROUNDS;
}

static void nobody_reads_a_released_snapshot(void **state)
{
	struct service_run *run = run_start(WORKERS);
	struct readers readers = { .publish = publish_new(run, snapshot_release) };

	(void)state;
	atomic_store(&released, 0);
	publish_set(readers.publish, snapshot_new());
	run_post(run, 0, write_task, &readers);
	for (unsigned i = 1; i < WORKERS; i++)
		run_post(run, i, read_task, &readers);
	turn_until(rounds_over, &readers);
	run_end(run);
	assert_int_equal(atomic_load(&readers.wrong), 0);
	assert_true(atomic_load(&released) > 0);
	publish_free(readers.publish);
}

static int suite_begin(void **state)
{
	struct event *event;

	(void)state;
	base = event_base_new();
	if (!base || pipe(mail) < 0)
		return -1;
	event = event_new(base, mail[0], EV_READ | EV_PERSIST, mail_read, NULL);
	return event ? event_add(event, NULL) : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_run_in_order_and_before_the_end),
		cmocka_unit_test(a_locked_out_service_is_refused),
		cmocka_unit_test(nothing_of_the_service_runs_after_it_left),
		cmocka_unit_test(a_blocked_worker_does_not_answer_its_ping),
		cmocka_unit_test(a_declared_operation_is_no_hang),
		cmocka_unit_test(a_question_comes_back_once),
		cmocka_unit_test(a_late_answer_finds_its_memory),
		cmocka_unit_test(nobody_reads_a_released_snapshot),
	};

	return cmocka_run_group_tests(tests, suite_begin, NULL);
}
