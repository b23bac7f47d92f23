/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper is trusted, but a message is still checked for its size and
 * version: a host and a keeper of different builds must find that out here.
 */
#include "config.h"

#include "host/link.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/symbols.h"
#include "host/unit.h"

#define HELLO_MS 10000

struct asked {
	struct asked *next;
	uint32_t id;
	void (*answered)(void *arg, struct link_grant *grant);
	void *arg;
};

struct queued {
	struct queued *next;
	struct keeper_message message;
};

struct link {
	struct host *host;
	int fd;
	struct crash_record *record;
	struct event *readable, *writable;
	struct asked *asked;
	struct queued *queue, **queue_end; /* what the socket did not take yet */
	uint32_t next_id;
};

/* ---- Sending ---- */

static void link_push(struct link *link)
{
	struct queued *first;

	while ((first = link->queue)) {
		if (send(link->fd, &first->message, sizeof first->message,
			MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		    (errno == EAGAIN || errno == EINTR)) {
			if (link->writable)
				event_add(link->writable, NULL);
			return;
		}
		link->queue = first->next;
		if (!link->queue)
			link->queue_end = &link->queue;
		free(first);
	}
}

static void link_send(struct link *link, const struct keeper_message *message)
{
	struct queued *entry = memory_new(sizeof *entry);

	entry->message = *message;
	entry->message.version = KEEPER_VERSION;
	*link->queue_end = entry;
	link->queue_end = &entry->next;
	link_push(link);
}

void link_say(struct link *link, enum keeper_type type, const char *service, uint32_t round,
    const char *text)
{
	struct keeper_message message = { .type = type, .round = round };

	text_format(message.service, sizeof message.service, "%s", service ? service : "");
	text_format(message.text, sizeof message.text, "%s", text ? text : "");
	link_send(link, &message);
}

static void link_ask(struct link *link, enum keeper_type type, const struct keeper_message *wanted,
    void (*answered)(void *arg, struct link_grant *grant), void *arg)
{
	struct asked *asked = memory_new(sizeof *asked);
	struct keeper_message message = *wanted;

	message.type = type;
	message.id = asked->id = ++link->next_id;
	asked->answered = answered;
	asked->arg = arg;
	asked->next = link->asked;
	link->asked = asked;
	link_send(link, &message);
}

void link_listen(struct link *link, const struct keeper_message *wanted,
    void (*answered)(void *arg, struct link_grant *grant), void *arg)
{
	link_ask(link, KEEPER_LISTEN, wanted, answered, arg);
}

void link_shut(struct link *link, const char *service,
    void (*answered)(void *arg, struct link_grant *grant), void *arg)
{
	struct keeper_message wanted = { .round = 0 };

	text_format(wanted.service, sizeof wanted.service, "%s", service);
	link_ask(link, KEEPER_SHUT, &wanted, answered, arg);
}

void link_forget(struct link *link, void *arg)
{
	struct asked **at = &link->asked;

	while (*at) {
		struct asked *asked = *at;
		if (asked->arg != arg) {
			at = &asked->next;
			continue;
		}
		*at = asked->next;
		free(asked);
	}
}

/* ---- Receiving ---- */

static void close_all(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	free(fds);
}

static void link_answer(struct link *link, const struct keeper_message *message, int *fds,
    size_t count)
{
	struct link_grant grant = {
		.port = (uint16_t)message->port,
		.fds = fds,
		.count = count,
		.error =
		    message->type == KEEPER_REFUSE ? message->error ? message->error : EINVAL : 0,
		.text = message->text,
	};

	for (struct asked **at = &link->asked; *at; at = &(*at)->next) {
		struct asked *asked = *at;
		if (asked->id != message->id)
			continue;
		*at = asked->next;
		if (grant.error) {
			close_all(fds, count);
			grant.fds = NULL;
		}
		asked->answered(asked->arg, &grant);
		free(asked);
		return;
	}
	close_all(fds, count);
}

static void link_crashed(struct link *link, const struct keeper_message *message, const int *fds,
    size_t count)
{
	struct host *host = link->host;
	struct crash_report *report = &host->last_crash;
	struct crash_record *record = NULL;

	if (count)
		record = mmap(NULL, sizeof *record, PROT_READ, MAP_PRIVATE, fds[0], 0);
	if (record && record != MAP_FAILED) {
		symbols_report(record, report);
		munmap(record, sizeof *record);
	} else {
		memset(report, 0, sizeof *report);
		report->present = true;
		report->time_us = clock_utc();
		text_clean(report->text, sizeof report->text, message->text,
		    strnlen(message->text, sizeof message->text));
	}
	journal_add(host->journal, JOURNAL_ERROR, *report->service ? report->service : "host",
	    "crash", "%s", report->text);
	for (unsigned i = 0; i < report->frames; i++)
		journal_add(host->journal, JOURNAL_INFO,
		    *report->service ? report->service : "host", "crash", "#%u %s", i,
		    report->frame[i]);
}

static void link_handle(struct link *link, struct keeper_message *message, int *fds, size_t count)
{
	struct host *host = link->host;
	struct unit *unit;

	message->service[sizeof message->service - 1] = '\0';
	message->text[sizeof message->text - 1] = '\0';
	switch ((enum keeper_type)message->type) {
	case KEEPER_GRANT:
	case KEEPER_REFUSE:
		link_answer(link, message, fds, count);
		return;
	case KEEPER_HELLO:
		host->flags = message->flags;
		host->crashes = message->number;
		host->keeper_pid = message->pid;
		break;
	case KEEPER_QUARANTINED:
		unit = host_unit(host, message->service);
		if (unit)
			unit_quarantine(unit, message->text);
		break;
	case KEEPER_CRASHED:
		link_crashed(link, message, fds, count);
		break;
	case KEEPER_RELOAD:
		host_reload_all(host);
		break;
	case KEEPER_STOP:
		host_end(host, false, host->drain_ms);
		break;
	case KEEPER_REPLACE:
		host_end(host, true, host->drain_ms < 2000 ? host->drain_ms : 2000);
		break;
	default:
		break;
	}
	close_all(fds, count);
}

/* 1: a message, 0: none there, -1: the keeper has gone. */
static int link_receive(struct link *link, struct keeper_message *message, int **fds_r,
    size_t *count_r)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * KEEPER_FDS)];
	} control;
	struct iovec part = { message, sizeof *message };
	struct msghdr wanted = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control,
	};
	ssize_t got;

	*fds_r = NULL;
	*count_r = 0;
	do
		got = recvmsg(link->fd, &wanted, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? 0 : -1;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&wanted); c; c = CMSG_NXTHDR(&wanted, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || *fds_r)
			continue;
		*count_r = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		*fds_r = memory_copy(CMSG_DATA(c), *count_r * sizeof(int));
	}
	if (got != sizeof *message || message->version != KEEPER_VERSION) {
		close_all(*fds_r, *count_r);
		*fds_r = NULL;
		*count_r = 0;
		return -1;
	}
	return 1;
}

