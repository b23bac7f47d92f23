/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the files, in memory of fixed size. A running journal may rotate
 * meanwhile: names only move to higher numbers, so all files are opened from the
 * newest on, one that is met twice is left out, and each is read up to the size
 * it had then.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/file.h"
#include "data/journal_private.h"
#include "data/memory.h"
#include "data/text.h"

#define SCAN_BLOCK ((size_t)32 * 1024) /* and the longest line */
#define GREP_LONGEST 200U
#define GREP_FLAGS (REG_EXTENDED | REG_NOSUB)
#define GREP_CHOICES 32U
#define GREP_EXPANDED 4096U
#define GREP_TABLE_NS (CLOCK_SECOND / 50)

struct scan_file {
	int fd;
	int64_t size;
	dev_t device;
	ino_t inode;
};

struct journal_match {
	const struct journal_filter *filter;
	regex_t regex;
	bool has_regex;
	int64_t spent; /* ns of matching since the pattern was compiled */
};

struct journal_walk {
	const struct journal_filter *filter;
	struct journal_match *match;
	struct scan_file files[JOURNAL_FILES_MOST]; /* the newest first */
	unsigned count;
	bool (*each)(void *arg, const struct journal_record *record);
	void *arg;
	size_t skip; /* matches to pass over */
	size_t matches;
	bool counting, ended;
	char *block;
};

/* ---- What passes ---- */

/*
 * Counts and references back make small patterns cost gigabytes or hours, and so
 * do many choices behind a * or +, since every mixture of them is a state of its
 * own: with 32 of them the longest text takes some tenths of a second, with 60 up
 * to three, with 250 minutes. A count or + on a group or on what is repeated already
 * is taken to be one on the whole pattern.
 */
static bool grep_sane(const char *pattern)
{
	size_t intervals = 0, number = 0, count = 1, choices = 0, copies = 1;
	bool inside = false, whole = false, group = false, endless = false;

	for (const char *at = pattern; *at; at++) {
		bool before = whole;
		whole = strchr(")*+?}", *at);
		choices += strchr(".[|*+?", *at) != NULL;
		endless |= *at == '*' || *at == '+' || (*at == ',' && at[1] == '}');
		if (*at == '\\' && at[1]) {
			at++;
			if (*at >= '1' && *at <= '9')
				return false;
			choices += isalpha((unsigned char)*at) != 0;
			continue;
		}
		if (*at == '+' && before && (copies *= 2) > GREP_CHOICES)
			return false;
		if (*at == '{' && (group = before, ++intervals > 1))
			return false;
		inside = *at == '{' || (inside && *at != '}');
		number = inside && *at >= '0' && *at <= '9' ? number * 10 + (size_t)(*at - '0') : 0;
		if (number > 255)
			return false;
		if (number > count)
			count = number;
	}
	copies *= group ? count : 1;
	choices += group || !choices ? 0 : count;
	return choices * copies <= (endless ? GREP_CHOICES : GREP_CHOICES * 2) &&
	    strlen(pattern) * copies <= GREP_EXPANDED;
}

static bool compile_grep(struct journal_match *match, struct fault *fault)
{
	const char *pattern = match->filter->grep;
	char why[128];

	if (!pattern || !*pattern)
		return true;
	if (strlen(pattern) > GREP_LONGEST)
		return fault_set(fault, FAULT_USAGE, "the pattern is longer than %u bytes",
		    GREP_LONGEST);
	if (!grep_sane(pattern))
		return fault_set(fault, FAULT_USAGE,
		    "the pattern \"%s\" is too costly: no reference back (\\1), at most one count "
		    "{M,N} up to 255, and at most %u of . [ | * + ?, which a count or + on a "
		    "group multiplies",
		    pattern, GREP_CHOICES);
	int error = regcomp(&match->regex, pattern, GREP_FLAGS);
	if (error) {
		regerror(error, &match->regex, why, sizeof why);
		return fault_set(fault, FAULT_USAGE,
		    "the pattern \"%s\" is not a regular expression: %s", pattern, why);
	}
	match->has_regex = true;
	return true;
}

struct journal_match *journal_match_new(const struct journal_filter *filter, struct fault *fault)
{
	struct journal_match *match = memory_new(sizeof *match);

	match->filter = filter;
	if (compile_grep(match, fault))
		return match;
	free(match);
	return NULL;
}

void journal_match_free(struct journal_match *match)
{
	if (match && match->has_regex)
		regfree(&match->regex);
	free(match);
}

/* The library keeps every state it met until the pattern is freed, which may be
 * 60 MB for one line: after some work the pattern is compiled anew. */
