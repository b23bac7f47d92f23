/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libconfuse checks the structure and gathers the values; all of them are texts
 * to it, the rows' types are ours. Its lexer keeps its state in variables of its
 * own and its errors come without a pointer of ours, so one file is read at a
 * time.
 */
#include <confuse.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/settings_private.h"
#include "data/text.h"

static pthread_mutex_t parse_lock = PTHREAD_MUTEX_INITIALIZER;
/* The first error of the file that is being read; only with parse_lock. */
static unsigned parse_line;
static char parse_error[256];
static char parse_section[64], parse_name[64]; /* of an unknown name */

struct parse {
	const struct settings_section *schema;
	const char *path, *base; /* base: without its folders, for origins */
	const char *text;
	size_t length;
	bool lenient;
	struct scan scan;
	struct settings_layer *layer;
	struct fault *fault;
};

/* ---- Names ---- */

static const struct settings_section *find_section(const struct settings_section *schema,
    const char *name)
{
	for (; schema->name; schema++)
		if (strcmp(schema->name, name) == 0)
			return schema;
	return NULL;
}

/* -1 when there is no such row. */
static long find_row(const struct settings_section *schema, const char *section, const char *name,
    const struct setting **row_r)
{
	long index = 0;

	for (; schema->name; schema++)
		for (const struct setting *row = schema->rows; row->name; row++, index++)
			if (strcmp(schema->name, section) == 0 && strcmp(row->name, name) == 0) {
				*row_r = row;
				return index;
			}
	return -1;
}

bool settings_unknown(const struct settings_section *schema, const char *section, const char *name,
    enum fault_code code, struct fault *fault)
{
	const struct settings_section *known = find_section(schema, section);
	const char **names;
	size_t count = 0;

