/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may come in, as the kernel tells it (SO_PEERCRED, SO_PEERGROUPS), how
 * many, and what all subscribers are told. A connection itself is
 * control_client.c's.
 */
#include "config.h"

#include "host/control_private.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/snapshot.h"
#include "host/supervisor.h"

#define CLIENTS_MAX 64
#define CLIENTS_PER_USER 8
/* Between two pushes because of who is there: one who holds a key down changes
 * pages faster than anybody could read. */
#define PRESENCE_QUIET (CLOCK_SECOND / 5)
/* Between two records that no descriptor is left. */
#define EXHAUSTED_QUIET (CLOCK_SECOND * 60)

/* ---- Who is there ---- */

static void control_find_groups(struct control *control)
{
	static const char *const names[] = {
		"steward-admin",
		"steward-operator",
		"steward-view",
	};
	gid_t *const ids[] = { &control->admin, &control->operator, & control->viewer };

	for (int i = 0; i < 3; i++) {
		const struct group *group = getgrnam(names[i]);
		control->groups[i] = group;
		if (group)
			*ids[i] = group->gr_gid;
	}
}

static enum role control_group_role(const struct control *control, gid_t group)
{
	if (control->groups[0] && group == control->admin)
		return ROLE_ADMIN;
	if (control->groups[1] && group == control->operator)
		return ROLE_OPERATOR;
	if (control->groups[2] && group == control->viewer)
		return ROLE_VIEWER;
	return ROLE_NONE;
}

/* By what the kernel knows of the peer: the groups that it had when it connected. */
static void client_identify(struct client *client)
{
	struct control *control = client->control;
	struct ucred peer = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
	socklen_t length = sizeof peer;
	gid_t groups[256];

	getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &length);
	client->uid = peer.uid;
	if (peer.uid == 0 || peer.uid == snapshot_owner(control->host)) {
		client->role = ROLE_ADMIN;
		return;
	}
	client->role = control_group_role(control, peer.gid);
	length = sizeof groups;
	if (getsockopt(client->fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0)
		return;
	for (size_t i = 0; i < length / sizeof *groups; i++) {
		enum role role = control_group_role(control, groups[i]);
		if (role > client->role)
			client->role = role;
	}
}

/* ---- What all are told ---- */

static void control_records(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof count) < 0)
		return;
	for (struct client *client = control->clients; client; client = client->next)
		client_pump(client);
}

/* What is due is sent, and the timer set for what will be. */
static void control_send_due(struct control *control)
{
	int64_t now = clock_monotonic(), next = INT64_MAX;
	json_t *document = NULL;

	for (struct client *client = control->clients; client; client = client->next) {
		client_snapshot(client, &document, now);
		if (client->interval && !client->dead && client->due < next)
			next = client->due;
	}
	json_decref(document);
	if (next == INT64_MAX)
		return;
	next = next > now ? (next - now) / 1000 : 0;
	struct timeval wait = { .tv_sec = next / 1000000, .tv_usec = next % 1000000 };
	event_add(control->due, &wait);
}

static void control_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	control_send_due(arg);
}

static void control_snapshots(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	/* A new subscriber's backlog begins here too. */
	for (struct client *client = control->clients; client; client = client->next) {
		client->moved = true;
		client_pump(client);
	}
	control_send_due(control);
}

void control_moved(struct control *control)
{
	struct timeval soon = { .tv_usec = 5000 };

	if (control && control->moved && !evtimer_pending(control->moved, NULL))
		event_add(control->moved, &soon);
}

static void control_presence_due(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	control->presence_told = clock_monotonic();
	control_moved(control);
}

void control_presence(struct control *control)
{
	int64_t wait = control->presence_told + PRESENCE_QUIET - clock_monotonic();

	if (evtimer_pending(control->presence, NULL))
		return;
	if (wait < 0 || !control->presence_told)
		wait = 0;
	struct timeval then = { .tv_usec = wait / 1000 };
	event_add(control->presence, &then);
}

json_t *control_sessions(const struct control *control, bool watching)
{
	json_t *list = json_array();

	for (const struct client *client = control ? control->clients : NULL; client;
	     client = client->next) {
		bool follows = client->interval || client->journal || *client->page;
		if (client->dead || client->closing || (watching ? !client->interval : !follows))
			continue;
		json_array_insert_new(list, 0, client_session(client));
	}
	return list;
}

unsigned control_clients(const struct control *control)
{
	return control ? control->client_count : 0;
}

/* ---- Coming and going ---- */

static void control_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;
	struct client **at = &control->clients;

	(void)fd;
	(void)what;
	while (*at) {
		struct client *client = *at;
		if (!client->dead) {
			at = &client->next;
			continue;
		}
		*at = client->next;
		control->client_count--;
		if (client->interval)
			control_presence(control);
		client_free(client);
	}
}

