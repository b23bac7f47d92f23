/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_SERVICES_TRIAL_H
#define TESTS_SERVICES_TRIAL_H

#include "services/service.h"

/*
 * The trial service's two halves: trial.c misbehaves and answers commands,
 * trial_socket.c echoes over TCP and UDP. A worker's thread only.
 */
struct trial_client;

/* Adds the events of a listener; clients is the worker's list. */
bool trial_socket_open(struct worker *worker, struct listener *listener,
    struct trial_client **clients, struct fault *fault);
void trial_socket_close(struct listener *listener);
void trial_clients_close(struct trial_client **clients);
struct trial_client *trial_client_next(struct trial_client *client);

/* In trial.c: no client is left on this worker; and the crash that a client
 * asked for by sending CRASH. */
void trial_worker_empty(struct worker *worker);
void trial_bytes_crash(void);

#endif