static void link_readable(evutil_socket_t fd, short what, void *arg)
{
	struct link *link = arg;
	struct keeper_message message;
	size_t count;
	int *fds, got;

	(void)fd;
	(void)what;
	for (int turn = 0; turn < 64; turn++) {
		got = link_receive(link, &message, &fds, &count);
		if (got <= 0)
			break;
		link_handle(link, &message, fds, count);
	}
	if (got < 0) {
		event_del(link->readable);
		host_abandoned(link->host);
	}
}

static void link_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	link_push(arg);
}

/* ---- Opening ---- */

static bool link_hello(struct link *link, struct fault *fault)
{
	struct pollfd wait = { .fd = link->fd, .events = POLLIN };
	struct keeper_message message;
	size_t count = 0;
	int *fds = NULL;

	if (poll(&wait, 1, HELLO_MS) <= 0 || link_receive(link, &message, &fds, &count) <= 0 ||
	    message.type != KEEPER_HELLO) {
		close_all(fds, count);
		return fault_set(fault, FAULT_FAILED,
		    "the keeper did not say hello: is stewardd of the same version?");
	}
	link_handle(link, &message, fds, count);
	return true;
}

struct link *link_open(struct host *host, struct fault *fault)
{
	const char *given = getenv("STEWARD_KEEPER");
	struct link *link = memory_new(sizeof *link);
	int record_fd = -1;

	link->host = host;
	link->fd = -1;
	link->queue_end = &link->queue;
	if (!given || sscanf(given, "%d,%d", &link->fd, &record_fd) != 2 ||
	    fcntl(link->fd, F_SETFD, FD_CLOEXEC) < 0) {
		fault_set(fault, FAULT_USAGE, "steward-host is started by stewardd, not by hand");
		goto out;
	}
	link->record =
	    mmap(NULL, sizeof *link->record, PROT_READ | PROT_WRITE, MAP_SHARED, record_fd, 0);
	close(record_fd);
	if (link->record == MAP_FAILED) {
		fault_errno(fault, errno, "the crash record cannot be mapped");
		goto out;
	}
	if (!link_hello(link, fault))
		goto out;
	return link;
out:
	link->record = NULL;
	link_close(link);
	return NULL;
}

bool link_watch(struct link *link, struct fault *fault)
{
	link->readable =
	    event_new(link->host->base, link->fd, EV_READ | EV_PERSIST, link_readable, link);
	link->writable = event_new(link->host->base, link->fd, EV_WRITE, link_writable, link);
	if (!link->readable || !link->writable || event_add(link->readable, NULL) < 0)
		return fault_set(fault, FAULT_FAILED, "no event for the keeper's socket");
	link_push(link);
	return true;
}

void link_close(struct link *link)
{
	if (!link)
		return;
	if (link->readable)
		event_free(link->readable);
	if (link->writable)
		event_free(link->writable);
	while (link->asked) {
		struct asked *next = link->asked->next;
		free(link->asked);
		link->asked = next;
	}
	while (link->queue) {
		struct queued *next = link->queue->next;
		free(link->queue);
		link->queue = next;
	}
	if (link->fd >= 0)
		close(link->fd);
	free(link);
}

struct crash_record *link_crash_record(struct link *link)
{
	return link->record;
}
