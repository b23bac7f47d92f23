/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_NAMES_H
#define HOST_NAMES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What users are called. Who looks a name up waits for as long as the system's
 * sources of names take (a directory on the network, for one), so answers are kept
 * for some seconds. The supervisor's thread.
 */
#define NAMES_KEPT 16
#define NAMES_FRESH_SECONDS 10

struct names {
	struct name {
		uid_t uid;
		int64_t until; /* monotonic ns; 0: nothing here */
		char text[33];
	} kept[NAMES_KEPT];
};

/* The name of uid, or "uid 1234" when it has none. now: monotonic ns. */
void names_user(struct names *names, uid_t uid, int64_t now, char *out, size_t size);

#endif