static const char *control_full(const struct control *control, const struct client *client)
{
	unsigned same = 0, all = 0;

	if (client->role == ROLE_NONE)
		return "refused: this user is in none of the groups steward-admin, "
		       "steward-operator and steward-view";
	for (const struct client *other = control->clients; other; other = other->next) {
		all += !other->dead;
		same += !other->dead && other->uid == client->uid;
	}
	if (all > CLIENTS_MAX)
		return "too many clients are connected";
	if (same > CLIENTS_PER_USER && client->role != ROLE_ADMIN)
		return "this user has too many clients connected";
	return NULL;
}

/* Who has gone, and was only not noticed yet, takes nobody's place. */
static void control_drop_gone(struct control *control)
{
	char byte;

	for (struct client *client = control->clients; client; client = client->next)
		if (!client->dead && recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
			client_kill(client);
}

static void control_accepted(struct control *control, int fd)
{
	struct client *client = memory_new(sizeof *client);

	client->control = control;
	client->fd = fd;
	client->session = ++control->sessions;
	client->since_us = clock_utc();
	client_identify(client);
	if (!client_open(client)) {
		client_free(client);
		return;
	}
	client->next = control->clients;
	control->clients = client;
	control->client_count++;
	const char *why = control_full(control, client);
	if (why && client->role != ROLE_NONE) {
		control_drop_gone(control);
		why = control_full(control, client);
	}
	if (!why) {
		/* Not before, so that who is refused makes nobody wait for a name. */
		names_user(&control->names, client->uid, clock_monotonic(), client->user,
		    sizeof client->user);
		return;
	}
	client->closing = true;
	event_del(client->readable);
	client_error(client, NULL, client->role == ROLE_NONE ? -32004 : -32010,
	    client->role == ROLE_NONE ? 4 : 1, why, NULL);
}

/* Nothing is taken from the queue while no descriptor is left, and the loop would
 * be told of it without end. */
static void control_pause(struct control *control, int error)
{
	struct timeval wait = { .tv_usec = 200000 };
	int64_t now = clock_monotonic();

	if (!control->exhausted_told || now - control->exhausted_told > EXHAUSTED_QUIET) {
		control->exhausted_told = now;
		journal_add(control->host->journal, JOURNAL_WARNING, "host", "control",
		    "clients of the control socket have to wait: %s", strerror(error));
	}
	if (event_add(control->resume, &wait) < 0)
		return;
	for (size_t i = 0; i < control->count; i++)
		event_del(control->listening[i]);
}

static void control_resume(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < control->count; i++)
		event_add(control->listening[i], NULL);
}

static void control_acceptable(evutil_socket_t listening, short what, void *arg)
{
	struct control *control = arg;

	(void)what;
	for (int turn = 0; turn < 16; turn++) {
		int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 &&
		    (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
			control_pause(control, errno);
		if (fd < 0)
			return;
		control_accepted(control, fd);
	}
}

struct control *control_open(struct host *host, int *fds, size_t count, struct fault *fault)
{
	struct control *control = memory_new(sizeof *control);

	control->host = host;
	control->fds = fds;
	control->count = count;
	control->listening = memory_array(count ? count : 1, sizeof(struct event *));
	control_find_groups(control);
	control->moved = evtimer_new(host->base, control_snapshots, control);
	control->sweep = evtimer_new(host->base, control_sweep, control);
	control->due = evtimer_new(host->base, control_due, control);
	control->resume = evtimer_new(host->base, control_resume, control);
	control->presence = evtimer_new(host->base, control_presence_due, control);
	control->records = event_new(host->base, journal_descriptor(host->journal),
	    EV_READ | EV_PERSIST, control_records, control);
	if (!control->moved || !control->sweep || !control->due || !control->resume ||
	    !control->presence || !control->records || event_add(control->records, NULL) < 0)
		goto out;
	for (size_t i = 0; i < count; i++) {
		evutil_make_socket_nonblocking(fds[i]);
		control->listening[i] = event_new(host->base, fds[i], EV_READ | EV_PERSIST,
		    control_acceptable, control);
		if (!control->listening[i] || event_add(control->listening[i], NULL) < 0)
			goto out;
	}
	return control;
out:
	fault_set(fault, FAULT_FAILED, "no events for the control socket");
	control_close(control);
	return NULL;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	for (struct client *client = control->clients; client; client = client->next) {
		if (!client->dead)
			client_flush(client);
		client->dead = true;
	}
	control_sweep(-1, 0, control);
	for (size_t i = 0; i < control->count; i++) {
		if (control->listening[i])
			event_free(control->listening[i]);
		close(control->fds[i]);
	}
	if (control->moved)
		event_free(control->moved);
	if (control->records)
		event_free(control->records);
	if (control->sweep)
		event_free(control->sweep);
	if (control->due)
		event_free(control->due);
	if (control->resume)
		event_free(control->resume);
	if (control->presence)
		event_free(control->presence);
	free(control->listening);
	free(control->fds);
	free(control);
}
