/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host as the keeper sees it: a child, a socket with fixed messages, and
 * a crash record. Nothing that comes from it is believed: it may be hijacked,
 * and then the worst that it can do is to end itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/keeper.h"

#define EXTEND_USEC 30000000 /* more than a heartbeat's limit */
#define TEXT(to, ...) snprintf((to), sizeof(to), __VA_ARGS__)

/* ---- Sending ---- */

bool host_send(struct keeper *k, struct keeper_message *message, const int *fds, uint32_t count)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(KEEPER_FDS * sizeof(int))];
	} control = { .space = { 0 } };
	struct iovec part = { message, sizeof *message };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };

	message->version = KEEPER_VERSION;
	if (count) {
		header.msg_control = &control;
		header.msg_controllen = CMSG_SPACE(count * sizeof *fds);
		struct cmsghdr *c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(count * sizeof *fds);
		memcpy(CMSG_DATA(c), fds, count * sizeof *fds);
	}
	return k->host.fd >= 0 && sendmsg(k->host.fd, &header, MSG_NOSIGNAL) >= 0;
}

bool host_tell(struct keeper *k, enum keeper_type type)
{
	struct keeper_message message = { .type = type };

	return host_send(k, &message, NULL, 0);
}

/* ---- Starting ---- */

/* What a host must know before anything else. */
static void host_greet(struct keeper *k)
{
	struct keeper_message hello = { .type = KEEPER_HELLO,
		.number = k->kept.crashes,
		.started_us = k->kept.started_us,
		.pid = getpid() };

	hello.flags = (k->root ? KEEPER_FLAG_ROOT : 0U) |
	    (k->foreground ? KEEPER_FLAG_FOREGROUND : 0U) |
	    (k->notify_fd >= 0 ? KEEPER_FLAG_SYSTEMD : 0U) | (k->proven ? KEEPER_FLAG_FOLLOWS : 0U);
	host_send(k, &hello, NULL, 0);
	for (uint32_t i = 0; i < k->kept.charges.count; i++) {
		const struct charge *c = &k->kept.charges.item[i];
		struct keeper_message message = { .type = KEEPER_QUARANTINED };
		TEXT(message.service, "%s", c->service);
		charges_text(c, message.text, sizeof message.text);
		if (c->quarantined)
			host_send(k, &message, NULL, 0);
	}
	if (!k->crash_text[0])
		return;
	struct keeper_message crashed = { .type = KEEPER_CRASHED };
	TEXT(crashed.text, "%s", k->crash_text);
	int fd = k->crash_known ? memfd_create("crash", MFD_CLOEXEC) : -1;
	bool whole = fd >= 0 && write(fd, &k->crash, sizeof k->crash) == sizeof k->crash;
	host_send(k, &crashed, &fd, whole);
	if (fd >= 0)
		close(fd);
	k->crash_text[0] = '\0';
	k->crash_known = false;
}

