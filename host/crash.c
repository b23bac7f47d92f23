/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The handler calls only what is safe in one: it fills memory that the keeper
 * also maps, and leaves. What could fail in it (the walk up the stack) comes
 * after the part that matters has been marked complete enough to charge.
 *
 * The walk follows frame pointers, which the build keeps, and checks each
 * address against the thread's stack, so that a broken stack ends it instead
 * of crashing again.
 */
#include "config.h"

#include "host/crash.h"

#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "data/clock.h"

#define SIGNAL_STACK (64 * 1024)

static struct crash_record *shared;
static struct {
	uintptr_t begin, end;
} modules[CRASH_MODULES];

static __thread const char *current_service;
static __thread _Atomic(const char *) *current_activity;
static __thread uintptr_t stack_begin, stack_end;
static __thread void *signal_stack;

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };

/* strncpy-like without the library: the handler may not trust it under every
 * sanitizer. */
static void copy(char *out, size_t size, const char *in)
{
	size_t i = 0;

	for (; in && in[i] && i + 1 < size; i++)
		out[i] = in[i];
	out[i] = '\0';
}

static void crash_frame(uintptr_t pc)
{
	struct crash_record *r = shared;
	uint32_t module = 0;

	if (r->frames >= CRASH_FRAMES)
		return;
	while (
	    module < r->module_count && !(pc >= modules[module].begin && pc < modules[module].end))
		module++;
	if (module == r->module_count)
		module = CRASH_MODULES;
	r->frame[r->frames].module = module;
	r->frame[r->frames++].offset = module == CRASH_MODULES ? pc : pc - modules[module].begin;
}

static void crash_walk(const ucontext_t *context)
{
	uintptr_t pc = 0, fp = 0;

#if defined(__x86_64__)
	pc = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
	fp = (uintptr_t)context->uc_mcontext.gregs[REG_RBP];
	uintptr_t sp = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
	pc = context->uc_mcontext.pc;
	fp = context->uc_mcontext.regs[29];
	uintptr_t sp = context->uc_mcontext.sp;
#else
	uintptr_t sp = 0;
	(void)context;
#endif
	crash_frame(pc);
	while (fp >= sp && fp >= stack_begin && fp + 16 <= stack_end && fp % 8 == 0) {
		const uintptr_t *frame = (const uintptr_t *)fp;
		if (!frame[1])
			break;
		crash_frame(frame[1] - 1);
		if (frame[0] <= fp)
			break;
		fp = frame[0];
	}
}

static void crash_basic(int signal_number, int code, uintptr_t address)
{
	struct crash_record *r = shared;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	r->signal = signal_number;
	r->code = code;
	r->address = address;
	r->pid = getpid();
	r->time_us = now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
	copy(r->service, sizeof r->service, current_service);
	copy(r->activity, sizeof r->activity,
	    current_activity ? atomic_load_explicit(current_activity, memory_order_relaxed) : NULL);
	r->reason[0] = '\0';
	r->frames = 0;
	atomic_store(&r->state, CRASH_BASIC);
}

static _Noreturn void crash_leave(int signal_number)
{
	struct rlimit core;

	if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur) {
		signal(signal_number, SIG_DFL);
		raise(signal_number);
	}
	_exit(128 + signal_number);
}

static void crash_handler(int signal_number, siginfo_t *info, void *context)
{
	uint32_t none = CRASH_NONE;

	/* Only the first of several threads that crash writes; a second crash
	 * in the walk leaves with what is there. */
	if (shared && atomic_compare_exchange_strong(&shared->state, &none, CRASH_BASIC)) {
		/* abort() sends the signal itself: that is a crash of the caller's. */
		bool own = info->si_code == SI_TKILL && info->si_pid == getpid();
		crash_basic(signal_number, own ? 1 : info->si_code,
		    own ? 0 : (uintptr_t)info->si_addr);
		crash_walk(context);
		atomic_store(&shared->state, CRASH_COMPLETE);
	}
	crash_leave(signal_number);
}

static int crash_module(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct crash_record *r = arg;
	uint32_t n = r->module_count;
	uintptr_t end = 0;

	(void)size;
	if (n == CRASH_MODULES)
		return 1;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz > end)
			end = info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
	modules[n].begin = info->dlpi_addr;
	modules[n].end = info->dlpi_addr + end;
	if (info->dlpi_name && *info->dlpi_name)
		copy(r->module[n], sizeof r->module[n], info->dlpi_name);
	else if (n == 0) {
		ssize_t length = readlink("/proc/self/exe", r->module[n], sizeof r->module[n] - 1);
		r->module[n][length > 0 ? length : 0] = '\0';
	}
	r->module_count++;
	return 0;
}

static void crash_stack_bounds(void)
{
	pthread_attr_t attr;
	void *base;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &attr))
		return;
	if (!pthread_attr_getstack(&attr, &base, &size)) {
		stack_begin = (uintptr_t)base;
		stack_end = stack_begin + size;
	}
	pthread_attr_destroy(&attr);
}

/* mmap, not malloc: a smashed heap must not take the signal stack along. */
static void crash_signal_stack(void)
{
	stack_t stack = { .ss_size = SIGNAL_STACK };

	stack.ss_sp =
	    mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack.ss_sp == MAP_FAILED)
		return;
	signal_stack = stack.ss_sp;
	sigaltstack(&stack, NULL);
}

bool crash_init(struct crash_record *record)
{
	struct sigaction action = { .sa_sigaction = crash_handler };

	shared = record;
	if (record) {
		record->version = KEEPER_VERSION;
		record->module_count = 0;
		atomic_store(&record->state, CRASH_NONE);
		dl_iterate_phdr(crash_module, record);
	}
	crash_stack_bounds();
	crash_signal_stack();
	action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (sigaction(signals[i], &action, NULL) < 0)
			return false;
	return true;
}

void crash_thread(const char *service, _Atomic(const char *) *activity)
{
	sigset_t set;

	current_service = service;
	current_activity = activity;
	crash_stack_bounds();
	crash_signal_stack();
	/* Blocked, these would kill without the handler. */
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(&set, signals[i]);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void crash_thread_end(void)
{
	stack_t off = { .ss_flags = SS_DISABLE };

	sigaltstack(&off, NULL);
	if (signal_stack)
		munmap(signal_stack, SIGNAL_STACK);
	signal_stack = NULL;
	current_service = NULL;
}

int64_t crash_thread_cpu(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time))
		return 0;
	return time.tv_sec * CLOCK_SECOND + time.tv_nsec;
}

_Noreturn void crash_end(const char *service, const char *activity, const char *reason)
{
	uint32_t none = CRASH_NONE;

	if (shared && atomic_compare_exchange_strong(&shared->state, &none, CRASH_BASIC)) {
		crash_basic(0, 0, 0);
		copy(shared->service, sizeof shared->service, service);
		copy(shared->activity, sizeof shared->activity, activity);
		copy(shared->reason, sizeof shared->reason, reason);
		atomic_store(&shared->state, CRASH_COMPLETE);
	}
	_exit(70);
}
