/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_ORIGIN_H
#define CONSOLE_ORIGIN_H

#include <stddef.h>

/*
 * Where the person in front of this program sits, as others are shown it: the
 * address that an SSH connection comes from, else the terminal ("pts/3"). A claim,
 * no proof. Empty when there is neither. Any thread.
 */
void origin_find(char *out, size_t size);

#endif
