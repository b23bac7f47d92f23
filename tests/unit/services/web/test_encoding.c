/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/web/encoding.h"

#define BR (1u << ENCODING_BR)
#define ZSTD (1u << ENCODING_ZSTD)
#define GZIP (1u << ENCODING_GZIP)
#define ALL (BR | ZSTD | GZIP)

static void test_rows(void **state)
{
	static const struct {
		const char *header;
		unsigned there;
		enum encoding expected;
	} rows[] = {
		{ NULL, ALL, ENCODING_IDENTITY },
		{ "", ALL, ENCODING_IDENTITY },
		{ "gzip", ALL, ENCODING_GZIP },
		{ "x-gzip", ALL, ENCODING_GZIP },
		{ "GZip", ALL, ENCODING_GZIP },
		{ "gzip", BR, ENCODING_IDENTITY },
		{ "gzip, deflate, br, zstd", ALL, ENCODING_BR },
		{ "gzip, deflate, br, zstd", ZSTD | GZIP, ENCODING_ZSTD },
		{ "gzip, deflate, br, zstd", GZIP, ENCODING_GZIP },
		{ "gzip, deflate, br, zstd", 0, ENCODING_IDENTITY },
		{ "br;q=0.5, gzip", ALL, ENCODING_GZIP },
		{ "br;q=0.5, gzip;q=0.500", ALL, ENCODING_BR },
		{ "br;q=0, gzip;q=0.001", ALL, ENCODING_GZIP },
		{ "br;q=0.000, gzip;q=0.0", ALL, ENCODING_IDENTITY },
		{ "gzip;q=0", GZIP, ENCODING_IDENTITY },
		{ "*", ALL, ENCODING_BR },
		{ "*;q=0", ALL, ENCODING_IDENTITY },
		{ "*;q=0, gzip", ALL, ENCODING_GZIP },
		{ "br;q=0, *", ALL, ENCODING_ZSTD },
		{ "identity", ALL, ENCODING_IDENTITY },
		{ "identity, gzip;q=0.5", ALL, ENCODING_IDENTITY },
		{ "identity;q=0.5, gzip", ALL, ENCODING_GZIP },
		{ "identity;q=0", 0, ENCODING_IDENTITY },
		{ "identity;q=0, gzip;q=0.1", GZIP, ENCODING_GZIP },
		{ "gzip ; q=0.5 , br ; q=0.4", ALL, ENCODING_GZIP },
		{ "gzip;Q=1", ALL, ENCODING_GZIP },
		{ "gzip;q=1.000,br;q=0.999", ALL, ENCODING_GZIP },
		/* What is malformed counts as not named. */
		{ "gzip;q=2", ALL, ENCODING_IDENTITY },
		{ "gzip;q=", ALL, ENCODING_IDENTITY },
		{ "gzip;q=1.5", ALL, ENCODING_IDENTITY },
		{ "gzip;level=3", ALL, ENCODING_IDENTITY },
		{ "gzip;q=0.5;x, br", ALL, ENCODING_BR },
		{ "gzip br", ALL, ENCODING_IDENTITY },
		{ "gzipx, xgzip", ALL, ENCODING_IDENTITY },
		{ ",,gzip,,", ALL, ENCODING_GZIP },
		{ "\"gzip\"", ALL, ENCODING_IDENTITY },
		{ ";q=1", ALL, ENCODING_IDENTITY },
		{ ";;;,=,", ALL, ENCODING_IDENTITY },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum encoding found = encoding_choose(rows[i].header, rows[i].there);
		if (found != rows[i].expected)
			fail_msg("%s (%#x): %d, expected %d", rows[i].header, rows[i].there,
			    (int)found, (int)rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
