/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "host/http_internal.h"

/*
 * Answers, and the small pages that go with a status. libmicrohttpd's response
 * objects are shared: a page is made once for a server. The same page as plain
 * text is what we write ourselves where libmicrohttpd has no part in it.
 */

bool http_answer(struct http_request *request, unsigned status, struct MHD_Response *response)
{
	struct http_link *link = request->link;
	if (request->answered || response == NULL)
		return false;
	if (!request->whole) {
		/* Its content, and what follows that, nobody will read: let the
		 * peer see the answer before it is told so. */
		if (link->outstanding == 1)
			link->in_content = false;
		link->linger = true;
		http_close_after(request);
	}
	bool more = link->outstanding > 1 || link->held_length > 0;
	if (link->server->draining || (link->peer_shut && !more)) {
		link->linger = link->linger || more;
		http_close_after(request);
	}
	request->answered = true;
	request->status = status;
	request->sent_before = link->bytes_out;
	if (MHD_queue_response(request->mhd, status, response) != MHD_YES) {
		request->answered = false;
		request->status = 0;
		return false;
	}
	if (link->phase != PHASE_ANSWER)
		link_phase(link, PHASE_ANSWER);
	return true;
}

bool http_answer_once(struct http_request *request, unsigned status, struct MHD_Response *response)
{
	bool done = http_answer(request, status, response);
	if (response != NULL)
		MHD_destroy_response(response);
	return done;
}

bool http_answer_kept(struct http_request *request, unsigned status, struct http_kept *kept)
{
	int64_t now = http_utc(request->link->server) / 1000000;
	if (kept->dated != now) {
		char text[HTTP_DATE_SIZE];
		http_date((time_t)now, text);
		/* Takes the place of the one before. */
		if (MHD_add_response_header(kept->response, MHD_HTTP_HEADER_DATE, text) == MHD_YES)
			kept->dated = now;
	}
	return http_answer(request, status, kept->response);
}

void http_from_file(struct http_request *request, uint64_t length)
{
	if (!request->answered && request->method != HTTP_HEAD)
		request->file_left = length;
}

void http_close_after(struct http_request *request)
{
	struct http_link *link = request->link;
	/* Said by the peer, as it were: that is how shared responses can differ. */
	if (!link->closing &&
	    MHD_set_connection_value(request->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONNECTION,
		"close") != MHD_YES) {
		link->again = true;
		link->end_when_idle = true;
	}
	link->closing = true;
}

/* ---- Pages ---- */

const char *http_reason(unsigned status)
{
	const char *reason = MHD_get_reason_phrase_for(status);
	switch (status) {
	case MHD_HTTP_CONTENT_TOO_LARGE:
		return "Content Too Large";
	case MHD_HTTP_URI_TOO_LONG:
		return "URI Too Long";
	default:
		return reason != NULL ? reason : "Unknown";
	}
}

static int page(unsigned status, char *out, size_t size)
{
	const char *reason = http_reason(status);
	return snprintf(out, size,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n"
	    "<head><meta charset=\"utf-8\"><title>%u %s</title></head>\n"
	    "<body><h1>%u %s</h1></body>\n</html>\n",
	    status, reason, status, reason);
}

struct MHD_Response *http_error_response(unsigned status)
{
	char text[512];
	int length = page(status, text, sizeof text);
	struct MHD_Response *response =
	    MHD_create_response_from_buffer((size_t)length, text, MHD_RESPMEM_MUST_COPY);
	if (response != NULL) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
		    "text/html; charset=utf-8");
		MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	}
	return response;
}

bool http_answer_error(struct http_request *request, unsigned status)
{
	struct http_server *server = request->link->server;
	for (size_t i = 0; i < HTTP_PAGES; i++) {
		if (server->pages[i].response == NULL) {
			server->pages[i].status = status;
			server->pages[i].response = http_error_response(status);
		}
		if (server->pages[i].status == status)
			return http_answer(request, status, server->pages[i].response);
	}
	return http_answer_once(request, status, http_error_response(status));
}

void pages_free(struct http_server *server)
{
	for (size_t i = 0; i < HTTP_PAGES; i++) {
		if (server->pages[i].response != NULL)
			MHD_destroy_response(server->pages[i].response);
	}
}

void http_date(time_t when, char out[HTTP_DATE_SIZE])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;
	gmtime_r(&when, &tm);
	snprintf(out, HTTP_DATE_SIZE, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
	    days + 3 * tm.tm_wday, (unsigned)tm.tm_mday % 32, months + 3 * tm.tm_mon,
	    (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 24,
	    (unsigned)tm.tm_min % 60, (unsigned)tm.tm_sec % 61);
}

size_t answer_text(unsigned status, char *out, size_t size, size_t *content_r)
{
	char text[512], date[HTTP_DATE_SIZE];
	int content = page(status, text, sizeof text);
	http_date(time(NULL), date);
	int length = snprintf(out, size,
	    "HTTP/1.1 %u %s\r\nDate: %s\r\n"
	    "Content-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n"
	    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n%s",
	    status, http_reason(status), date, content, text);
	*content_r = (size_t)content;
	return (size_t)length < size ? (size_t)length : size - 1;
}