/* Sealed: a host that cut it off would kill who reads it by mmap. */
static int crash_memory(void)
{
	int fd = memfd_create("crash-record", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && ftruncate(fd, sizeof(struct crash_record)) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

void host_start(struct keeper *k)
{
	struct host *h = &k->host;
	struct child child = { k->host_program, { "steward-host" }, .output = -1, .drop = true };
	int ends[2] = { -1, -1 };

	if (!k->home.installed) {
		child.argv[1] = "--home";
		child.argv[2] = k->home.folder;
	}
	k->restart_at = 0;
	k->reloading = false;
	memset(h, 0, sizeof *h);
	h->fd = -1;
	h->crash_fd = crash_memory();
	if (h->crash_fd >= 0 &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0) {
		child.keep[0] = ends[1];
		child.keep[1] = h->crash_fd;
		if (k->root && !k->uid)
			child_find_user(k); /* it may be there again */
		h->pid = child_start(k, &child);
	}
	if (h->pid <= 0) {
		keeper_say("cannot start the host: %s; trying again", strerror(errno));
		h->pid = 0;
		k->restart_at = keeper_now() + charges_delay(++k->early + 1, k->backoff);
	}
	if (ends[1] >= 0)
		close(ends[1]);
	h->fd = ends[0];
	if (!h->pid) {
		close(h->fd);
		close(h->crash_fd);
		h->fd = h->crash_fd = -1;
		return;
	}
	h->alive = keeper_now();
	listeners_forget(&k->kept.listeners);
	host_greet(k);
}

/* ---- Messages ---- */

static void refuse(struct keeper *k, const struct keeper_message *ask, int error, const char *text)
{
	struct keeper_message answer = { .type = KEEPER_REFUSE, .id = ask->id, .error = error };

	TEXT(answer.text, "%s", text);
	host_send(k, &answer, NULL, 0);
}

static void on_listen(struct keeper *k, const struct keeper_message *ask)
{
	struct keeper_message answer = { .type = KEEPER_GRANT, .id = ask->id };
	struct listener *l = listeners_ask(&k->kept.listeners, &k->rules, ask, &answer);

	if (l) {
		answer.port = l->port;
		answer.count = l->count;
		if (!host_send(k, &answer, l->fd, l->count))
			refuse(k, ask, errno, "the sockets could not be handed over");
	} else if (answer.error != EADDRINUSE || answer.text[0]) {
		refuse(k, ask, answer.error, answer.text);
	} else if (!helper_holder(k, ask)) {
		TEXT(answer.text, "port %u on %.100s is in use", ask->port, ask->address);
		refuse(k, ask, EADDRINUSE, answer.text);
	}
}

static void on_shut(struct keeper *k, const struct keeper_message *m)
{
	struct keeper_message answer = { .type = KEEPER_GRANT, .id = m->id };

	listeners_shut(&k->kept.listeners, &k->rules, m->service);
	if (m->id)
		host_send(k, &answer, NULL, 0);
}

static void on_trim(struct keeper *k, const struct keeper_message *m)
{
	listeners_trim(&k->kept.listeners, &k->rules, m->service, m->round);
}

static void on_ready(struct keeper *k, const struct keeper_message *m)
{
	(void)m;
	k->host.ready = k->proven = true;
	k->early = k->nobodys = 0;
}

/* SIGHUP may have come while the host was reading its settings. */
static void reload_done(struct keeper *k)
{
	k->reloading = k->reload_again && host_tell(k, KEEPER_RELOAD);
	k->reload_again = false;
	if (!k->reloading)
		notify_send(k, "READY=1");
}

static void on_settled(struct keeper *k, const struct keeper_message *m)
{
	(void)m;
	if (k->host.settled)
		return;
	k->host.settled = true;
	listeners_sweep(&k->kept.listeners, &k->rules);
	reload_done(k);
	keeper_tell_parent(k, NULL);
}

/* A service may take longer to open or to end than systemd waits by itself.
 * Whether it still gets on is the host's to judge, and it ends what hangs. */
static void on_alive(struct keeper *k, const struct keeper_message *m)
{
	(void)m;
	k->host.alive = keeper_now();
	if (!k->host.settled || k->reloading || k->phase == PHASE_STOP)
		notify_send(k, "EXTEND_TIMEOUT_USEC=%d", EXTEND_USEC);
}

static void on_status(struct keeper *k, const struct keeper_message *m)
{
	notify_send(k, "STATUS=%s", m->text);
}

static void on_resume(struct keeper *k, const struct keeper_message *m)
{
	charges_forget(&k->kept.charges, m->service);
}

static void on_reloaded(struct keeper *k, const struct keeper_message *m)
{
	(void)m;
	reload_done(k);
}

static void on_failed(struct keeper *k, const struct keeper_message *m)
{
	TEXT(k->host.failed, "%s", m->text[0] ? m->text : "the host cannot start");
}

/* Every text ends and stays on its line: they go to logs and to systemd. */
static void clean(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
}

static void on_message(struct keeper *k, struct keeper_message *m, size_t size)
{
	static void (*const handle[])(struct keeper *, const struct keeper_message *) = {
		[KEEPER_LISTEN] = on_listen,
		[KEEPER_SHUT] = on_shut,
		[KEEPER_TRIM] = on_trim,
		[KEEPER_READY] = on_ready,
		[KEEPER_SETTLED] = on_settled,
		[KEEPER_ALIVE] = on_alive,
		[KEEPER_STATUS] = on_status,
		[KEEPER_RESUME] = on_resume,
		[KEEPER_RELOADED] = on_reloaded,
		[KEEPER_FAILED] = on_failed,
	};

	if (size >= sizeof m->version && m->version != KEEPER_VERSION) {
		TEXT(k->host.failed,
		    "steward-host speaks protocol %u and stewardd %u: "
		    "install both from one build",
		    m->version, KEEPER_VERSION);
		if (k->host.pid)
			kill(k->host.pid, SIGKILL);
		return;
	}
	if (size == sizeof *m && m->type < sizeof handle / sizeof handle[0] && handle[m->type]) {
		clean(m->service, sizeof m->service);
		clean(m->setting, sizeof m->setting);
		clean(m->address, sizeof m->address);
		clean(m->text, sizeof m->text);
		handle[m->type](k, m);
	} else if (!k->host.babbled) {
		k->host.babbled = true;
		keeper_say("the host sends what the protocol does not know (type %u, %zu bytes)",
		    size == sizeof *m ? m->type : 0, size);
	}
}

/* One message a turn of the loop, so that a flood does not keep signals and
 * deadlines waiting; none while the host leaves its answers unread. */
void host_read(struct keeper *k)
{
	struct keeper_message m;
	struct pollfd room = { k->host.fd, POLLOUT, 0 };

	k->host.blocked = poll(&room, 1, 0) == 0;
	if (k->host.blocked)
		return;
	ssize_t size = recv(k->host.fd, &m, sizeof m, MSG_TRUNC);
	if (size > 0) {
		on_message(k, &m, (size_t)size);
	} else if (size == 0 || (errno != EAGAIN && errno != EINTR && errno != ECONNRESET)) {
		close(k->host.fd); /* it ends now, or the heartbeat ends it */
		k->host.fd = -1;
	}
}

/* ---- Death ---- */

/* The last words: what was sent before the end, and the crash record. */
static void host_last_words(struct keeper *k, int status)
{
	struct host *h = &k->host;
	struct keeper_message m = { 0 };
	char what[400], why[64] = "";

	for (int i = 0; h->fd >= 0 && i < 1000; i++) {
		ssize_t size = recv(h->fd, &m, sizeof m, MSG_TRUNC);
		if (size > 0 && m.type != KEEPER_LISTEN)
			on_message(k, &m, (size_t)size);
		else if (size == 0 || (size < 0 && errno != ECONNRESET))
			break;
	}
	memset(&k->crash, 0, sizeof k->crash);
	k->crash_known = pread(h->crash_fd, &k->crash, sizeof k->crash, 0) == sizeof k->crash &&
	    charges_clean(&k->crash);
	const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;
	if (h->silent)
		TEXT(why, "did not answer for %lld s", (long long)k->heartbeat / 1000);
	/* The keeper's own signal, and no crash that came in between. */
	if (h->silent && k->crash.signal == SIGABRT && k->crash.code <= 0)
		TEXT(k->crash.reason, "%s", why);
	if (k->crash_known)
		charges_describe(&k->crash, what, sizeof what);
	else if (h->failed[0])
		TEXT(what, "%.390s", h->failed);
	else if (WIFSIGNALED(status))
		TEXT(what, "%s%ssignal %s", why, why[0] ? ": " : "", name ? name : "unknown");
	else
		TEXT(what, "exit status %d", WEXITSTATUS(status));
	TEXT(k->crash_text, "%s%s", what, h->ready ? "" : ", before it was ready");
}

static void host_charge(struct keeper *k, const char **charged_r)
{
	const char *service = k->crash_known ? charges_service(&k->crash) : NULL;
	char what[400];

	*charged_r = service;
	k->kept.crashes++;
	if (!service)
		return;
	charges_describe(&k->crash, what, sizeof what);
	if (charges_add(&k->kept.charges, service, what, keeper_now())) {
		keeper_say("%s is quarantined after three crashes in ten minutes", service);
		listeners_shut(&k->kept.listeners, &k->rules, service);
	}
}

/* An unexpected death: who is charged, and when does the next one start? */
static void host_lost(struct keeper *k, int status)
{
	bool ready = k->host.ready;
	const char *charged;
	bool refused = !ready && WIFEXITED(status) && !k->crash_known;

	/* The first one says that it cannot start: so will the next. */
	if (!k->proven && (k->host.failed[0] || refused)) {
		keeper_end(k, 1, k->host.failed[0] ? k->host.failed : k->crash_text);
		return;
	}
	host_charge(k, &charged);
	if (!ready) {
		k->early++;
		k->nobodys += !charged;
	}
	int64_t delay = charges_delay(k->early, k->backoff);
	keeper_say("the host ended: %s; starting it again%s", k->crash_text,
	    delay ? " after a pause" : "");
	if (k->nobodys > 3) {
		TEXT(k->host.failed, "the host ended %u times: %.400s; stewardd goes on trying",
		    k->nobodys, k->crash_text);
		keeper_tell_parent(k, k->host.failed);
	}
	k->restart_at = keeper_now() + delay;
	if (!delay)
		host_start(k);
}

void host_died(struct keeper *k, int status)
{
	struct host *h = &k->host;

	h->pid = 0; /* from here on it may be somebody else's */
	host_last_words(k, status);
	if (h->fd >= 0)
		close(h->fd);
	close(h->crash_fd);
	h->fd = h->crash_fd = -1;
	helpers_cancel(k, true, false);
	if (k->phase == PHASE_STOP || k->phase == PHASE_REPLACE) {
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			keeper_say("the host did not end in order: %s", k->crash_text);
		if (k->phase == PHASE_STOP) {
			keeper_end(k, 0, NULL);
			return;
		}
		k->crash_text[0] = '\0';
		handover_exec(k);
		return;
	}
	host_lost(k, status);
}
