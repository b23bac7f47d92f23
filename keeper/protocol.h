/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEEPER_PROTOCOL_H
#define KEEPER_PROTOCOL_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What the keeper and the host say to each other: fixed messages over a
 * SOCK_SEQPACKET socketpair, descriptors by SCM_RIGHTS, and a crash record in
 * memory that both map. Every message carries the version; a host and a keeper
 * of different versions refuse to work together (the keeper asks a new
 * steward-host with --probe before it replaces the old one).
 *
 * The host is started with STEWARD_KEEPER=<socket>,<crash memfd> in its
 * environment.
 */
#define KEEPER_VERSION 1
#define KEEPER_FDS 64                                   /* sockets a listener may have */
#define KEEPER_PROBE_OUTPUT "steward-host protocol 1\n" /* of both programs' --probe */

enum keeper_type {
	/* Host to keeper. */
	KEEPER_LISTEN = 1, /* id .. hint, round, and the names and address; answered */
	KEEPER_SHUT,       /* service: its listeners refuse clients, and stay; with an id, GRANT
	                * without descriptors answers when they do */
	KEEPER_TRIM,       /* service, round: close what was not asked for in this round */
	KEEPER_READY,      /* the control socket answers */
	KEEPER_SETTLED,    /* no service is starting any more */
	KEEPER_ALIVE,      /* heartbeat, at least every 2 s */
	KEEPER_STATUS,     /* text: one line for systemctl status */
	KEEPER_RESUME,     /* service: quarantine and its charges are forgotten */
	KEEPER_RELOADED,   /* a KEEPER_RELOAD has been carried out */
	KEEPER_FAILED,     /* text: why this host cannot start; it exits next */
	/* Keeper to host. */
	KEEPER_HELLO = 64,  /* first; flags, number = crashes so far, started_us */
	KEEPER_QUARANTINED, /* service, text; one each, at start */
	KEEPER_CRASHED,     /* at start: the last host died; text says of what, and when a
				 * record was written its copy comes in a memfd (1 descriptor) */
	KEEPER_GRANT,       /* id, port, descriptors */
	KEEPER_REFUSE,      /* id, error, text */
	KEEPER_RELOAD,      /* SIGHUP */
	KEEPER_STOP,        /* SIGTERM: drain, then exit 0 */
	KEEPER_REPLACE,     /* SIGUSR2: drain shortly, then exit 0; a new host follows */
};

enum keeper_transport { KEEPER_TCP, KEEPER_UDP, KEEPER_UNIX };

enum keeper_flag {
	KEEPER_FLAG_ROOT = 1, /* the keeper runs as root */
	KEEPER_FLAG_FOREGROUND = 2,
	KEEPER_FLAG_SYSTEMD = 4, /* NOTIFY_SOCKET was set */
	KEEPER_FLAG_FOLLOWS = 8, /* another host was ready before this one */
};

struct keeper_message {
	uint32_t version;
	uint32_t type;
	uint32_t id; /* chosen by the host, given back in the answer */
	uint32_t transport;
	uint32_t port;  /* asked for (0: any free one) or granted */
	uint32_t hint;  /* with port 0: the number it had last time, or 0 */
	uint32_t count; /* sockets wanted; their number only grows */
	uint32_t round;
	uint32_t flags;
	int32_t error; /* errno */
	uint64_t number;
	int64_t started_us; /* UTC: when the keeper started */
	int32_t pid;        /* HELLO: the keeper's */
	char service[32];
	char setting[32];
	char address[512]; /* numeric, without brackets; a path for KEEPER_UNIX */
	char text[512];
};

/*
 * The crash record. The host's signal handler fills it (async-signal-safe);
 * the keeper reads it after the host has died, and charges the service that
 * is named in it. state says how far the handler came.
 */
#define CRASH_FRAMES 32
#define CRASH_MODULES 48

enum crash_state { CRASH_NONE, CRASH_BASIC, CRASH_COMPLETE };

struct crash_record {
	uint32_t version;
	_Atomic uint32_t state;
	int32_t signal;   /* 0: ended by itself, reason says why */
	int32_t code;     /* si_code; <= 0: sent by somebody, charged to no one; with a
	                   * reason: by the keeper */
	uint64_t address; /* si_addr */
	int32_t pid;
	uint32_t frames;
	int64_t time_us;   /* UTC */
	char service[32];  /* empty: no service was at work */
	char activity[32]; /* "open", "request", "act", ... */
	char reason[160];
	struct {
		uint32_t module; /* index into modules, CRASH_MODULES: unknown */
		uint32_t reserved;
		uint64_t offset; /* from the module's load address */
	} frame[CRASH_FRAMES];
	uint32_t module_count; /* filled at start, before anything can crash */
	char module[CRASH_MODULES][128];
};

#endif
