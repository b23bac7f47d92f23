/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of our own, sorted for bsearch, and not /etc/mime.types: what is
 * served must not depend on which packages a machine happens to have. Scripts
 * and sources of programs are shown as text, never as something that a browser
 * may run. A charset is named for text only (XML and SVG are text too).
 */
#include "services/web/mime.h"

#include <stdlib.h>
#include <string.h>

#include "services/web/mime_table.h"

#define EXTENSION_MAX 16 /* longer ones are not in the table */

static int compare_row(const void *key, const void *element)
{
	const struct mime_row *row = element;
	return strcmp(key, row->extension);
}

const char *mime_type(const char *path)
{
	const char *name = strrchr(path, '/');
	name = name != NULL ? name + 1 : path;
	const char *dot = strrchr(name, '.');
	char lower[EXTENSION_MAX];
	size_t i = 0;

	if (dot == NULL || dot == name)
		return "application/octet-stream";
	for (const char *p = dot + 1; *p != '\0'; p++) {
		if (i + 1 >= sizeof(lower))
			return "application/octet-stream";
		lower[i++] = *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p;
	}
	lower[i] = '\0';
	const struct mime_row *row =
	    bsearch(lower, mime_rows, MIME_ROWS, sizeof(mime_rows[0]), compare_row);
	return row != NULL ? row->type : "application/octet-stream";
}
