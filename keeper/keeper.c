/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop: signals, the host's messages, helpers' output and deadlines, and
 * what follows from them for the whole program.
 */
#include "keeper/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ABORT_MS 2000 /* from SIGABRT to SIGKILL */
#define LATE_MS 1000

void keeper_tell_parent(struct keeper *k, const char *trouble)
{
	if (k->parent_fd < 0)
		return;
	/* The byte is the verdict, the text its reason. */
	if (dprintf(k->parent_fd, "%c%s", trouble ? '1' : '0', trouble ? trouble : "") < 0)
		keeper_say("who started stewardd does not wait any more");
	close(k->parent_fd);
	k->parent_fd = -1;
}

void keeper_end(struct keeper *k, int status, const char *trouble)
{
	k->ended = true;
	k->status = status;
	if (trouble) {
		keeper_say("%s", trouble);
		notify_send(k, "STATUS=%s", trouble);
		snprintf(k->trouble, sizeof k->trouble, "%s", trouble);
	}
}

/* ---- Signals ---- */

static void stop(struct keeper *k)
{
	if (k->phase == PHASE_STOP)
		return;
	k->phase = PHASE_STOP;
	/* The host still waits for who holds a port, and would not end without. */
	helpers_cancel(k, false, true);
	notify_send(k, "STOPPING=1");
	keeper_tell_parent(k, "stewardd was told to stop");
	if (!k->host.pid) {
		keeper_end(k, 0, NULL);
		return;
	}
	host_tell(k, KEEPER_STOP);
	k->host.kill_at = keeper_now() + k->stop_limit;
}

static void reload(struct keeper *k)
{
	struct timespec now;

	/* systemd compares it with its own clock, to the microsecond. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	notify_send(k, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	if (k->reloading || !k->host.settled)
		k->reload_again = true; /* what it reads now may be the older settings */
	else
		k->reloading = host_tell(k, KEEPER_RELOAD);
}

void keeper_replace(struct keeper *k)
{
	k->phase = PHASE_REPLACE;
	notify_send(k, "STATUS=Replacing host and keeper.");
	keeper_say("replacing host and keeper by the installed ones");
	if (!k->host.pid) {
		handover_exec(k);
		return;
	}
	host_tell(k, KEEPER_REPLACE);
	k->host.kill_at = keeper_now() + k->stop_limit;
}

static void upgrade(struct keeper *k)
{
	if (k->phase != PHASE_RUN && k->phase != PHASE_PROBE)
		return;
	/* Asked again in the middle of a probe: what lies there now is tried. */
	helpers_cancel(k, false, true);
	k->phase = PHASE_PROBE;
	if (helper_probe(k))
		return;
	k->phase = PHASE_RUN;
	keeper_say("the new programs cannot be tried: %s", strerror(errno));
}

static void reap(struct keeper *k)
{
	int status;
	pid_t pid;

	while (!k->ended && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < HELPERS_MAX; i++)
			if (k->helper[i].pid == pid)
				k->helper[i].pid = -1;
		if (pid == k->host.pid)
			host_died(k, status);
	}
}

static void read_signal(struct keeper *k)
{
	struct signalfd_siginfo info;

	if (read(k->signal_fd, &info, sizeof info) != sizeof info)
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		reap(k);
		break;
	case SIGHUP:
		reload(k);
		break;
	case SIGUSR2:
		upgrade(k);
		break;
	default:
		stop(k);
	}
}

/* ---- Time ---- */

/* Is it time? Else next is moved there. */
bool keeper_due(int64_t at, int64_t now, int64_t *next)
{
	if (!at)
		return false;
	if (now >= at)
		return true;
	if (at < *next)
		*next = at;
	return false;
}

static bool heart_beats(const struct keeper *k, int64_t now)
{
	return !k->host.pid || k->host.kill_at || now - k->host.alive < k->heartbeat;
}

/* Does what is due; returns when the next thing will be. */
static int64_t timers(struct keeper *k, int64_t now)
{
	int64_t next = INT64_MAX;
	struct host *h = &k->host;

	/* Late by much: the whole machine stood still, the host too. */
	if (now > h->alive + k->heartbeat + LATE_MS)
		h->alive = now;
	if (h->pid && !h->kill_at && keeper_due(h->alive + k->heartbeat, now, &next)) {
		keeper_say("the host did not answer for %lld s: it is ended",
		    (long long)k->heartbeat / 1000);
		kill(h->pid, SIGABRT);
		h->silent = true;
		h->kill_at = now + ABORT_MS;
	}
	if (h->pid && keeper_due(h->kill_at, now, &next)) {
		kill(h->pid, SIGKILL);
		h->kill_at = now + ABORT_MS;
		keeper_due(h->kill_at, now, &next);
	}
	if (!h->pid && keeper_due(k->restart_at, now, &next)) {
		host_start(k);
		next = now;
	}
	if (keeper_due(k->watchdog_at, now, &next)) {
		if (heart_beats(k, now))
			notify_send(k, "WATCHDOG=1");
		k->watchdog_at = now + k->watchdog;
		keeper_due(k->watchdog_at, now, &next);
	}
	helpers_timers(k, now, &next);
	return next;
}

/* ---- The loop ---- */

static void turn(struct keeper *k)
{
	struct pollfd set[2 + HELPERS_MAX];
	struct helper *owner[2 + HELPERS_MAX];
	nfds_t count = 2;
	int64_t now = keeper_now(), next = timers(k, now);
	int wait = next == INT64_MAX ? -1 : next > now ? (int)(next - now) : 0;

	set[0] = (struct pollfd){ k->signal_fd, POLLIN, 0 };
	set[1] = (struct pollfd){ k->host.fd, k->host.blocked ? POLLOUT : POLLIN, 0 };
	/* Only what is there: poll() takes no more entries than the limit of open
	 * files, however few of them are descriptors. */
	for (int i = 0; i < HELPERS_MAX; i++)
		if (k->helper[i].pid) {
			owner[count] = &k->helper[i];
			set[count++] = (struct pollfd){ k->helper[i].fd, POLLIN, 0 };
		}
	if (k->ended || poll(set, count, wait) <= 0)
		return;
	for (nfds_t i = 2; i < count; i++)
		if (set[i].revents && owner[i]->pid)
			helper_read(k, owner[i]);
	if (set[1].revents && k->host.fd >= 0)
		host_read(k);
	if (set[0].revents)
		read_signal(k);
}

int keeper_run(struct keeper *k)
{
	k->host.fd = k->host.crash_fd = -1;
	host_start(k);
	while (!k->ended)
		turn(k);
	helpers_cancel(k, true, true);
	listeners_close(&k->kept.listeners, &k->rules);
	if (ftruncate(k->lock_fd, 0) != 0 ||
	    (k->home_lock_fd >= 0 && ftruncate(k->home_lock_fd, 0) != 0))
		keeper_say("cannot empty the lock: %s", strerror(errno));
	/* Who is told may start another one at once. */
	close(k->lock_fd);
	if (k->home_lock_fd >= 0)
		close(k->home_lock_fd);
	if (k->trouble[0])
		keeper_tell_parent(k, k->trouble);
	return k->status;
}
