/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "data/memory.h"
#include "host/http_internal.h"

/*
 * The bytes between the sockets and libmicrohttpd. The functions that it calls
 * (recv, send, sendmsg, sendfile64, setsockopt) are defined here, in the
 * executable, which the dynamic linker prefers to the C library's (-rdynamic).
 * They look the descriptor up in a table: one that is not there goes straight
 * to the kernel, by the system call itself, so that no sanitizer's interceptor
 * comes between.
 *
 * What is received goes through the gate first, and libmicrohttpd gets whole
 * heads only. So a refusal never meets it in the middle of a head, requests
 * before a refused one are answered first and in order, somebody who drips a
 * head costs no more than those bytes, and a request that needs more memory
 * than its connection has is moved before libmicrohttpd saw any of it.
 *
 * libmicrohttpd registers sockets edge-triggered and takes a read shorter than
 * it asked for as "drained". So a short read is only returned when the socket
 * is drained, or when a request is under way, whose end brings us back
 * (link->again, link_kick).
 *
 * For TLS, wire_receive's calls of wire_read become calls through the link.
 */

/* How much of a file one connection may send before others get their turn. */
#define FILE_PORTION ((size_t)2 << 20)

/* Bytes: up to here the copy costs less than what the kernel does for two parts. */
#define JOINED 2048

/* Two levels: descriptors are small numbers, and few of the blocks are used. */
#define BLOCK 1024
#define BLOCKS 1024
static _Atomic(_Atomic(struct http_link *) *) table[BLOCKS];

bool wire_fits(int fd)
{
	return fd >= 0 && fd < BLOCK * BLOCKS;
}

static struct http_link *link_of(int fd)
{
	if (!wire_fits(fd))
		return NULL;
	_Atomic(struct http_link *) *block =
	    atomic_load_explicit(&table[fd / BLOCK], memory_order_acquire);
	if (block == NULL)
		return NULL;
	return atomic_load_explicit(&block[fd % BLOCK], memory_order_acquire);
}

void wire_register(struct http_link *link)
{
	_Atomic(struct http_link *) *block =
	    atomic_load_explicit(&table[link->fd / BLOCK], memory_order_acquire);
	if (block == NULL) {
		_Atomic(struct http_link *) *made = memory_array(BLOCK, sizeof *made);
		if (atomic_compare_exchange_strong(&table[link->fd / BLOCK], &block, made))
			block = made;
		else
			free(made);
	}
	atomic_store_explicit(&block[link->fd % BLOCK], link, memory_order_release);
	link->registered = true;
}

void wire_unregister(struct http_link *link)
{
	if (!link->registered)
		return;
	/* Not table[...][...]: gcc makes that a plain read, no atomic one. */
	_Atomic(struct http_link *) *block =
	    atomic_load_explicit(&table[link->fd / BLOCK], memory_order_acquire);
	atomic_store_explicit(&block[link->fd % BLOCK], NULL, memory_order_release);
	link->registered = false;
}

ssize_t wire_read(int fd, void *bytes, size_t length, int flags)
{
	return syscall(SYS_recvfrom, fd, bytes, length, flags, NULL, NULL);
}

