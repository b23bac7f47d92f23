/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs that are asked one thing and have a deadline: who holds a port
 * (steward-root), and whether newly installed binaries run, speak one protocol
 * and could start here (--probe). Their output is collected as it comes; the end
 * of it, or the deadline, is the answer. The children are reaped by the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keeper/keeper.h"

#define HOLDER_MS 2000
#define PROBE_MS 5000

static struct helper *helper_start(struct keeper *k, enum helper_task task, int64_t limit,
    struct child *child)
{
	struct helper *h = k->helper, *end = h + HELPERS_MAX;
	int ends[2];

	while (h < end && h->pid)
		h++;
	if (h == end || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return NULL;
	/* What it writes on must wait for nobody: only our end is nonblocking. */
	fcntl(ends[1], F_SETFL, 0);
	child->keep[0] = child->keep[1] = -1;
	child->output = ends[1];
	pid_t pid = child_start(k, child);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return NULL;
	}
	memset(h, 0, sizeof *h);
	h->pid = pid;
	h->fd = ends[0];
	h->task = task;
	h->deadline = keeper_now() + limit;
	return h;
}

/* A pid below 0 was reaped already and may be somebody else's by now. */
static void helper_free(struct helper *h)
{
	if (h->pid > 0)
		kill(h->pid, SIGKILL);
	close(h->fd);
	h->pid = 0;
}

bool helper_holder(struct keeper *k, const struct keeper_message *ask)
{
	char port[16];

	snprintf(port, sizeof port, "%u", ask->port);
	struct child child = { .program = k->root_program,
		.argv = { "steward-root", "holder", ask->transport == KEEPER_TCP ? "tcp" : "udp",
		    ask->address, port } };
	struct helper *h = helper_start(k, HELPER_HOLDER, HOLDER_MS, &child);
	if (h)
		h->ask = *ask;
	return h;
}

bool helper_probe(struct keeper *k)
{
	struct child keeper = { .program = k->self, .argv = { "stewardd", "--probe" } };
	struct child host = { .program = k->host_program,
		.argv = { "steward-host", "--probe" },
		.drop = true };

	/* With the rights and the home that it would have. */
	if (!k->home.installed) {
		keeper.argv[2] = "--home";
		keeper.argv[3] = k->home.folder;
	}
	memset(k->probed, 0, sizeof k->probed);
	if (helper_start(k, HELPER_PROBE_KEEPER, PROBE_MS, &keeper) &&
	    helper_start(k, HELPER_PROBE_HOST, PROBE_MS, &host))
		return true;
	helpers_cancel(k, false, true);
	return false;
}

static void holder_answer(struct keeper *k, const struct helper *h)
{
	struct keeper_message answer = { .type = KEEPER_REFUSE,
		.id = h->ask.id,
		.error = EADDRINUSE };

	snprintf(answer.text, sizeof answer.text, "port %u on %.100s is held by %.256s",
	    h->ask.port, h->ask.address, h->length ? h->output : "another program");
	host_send(k, &answer, NULL, 0);
}

static void probe_answer(struct keeper *k, const struct helper *h)
{
	static const char proper[] = "steward-host protocol ";
	char *mine = k->probed[h->task == HELPER_PROBE_HOST];

	snprintf(mine, sizeof k->probed[0], "%.250s", h->length ? h->output : "nothing");
	if (k->phase != PHASE_PROBE || !k->probed[0][0] || !k->probed[1][0])
		return;
	if (!strcmp(k->probed[0], k->probed[1]) && !strncmp(mine, proper, strlen(proper))) {
		keeper_replace(k);
		return;
	}
	k->phase = PHASE_RUN;
	keeper_say("the new programs are not used: stewardd --probe says \"%s\", "
		   "steward-host --probe says \"%s\"",
	    k->probed[0], k->probed[1]);
	notify_send(k, "STATUS=The newly installed programs are not used; the log says why.");
}

static void helper_done(struct keeper *k, struct helper *h)
{
	struct helper done = *h;

	helper_free(h);
	if (done.length && done.output[done.length - 1] == '\n')
		done.output[--done.length] = '\0';
	if (done.task == HELPER_HOLDER)
		holder_answer(k, &done);
	else
		probe_answer(k, &done);
}

void helper_read(struct keeper *k, struct helper *h)
{
	ssize_t length = read(h->fd, h->output + h->length, sizeof h->output - 1 - h->length);

	if (length > 0)
		h->length += (size_t)length;
	else if (length == 0 || (errno != EAGAIN && errno != EINTR))
		helper_done(k, h);
}

void helpers_timers(struct keeper *k, int64_t now, int64_t *next)
{
	for (int i = 0; i < HELPERS_MAX; i++)
		if (k->helper[i].pid && keeper_due(k->helper[i].deadline, now, next))
			helper_done(k, &k->helper[i]);
}

void helpers_cancel(struct keeper *k, bool holders, bool probes)
{
	for (int i = 0; i < HELPERS_MAX; i++)
		if (k->helper[i].pid && (k->helper[i].task == HELPER_HOLDER ? holders : probes))
			helper_free(&k->helper[i]);
}
