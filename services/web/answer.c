/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Most requests carry none of the fields that change an answer; for them this
 * is a walk over a few header lines and the queueing of an answer that lies
 * ready. A field that may stand once but stands twice counts as malformed,
 * which for all of these means ignored, never as the first or the last one.
 */
#include "services/web/answer.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "data/text.h"
#include "services/web/conditional.h"
#include "services/web/range.h"

#define ALLOW "GET, HEAD, OPTIONS"

static const char malformed[] = "";

static void take(const char **slot, const char *value)
{
	*slot = *slot == NULL ? value : malformed;
}

/* A list goes on in the next line of that name (RFC 9110 5.3). What does not
 * fit is left out: then a list names less than it said. */
static void take_list(const char **slot, char *joined, const char *value)
{
	char before[ANSWER_JOINED];
	if (*slot == NULL) {
		*slot = value;
		return;
	}
	if (!text_format(before, sizeof(before), "%s", *slot))
		return;
	if (text_format(joined, ANSWER_JOINED, "%s, %s", before, value))
		*slot = joined;
}

static bool take_field(void *arg, const char *name, const char *value)
{
	struct answer_fields *f = arg;
	switch (strlen(name)) {
	case 5:
		if (strcasecmp(name, "Range") == 0)
			take(&f->range, value);
		break;
	case 7:
		if (strcasecmp(name, "Referer") == 0)
			f->referer = value;
		break;
	case 8:
		if (strcasecmp(name, "If-Range") == 0)
			take(&f->if_range, value);
		else if (strcasecmp(name, "If-Match") == 0)
			take_list(&f->if_match, f->joined[0], value);
		break;
	case 10:
		if (strcasecmp(name, "User-Agent") == 0)
			f->agent = value;
		break;
	case 13:
		if (strcasecmp(name, "If-None-Match") == 0)
			take_list(&f->if_none_match, f->joined[1], value);
		break;
	case 15:
		if (strcasecmp(name, "Accept-Encoding") == 0)
			take_list(&f->accept_encoding, f->joined[2], value);
		break;
	case 17:
		if (strcasecmp(name, "If-Modified-Since") == 0)
			take(&f->if_modified_since, value);
		break;
	case 19:
		if (strcasecmp(name, "If-Unmodified-Since") == 0)
			take(&f->if_unmodified_since, value);
		break;
	default:
		break;
	}
	return true;
}

void answer_fields(const struct http_request *request, struct answer_fields *fields_r)
{
	memset(fields_r, 0, offsetof(struct answer_fields, joined));
	http_headers(request, take_field, fields_r);
}

void answer_status(struct http_request *request, unsigned status, bool close)
{
	if (close)
		http_close_after(request);
	http_answer_error(request, status);
}

static void answer_unsatisfiable(struct http_request *request, const struct version *version)
{
	char text[64];
	struct MHD_Response *page = http_error_response(416);
	if (page == NULL) {
		http_answer_error(request, 416);
		return;
	}
	text_format(text, sizeof(text), "bytes */%llu", (unsigned long long)version->size);
	MHD_add_response_header(page, MHD_HTTP_HEADER_CONTENT_RANGE, text);
	http_answer_once(request, 416, page);
}

/* That length bytes of version come right behind the head, when they come from a
 * descriptor. */
static void tell_source(struct http_request *request, const struct version *version,
    uint64_t length)
{
	if (version->bytes == NULL && length > 0 && http_method(request) == HTTP_GET)
		http_from_file(request, length);
}

static void answer_whole(struct http_request *request, struct version *version)
{
	tell_source(request, version, version->size);
	http_answer_kept(request, 200, &version->full);
}

/* True when it has been answered with parts, or a refusal of them. */
static bool answer_range(struct http_request *request, const struct version *version,
    const struct answer_fields *fields, uint64_t boundary)
{
	struct range ranges[RANGE_MAX];
	struct MHD_Response *response;
	size_t count;

	switch (range_parse(fields->range, version->size, ranges, &count)) {
	case RANGE_ALL:
		return false;
	case RANGE_UNSATISFIABLE:
		answer_unsatisfiable(request, version);
		return true;
	case RANGE_SOME:
		break;
	}
	if (count == 1)
		response = version_part(version, &ranges[0]);
	else
		response = version_parts(version, ranges, count, boundary);
	if (response == NULL) {
		http_answer_error(request, 503);
		return true;
	}
	if (count == 1)
		tell_source(request, version, ranges[0].length);
	http_answer_once(request, 206, response);
	return true;
}

static void answer_file(struct http_request *request, const struct entry *entry,
    const struct answer_fields *fields, uint64_t boundary)
{
	enum encoding encoding = ENCODING_IDENTITY;
	if (entry->encodings != 0)
		encoding = encoding_choose(fields->accept_encoding, entry->encodings);
	struct version *version = entry->version[encoding];
	const struct conditions conditions = {
		.if_match = fields->if_match,
		.if_none_match = fields->if_none_match,
		.if_modified_since = fields->if_modified_since,
		.if_unmodified_since = fields->if_unmodified_since,
		.if_range = fields->if_range,
	};
	const struct validators validators = { version->etag, version->modified };
	int64_t now = http_arrived_utc(request) / 1000000;

	int status = conditional_check(&conditions, &validators, now);
	if (status == 412)
		http_answer_error(request, 412);
	else if (status == 304)
		http_answer_kept(request, 304, &version->unchanged);
	else if (fields->range == NULL || http_method(request) != HTTP_GET ||
	    !conditional_range(&conditions, &validators, now) ||
	    !answer_range(request, version, fields, boundary))
		answer_whole(request, version);
}

/* The query goes along to where the folder is. */
static void answer_redirect(struct http_request *request, const struct entry *entry)
{
	char place[HTTP_HEAD_BYTES_MAX + 8];
	size_t length;
	const char *query = http_query(request, &length);
	if (query == NULL) {
		http_answer(request, 301, entry->page);
		return;
	}
	struct MHD_Response *page = http_error_response(301);
	if (page == NULL ||
	    !text_format(place, sizeof(place), "%s?%.*s", entry->place, (int)length, query)) {
		if (page != NULL)
			MHD_destroy_response(page);
		http_answer_error(request, 414);
		return;
	}
	MHD_add_response_header(page, MHD_HTTP_HEADER_LOCATION, place);
	http_answer_once(request, 301, page);
}

void answer_entry(struct http_request *request, const struct entry *entry,
    const struct answer_fields *fields, uint64_t boundary)
{
	switch (entry->kind) {
	case ENTRY_FILE:
		answer_file(request, entry, fields, boundary);
		break;
	case ENTRY_FOLDER:
		answer_redirect(request, entry);
		break;
	case ENTRY_LISTING:
		http_answer(request, 200, entry->page);
		break;
	case ENTRY_STATUS:
		answer_status(request, entry->status, entry->close);
		break;
	}
}

void answer_method(struct http_request *request)
{
	struct MHD_Response *response;
	unsigned status = 405;
	if (http_method(request) == HTTP_OTHER)
		status = 501;
	else if (http_method(request) == HTTP_OPTIONS)
		status = 204;
	if (status == 204)
		response = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
	else
		response = http_error_response(status);
	if (response == NULL) {
		http_answer_error(request, status);
		return;
	}
	if (status != 501)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, ALLOW);
	http_answer_once(request, status, response);
}
