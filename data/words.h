/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_WORDS_H
#define DATA_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "data/fault.h"

/*
 * Commands are written as patterns and matched word by word:
 *   "start <service>... [--drain <seconds>]"
 *   "log [<service>] [--follow] [--level <level>]"
 * A plain word stands for itself, <name> takes any word that does not begin
 * with "--", <name>... takes one or more, [<name>] none or one, [<name>]...
 * none or more; [--option] is a flag, [--option <name>] an option with a value
 * ("--option value" or "--option=value"), [--option <name>]... one that may be
 * given several times; options may stand anywhere, and "--" ends
 * them. One table of such patterns serves the command line, completion, keys and
 * the console. Pure.
 */
struct words;

/* argv is borrowed and must outlive the result, the caller frees it with
 * words_free. NULL: fault (FAULT_USAGE) says which word is wrong or missing.
 * When the plain leading words differ, *other_r is set and fault left alone:
 * the pattern speaks of another command. */
struct words *words_match(const char *pattern, int argc, char *const *argv, bool *other_r,
    struct fault *fault);
void words_free(struct words *words);
/* The value of <name> or of --name's value; NULL when it was not given. For
 * <name>... and repeated options the first. A flag gives "" when present. name without <> and --.
 * An option's value is found under the option's own word: [--drain <seconds>]
 * is words_get(words, "drain"). */
const char *words_get(const struct words *words, const char *name);
size_t words_count(const struct words *words, const char *name);
const char *words_item(const struct words *words, const char *name, size_t index);
/* How many plain words a pattern begins with. */
size_t words_plain(const char *pattern);

#endif
