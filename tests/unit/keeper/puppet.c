/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A host on strings: speaks the keeper's protocol and does what the test tells
 * it over the abstract socket $PUPPET, one datagram a command. It answers with
 * one line for each thing that happens to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper/protocol.h"

#define LISTENERS 8
#define BEAT_MS 100

struct puppet {
	int keeper, crash, test;
	bool deaf;     /* no heartbeat, nothing read */
	bool stubborn; /* does not stop when told to */
	struct {
		uint32_t id, count;
		int fd[KEEPER_FDS];
	} granted[LISTENERS];
	unsigned next;
};

static void tell(const struct puppet *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void tell(const struct puppet *p, const char *format, ...)
{
	char line[1200];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof line, format, list);
	va_end(list);
	if (send(p->test, line, strlen(line), MSG_NOSIGNAL) < 0)
		_exit(0);
}

/* ---- From the keeper ---- */

static void on_granted(struct puppet *p, const struct keeper_message *m, const int *fds,
    unsigned count)
{
	unsigned at = p->next++ % LISTENERS;

	p->granted[at].id = m->id;
	p->granted[at].count = count;
	memcpy(p->granted[at].fd, fds, count * sizeof *fds);
	tell(p, "grant %u port %u count %u fds %u", m->id, m->port, m->count, count);
}

static void on_crashed(const struct puppet *p, const struct keeper_message *m, const int *fds,
    unsigned count)
{
	struct crash_record record;

	if (count == 0) {
		tell(p, "crashed: %s", m->text);
		return;
	}
	if (pread(fds[0], &record, sizeof record, 0) != sizeof record)
		tell(p, "crashed: no whole record");
	else
		tell(p, "crashed: %s; record %s %d", m->text, record.service, record.signal);
	close(fds[0]);
}

static void on_keeper(struct puppet *p)
{
	struct keeper_message m = { 0 };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(KEEPER_FDS * sizeof(int))];
	} control;
	struct iovec part = { &m, sizeof m };
	struct msghdr header = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	int fds[KEEPER_FDS];
	unsigned count = 0;
	ssize_t size = recvmsg(p->keeper, &header, MSG_CMSG_CLOEXEC);

	if (size < 0 && errno == EAGAIN)
		return;
	if (size <= 0) {
		tell(p, "end of keeper");
		_exit(0);
	}
	struct cmsghdr *c = CMSG_FIRSTHDR(&header);
	if (c && c->cmsg_type == SCM_RIGHTS) {
		count = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(fds, CMSG_DATA(c), count * sizeof(int));
	}
	switch (m.type) {
	case KEEPER_HELLO:
		tell(p, "hello flags %u crashes %llu keeper %d", m.flags,
		    (unsigned long long)m.number, m.pid);
		break;
	case KEEPER_QUARANTINED:
		tell(p, "quarantined %s: %s", m.service, m.text);
		break;
	case KEEPER_CRASHED:
		on_crashed(p, &m, fds, count);
		break;
	case KEEPER_GRANT:
		on_granted(p, &m, fds, count);
		break;
	case KEEPER_REFUSE:
		tell(p, "refuse %u error %d %s", m.id, m.error, m.text);
		break;
	case KEEPER_RELOAD:
		tell(p, "reload");
		break;
	case KEEPER_STOP:
	case KEEPER_REPLACE:
		tell(p, m.type == KEEPER_STOP ? "stop" : "replace");
		if (!p->stubborn)
			_exit(0);
		break;
	default:
		tell(p, "unknown message %u", m.type);
	}
}

/* ---- From the test ---- */