ssize_t wire_write(int fd, const void *bytes, size_t length)
{
	return syscall(SYS_sendto, fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
}

/* ---- Receiving ---- */

/* See HIDDEN. */
static void hide(struct http_link *link, char *head, size_t length)
{
	char *end = memchr(head, '\n', length);
	if (end == head + 1) /* the empty line before a request */
		end = memchr(head + 2, '\n', length - 2);
	/* All of them: it looks for the first that is left. */
	for (char *at = head; (at = memchr(at, '?', (size_t)(end - at))) != NULL; at++)
		*at = HIDDEN;
	if (!link->gate.has_cookie)
		return;
	for (char *line = end + 1; line < head + length; line = end + 1) {
		end = memchr(line, '\n', (size_t)(head + length - line));
		if (strncasecmp(line, "cookie:", 7) == 0)
			*line = HIDDEN;
	}
}

/* The gate has seen the end of a head: may libmicrohttpd have this request? */
static bool request_admit(struct http_link *link, bool content)
{
	const struct gate *gate = &link->gate;
	int64_t length = content ? gate_content(gate) : 0;
	if (link->engine != &link->server->engines[ENGINE_LARGE] &&
	    (gate_head_bytes(gate) > HTTP_SMALL_HEAD_BYTES ||
		gate_head_lines(gate) > HTTP_SMALL_HEAD_LINES || length < 0 ||
		length > HTTP_SMALL_CONTENT_BYTES)) {
		link->want_large = true;
		return false;
	}
	return true;
}

static void request_count(struct http_link *link, bool content)
{
	link->requests++;
	link->outstanding++;
	link->with_content += content;
	link->in_content = content;
}

/* Shows the gate what it has not seen; what may go on is ready. */
static void scan(struct http_link *link, char *bytes, size_t length, uint32_t *fed, uint32_t *ready)
{
	const struct gate_limits *limits = &link->server->gate_limits;
	while (*fed < length && !link->refused && !link->want_large) {
		size_t used;
		bool in_content = link->in_content;
		enum gate_event event =
		    gate_feed(&link->gate, limits, bytes + *fed, length - *fed, &used);
		*fed += (uint32_t)used;
		if (event == GATE_REFUSE) {
			link->refused = true;
			break;
		}
		if (event == GATE_MORE) {
			if (in_content)
				*ready = *fed;
			continue;
		}
		if (!in_content)
			hide(link, bytes + *ready, *fed - *ready);
		if (in_content)
			link->in_content = false;
		else if (request_admit(link, event == GATE_HEAD))
			request_count(link, event == GATE_HEAD);
		else
			break;
		*ready = *fed;
	}
}

void wire_phase(struct http_link *link)
{
	/* What comes does not move a deadline; expire_content looks how much came. */
	if (link->in_content && link->outstanding == 1) {
		if (link->phase != PHASE_CONTENT)
			link_phase(link, PHASE_CONTENT);
	} else if (link->outstanding > 0) {
		if (link->phase != PHASE_ANSWER)
			link_phase(link, PHASE_ANSWER);
	} else if (gate_phase(&link->gate) == GATE_IN_HEAD) {
		if (link->phase != PHASE_HEAD)
			link_phase(link, PHASE_HEAD);
	}
}

static ssize_t receive_raw(struct http_link *link, void *bytes, size_t length)
{
	ssize_t n = wire_read(link->fd, bytes, length, 0);
	if (n <= 0)
		return n;
	/* now was taken when the turn began, or when the request before was done. */
	if (gate_phase(&link->gate) == GATE_BETWEEN && link->held_length == 0)
		link->arrived = link->server->now;
	link->bytes_in += (uint64_t)n;
	counter_add(link->server->counters, COUNTER_BYTES_IN, n);
	return n;
}

static void held_reserve(struct http_link *link, size_t size)
{
	if (size <= link->held_size)
		return;
	link->held = memory_resize(link->held, size, 1);
	link->held_size = (uint32_t)size;
}

static void held_drop(struct http_link *link)
{
	free(link->held);
	link->held = NULL;
	link->held_length = link->held_size = link->held_fed = link->held_ready = 0;
}

/* Moves what is ready to the caller. */
static size_t held_take(struct http_link *link, char *out, size_t size)
{
	uint32_t n = link->held_ready < size ? link->held_ready : (uint32_t)size;
	memcpy(out, link->held, n);
	memmove(link->held, link->held + n, link->held_length - n);
	link->held_length -= n;
	link->held_fed -= n;
	link->held_ready -= n;
	if (link->held_length == 0)
		held_drop(link);
	return n;
}

/* What is not ready now belongs to nobody: the last request has come. */
static bool after_last(const struct http_link *link)
{
	return gate_phase(&link->gate) == GATE_CLOSED && !link->refused && !link->want_large;
}

/* Receives straight into the caller's memory, and takes back what must wait.
 * Returns what went on; -1: the socket is drained or at its end. */
static ssize_t receive_direct(struct http_link *link, char *out, size_t size, bool *drained)
{
	ssize_t n = receive_raw(link, out, size);
	if (n <= 0) {
		link->peer_shut = link->peer_shut || n == 0 || errno != EAGAIN;
		*drained = true;
		return -1;
	}
	*drained = (size_t)n < size;
	uint32_t fed = 0, ready = 0;
	scan(link, out, (size_t)n, &fed, &ready);
	if (ready == n)
		return n;
	if (after_last(link)) {
		link->linger = true;
		return ready;
	}
	held_reserve(link, (size_t)n - ready);
	memcpy(link->held, out + ready, (size_t)n - ready);
	link->held_length = (uint32_t)n - ready;
	link->held_fed = fed - ready;
	return ready;
}

/* Receives more behind what is held already. False: no more for now. */
static bool receive_held(struct http_link *link, bool *drained)
{
	if (link->held_fed == link->held_length && !*drained) {
		/* The gate ends a head at its limit, so this ends too. */
		held_reserve(link, link->held_length + 1024);
		size_t room = link->held_size - link->held_length;
		ssize_t n = receive_raw(link, link->held + link->held_length, room);
		if (n <= 0) {
			link->peer_shut = link->peer_shut || n == 0 || errno != EAGAIN;
			*drained = true;
			return false;
		}
		*drained = (size_t)n < room;
		link->held_length += (uint32_t)n;
	}
	if (link->held_fed == link->held_length)
		return false;
	scan(link, link->held, link->held_length, &link->held_fed, &link->held_ready);
	if (after_last(link) && link->held_length > link->held_ready) {
		link->held_length = link->held_fed = link->held_ready;
		link->linger = true;
	}
	return true;
}

/* A head that was moved with its link: libmicrohttpd may have it now. */
static void request_moved(struct http_link *link)
{
	bool content = gate_phase(&link->gate) == GATE_IN_CONTENT;
	link->want_large = false;
	request_count(link, content);
	link->held_ready = link->held_fed;
}

/* Nothing is left that could be handed on. -1: try again later; 0: the end. */
static ssize_t receive_nothing(struct http_link *link)
{
	unsigned mine = link->in_content ? 1 : 0;
	if (link->outstanding <= mine) {
		if (link->refused) {
			link_refuse(link, link->gate.status, link->gate.reason);
			return 0;
		}
		if (link->want_large) {
			link->moving = true;
			return 0;
		}
	}
	bool idle = link->outstanding == 0 && gate_phase(&link->gate) == GATE_BETWEEN;
	if (link->peer_shut || (link->end_when_idle && idle))
		return 0;
	errno = EAGAIN;
	return -1;
}

static ssize_t wire_receive(struct http_link *link, char *out, size_t size)
{
	size_t total = 0;
	bool drained = false;
	if (link->dead)
		return 0;
	link->again = false;
	if (link->want_large && link->engine == &link->server->engines[ENGINE_LARGE])
		request_moved(link);
	while (total < size) {
		if (link->held_ready > 0) {
			total += held_take(link, out + total, size - total);
			continue;
		}
		if (link->refused || link->want_large || link->peer_shut ||
		    gate_phase(&link->gate) == GATE_CLOSED)
			break;
		if (link->held_length > 0) {
			if (!receive_held(link, &drained))
				break;
			continue;
		}
		if (drained)
			break;
		ssize_t n = receive_direct(link, out + total, size - total, &drained);
		if (n > 0)
			total += (size_t)n;
	}
	/* An end of file behind a first request brings no edge of its own. */
	if (link->requests == 1 && total > 0 && total < size && link->held_length == 0 &&
	    !link->in_content && !link->peer_shut && !gate_closes(&link->gate)) {
		char byte;
		link->peer_shut = wire_read(link->fd, &byte, 1, MSG_PEEK) == 0;
	}
	link->again = !drained || link->refused || link->want_large || link->peer_shut;
	/* Content brings no end that would bring us back. */
	if (link->in_content && total > 0 && (link->refused || link->peer_shut))
		link_kick(link);
	wire_phase(link);
	return total > 0 ? (ssize_t)total : receive_nothing(link);
}

/* ---- Sending ---- */

/* length: what was to be sent first; of an answer the first time, its head. */
static ssize_t sent(struct http_link *link, ssize_t n, size_t length)
{
	struct http_request *request = link->request;
	bool first = false;
	if (request != NULL && request->answered && !request->head_known) {
		first = request->head_known = true;
		request->head_bytes = length;
	}
	if (n > 0) {
		link->bytes_out += (uint64_t)n;
		counter_add(link->server->counters, COUNTER_BYTES_OUT, n);
		if (!first && link->phase == PHASE_ANSWER)
			link_phase(link, PHASE_ANSWER);
	}
	return n;
}

ssize_t http_recv(int fd, void *bytes, size_t length, int flags) __asm__("recv");
ssize_t http_send(int fd, const void *bytes, size_t length, int flags) __asm__("send");
ssize_t http_sendmsg(int fd, const struct msghdr *message, int flags) __asm__("sendmsg");
ssize_t http_sendfile(int out, int in, off_t *offset, size_t count) __asm__("sendfile64");
int http_setsockopt(int fd, int level, int name, const void *value, socklen_t length) __asm__(
    "setsockopt");

bool wire_in_place(void)
{
	static const char *const names[] = { "recv", "send", "sendmsg", "sendfile64",
		"setsockopt" };
	const uintptr_t ours[] = { (uintptr_t)http_recv, (uintptr_t)http_send,
		(uintptr_t)http_sendmsg, (uintptr_t)http_sendfile, (uintptr_t)http_setsockopt };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if ((uintptr_t)dlsym(RTLD_DEFAULT, names[i]) != ours[i])
			return false;
	}
	return true;
}

