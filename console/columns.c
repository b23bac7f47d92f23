/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All rows are measured and not only those that are seen, so that nothing moves
 * while one scrolls.
 */
#include "console/columns.h"

#include "data/intl.h"

static int measured(const struct table *table, struct area area, const struct column *kind,
    size_t column)
{
	int widest = area_width(area, _(kind->title));

	widest = widest > kind->least ? widest : kind->least;
	for (size_t row = 0; row < table->rows && widest < kind->most; row++) {
		struct table_cell cell = { .style = STYLE_NORMAL };

		table->cell(table->arg, row, column, &cell);
		int width = area_width(area, cell.text);

		widest = width > widest ? width : widest;
	}
	return kind->most > 0 && widest > kind->most ? kind->most : widest;
}

void columns_draw(struct table *table, struct area area, const struct column *kinds)
{
	struct table_column columns[COLUMNS_MOST + 1] = { { .title = NULL } };

	for (size_t i = 0; i < COLUMNS_MOST && kinds[i].title != NULL; i++)
		columns[i] = (struct table_column){
			.title = _(kinds[i].title),
			.width = kinds[i].grow > 0 ? kinds[i].least :
						     measured(table, area, &kinds[i], i),
			.grow = kinds[i].grow,
			.most = kinds[i].grow > 0 ? kinds[i].most : 0,
			.rank = kinds[i].rank,
			.align = kinds[i].align,
		};
	table->columns = columns;
	table_draw(table, area);
	table->columns = NULL;
}
