/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * No script, no file beside it, and a Content-Security-Policy that permits
 * neither: a file's name is text from outside.
 */
#include "services/web/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data/memory.h"
#include "data/text.h"
#include "services/web/letters.h"
#include "services/web/root.h"

#define LOOK_MAX (LISTING_MAX * 4) /* names read of a folder, listed or not */

struct item {
	char *name;
	bool folder;
	off_t size;
	time_t modified;
};

struct list {
	struct item item[LISTING_MAX];
	size_t count;
	bool more;
};

static const char style[] =
    "<style>:root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "h1{font-size:1.3rem;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}"
    "td,th{padding:.2rem .6rem;text-align:left;border-bottom:1px solid #8883}"
    "td:first-child{overflow-wrap:anywhere}"
    "td+td,th+th{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}"
    "a{text-decoration:none}a:hover{text-decoration:underline}</style>";

void listing_escape(FILE *out, const char *text)
{
	char clean[1024];
	text_clean(clean, sizeof(clean), text, strlen(text));
	for (const char *p = clean; *p != '\0'; p++) {
		switch (*p) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*p, out);
		}
	}
}

void listing_encode(FILE *out, const char *name)
{
	for (const unsigned char *p = (const unsigned char *)name; *p != '\0'; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9') || strchr("-._~", *p) != NULL) {
			fputc(*p, out);
		} else {
			fputc('%', out);
			fputc(LETTERS_HEX[*p >> 4], out);
			fputc(LETTERS_HEX[*p & 15], out);
		}
	}
}

/* Names that target.c refuses are not offered. */
static bool is_servable(const char *name)
{
	if (name[0] == '.')
		return false;
	for (const char *p = name; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	}
	return true;
}

static void add_item(struct list *list, int root, const char *path, const char *name)
{
	char whole[PATH_MAX];
	struct stat stat;
	if (!is_servable(name) ||
	    !text_format(whole, sizeof(whole), "%s%s%s", path, path[0] != '\0' ? "/" : "", name) ||
	    root_look(root, whole, &stat) != 0 ||
	    (!S_ISREG(stat.st_mode) && !S_ISDIR(stat.st_mode)))
		return;
	if (list->count == LISTING_MAX) {
		list->more = true;
		return;
	}
	list->item[list->count++] = (struct item){
		.name = memory_string(name),
		.folder = S_ISDIR(stat.st_mode),
		.size = stat.st_size,
		.modified = stat.st_mtim.tv_sec,
	};
}

static int compare_items(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	if (left->folder != right->folder)
		return left->folder ? -1 : 1;
	int order = strverscmp(left->name, right->name);
	return order != 0 ? order : strcmp(left->name, right->name);
}

static int read_folder(struct list *list, int root, const char *path, size_t *looked_r)
{
	struct stat stat;
	int fd;
	int error = root_folder(root, path, &fd, &stat);
	if (error != 0)
		return error;
	DIR *folder = fdopendir(fd);
	if (folder == NULL) {
		error = errno;
		close(fd);
		return error;
	}
	const struct dirent *found;
	size_t seen = 0;
	for (; (found = readdir(folder)) != NULL; seen++) {
		if (seen >= LOOK_MAX || list->more) {
			list->more = true;
			break;
		}
		add_item(list, root, path, found->d_name);
	}
	closedir(folder);
	*looked_r += seen;
	qsort(list->item, list->count, sizeof(list->item[0]), compare_items);
	return 0;
}

static void print_item(FILE *out, const struct item *item)
{
	char size[32] = "", when[32] = "";
	struct tm tm;
	if (!item->folder)
		text_show_bytes(item->size, size, sizeof(size));
	if (gmtime_r(&item->modified, &tm) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
	const char *slash = item->folder ? "/" : "";
	fputs("<tr><td><a href=\"", out);
	listing_encode(out, item->name);
	fprintf(out, "%s\">", slash);
	listing_escape(out, item->name);
	fprintf(out, "%s</a><td>%s<td>%s\n", slash, size, when);
}

static void print_page(FILE *out, const struct list *list, const char *path)
{
	const char *end = path[0] != '\0' ? "/" : "";
	fputs("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
	      "<meta name=\"viewport\" content=\"width=device-width\"><title>/",
	    out);
	listing_escape(out, path);
	fprintf(out, "%s</title>%s<h1>/", end, style);
	listing_escape(out, path);
	fprintf(out, "%s</h1><table><tr><th>Name<th>Size<th>Modified (UTC)\n", end);
	if (path[0] != '\0')
		fputs("<tr><td><a href=\"../\">../</a><td><td>\n", out);
	for (size_t i = 0; i < list->count; i++)
		print_item(out, &list->item[i]);
	fputs("</table>", out);
	if (list->more)
		fprintf(out, "<p>Only %zu names are shown; there are more.</p>", list->count);
	fputs("</html>\n", out);
}

static struct MHD_Response *make_response(char *text, size_t length)
{
	struct MHD_Response *page =
	    MHD_create_response_from_buffer_with_free_callback(length, text, free);
	if (page == NULL) {
		free(text);
		return NULL;
	}
	MHD_add_response_header(page, "Content-Type", "text/html; charset=utf-8");
	MHD_add_response_header(page, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(page, "Content-Security-Policy",
	    "default-src 'none'; style-src 'unsafe-inline'");
	MHD_add_response_header(page, "Cache-Control", "no-cache");
	return page;
}

int listing_make(int root, const char *path, struct MHD_Response **page_r, size_t *memory_r,
    size_t *looked_r)
{
	struct list *list = memory_new(sizeof(*list));
	char *text = NULL;
	size_t length = 0;
	int error = read_folder(list, root, path, looked_r);
	if (error == 0) {
		FILE *out = open_memstream(&text, &length);
		if (out == NULL)
			abort(); /* no memory for its bookkeeping */
		print_page(out, list, path);
		fclose(out);
		*page_r = make_response(text, length);
		*memory_r += length;
		if (*page_r == NULL)
			error = ENOMEM;
	}
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i].name);
	free(list);
	return error;
}
