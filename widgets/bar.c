/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/bar.h"

#include <string.h>

#include "widgets/cells.h"

#define PARTS_MAX 24
#define GAP 2

static int parts_width(struct area area, const struct bar_part *parts, size_t count,
    const bool *kept)
{
	int width = 0;

	for (size_t i = 0; i < count; i++)
		if (kept[i])
			width += area_width(area, parts[i].text) + GAP;
	return width > 0 ? width - GAP : 0;
}

static bool drop(const struct bar_part *parts, size_t count, bool *kept)
{
	size_t worst = count;

	for (size_t i = 0; i < count; i++)
		if (kept[i] && parts[i].rank > 0 &&
		    (worst == count || parts[i].rank >= parts[worst].rank))
			worst = i;
	if (worst == count)
		return false;
	kept[worst] = false;
	return true;
}

void bar_draw(struct area area, int row, unsigned style, const struct bar_part *parts, size_t count)
{
	bool kept[PARTS_MAX];
	int left = 1, right = area.cols - 1;

	count = count < PARTS_MAX ? count : PARTS_MAX;
	for (size_t i = 0; i < count; i++)
		kept[i] = parts[i].text[0] != '\0';
	while (parts_width(area, parts, count, kept) > area.cols - 2 && drop(parts, count, kept))
		;
	area_fill(area, row, 0, area.cols, style);
	for (size_t i = count; i-- > 0;) {
		if (!kept[i] || !parts[i].right)
			continue;
		right -= area_width(area, parts[i].text);
		area_text(area, row, right, parts[i].style, parts[i].text);
		right -= GAP;
	}
	for (size_t i = 0; i < count; i++)
		if (kept[i] && !parts[i].right) {
			int width = area_width(area, parts[i].text);

			if (left + width > right + 1)
				width = right + 1 - left;
			area_field(area, row, left, width, ALIGN_LEFT, parts[i].style,
			    parts[i].text);
			left += width + GAP;
		}
}

static int hint_width(struct area area, const struct bar_hint *hint)
{
	return area_width(area, hint->key) + 1 + area_width(area, hint->label);
}

/* Calls place for each hint that has room; the last one is kept. */
static void each_hint(struct area area, const struct bar_hint *hints, size_t count,
    void (*place)(void *arg, const struct bar_hint *hint, int col, int width), void *arg)
{
	if (count == 0)
		return;
	int last = hint_width(area, &hints[count - 1]);
	int col = 1;

	for (size_t i = 0; i < count; i++) {
		int width = hint_width(area, &hints[i]);

		if (i + 1 < count && col + width + GAP + last > area.cols - 1)
			continue;
		place(arg, &hints[i], col, width);
		col += width + GAP;
	}
}

struct drawing {
	struct area area;
	int row;
};

static void draw_hint(void *arg, const struct bar_hint *hint, int col, int width)
{
	const struct drawing *d = arg;

	(void)width;
	col = area_text(d->area, d->row, col, STYLE_KEY, hint->key);
	area_text(d->area, d->row, col + 1, STYLE_NORMAL, hint->label);
}

void bar_hints(struct area area, int row, const struct bar_hint *hints, size_t count)
{
	struct drawing drawing = { area, row };

	each_hint(area, hints, count, draw_hint, &drawing);
}

struct finding {
	int col, id;
};

static void find_hint(void *arg, const struct bar_hint *hint, int col, int width)
{
	struct finding *f = arg;

	if (f->col >= col && f->col < col + width)
		f->id = hint->id;
}

int bar_hint_at(struct area area, const struct bar_hint *hints, size_t count, int col)
{
	struct finding finding = { col, -1 };

	each_hint(area, hints, count, find_hint, &finding);
	return finding.id;
}

void bar_meter(struct area area, int row, int col, int width, double filled, unsigned style)
{
	int full = filled <= 0 ? 0 : filled >= 1 ? width : (int)(filled * width + 0.5);

	/* Something is not nothing, and nearly all is not all. */
	if (filled > 0.005 && full == 0)
		full = 1;
	if (filled > 0 && filled < 0.995 && full == width)
		full = width - 1;
	for (int i = 0; i < width; i++)
		area_glyph(area, row, col + i, i < full ? style : (unsigned)STYLE_DIM,
		    i < full ? GLYPH_FULL : GLYPH_EMPTY);
}
