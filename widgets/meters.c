/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each kind of sign has its number of steps; values are turned into steps in
 * one place, where zero has one step too, so that it differs from a gap, which
 * has none.
 */
#include "widgets/meters.h"

#include <math.h>
#include <stdbool.h>

enum { BRAILLE_STEPS = 4, BLOCK_STEPS = 8, LETTER_STEPS = 4 };

static bool braille(struct area area)
{
	return !area.canvas->ascii && area.canvas->signs == SIGNS_BRAILLE;
}

static bool letters(struct area area)
{
	return area.canvas->ascii || area.canvas->signs == SIGNS_PLAIN;
}

size_t meters_values(struct area area, int width)
{
	return width > 0 ? (size_t)width * (braille(area) ? 2 : 1) : 0;
}

/* 0 for a gap, else 1 to steps. */
static int steps_of(double value, double most, int steps)
{
	if (isnan(value))
		return 0;
	if (!(most > 0) || value <= 0)
		return 1;
	if (value >= most)
		return steps;
	return 1 + (int)(value / most * (steps - 1) + 0.5);
}

static double largest(const double *values, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i]) && values[i] > most)
			most = values[i];
	return most;
}

/* Dots from the bottom up; left and right column of a cell. */
static wchar_t dots(int left, int right)
{
	static const unsigned char lefts[] = { 0, 0x40, 0x44, 0x46, 0x47 };
	static const unsigned char rights[] = { 0, 0x80, 0xa0, 0xb0, 0xb8 };

	return (wchar_t)(0x2800 + lefts[left] + rights[right]);
}

static double value_at(const double *values, size_t count, size_t room, size_t place)
{
	return place + count < room ? NAN : values[place + count - room];
}

void meters_curve(struct area area, int row, int col, int width, unsigned style,
    const double *values, size_t count, double most)
{
	static const char letter[] = " _.:|";
	size_t room = meters_values(area, width);

	if (width < 1)
		return;
	if (count > room) {
		values += count - room;
		count = room;
	}
	if (!(most > 0))
		most = largest(values, count);
	area_fill(area, row, col, width, style);
	for (int i = 0; i < width; i++) {
		if (braille(area)) {
			int left = steps_of(value_at(values, count, room, 2 * (size_t)i), most,
			    BRAILLE_STEPS);
			int right = steps_of(value_at(values, count, room, 2 * (size_t)i + 1), most,
			    BRAILLE_STEPS);

			if (left + right > 0)
				area_sign(area, row, col + i, style, dots(left, right));
			continue;
		}
		int steps = steps_of(value_at(values, count, room, (size_t)i), most,
		    letters(area) ? LETTER_STEPS : BLOCK_STEPS);

		if (letters(area))
			area_bytes(area, row, col + i, style, letter + steps, 1);
		else if (steps > 0)
			area_sign(area, row, col + i, style, (wchar_t)(0x2580 + steps));
	}
}

void meters_gauge(struct area area, int row, int col, int width, unsigned style, double value,
    double most)
{
	int inner = width - 2;

	if (width < 1)
		return;
	area_fill(area, row, col, width, STYLE_NORMAL);
	if (inner < 1) {
		area_text(area, row, col, style, isnan(value) ? "?" : value > 0 ? "|" : "_");
		return;
	}
	area_text(area, row, col, STYLE_BORDER, "[");
	area_text(area, row, col + width - 1, STYLE_BORDER, "]");
	if (isnan(value) || !(most > 0)) {
		area_text(area, row, col + 1 + (inner - 1) / 2, STYLE_DIM, "?");
		return;
	}
	double part = value / most;
	int full = part <= 0 ? 0 : part >= 1 ? inner : (int)(part * inner + 0.5);

	/* Something is not nothing, and nearly all is not all. */
	if (part > 0 && full == 0)
		full = 1;
	if (part < 1 && full == inner && inner > 1)
		full = inner - 1;
	for (int i = 0; i < full; i++)
		area_text(area, row, col + 1 + i, style, "|");
}