static void say(const struct puppet *p, enum keeper_type type, const char *service, uint32_t round,
    const char *text)
{
	struct keeper_message m = { .version = KEEPER_VERSION, .type = type, .round = round };

	snprintf(m.service, sizeof m.service, "%s", service);
	snprintf(m.text, sizeof m.text, "%s", text);
	if (send(p->keeper, &m, sizeof m, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		tell(p, "cannot send: %s", strerror(errno));
}

static void ask(const struct puppet *p, const char *words)
{
	struct keeper_message m = { .version = KEEPER_VERSION, .type = KEEPER_LISTEN };
	char transport[8];

	if (sscanf(words, "%u %31s %31s %7s %511s %u %u %u %u", &m.id, m.service, m.setting,
		transport, m.address, &m.port, &m.count, &m.round, &m.hint) != 9)
		tell(p, "bad listen");
	m.transport = !strcmp(transport, "tcp") ? KEEPER_TCP :
	    !strcmp(transport, "udp")           ? KEEPER_UDP :
						  KEEPER_UNIX;
	if (send(p->keeper, &m, sizeof m, MSG_NOSIGNAL) < 0)
		tell(p, "cannot send: %s", strerror(errno));
}

static void accept_one(const struct puppet *p, unsigned id)
{
	for (unsigned i = 0; i < LISTENERS; i++)
		for (uint32_t n = 0; p->granted[i].id == id && n < p->granted[i].count; n++) {
			int fd = accept(p->granted[i].fd[n], NULL, NULL);
			if (fd < 0)
				continue;
			tell(p, write(fd, "x", 1) == 1 ? "accepted" : "cannot write");
			close(fd);
			return;
		}
	tell(p, "nothing to accept");
}

/* "SERVICE SIGNAL CODE", and maybe a reason; returns the signal. */
static int write_record(const struct puppet *p, const char *words)
{
	struct crash_record record = { .version = KEEPER_VERSION,
		.state = CRASH_COMPLETE,
		.pid = getpid() };

	if (sscanf(words, "%31s %d %d %159[^\n]", record.service, &record.signal, &record.code,
		record.reason) < 3 ||
	    pwrite(p->crash, &record, sizeof record, 0) != sizeof record)
		tell(p, "cannot write the record");
	return record.signal;
}

/* A record, then the end by that signal. */
static void crash(const struct puppet *p, const char *words)
{
	int number = write_record(p, words);

	if (!number)
		_exit(70);
	signal(number, SIG_DFL);
	raise(number);
}

static void rights(const struct puppet *p)
{
	char line[256], kept[64] = "";
	FILE *file = fopen("/proc/self/status", "re");
	struct rlimit core;

	while (file && fgets(line, sizeof line, file))
		if (!strncmp(line, "CapEff:", 7) || !strncmp(line, "CapPrm:", 7) ||
		    !strncmp(line, "CapInh:", 7)) {
			unsigned long long caps = strtoull(line + 7, NULL, 16);
			snprintf(kept + strlen(kept), sizeof kept - strlen(kept), " %llx", caps);
		}
	if (file)
		fclose(file);
	getrlimit(RLIMIT_CORE, &core);
	tell(p, "uid %u gid %u caps%s nnp %d core %lu home %s", geteuid(), getegid(), kept,
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), (unsigned long)core.rlim_cur,
	    getenv("NOTIFY_SOCKET") || getenv("WATCHDOG_USEC") ? "notify" : getenv("HOME"));
}

static void descriptors(const struct puppet *p)
{
	char line[200] = "";

	for (int fd = 0; fd < 1024; fd++)
		if (fd != p->test && fcntl(fd, F_GETFD) >= 0 && strlen(line) < sizeof line - 16)
			snprintf(line + strlen(line), 16, " %d", fd);
	tell(p, "descriptors%s", line);
}

/* What a hijacked host might try. */
static void misbehave(struct puppet *p, const char *how)
{
	struct keeper_message m;

	memset(&m, 0xff, sizeof m);
	m.version = KEEPER_VERSION;
	if (!strcmp(how, "version"))
		m.version = KEEPER_VERSION + 1;
	else if (!strcmp(how, "type"))
		m.type = 63;
	else if (!strcmp(how, "listen"))
		m.type = KEEPER_LISTEN;
	else if (!strcmp(how, "service"))
		m.type = KEEPER_SHUT;
	else if (!strcmp(how, "record"))
		(void)!pwrite(p->crash, &m, sizeof m, 0);
	if (!strcmp(how, "service"))
		m.id = 0; /* nobody reads an answer here */
	size_t size = !strcmp(how, "short") ? 7 : !strcmp(how, "tiny") ? 1 : sizeof m;
	if (!strcmp(how, "cut") && ftruncate(p->crash, 0) == 0)
		tell(p, "could cut the record off");
	if (!strcmp(how, "long")) {
		char big[4 * sizeof m];
		memset(big, 1, sizeof big);
		memcpy(big, &m.version, sizeof m.version);
		send(p->keeper, big, sizeof big, MSG_NOSIGNAL);
	} else if (strcmp(how, "record") && strcmp(how, "cut")) {
		send(p->keeper, &m, size, MSG_NOSIGNAL);
	}
	tell(p, "misbehaved");
}

/* Questions without reading an answer, until nothing more is taken. */
static void flood(const struct puppet *p)
{
	struct keeper_message m = { .version = KEEPER_VERSION, .type = KEEPER_LISTEN, .count = 99 };
	unsigned sent = 0, idle = 0;
	struct pollfd room = { p->keeper, POLLOUT, 0 };

	while (idle < 3 && sent < 100000) {
		if (send(p->keeper, &m, sizeof m, MSG_NOSIGNAL) > 0)
			sent++;
		else if (poll(&room, 1, 200) == 0)
			idle++;
	}
	tell(p, "flooded");
}

static void command(struct puppet *p, const char *word, const char *rest)
{
	if (!strcmp(word, "ready"))
		say(p, KEEPER_READY, "", 0, "");
	else if (!strcmp(word, "settled"))
		say(p, KEEPER_SETTLED, "", 0, "");
	else if (!strcmp(word, "reloaded"))
		say(p, KEEPER_RELOADED, "", 0, "");
	else if (!strcmp(word, "status"))
		say(p, KEEPER_STATUS, "", 0, rest);
	else if (!strcmp(word, "shut"))
		say(p, KEEPER_SHUT, rest, 0, "");
	else if (!strcmp(word, "trim"))
		say(p, KEEPER_TRIM, "web", (uint32_t)strtoul(rest, NULL, 10), "");
	else if (!strcmp(word, "resume"))
		say(p, KEEPER_RESUME, rest, 0, "");
	else if (!strcmp(word, "listen"))
		ask(p, rest);
	else if (!strcmp(word, "accept"))
		accept_one(p, (unsigned)strtoul(rest, NULL, 10));
	else if (!strcmp(word, "crash"))
		crash(p, rest);
	else if (!strcmp(word, "record"))
		write_record(p, rest);
	else if (!strcmp(word, "die"))
		raise((int)strtol(rest, NULL, 10));
	else if (!strcmp(word, "exit"))
		_exit((int)strtol(rest, NULL, 10));
	else if (!strcmp(word, "deaf"))
		p->deaf = true;
	else if (!strcmp(word, "stubborn"))
		p->stubborn = true;
	else if (!strcmp(word, "rights"))
		rights(p);
	else if (!strcmp(word, "descriptors"))
		descriptors(p);
	else if (!strcmp(word, "misbehave"))
		misbehave(p, rest);
	else if (!strcmp(word, "flood"))
		flood(p);
	else if (!strcmp(word, "failed")) {
		say(p, KEEPER_FAILED, "", 0, rest);
		_exit(1);
	}
}

static void on_test(struct puppet *p)
{
	char line[1024];
	ssize_t length = recv(p->test, line, sizeof line - 1, 0);

	if (length <= 0)
		_exit(0);
	line[length] = '\0';
	size_t word = strcspn(line, " ");
	const char *rest = line[word] ? line + word + 1 : "";
	line[word] = '\0';
	command(p, line, rest);
	/* So that the test knows that it is done. */
	if (strcmp(line, "listen") && strcmp(line, "accept") && strcmp(line, "rights") &&
	    strcmp(line, "descriptors") && strcmp(line, "misbehave") && strcmp(line, "flood"))
		tell(p, "did %s", line);
}

static int dial_test(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "%s", name);
	return connect(fd, (struct sockaddr *)&address, length) == 0 ? fd : -1;
}

static int probe(void)
{
	const char *path = getenv("PUPPET_PROBE");
	char text[200];
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text);

	if (length < 0)
		length = snprintf(text, sizeof text, "%s", KEEPER_PROBE_OUTPUT);
	return write(STDOUT_FILENO, text, (size_t)length) != length;
}

int main(int argc, char **argv)
{
	struct puppet p = { .keeper = -1 };
	const char *fds = getenv("STEWARD_KEEPER"), *name = getenv("PUPPET");

	if (argc == 2 && !strcmp(argv[1], "--probe"))
		return probe();
	if (!name || !fds || sscanf(fds, "%d,%d", &p.keeper, &p.crash) != 2 ||
	    (p.test = dial_test(name)) < 0)
		return 99;
	tell(&p, "start %d %s %s", getpid(), argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "");
	for (;;) {
		struct pollfd set[2] = { { p.test, POLLIN, 0 },
			{ p.deaf ? -1 : p.keeper, POLLIN, 0 } };
		if (poll(set, 2, BEAT_MS) == 0 && !p.deaf)
			say(&p, KEEPER_ALIVE, "", 0, "");
		if (set[1].revents)
			on_keeper(&p);
		if (set[0].revents)
			on_test(&p);
	}
}
