/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_ADDRESSES_H
#define HOST_ADDRESSES_H

#include <stdbool.h>

/*
 * Tells when an address of the machine comes up (rtnetlink(7)), so that a
 * listener that waits for one is bound then. Supervisor's thread.
 */
struct addresses;
struct event_base;

/* changed(arg) is called from the loop. NULL when the kernel offers none. */
struct addresses *addresses_watch(struct event_base *base, void (*changed)(void *arg), void *arg);
void addresses_close(struct addresses *addresses); /* NULL allowed */

#endif
