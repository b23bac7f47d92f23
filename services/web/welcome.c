/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ordinary file that the owner replaces, not an answer from inside the
 * program: what is seen is what lies in the folder.
 */
#include "services/web/welcome.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/file.h"
#include "data/text.h"
#include "services/web/listing.h"

static const char head[] = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
			   "<meta name=\"viewport\" content=\"width=device-width\">\n"
			   "<title>It works</title>\n"
			   "<style>\n:root { color-scheme: light dark }\n"
			   "body { font: 1rem/1.6 system-ui, sans-serif; margin: 3rem auto; "
			   "max-width: 40rem; padding: 0 1rem }\n"
			   "code { background: #8882; padding: .1rem .3rem; border-radius: .2rem; "
			   "overflow-wrap: anywhere }\n</style>\n"
			   "<h1>Your web server works</h1>\n"
			   "<p>steward serves the files of this folder:</p>\n<p><code>";

static const char tail[] = "</code></p>\n"
			   "<p>Put your own <code>index.html</code> there, in place of this page; "
			   "it is seen within a second.</p>\n"
			   "<p>Another folder is served after</p>\n"
			   "<p><code>steward set web.root=/path/to/folder</code></p>\n"
			   "<p>The user that the server runs as must be able to read it; "
			   "<code>steward status</code> and <code>steward log web</code> tell "
			   "when it is not.</p>\n</html>\n";

static bool write_page(const char *folder, struct fault *fault)
{
	char path[PATH_MAX];
	char *text = NULL;
	size_t length = 0;
	if (!text_format(path, sizeof(path), "%s/index.html", folder))
		return fault_errno(fault, ENAMETOOLONG, "%s", folder);
	FILE *out = open_memstream(&text, &length);
	if (out == NULL)
		return fault_errno(fault, errno, "%s", path);
	fputs(head, out);
	listing_escape(out, folder);
	fputs(tail, out);
	fclose(out);
	bool written = file_replace(path, text, length, 0644, fault);
	free(text);
	return written;
}

bool welcome_make(const char *folder, bool *made_r, struct fault *fault)
{
	struct stat stat;
	*made_r = false;
	if (lstat(folder, &stat) == 0 || errno != ENOENT)
		return true;
	if (!file_make_folder(folder, 0755, fault) || !write_page(folder, fault))
		return false;
	*made_r = true;
	return true;
}