static bool grep_found(struct journal_match *match, const struct journal_record *record)
{
	if (match->spent > GREP_TABLE_NS) {
		match->spent = 0;
		regfree(&match->regex);
		if (regcomp(&match->regex, match->filter->grep, GREP_FLAGS) != 0)
			abort(); /* for want of memory alone */
	}
	int64_t before = clock_monotonic();
	bool found = regexec(&match->regex, record->text, 0, NULL, 0) == 0 ||
	    regexec(&match->regex, record->subject, 0, NULL, 0) == 0;
	match->spent += clock_monotonic() - before;
	return found;
}

bool journal_matches(struct journal_match *match, const struct journal_record *record)
{
	const struct journal_filter *filter = match->filter;

	return record->level <= filter->level && record->time_us >= filter->since_us &&
	    (!filter->service || strcmp(filter->service, record->service) == 0) &&
	    (!match->has_regex || grep_found(match, record));
}

/* ---- Lines ---- */

static void take_line(struct journal_walk *walk, const char *line, size_t length)
{
	struct journal_record record;

	if (walk->filter->cancelled && atomic_load(walk->filter->cancelled)) {
		walk->ended = true;
		return;
	}
	if (!journal_parse(line, length, &record) || !journal_matches(walk->match, &record))
		return;
	if (walk->counting)
		walk->matches++;
	else if (walk->skip)
		walk->skip--;
	else if (!walk->each(walk->arg, &record))
		walk->ended = true;
}

/* Whole lines only: what has no end is still being written, or torn. A line that
 * does not fit the block is none of ours and passed over. */
static void read_lines(struct journal_walk *walk, const struct scan_file *file)
{
	size_t kept = 0;
	int64_t at = 0;
	bool too_long = false;

	while (at < file->size && !walk->ended) {
		size_t room = SCAN_BLOCK - kept;
		if ((int64_t)room > file->size - at)
			room = (size_t)(file->size - at);
		ssize_t got = pread(file->fd, walk->block + kept, room, at);
		if (got <= 0)
			return;
		at += got;
		char *line = walk->block, *end = walk->block + kept + (size_t)got, *newline;
		while (!walk->ended && (newline = memchr(line, '\n', (size_t)(end - line)))) {
			if (!too_long)
				take_line(walk, line, (size_t)(newline - line));
			too_long = false;
			line = newline + 1;
		}
		kept = (size_t)(end - line);
		if (kept == SCAN_BLOCK) {
			too_long = true;
			kept = 0;
		}
		memmove(walk->block, line, kept);
	}
}

/* ---- Files ---- */

static bool met(const struct journal_walk *walk, const struct stat *status)
{
	for (unsigned i = 0; i < walk->count; i++)
		if (walk->files[i].device == status->st_dev &&
		    walk->files[i].inode == status->st_ino)
			return true;
	return false;
}

static bool open_files(struct journal_walk *walk, const char *folder, struct fault *fault)
{
	char path[PATH_MAX], why[512];
	unsigned missing = 0;

	for (unsigned number = 0; number < JOURNAL_FILES_MOST && missing < 3; number++) {
		struct stat status;
		if (!journal_file_name(folder, number, path, sizeof path))
			return fault_errno(fault, ENAMETOOLONG, "cannot read %s", folder);
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd < 0 && errno == ENOENT) {
			/* A gap: somebody removed one, or a rotation is under way. */
			missing++;
			continue;
		}
		if (fd < 0) {
			file_explain(path, errno, why, sizeof why);
			return fault_set(fault, FAULT_FAILED, "cannot read the journal: %s", why);
		}
		if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || met(walk, &status)) {
			close(fd);
			continue;
		}
		walk->files[walk->count++] = (struct scan_file){
			fd,
			status.st_size,
			status.st_dev,
			status.st_ino,
		};
	}
	return true;
}

/* How many files, from the newest back, hold the last matches. */
static unsigned count_back(struct journal_walk *walk, size_t last)
{
	unsigned used = 0;

	walk->counting = true;
	while (used < walk->count && walk->matches < last && !walk->ended)
		read_lines(walk, &walk->files[used++]);
	walk->counting = false;
	walk->skip = walk->matches > last ? walk->matches - last : 0;
	return used;
}

bool journal_scan(const char *folder, const struct journal_filter *filter,
    bool (*each)(void *arg, const struct journal_record *record), void *arg, struct fault *fault)
{
	struct journal_walk *walk = memory_new(sizeof *walk);

	walk->filter = filter;
	walk->each = each;
	walk->arg = arg;
	walk->block = memory_new(SCAN_BLOCK);
	walk->match = journal_match_new(filter, fault);
	bool done = walk->match && open_files(walk, folder, fault);
	if (done) {
		unsigned used = filter->last ? count_back(walk, filter->last) : walk->count;
		while (used > 0 && !walk->ended)
			read_lines(walk, &walk->files[--used]);
	}
	for (unsigned i = 0; i < walk->count; i++)
		close(walk->files[i].fd);
	journal_match_free(walk->match);
	free(walk->block);
	free(walk);
	return done;
}
