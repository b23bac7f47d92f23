/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever comes in: what target_parse accepts may be opened below a root. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "services/web/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_path(const struct target *target)
{
	require(target->length < TARGET_PATH);
	require(strlen(target->path) == target->length);
	if (target->length == 0)
		return;
	require(target->path[0] != '/');
	require(target->path[target->length - 1] != '/');
	require(strstr(target->path, "//") == NULL);
	char padded[TARGET_PATH + 2] = "/";
	strcat(padded, target->path);
	strcat(padded, "/");
	require(strstr(padded, "/../") == NULL && strstr(padded, "/./") == NULL);
	const char *dot = strstr(padded, "/.");
	if (dot != NULL)
		require(dot == padded && strncmp(dot, "/.well-known/", 13) == 0 &&
		    strstr(dot + 1, "/.") == NULL);
	for (const char *p = target->path; *p != '\0'; p++)
		require((unsigned char)*p >= ' ' && *p != 0x7f);
}

/* Without an escape the key is what was asked for. */
static void check_key(const char *raw, size_t size, const struct target *target)
{
	char key[TARGET_PATH + 2];
	size_t length = target_key(target, key);
	require(length > 0 && length < sizeof(key) && key[0] == '/');
	require(length == 1 || (key[length - 1] == '/') == target->folder);
	if (memchr(raw, '%', size) == NULL)
		require(length == size && memcmp(key, raw, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct target *target = malloc(sizeof(*target));
	char *raw = malloc(size > 0 ? size : 1);
	require(target != NULL && raw != NULL);
	if (size > 0)
		memcpy(raw, data, size);
	int status = target_parse(raw, size, target);
	require(status == 0 || status == 400 || status == 404 || status == 414);
	if (status == 0) {
		check_path(target);
		check_key(raw, size, target);
	}
	free(raw);
	free(target);
	return 0;
}
