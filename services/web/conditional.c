/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entity tags are compared in place, without taking a list apart into memory.
 * Header values are NUL-terminated here because libmicrohttpd hands them over
 * that way (the gate has refused those with a NUL inside).
 */
#include "services/web/conditional.h"

#include <string.h>

#include "services/web/date.h"
#include "services/web/letters.h"

/* The end of the entity-tag at p, behind its closing quote; NULL when there is
 * none. opaque_r: where its opening quote is. */
static const char *etag_end(const char *p, const char **opaque_r, bool *weak_r)
{
	*weak_r = p[0] == 'W' && p[1] == '/';
	if (*weak_r)
		p += 2;
	if (*p != '"')
		return NULL;
	*opaque_r = p;
	for (p++; *p != '"'; p++) {
		unsigned char c = (unsigned char)*p;
		if (c <= ' ' || c == 0x7f)
			return NULL;
	}
	return p + 1;
}

static bool same_etag(const char *opaque, const char *end, bool is_weak, const char *etag,
    bool weak)
{
	bool etag_weak = strncmp(etag, "W/", 2) == 0;
	if (!weak && (is_weak || etag_weak))
		return false;
	if (etag_weak)
		etag += 2;
	size_t length = (size_t)(end - opaque);
	return strlen(etag) == length && memcmp(opaque, etag, length) == 0;
}

bool conditional_etag_listed(const char *list, const char *etag, bool weak)
{
	const char *p = skip_space(list);
	if (*p == '*')
		return *skip_space(p + 1) == '\0';
	while (*p != '\0') {
		if (*p == ',') {
			p = skip_space(p + 1);
			continue;
		}
		const char *opaque;
		bool is_weak;
		const char *end = etag_end(p, &opaque, &is_weak);
		if (end == NULL)
			return false;
		p = skip_space(end);
		if (*p != ',' && *p != '\0')
			return false;
		if (same_etag(opaque, end, is_weak, etag, weak))
			return true;
	}
	return false;
}

int conditional_check(const struct conditions *conditions, const struct validators *validators,
    int64_t now)
{
	const char *text;
	int64_t when;

	if (conditions->if_match != NULL) {
		if (!conditional_etag_listed(conditions->if_match, validators->etag, false))
			return 412;
	} else if ((text = conditions->if_unmodified_since) != NULL) {
		if (date_parse(text, strlen(text), now, &when) && validators->modified > when)
			return 412;
	}
	if (conditions->if_none_match != NULL) {
		return conditional_etag_listed(conditions->if_none_match, validators->etag, true) ?
		    304 :
		    200;
	}
	if ((text = conditions->if_modified_since) != NULL &&
	    date_parse(text, strlen(text), now, &when) && validators->modified <= when)
		return 304;
	return 200;
}

bool conditional_range(const struct conditions *conditions, const struct validators *validators,
    int64_t now)
{
	const char *text = conditions->if_range;
	int64_t when;

	if (text == NULL)
		return true;
	if (text[0] == '"' || (text[0] == 'W' && text[1] == '/')) {
		const char *opaque;
		bool is_weak;
		const char *end = etag_end(text, &opaque, &is_weak);
		return end != NULL && *end == '\0' &&
		    same_etag(opaque, end, is_weak, validators->etag, false);
	}
	/* A date is a strong validator only once the file can no longer change
	 * within the same second (section 8.8.2.2). */
	return date_parse(text, strlen(text), now, &when) && validators->modified == when &&
	    now - when >= 1;
}
