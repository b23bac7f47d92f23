/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_DATA_SCRATCH_H
#define TESTS_UNIT_DATA_SCRATCH_H

/*
 * A folder for one test, removed with all that is in it, and what the tests of
 * files need around it. Include after cmocka.h.
 */
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_folder[PATH_MAX];

static inline int scratch_setup(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	snprintf(scratch_folder, sizeof scratch_folder, "%s/steward-test-XXXXXX",
	    base && *base ? base : "/tmp");
	return mkdtemp(scratch_folder) ? 0 : -1;
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int type,
    struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static inline int scratch_teardown(void **state)
{
	(void)state;
	return nftw(scratch_folder, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Below the folder; valid until it was called eight times more. */
static inline const char *scratch_path(const char *name)
{
	static char paths[8][PATH_MAX + 256];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof paths[0], "%s/%s", scratch_folder, name);
	return path;
}

static inline void scratch_write(const char *name, const char *text)
{
	FILE *out = fopen(scratch_path(name), "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
	assert_int_equal(fclose(out), 0);
}

/* The caller frees it; NULL when there is no such file. */
static inline char *scratch_read(const char *name)
{
	FILE *in = fopen(scratch_path(name), "r");
	char *text = NULL;
	size_t room = 0;

	if (!in)
		return NULL;
	if (getdelim(&text, &room, '\0', in) < 0) {
		free(text);
		text = calloc(1, 1);
	}
	fclose(in);
	return text;
}

#endif
