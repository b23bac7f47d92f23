/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The best way to lay a word over a text is found by dynamic programming, in
 * time that grows with letters times places: best[i][j] is the score of letters
 * 0..i with letter i at place j. Most texts of a list do not match at all; they
 * are sorted out before, by walking along them once.
 */
#include "widgets/fuzzy.h"

#include <string.h>
#include <wctype.h>

#include "widgets/cells.h"

#define HIT 16      /* a letter that is there */
#define START 10    /* it begins a word */
#define FRONT 4     /* and the text */
#define RUN 14      /* right behind the one before */
#define GAP_FIRST 3 /* the first letter that was passed over, */
#define GAP_MORE 1  /* and each further one, */
#define GAP_MOST 12 /* up to so much */
#define WHOLE 8     /* the text has nothing else */
#define NEVER (-100000)

static uint32_t lower(uint32_t code)
{
	if (code < 0x80)
		return code >= 'A' && code <= 'Z' ? code + 32 : code;
	return (uint32_t)towlower((wint_t)code);
}

static bool in_word(uint32_t code)
{
	return code >= 0x80 || (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') ||
	    (code >= 'A' && code <= 'Z');
}

static bool upper(uint32_t code)
{
	return code < 0x80 ? code >= 'A' && code <= 'Z' : iswupper((wint_t)code) != 0;
}

struct text {
	uint32_t letters[FUZZY_TEXT];
	unsigned char bonus[FUZZY_TEXT];
	size_t count;
};

static void read_text(struct text *text, const char *from)
{
	uint32_t code, before = ' ';

	text->count = 0;
	while (text->count < FUZZY_TEXT && (code = cells_next(&from)) != 0) {
		bool starts =
		    in_word(code) && (!in_word(before) || (upper(code) && !upper(before)));

		text->letters[text->count] = lower(code);
		text->bonus[text->count] =
		    (unsigned char)((starts ? START : 0) + (text->count == 0 ? FRONT : 0));
		text->count++;
		before = code;
	}
}

void fuzzy_query(struct fuzzy_query *query, const char *text)
{
	uint32_t code;

	*query = (struct fuzzy_query){ 0 };
	while ((code = cells_next(&text)) != 0) {
		if (query->count + 1 >= FUZZY_QUERY) {
			query->too_long = true;
			return;
		}
		if (code != ' ')
			query->letters[query->count++] = lower(code);
		else if (query->count > 0 && query->letters[query->count - 1] != 0)
			query->letters[query->count++] = 0;
	}
	if (query->count > 0 && query->letters[query->count - 1] == 0)
		query->count--;
}

static bool contains(const struct text *text, const uint32_t *word, size_t length)
{
	size_t found = 0;

	for (size_t i = 0; i < text->count && found < length; i++)
		found += text->letters[i] == word[found];
	return found == length;
}

/* Where the letter before can have stood best, for each place in turn: right
 * before it, a few letters before, or anywhere. Scores have the cost of what
 * was passed over taken off. */
struct way {
	int score;
	size_t place;
};

static struct way better(struct way a, struct way b)
{
	return b.score > a.score ? b : a;
}

struct ways {
	struct way near, far;
};

/* before: scores of the letter before this one. place is the next place. */
static struct way come_from(struct ways *ways, const int *before, size_t place)
{
	struct way run = { NEVER, 0 };

	ways->near.score -= GAP_MORE;
	if (place >= 2 && before[place - 2] > NEVER) {
		struct way fresh = { before[place - 2] - GAP_FIRST, place - 2 };

		ways->near = better(ways->near, fresh);
		fresh.score = before[place - 2] - GAP_MOST;
		ways->far = better(ways->far, fresh);
	}
	if (place >= 1 && before[place - 1] > NEVER)
		run = (struct way){ before[place - 1] + RUN, place - 1 };
	return better(better(run, ways->near), ways->far);
}

/* What is passed over in front of the first letter costs little. */
static int front_cost(size_t place)
{
	return place < 24 ? (int)place / 4 : 6;
}

/* from[i][j] is where letter i - 1 stands best when letter i stands at j. */
static int place_word(const struct text *text, const uint32_t *word, size_t length,
    struct fuzzy_match *match_r)
{
	int best[2][FUZZY_TEXT];
	unsigned char from[FUZZY_QUERY][FUZZY_TEXT];
	struct way top = { NEVER, 0 };

	if (length == 0)
		return 0;

	for (size_t i = 0; i < length; i++) {
		int *now = best[i % 2];
		const int *before = best[(i + 1) % 2];
		struct ways ways = { { NEVER, 0 }, { NEVER, 0 } };

		for (size_t j = 0; j < text->count; j++) {
			struct way way = { -front_cost(j), 0 };

			if (i > 0)
				way = come_from(&ways, before, j);
			from[i][j] = (unsigned char)way.place;
			now[j] = NEVER;
			if (text->letters[j] == word[i] && way.score > NEVER / 2)
				now[j] = way.score + HIT + text->bonus[j];
		}
	}
	for (size_t j = 0; j < text->count; j++)
		top = better(top, (struct way){ best[(length - 1) % 2][j], j });
	for (size_t i = length, place = top.place; match_r != NULL && i-- > 0;) {
		match_r->hit[place] = true;
		place = from[i][place];
	}
	return top.score;
}

int fuzzy_score(const struct fuzzy_query *query, const char *text, struct fuzzy_match *match_r)
{
	struct text letters;
	int score = 0;

	if (match_r != NULL)
		*match_r = (struct fuzzy_match){ 0 };
	if (query->too_long)
		return -1;
	if (query->count == 0)
		return 0;
	read_text(&letters, text);
	for (size_t at = 0, length; at < query->count; at += length + 1) {
		const uint32_t *word = query->letters + at;

		for (length = 0; at + length < query->count && word[length] != 0;)
			length++;
		if (!contains(&letters, word, length)) {
			if (match_r != NULL)
				*match_r = (struct fuzzy_match){ 0 };
			return -1;
		}
		score += place_word(&letters, word, length, match_r);
	}
	if (letters.count == query->count)
		score += WHOLE;
	return score > 0 ? score : 0;
}
