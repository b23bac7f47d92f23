/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_HTTP_INTERNAL_H
#define HOST_HTTP_INTERNAL_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include <sys/types.h>

#include <event2/event.h>

#include "host/gate.h"
#include "host/http.h"

/*
 * What the files of host/http share.
 *	http.c		a worker's server: engines, the turn, draining, listing
 *	http_shared.c	limits and connections by address, of all workers
 *	http_accept.c	listeners
 *	http_link.c	one connection: phases, deadlines, its end
 *	http_wire.c	the bytes: what libmicrohttpd receives and sends
 *	http_request.c	libmicrohttpd's callbacks, and a request's accessors
 *	http_answer.c	answers and error pages
 *
 * A worker has up to two engines (libmicrohttpd daemons). All connections
 * begin in the one with little memory for each; one whose request needs more
 * (a big head, an upload) is moved to the other, which is made at first need.
 */
enum http_engine_kind { ENGINE_SMALL, ENGINE_LARGE, ENGINES };

/* Memory of a connection, which libmicrohttpd clears after each request, and
 * HTTP_SMALL_..., what fits in the small one with room for the answer's head: half
 * of it takes what is received, and a header line takes 64 bytes more. */
#define ENGINE_SMALL_MEMORY 6144
#define ENGINE_LARGE_MEMORY 65536

struct http_engine {
	struct http_server *server;
	struct MHD_Daemon *daemon; /* NULL: not made yet */
	struct event *event;       /* its epoll descriptor is readable */
	bool pending;              /* to be run in this turn */
};

/* Each phase has one deadline, so a list in order of entry is a list in order
 * of deadlines: entering, leaving and finding the first cost O(1). */
enum http_phase {
	PHASE_HEAD,    /* waits for the rest of a head (the whole, after accept) */
	PHASE_IDLE,    /* kept alive; its first second */
	PHASE_QUIET,   /* the rest of its idle time */
	PHASE_FRESH,   /* draining, and no byte of a first request has come */
	PHASE_CONTENT, /* waits for content */
	PHASE_ANSWER,  /* being handled, or sent */
	PHASE_CLOSING, /* libmicrohttpd is to see the end */
	PHASE_LINGER,  /* answered and shut; what still comes is thrown away */
	PHASES
};

TAILQ_HEAD(link_list, http_link);

union http_address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct http_link {
	struct http_server *server;
	TAILQ_ENTRY(http_link) in_phase;
	TAILQ_ENTRY(http_link) in_kicks;
	enum http_phase phase;
	int fd;
	struct http_engine *engine;   /* NULL: refused at the door */
	struct MHD_Connection *mhd;   /* NULL: not libmicrohttpd's (any more) */
	struct http_request *request; /* the one at hand, or NULL */
	int64_t since;                /* when the phase began */
	int64_t accepted;
	int64_t arrived; /* first byte of the newest request */
	uint64_t requests, bytes_in, bytes_out;
	struct gate gate;
	/* Bytes that were received and not handed on: a head that is not
	 * complete, or what must wait. fed of them the gate has seen. */
	char *held;
	uint32_t held_length, held_size, held_fed, held_ready;
	unsigned outstanding;  /* requests begun to be handed on and not done */
	unsigned with_content; /* how many of them have content */
	int unsent;            /* SIOCOUTQ when the send deadline was last looked at */
	uint64_t content_mark; /* gate_content_taken when PHASE_CONTENT began */
	bool in_content;       /* of the newest request, some content is to come */
	bool kicked;
	bool registered; /* its descriptor stands in the table of http_wire.c */
	bool again;      /* after the request at hand: receive without an edge */
	bool refused;    /* the gate has spoken; told when its turn comes */
	bool want_large, moving;
	bool peer_shut;     /* the peer will send no more */
	bool end_when_idle; /* give it an end of file when it has nothing to do */
	bool dead;          /* give it an end of file whatever comes */
	bool closing;       /* the answer at hand says Connection: close */
	bool linger;        /* the peer must be able to read what was written */
	bool counted;       /* in shared's limits */
	bool counted_address;
	struct event *linger_event;
	size_t linger_bytes;
	union http_address peer;
	char peer_text[INET6_ADDRSTRLEN];
};

struct http_request {
	struct http_link *link;
	struct MHD_Connection *mhd;
	struct http_request *next; /* in the server's spares */
	const char *method_text, *version;
	enum http_method method;
	bool seen; /* the handler knows of it */
	bool answered;
	bool whole; /* its content, if any, has been read */
	bool has_content;
	bool head_known; /* the size of the answer's head */
	unsigned status;
	size_t head_bytes;
	uint64_t sent_before; /* link's bytes_out when it began, then when it was answered */
	uint64_t file_left;   /* of content that comes from a descriptor */
	size_t untold;        /* sent of it, and not told libmicrohttpd */
	int64_t arrived;
	char *target;
	size_t target_length, target_size;
	uint32_t path_begin, path_end;
	uint32_t host_begin, host_end; /* of an absolute-form; 0, 0: none */
				       /* http_data follows */
};

#define HTTP_PAGES 24

struct http_acceptor {
	struct http_server *server;
	struct listener *listener;
	struct event *event;
	LIST_ENTRY(http_acceptor) next;
};