	if (known)
		while (known->rows[count].name)
			count++;
	else
		while (schema[count].name)
			count++;
	names = memory_array(count + 1, sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = known ? known->rows[i].name : schema[i].name;
	const char *near = text_nearest(known ? name : section, names);
	free(names);
	const char *hint = near ? ", did you mean " : "", *end = near ? "?" : "";
	if (!near)
		near = "";
	if (!known)
		return fault_set(fault, code, "%.64s: there is no such section%s%s%s", section,
		    hint, near, end);
	return fault_set(fault, code, "%s.%.64s: there is no such setting%s%s%s%s%s", section, name,
	    hint, *near ? section : "", *near ? "." : "", near, end);
}

/* ---- libconfuse ---- */

static void parse_complain(cfg_t *cfg, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

static void parse_complain(cfg_t *cfg, const char *format, va_list list)
{
	if (*parse_error)
		return;
	parse_line = cfg->line > 0 ? (unsigned)cfg->line : 0;
	if (strcmp(format, "no such option '%s'") == 0) {
		va_list names;
		va_copy(names, list);
		text_format(parse_name, sizeof parse_name, "%s", va_arg(names, const char *));
		va_end(names);
		/* libconfuse calls the top level "root". */
		text_format(parse_section, sizeof parse_section, "%s",
		    strcmp(cfg->name, "root") == 0 ? "" : cfg->name);
	}
	if (vsnprintf(parse_error, sizeof parse_error, format, list) < 0)
		*parse_error = '\0';
}

static bool parse_listed(const cfg_opt_t *options, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(options[i].name, name) == 0)
			return true;
	return false;
}

/* The options of a section: rows (NULL: it is unknown), and when the file is read
 * leniently every other name that stands in it. libconfuse can skip what it does
 * not know, but version 3.3 loses its place over lists. */
static cfg_opt_t *parse_options(const struct parse *parse, const char *name,
    const struct setting *rows)
{
	size_t count = 0;

	while (rows && rows[count].name)
		count++;
	cfg_opt_t *options = memory_array(count + parse->scan.count + 1, sizeof *options);
	for (size_t i = 0; i < count; i++) {
		cfg_opt_t text = CFG_STR(rows[i].name, NULL, CFGF_NODEFAULT);
		cfg_opt_t list = CFG_STR_LIST(rows[i].name, NULL, CFGF_NODEFAULT);
		options[i] = settings_is_list(&rows[i]) ? list : text;
	}
	for (size_t i = 0; parse->lenient && i < parse->scan.count; i++) {
		const struct scan_mark *mark = &parse->scan.marks[i];
		if (!mark->name || strcmp(mark->section, name) != 0 ||
		    parse_listed(options, count, mark->name))
			continue;
		/* A list takes a single text, too. */
		options[count++] = (cfg_opt_t)CFG_STR_LIST(mark->name, NULL, CFGF_NODEFAULT);
	}
	options[count] = (cfg_opt_t)CFG_END();
	return options;
}

static cfg_opt_t *parse_schema(const struct parse *parse)
{
	const struct settings_section *schema = parse->schema;
	size_t count = 0;

	while (schema[count].name)
		count++;
	cfg_opt_t *options = memory_array(count + parse->scan.count + 1, sizeof *options);
	for (size_t i = 0; i < count; i++)
		options[i] = (cfg_opt_t)CFG_SEC(schema[i].name,
		    parse_options(parse, schema[i].name, schema[i].rows), CFGF_NONE);
	for (size_t i = 0; parse->lenient && i < parse->scan.count; i++) {
		const char *name = parse->scan.marks[i].section;
		if (*name && !parse_listed(options, count, name))
			options[count++] =
			    (cfg_opt_t)CFG_SEC(name, parse_options(parse, name, NULL), CFGF_NONE);
	}
	options[count] = (cfg_opt_t)CFG_END();
	return options;
}

static void parse_schema_free(cfg_opt_t *options)
{
	for (size_t i = 0; options[i].name; i++)
		free(options[i].subopts);
	free(options);
}

/* ---- From what was read to the layer ---- */

static bool parse_fault(struct parse *parse, unsigned line)
{
	return fault_prefix(parse->fault, "%s:%u", parse->path, line);
}

static bool parse_outside(struct parse *parse, const char *name, unsigned line)
{
	const struct settings_section *at = parse->schema;
	const struct setting *row;

	while (at->name && find_row(parse->schema, at->name, name, &row) < 0)
		at++;
	fault_set(parse->fault, FAULT_FAILED,
	    "%.64s: a setting stands in the section of"
	    " its service, %s { ... }",
	    name, at->name ? at->name : "NAME");
	return parse_fault(parse, line);
}

static bool parse_explain(struct parse *parse)
{
	const struct scan *scan = &parse->scan;

	if (!*parse_name) {
		fault_set(parse->fault, FAULT_FAILED, "%s",
		    *parse_error ? parse_error : "the file cannot be understood");
		return parse_fault(parse, parse_line);
	}
	for (size_t i = 0; !*parse_section && i < scan->count; i++)
		if (scan->marks[i].name && scan->marks[i].line == parse_line &&
		    strcmp(scan->marks[i].name, parse_name) == 0)
			return parse_outside(parse, parse_name, parse_line);
	settings_unknown(parse->schema, *parse_section ? parse_section : parse_name, parse_name,
	    FAULT_FAILED, parse->fault);
	return parse_fault(parse, parse_line);
}

/* steward.auto.conf notes who set a value in a comment on the line before it. */
static char *parse_provenance(const struct parse *parse, unsigned line)
{
	const char *at = parse->text, *end = parse->text + parse->length;

	for (unsigned n = 1; n + 1 < line && at; n++) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	if (!at || line < 2)
		return NULL;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	const char *stop = memchr(at, '\n', (size_t)(end - at));
	size_t length = (size_t)((stop ? stop : end) - at);
	if (length < 9 || memcmp(at, "# set by ", 9) != 0)
		return NULL;
	char origin[160];
	text_clean(origin, sizeof origin, at + 2, length - 2);
	return memory_string(origin);
}

/* Enough of them to know which version they are of. */
static bool parse_ignore(struct parse *parse, const struct scan_mark *mark)
{
	char *before = parse->layer->ignored;

	if (before && strlen(before) > 256)
		return true;
	parse->layer->ignored = memory_format("%s%s%.64s.%.64s", before ? before : "",
	    before ? ", " : "", mark->section, mark->name);
	free(before);
	return true;
}

static bool parse_take(struct parse *parse, cfg_t *cfg, const struct scan_mark *mark)
{
	const struct setting *row;
	long index = find_row(parse->schema, mark->section, mark->name, &row);
	cfg_t *section = index < 0 ? NULL : cfg_getsec(cfg, mark->section);

	/* libconfuse takes "web|root" for a way down. */
	if (!*mark->section)
		return parse_outside(parse, mark->name, mark->line);
	if (index < 0 && parse->lenient)
		return parse_ignore(parse, mark);
	if (!section) {
		settings_unknown(parse->schema, mark->section, mark->name, FAULT_FAILED,
		    parse->fault);
		return parse_fault(parse, mark->line);
	}
	struct settings_raw *raw = &parse->layer->rows[index];
	if (raw->set) {
		fault_set(parse->fault, FAULT_FAILED, "%s.%s is set twice, first in line %u",
		    mark->section, mark->name, raw->line);
		return parse_fault(parse, mark->line);
	}
	size_t count = cfg_size(section, mark->name);
	const char **items = memory_array(count, sizeof *items);
	for (size_t i = 0; i < count; i++)
		items[i] = cfg_getnstr(section, mark->name, (unsigned)i);
	char *origin = parse_provenance(parse, mark->line);
	if (!origin)
		origin = memory_format("%s:%u", parse->base, mark->line);
	raw_fill(raw, items, count, mark->line, origin);
	free(origin);
	free(items);
	return true;
}

/* With parse_lock. */
static bool parse_read(struct parse *parse)
{
	cfg_opt_t *options = parse_schema(parse);
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	bool done = true;

	parse_line = 0;
	*parse_error = *parse_name = *parse_section = '\0';
	cfg_set_error_function(cfg, parse_complain);
	if (cfg_parse_buf(cfg, parse->scan.text) != CFG_SUCCESS) {
		if (!parse_line)
			parse_line = cfg->line > 0 ? (unsigned)cfg->line : 1;
		done = parse_explain(parse);
	} else if (parse->scan.open_line) {
		fault_set(parse->fault, FAULT_FAILED,
		    "the section that begins here does not end: a \"}\" is missing");
		done = parse_fault(parse, parse->scan.open_line);
	}
	for (size_t i = 0; done && i < parse->scan.count; i++)
		if (parse->scan.marks[i].name)
			done = parse_take(parse, cfg, &parse->scan.marks[i]);
	cfg_free(cfg);
	parse_schema_free(options);
	return done;
}

bool settings_parse(const struct settings_section *schema, const char *path, const char *text,
    size_t length, bool lenient, struct settings_layer *layer, struct fault *fault)
{
	const char *slash = strrchr(path, '/');
	struct parse parse = {
		.schema = schema,
		.path = path,
		.base = slash ? slash + 1 : path,
		.text = text,
		.length = length,
		.lenient = lenient,
		.layer = layer,
		.fault = fault,
	};
	bool done;

	if (!scan_text(&parse.scan, text, length)) {
		fault_set(fault, FAULT_FAILED, "%s", parse.scan.error);
		done = parse_fault(&parse, parse.scan.line);
	} else {
		pthread_mutex_lock(&parse_lock);
		done = parse_read(&parse);
		pthread_mutex_unlock(&parse_lock);
	}
	scan_free(&parse.scan);
	return done;
}