ssize_t http_recv(int fd, void *bytes, size_t length, int flags)
{
	struct http_link *link = link_of(fd);
	if (link == NULL)
		return wire_read(fd, bytes, length, flags);
	return wire_receive(link, bytes, length);
}

ssize_t http_send(int fd, const void *bytes, size_t length, int flags)
{
	struct http_link *link = link_of(fd);
	/* A head alone, and a file follows at once. */
	if (link != NULL && link->request != NULL && link->request->file_left > 0 &&
	    !link->request->head_known)
		flags |= MSG_MORE;
	ssize_t n = syscall(SYS_sendto, fd, bytes, length, flags, NULL, 0);
	return link == NULL ? n : sent(link, n, length);
}

/* A short answer in one piece costs less than in two, though it is copied. */
static ssize_t send_joined(int fd, const struct iovec *head, const struct iovec *content, int flags)
{
	char bytes[JOINED];
	memcpy(bytes, head->iov_base, head->iov_len);
	memcpy(bytes + head->iov_len, content->iov_base, content->iov_len);
	return syscall(SYS_sendto, fd, bytes, head->iov_len + content->iov_len, flags, NULL, 0);
}

ssize_t http_sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct http_link *link = link_of(fd);
	const struct iovec *part = message->msg_iov;
	if (link == NULL)
		return syscall(SYS_sendmsg, fd, message, flags);
	ssize_t n;
	if (message->msg_iovlen == 2 && part[0].iov_len < JOINED &&
	    part[1].iov_len <= JOINED - part[0].iov_len)
		n = send_joined(fd, &part[0], &part[1], flags);
	else
		n = syscall(SYS_sendmsg, fd, message, flags);
	return sent(link, n, part[0].iov_len);
}