struct http_server {
	struct worker *worker;
	struct counter_slot *counters;
	struct http_shared *shared;
	const struct http_handler *handler;
	void *arg;
	struct http_limits limits; /* this worker's copy */
	struct gate_limits gate_limits;
	unsigned generation; /* of shared's limits that were copied */
	int64_t now;         /* monotonic: of this turn, or of the newest end of a request */
	int64_t utc_seen;    /* when utc_offset was taken */
	int64_t utc_offset;  /* µs to add to monotonic ones for UTC */
	struct http_engine engines[ENGINES];
	struct event *again_event; /* more to do at once, after other events */
	struct event *deadline_event;
	int64_t deadline; /* armed for; 0: not armed */
	struct link_list phases[PHASES];
	struct link_list kicks;
	struct http_link *adding; /* for MHD_CONNECTION_NOTIFY_STARTED */
	unsigned links;
	unsigned lingering;
	unsigned busy; /* depth of calls in which links may go */
	bool draining, idle_told, ending;
	LIST_HEAD(, http_acceptor) acceptors;
	struct event *resume_event; /* accepting pauses until then */
	int reserve;                /* a descriptor for when there is none */
	int highest;                /* descriptor that clients had; not kept back */
	int64_t exhausted_told;     /* when; 0: never */
	struct http_request *spares;
	struct {
		unsigned status;
		struct MHD_Response *response;
	} pages[HTTP_PAGES];
};

/* ---- http_shared.c ---- */

enum http_admission { ADMIT, ADMIT_FULL, ADMIT_ADDRESS };

/* Counts the link in, or says why not. */
enum http_admission shared_admit(struct http_shared *shared, struct http_link *link);
void shared_leave(struct http_shared *shared, struct http_link *link);
/* Copies the limits when they changed, and has the deadlines looked at anew. */
void shared_limits(struct http_shared *shared, struct http_server *server);

/* ---- http.c ---- */

/* Runs what is pending; more than a bounded part comes after other events. */
void server_turn(struct http_server *server);
bool engine_ready(struct http_server *server, enum http_engine_kind kind);
/* While draining: tells the worker when no link is left and nothing is busy. */
void server_check_idle(struct http_server *server);
/* Hands link's socket to an engine; false: the engine closed it, and the link is
 * not in the table any more. */
bool engine_add(struct http_engine *engine, struct http_link *link);

/* ---- http_accept.c ---- */

void http_resume(evutil_socket_t fd, short what, void *arg);

/* ---- http_link.c ---- */

struct http_link *link_new(struct http_server *server, int fd, const union http_address *peer);
/* Frees all of it; closes fd when it is still ours (mhd NULL, engine's no more). */
void link_free(struct http_link *link, bool close_fd);
void link_phase(struct http_link *link, enum http_phase phase);
/* All deadlines are looked at in the loop's next turn. */
void links_rearm(struct http_server *server);
/* libmicrohttpd shall receive from it in this turn, readable or not. */
void link_kick(struct http_link *link);
/* Ends it: an end of file for libmicrohttpd, at once. */
void link_end(struct http_link *link);
/* The same, without waiting for what is being sent. */
void link_abort(struct http_link *link);
/* Writes an error answer past libmicrohttpd; the link is dead after it. */
void link_refuse(struct http_link *link, unsigned status, const char *reason);
/* libmicrohttpd has done with it and is about to close the descriptor. */
void link_closed(struct http_link *link);
void link_linger(struct http_link *link);
/* True when nothing waits in the socket: an idle link may be ended. */
bool link_is_silent(struct http_link *link);
const char *link_peer_text(struct http_link *link);
void links_expire(evutil_socket_t fd, short what, void *arg);

/* ---- http_wire.c ---- */

/* libmicrohttpd would take queries and cookies apart, in memory that a client
 * can exhaust (0.9.75 then goes on with a request it has given up). So it sees
 * this byte, which no request contains, for the '?' of a target and for the
 * first letter of the name Cookie. */
#define HIDDEN '\1'
#define HIDDEN_COOKIE "\1ookie"

/* False: libmicrohttpd would call the C library past the gate; the executable was
 * linked without -rdynamic. */
bool wire_in_place(void);
bool wire_fits(int fd); /* the table has room for it */
/* Between these two libmicrohttpd's calls for the descriptor come here. Nothing may
 * close it in between: another worker may get the number at once. */
void wire_register(struct http_link *link);
void wire_unregister(struct http_link *link); /* more than once does no harm */
/* What the link waits for now, by what the gate has seen. */
void wire_phase(struct http_link *link);
ssize_t wire_write(int fd, const void *bytes, size_t length);
ssize_t wire_read(int fd, void *bytes, size_t length, int flags);

/* ---- http_request.c ---- */

enum MHD_Result request_handle(void *arg, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **context);
void *request_begin(void *arg, const char *target, struct MHD_Connection *connection);
void request_done(void *arg, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code);
/* The connection ended, and libmicrohttpd has not said what became of this. */
void request_abandon(struct http_link *link);
void requests_free(struct http_server *server);
/* Now, µs since 1970. */
int64_t http_utc(struct http_server *server);

/* ---- http_answer.c ---- */

/* A whole answer as text; returns its length, *content_r that of the content. */
size_t answer_text(unsigned status, char *out, size_t size, size_t *content_r);
void pages_free(struct http_server *server);

#endif
