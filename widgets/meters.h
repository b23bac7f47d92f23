/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_METERS_H
#define WIDGETS_METERS_H

#include <stddef.h>

#include "widgets/canvas.h"

/*
 * Figures as pictures: a curve one row high, and a gauge. Braille, blocks or
 * letters, whatever the canvas can show (canvas.h, enum signs). A value that
 * is not known (NaN) is a gap and never looks like zero.
 */

/* How many values a curve of width cells shows. */
size_t meters_values(struct area area, int width);
/* Draws the last values of count, the newest at the right. most: what reaches
 * the top; 0 or less: the largest of those that are shown. */
void meters_curve(struct area area, int row, int col, int width, unsigned style,
    const double *values, size_t count, double most);
/* "[||||    ]" of exactly width cells, filled by value of most; unknown: a
 * question mark stands in it. */
void meters_gauge(struct area area, int row, int col, int width, unsigned style, double value,
    double most);

#endif
