/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A look at every character before libconfuse sees the text. libconfuse 3.3
 * drops characters that it does not know ("*:80" without quotes becomes ":80"),
 * counts lines wrongly behind a C comment, expands ${NAME} from the
 * environment and cuts a text at "\0". So comments are blanked here, every word
 * is put in quotes, what would not mean what it says is refused, and the lines
 * on which settings stand are noted.
 */
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/settings_private.h"
#include "data/text.h"

struct scanner {
	struct scan *scan;
	const char *at, *end;
	unsigned line;
	/* Enough of the structure to know what a name belongs to. */
	char *section; /* NULL at the top level */
	unsigned section_line;
	char *word; /* the last word, NULL when another token came since */
	unsigned word_line;
	bool equals, list;
};

static void scan_put(struct scan *scan, const char *bytes, size_t length)
{
	if (scan->room - scan->length < length + 1) {
		while (scan->room - scan->length < length + 1)
			scan->room = scan->room ? scan->room * 2 : 1024;
		scan->text = memory_resize(scan->text, scan->room, 1);
	}
	memcpy(scan->text + scan->length, bytes, length);
	scan->length += length;
	scan->text[scan->length] = '\0';
}

static bool scan_error(struct scanner *scanner, unsigned line, const char *text)
{
	scanner->scan->line = line;
	text_format(scanner->scan->error, sizeof scanner->scan->error, "%s", text);
	return false;
}

static void scan_mark(struct scanner *scanner, const char *section, char *name)
{
	struct scan *scan = scanner->scan;

	if (scan->count == scan->mark_room) {
		scan->mark_room = scan->mark_room ? scan->mark_room * 2 : 32;
		scan->marks = memory_resize(scan->marks, scan->mark_room, sizeof *scan->marks);
	}
	scan->marks[scan->count++] = (struct scan_mark){
		.section = memory_string(section ? section : ""),
		.name = name,
		.line = scanner->word_line,
	};
}

static void scan_forget_word(struct scanner *scanner)
{
	free(scanner->word);
	scanner->word = NULL;
}

/* A word, as libconfuse will understand it. */
static void scan_word(struct scanner *scanner, const char *bytes, size_t length)
{
	struct scan *scan = scanner->scan;

	scan_put(scan, "\"", 1);
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '"' || bytes[i] == '\\' || bytes[i] == '$')
			scan_put(scan, "\\", 1);
		scan_put(scan, bytes + i, 1);
	}
	/* The space keeps words apart. */
	scan_put(scan, "\" ", 2);
	scan_forget_word(scanner);
	if (!scanner->equals && !scanner->list) {
		scanner->word = memory_new(length + 1);
		memcpy(scanner->word, bytes, length);
		scanner->word_line = scanner->line;
	}
	scanner->equals = false;
}

static bool scan_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool scan_environment(struct scanner *scanner)
{
	return scan_error(scanner, scanner->line,
	    "${...} is not expanded here: write "
	    "the value itself, or in single quotes when it is meant as it stands");
}

/* "..." with \" \\ \$ or '...' with \' \\; at stands on the quote. */
static bool scan_quoted(struct scanner *scanner)
{
	char quote = *scanner->at++;
	char *word = memory_new((size_t)(scanner->end - scanner->at) + 1);
	size_t length = 0;
	bool done = false;

	while (scanner->at < scanner->end) {
		char c = *scanner->at++;
		if (c == quote) {
			scan_word(scanner, word, length);
			done = true;
			goto out;
		}
		if (c == '\n')
			break;
		if (scan_control((unsigned char)c) && c != '\t') {
			scan_error(scanner, scanner->line,
			    "a text may not contain control characters");
			goto out;
		}
		char next = scanner->at < scanner->end ? *scanner->at : '\0';
		if (c == '$' && next == '{' && quote == '"') {
			scan_environment(scanner);
			goto out;
		}
		if (c == '\\' && (next == quote || next == '\\' || (quote == '"' && next == '$'))) {
			c = next;
			scanner->at++;
		} else if (c == '\\' && quote == '"') {
			scan_error(scanner, scanner->line,
			    "a backslash may stand before \", "
			    "\\ and $ only; write \\\\ for a backslash");
			goto out;
		}
		word[length++] = c;
	}
	scan_error(scanner, scanner->line, "the closing quote of a text is missing on its line");
out:
	free(word);
	return done;
}

