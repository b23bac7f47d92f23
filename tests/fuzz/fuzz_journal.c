/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line of a journal's file. What is read and printed again is the same record,
 * and one line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool truth)
{
	if (!truth)
		abort();
}

static bool nothing(void *arg, const struct journal_record *record)
{
	(void)arg;
	(void)record;
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_record record, again;
	char *line = malloc(size ? size : 1), printed[768];

	need(line != NULL);
	memcpy(line, data, size);
	if (journal_parse(line, size, &record)) {
		size_t length = journal_print(&record, printed, sizeof printed);
		need(length > 0 && length < sizeof printed && strlen(printed) == length);
		need(strchr(printed, '\n') == printed + length - 1);
		need(journal_parse(printed, length - 1, &again));
		need(again.time_us == record.time_us && again.level == record.level);
		need(strcmp(again.service, record.service) == 0);
		need(strcmp(again.subject, record.subject) == 0);
		need(strcmp(again.text, record.text) == 0);
	}
	free(line);
	/* The times of the command line, too. */
	char *text = calloc(1, size + 1);
	need(text != NULL);
	memcpy(text, data, size);
	need(clock_parse(text, INT64_C(1773135000000000)) >= -1);
	/* And a place in the journal, which comes back from clients. */
	const struct journal_filter filter = { .level = JOURNAL_DEBUG, .before = text };
	char first[JOURNAL_PLACE];
	journal_scan("/nonexistent", &filter, nothing, NULL, first, NULL);
	need(first[0] == '\0');
	free(text);
	return 0;
}
