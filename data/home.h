/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_HOME_H
#define DATA_HOME_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * Where a steward keeps its parts. Below --home DIR (or STEWARD_HOME):
 *   DIR/steward.conf  DIR/ports  DIR/lock (of a keeper that is root)
 *   DIR/state/{steward.auto.conf,control,lock,...}
 * Installed: /etc/steward, /var/lib/steward, /run/steward (as configured).
 * libc only, so that the keeper may use it. Any thread.
 */
struct home {
	bool installed;
	char folder[PATH_MAX];    /* DIR; empty when installed */
	char settings[PATH_MAX];  /* steward.conf */
	char automatic[PATH_MAX]; /* steward.auto.conf */
	char ports[PATH_MAX];     /* root's list of low ports */
	char state[PATH_MAX];     /* what must survive; also journal/, good/ */
	char run[PATH_MAX];       /* lock and control; the state folder with --home */
	char control[PATH_MAX];   /* the control socket */
};

/* given: --home's value or NULL. Then STEWARD_HOME; then as root the installed
 * one; else, for a client, the installed one when its run folder exists; else
 * $XDG_STATE_HOME/steward or ~/.local/state/steward. Nothing is created.
 * False: why (size bytes) says what is wrong. */
bool home_find(const char *given, bool client, struct home *home_r, char *why, size_t size);

/* An address for path that fits sockaddr_un, however long path is: by way of
 * its folder's descriptor, which the caller closes (folder_fd_r, -1: none)
 * after bind or connect. False with errno when the folder cannot be opened. */
bool home_socket_address(const char *path, struct sockaddr_un *address_r, socklen_t *length_r,
    int *folder_fd_r);

#endif