static bool scan_plain_end(char c)
{
	return scan_control((unsigned char)c) || strchr(" #\"'={}(),", c);
}

static bool scan_plain(struct scanner *scanner)
{
	const char *first = scanner->at;

	while (scanner->at < scanner->end && !scan_plain_end(*scanner->at)) {
		char next = scanner->at + 1 < scanner->end ? scanner->at[1] : '\0';
		if (*scanner->at == '$' && next == '{')
			return scan_environment(scanner);
		if (*scanner->at == '+' && next == '=')
			return scan_error(scanner, scanner->line,
			    "\"+=\" is not known here: give the whole list with \"=\"");
		scanner->at++;
	}
	scan_word(scanner, first, (size_t)(scanner->at - first));
	return true;
}

/* Blanks a comment; its newlines stay. */
static bool scan_comment(struct scanner *scanner)
{
	unsigned line = scanner->line;

	if (*scanner->at == '#' || scanner->at[1] == '/') {
		while (scanner->at < scanner->end && *scanner->at != '\n')
			scanner->at++;
		return true;
	}
	for (scanner->at += 2; scanner->at + 1 < scanner->end; scanner->at++) {
		if (scanner->at[0] == '*' && scanner->at[1] == '/') {
			scanner->at += 2;
			return true;
		}
		if (*scanner->at == '\n') {
			scan_put(scanner->scan, "\n", 1);
			scanner->line++;
		}
	}
	return scan_error(scanner, line, "the comment that begins here does not end");
}

static void scan_brace(struct scanner *scanner, char c)
{
	if (c == '{' && scanner->equals) {
		scanner->list = true;
	} else if (c == '{') {
		if (scanner->word && !scanner->section) {
			scan_mark(scanner, scanner->word, NULL);
			scanner->section = memory_string(scanner->word);
			scanner->section_line = scanner->word_line;
		}
	} else if (scanner->list) {
		scanner->list = false;
	} else {
		free(scanner->section);
		scanner->section = NULL;
	}
	scanner->equals = false;
	scan_forget_word(scanner);
}

static bool scan_sign(struct scanner *scanner)
{
	char c = *scanner->at++;

	if (c == '(' || c == ')')
		return scan_error(scanner, scanner->line,
		    "there are no functions here: put a text with ( or ) in quotes");
	scan_put(scanner->scan, &c, 1);
	if (c == '{' || c == '}') {
		scan_brace(scanner, c);
	} else if (c == '=') {
		if (scanner->word && !scanner->list) {
			scan_mark(scanner, scanner->section, scanner->word);
			scanner->word = NULL;
		}
		scanner->equals = true;
	}
	return true;
}

static bool scan_token(struct scanner *scanner)
{
	char c = *scanner->at, next = scanner->at + 1 < scanner->end ? scanner->at[1] : '\0';

	if (c == '\n') {
		scan_put(scanner->scan, "\n", 1);
		scanner->line++;
		scanner->at++;
		return true;
	}
	if (c == ' ' || c == '\t' || c == '\r') {
		scanner->at++;
		return true;
	}
	if (c == '#' || (c == '/' && (next == '/' || next == '*')))
		return scan_comment(scanner);
	if (c == '"' || c == '\'')
		return scan_quoted(scanner);
	if (scan_control((unsigned char)c))
		return scan_error(scanner, scanner->line,
		    c ? "a control character stands here" :
			"a NUL byte stands here: this is no text");
	if (strchr("={}(),", c))
		return scan_sign(scanner);
	return scan_plain(scanner);
}

bool scan_text(struct scan *scan, const char *text, size_t length)
{
	struct scanner scanner = {
		.scan = scan,
		.at = text,
		.end = text + length,
		.line = 1,
	};
	bool done = true;

	memset(scan, 0, sizeof *scan);
	scan_put(scan, "", 0);
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		scanner.at += 3;
	while (done && scanner.at < scanner.end)
		done = scan_token(&scanner);
	scan->open_line = scanner.section ? scanner.section_line : 0;
	free(scanner.section);
	free(scanner.word);
	return done;
}

void scan_free(struct scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		free(scan->marks[i].section);
		free(scan->marks[i].name);
	}
	free(scan->marks);
	free(scan->text);
	memset(scan, 0, sizeof *scan);
}
