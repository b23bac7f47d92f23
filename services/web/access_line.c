/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line of the Combined format. Whatever came from the network is printable
 * ASCII in it: everything else, and what would end a quoted field, becomes \xHH
 * (as nginx writes it, so that tools know it).
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/text.h"
#include "services/web/access_log.h"
#include "services/web/letters.h"

#define TARGET_CUT 8192 /* bytes of one field that are logged */
#define FIELD_CUT 1024
#define PEER_CUT 64
#define FIXED 512 /* the rest of a line, escapes of a peer included */

static size_t cut(const char *text, size_t limit)
{
	return text != NULL ? strnlen(text, limit) : 1;
}

static size_t cut_line(const struct access_line *line)
{
	return line->line_length < TARGET_CUT ? line->line_length : TARGET_CUT;
}

static char *put_escaped(char *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
			*out++ = (char)c;
			continue;
		}
		*out++ = '\\';
		*out++ = 'x';
		*out++ = LETTERS_HEX[c >> 4];
		*out++ = LETTERS_HEX[c & 15];
	}
	return out;
}

static char *put(char *out, const char *text)
{
	size_t length = strlen(text);
	memcpy(out, text, length);
	return out + length;
}

static char *put_number(char *out, uint64_t value)
{
	char digits[20];
	size_t n = 0;
	do
		digits[n++] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	while (n > 0)
		*out++ = digits[--n];
	return out;
}

static char *put_field(char *out, const char *text)
{
	out = put(out, " \"");
	if (text == NULL)
		*out++ = '-';
	else
		out = put_escaped(out, text, cut(text, FIELD_CUT));
	*out++ = '"';
	return out;
}

static char *put_request(char *out, const struct access_line *line)
{
	if (line->method == NULL)
		return line->line_length == 0 ? put(out, "-") :
						put_escaped(out, line->line, cut_line(line));
	out = put_escaped(out, line->method, cut(line->method, FIELD_CUT));
	*out++ = ' ';
	out = put_escaped(out, line->target, cut(line->target, TARGET_CUT));
	*out++ = ' ';
	return put_escaped(out, line->version, cut(line->version, FIELD_CUT));
}

size_t access_line_bound(const struct access_line *line)
{
	size_t request = line->method == NULL ? cut_line(line) :
						cut(line->method, FIELD_CUT) +
		cut(line->target, TARGET_CUT) + cut(line->version, FIELD_CUT);
	return FIXED + 4 * (request + cut(line->referer, FIELD_CUT) + cut(line->agent, FIELD_CUT));
}

size_t access_line_print(const struct access_line *line, const char *stamp, char *out)
{
	char *p = out;
	p = put_escaped(p, line->peer, strnlen(line->peer, PEER_CUT));
	p = put(p, " - - [");
	p = put(p, stamp);
	p = put(p, "] \"");
	p = put_request(p, line);
	p = put(p, "\" ");
	p = put_number(p, line->status != 0 ? line->status : 499);
	*p++ = ' ';
	p = put_number(p, line->bytes);
	p = put_field(p, line->referer);
	p = put_field(p, line->agent);
	*p++ = '\n';
	return (size_t)(p - out);
}

void access_log_stamp(int64_t second, char out[ACCESS_STAMP])
{
	time_t when = (time_t)second;
	struct tm tm;
	if (localtime_r(&when, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	long minutes = tm.tm_gmtoff / 60;
	text_format(out, ACCESS_STAMP, "%02d/%.3s/%04d:%02d:%02d:%02d %c%02ld%02ld", tm.tm_mday,
	    &LETTERS_MONTHS[(size_t)tm.tm_mon * 3], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, minutes < 0 ? '-' : '+', labs(minutes) / 60, labs(minutes) % 60);
}
