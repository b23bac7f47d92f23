/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The longest common subsequence by a table, after what is the same at both ends
 * has been taken off: of an edit by hand little is left. The table's size is
 * bounded; beyond that the middle counts as different throughout.
 */
#include "console/line_diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"

#define TABLE_MOST 4000000

struct line {
	const char *text;
	size_t length;
};

struct text {
	struct line *lines;
	size_t count;
};

struct out {
	char *signs; /* of all lines, in order */
	struct line *lines;
	size_t count;
};

static struct text split(const char *text)
{
	struct text t = { .count = 0 };
	size_t most = 1;

	for (const char *at = text; *at != '\0'; at++)
		most += *at == '\n';
	t.lines = memory_array(most, sizeof *t.lines);
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		t.lines[t.count++] = (struct line){ text, length };
		text += length + (text[length] == '\n');
	}
	return t;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static void put(struct out *out, char sign, const struct line *line)
{
	out->signs[out->count] = sign;
	out->lines[out->count++] = *line;
}

/* The middle, where the first and the last lines differ. */
static void compare(struct out *out, const struct line *a, size_t n, const struct line *b, size_t m)
{
	bool fits = n < TABLE_MOST && m < TABLE_MOST && (n + 1) * (m + 1) <= TABLE_MOST;
	size_t width = m + 1, i = 0, k = 0;
	uint32_t *common = fits ? memory_array((n + 1) * width, sizeof *common) : NULL;

	for (size_t y = n; fits && y-- > 0;)
		for (size_t x = m; x-- > 0;) {
			uint32_t down = common[(y + 1) * width + x];
			uint32_t right = common[y * width + x + 1];

			common[y * width + x] = same(&a[y], &b[x]) ?
			    common[(y + 1) * width + x + 1] + 1 :
			    down > right ? down :
					   right;
		}
	while (i < n || k < m) {
		if (fits && i < n && k < m && same(&a[i], &b[k])) {
			put(out, ' ', &a[i++]);
			k++;
		} else if (i < n &&
		    (!fits || k == m || common[(i + 1) * width + k] >= common[i * width + k + 1])) {
			put(out, '-', &a[i++]);
		} else {
			put(out, '+', &b[k++]);
		}
	}
	free(common);
}

/* Whether a line that differs is at most around lines away. */
static bool near(const struct out *out, size_t index, size_t around)
{
	size_t from = index > around ? index - around : 0;

	for (size_t i = from; i < out->count && i <= index + around; i++)
		if (out->signs[i] != ' ')
			return true;
	return false;
}

size_t line_diff(const char *old, const char *new, size_t around,
    void (*each)(void *arg, char sign, const char *line, size_t length), void *arg)
{
	struct text a = split(old), b = split(new);
	struct out out = { .signs = memory_array(a.count + b.count + 1, 1),
		.lines = memory_array(a.count + b.count + 1, sizeof(struct line)) };
	size_t head = 0, tail = 0, differ = 0;
	bool left_out = false;

	while (head < a.count && head < b.count && same(&a.lines[head], &b.lines[head]))
		put(&out, ' ', &a.lines[head++]);
	while (tail < a.count - head && tail < b.count - head &&
	    same(&a.lines[a.count - 1 - tail], &b.lines[b.count - 1 - tail]))
		tail++;
	compare(&out, a.lines + head, a.count - head - tail, b.lines + head, b.count - head - tail);
	for (size_t i = a.count - tail; i < a.count; i++)
		put(&out, ' ', &a.lines[i]);
	for (size_t i = 0; i < out.count; i++) {
		differ += out.signs[i] != ' ';
		if (near(&out, i, around)) {
			each(arg, out.signs[i], out.lines[i].text, out.lines[i].length);
			left_out = false;
		} else if (!left_out) {
			each(arg, '@', "", 0);
			left_out = true;
		}
	}
	free(a.lines);
	free(b.lines);
	free(out.signs);
	free(out.lines);
	return differ;
}