/* A file in portions of our size. libmicrohttpd asks for 128 KiB, adds up what it
 * is told, and waits for the socket when it is told less than it asked for. So
 * when a portion has filled the socket it is told less, and the rest of the
 * portion the next time; else it would chase the reader in small steps. */
static ssize_t send_file(struct http_link *link, int in, off_t begin, size_t asked)
{
	struct http_request *request = link->request;
	off_t offset = begin + (off_t)request->untold;
	size_t count = request->file_left < FILE_PORTION ? request->file_left : FILE_PORTION;
	ssize_t n = syscall(SYS_sendfile, link->fd, in, &offset, count);
	if (n == 0) {
		/* The file has become shorter than what was promised. This error
		 * ends the connection. */
		errno = EBADF;
		return -1;
	}
	if (n < 0 && request->untold == 0)
		return n;
	size_t told = request->untold;
	if (n > 0) {
		request->file_left -= (uint64_t)n;
		told += (size_t)n;
	}
	request->untold = 0;
	if (n < (ssize_t)count && told >= asked) {
		request->untold = told - (asked - 1);
		told = asked - 1;
	}
	sent(link, n, 0);
	return (ssize_t)told;
}

ssize_t http_sendfile(int out, int in, off_t *offset, size_t count)
{
	struct http_link *link = link_of(out);
	if (link != NULL && link->request != NULL && link->request->file_left > 0)
		return send_file(link, in, *offset, count);
	ssize_t n = syscall(SYS_sendfile, out, in, offset, count);
	return link == NULL ? n : sent(link, n, 0);
}

/* libmicrohttpd corks and uncorks; our sockets have TCP_NODELAY from their
 * listener on and are never corked, so there is nothing to set. */
int http_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	if (level == IPPROTO_TCP && (name == TCP_NODELAY || name == TCP_CORK) &&
	    link_of(fd) != NULL)
		return 0;
	return (int)syscall(SYS_setsockopt, fd, level, name, value, length);
}
