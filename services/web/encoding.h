/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_ENCODING_H
#define SERVICES_WEB_ENCODING_H

/*
 * Content codings (RFC 9110 sections 8.4.1 and 12.5.3): which of a file's
 * precompressed companions a client takes. Pure, any thread.
 */
enum encoding {
	ENCODING_IDENTITY,
	ENCODING_BR,   /* RFC 7932 */
	ENCODING_ZSTD, /* RFC 8878 */
	ENCODING_GZIP, /* RFC 1952 */
	ENCODING_COUNT,
};

struct encoding_kind {
	const char *coding; /* as in Content-Encoding; NULL for identity */
	const char *suffix; /* of the companion's name; "" for identity */
};

extern const struct encoding_kind encoding_kinds[ENCODING_COUNT];

/* The best of what is there (bit 1 << encoding, identity always counts as
 * being there) by the client's weights; of equal weights the one that packs
 * best (br, zstd, gzip) wins over identity. header: Accept-Encoding, or NULL:
 * identity. A client that forbids all gets identity too, which section
 * 12.5.3 permits. */
enum encoding encoding_choose(const char *header, unsigned there);

#endif
