/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the files, from the newest record back, so that the last thousand of a
 * hundred thousand cost a thousand. A running journal may rotate meanwhile: names
 * only move to higher numbers, so all files are opened from the newest on, one that
 * is met twice is left out, and each is read up to the size it had then.
 *
 * A place in the journal is a file and an offset in it, never a time: many
 * records bear the same one, and clocks are set back. A file is known by its
 * inode and its first bytes, because inodes are given again.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/file.h"
#include "data/journal_private.h"
#include "data/memory.h"
#include "data/text.h"

#define SCAN_BLOCK ((size_t)32 * 1024) /* and the longest line */
#define PRINT_BYTES 64U                /* of a file's beginning, by which it is known */

struct scan_file {
	int fd;
	int64_t size;
	dev_t device;
	ino_t inode;
};

/* Between two records: older are those before offset in the file and all in older
 * files, and of the filter's extra records those with a lower sequence. */
struct spot {
	unsigned file;
	int64_t offset;
	uint64_t extra;
};

/* Where a record lies: places of the same order before and behind it. */
struct bounds {
	struct spot before, behind;
};

/* Between which records: as first_r and end_r tell it. */
struct place {
	uint64_t inode, offset;
	unsigned printed; /* so many of the file's first bytes ... */
	uint64_t print;   /* ... make this */
	uint64_t extra;   /* of the filter's extra records, those with lower sequences */
	unsigned context; /* the newest so many before it stand beside a match */
};

struct journal_walk {
	const struct journal_filter *filter;
	struct journal_match *match;
	struct scan_file files[JOURNAL_FILES_MOST]; /* the newest first */
	unsigned count;
	/* Backwards through them: lines end at block[at], which lies at start + at
	 * of file number current. */
	unsigned current;
	char *block;
	size_t at;
	int64_t start;
	bool skipping; /* up to the next newline it is none of ours */
	struct journal_record peeked;
	int64_t peeked_at, peeked_end;
	bool has_peeked;
	struct spot floor;  /* nothing older than this; file: count when there is none */
	size_t extra;       /* so many of the filter's extra records are left */
	struct bounds here; /* of what was taken last */
	size_t around;      /* of each match, so many on both sides */
	/* Those near a match, if an older record should turn out to be one. */
	struct journal_record *near;
	struct bounds *near_at;
	size_t near_first, near_count;
	size_t beside; /* so many of the next older ones stand beside a match */
	/* What is found, the newest first, from found_first on and round the end. */
	struct journal_record *found;
	struct spot *found_end; /* the place behind each */
	size_t found_first, found_count, found_room, most;
	struct spot first; /* before the oldest of them */
	unsigned first_beside;
	bool ended, more;
};

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

/* FNV-1a of the first bytes; count_r: how many there were, at most as many as asked. */
static uint64_t file_print(const struct scan_file *file, unsigned most, unsigned *count_r)
{
	unsigned char bytes[PRINT_BYTES];
	uint64_t print = UINT64_C(14695981039346656037);
	ssize_t got = pread(file->fd, bytes, most, 0);

	*count_r = got > 0 ? (unsigned)got : 0;
	for (unsigned i = 0; i < *count_r; i++)
		print = (print ^ bytes[i]) * UINT64_C(1099511628211);
	return print;
}

/* ---- Places ---- */

static bool place_parse(const char *text, struct place *place)
{
	int end = 0;

	return sscanf(text, "%" SCNx64 ".%" SCNx64 ".%x.%" SCNx64 ".%" SCNx64 ".%x%n",
		   &place->inode, &place->offset, &place->printed, &place->print, &place->extra,
		   &place->context, &end) == 6 &&
	    !text[end] && place->offset <= INT64_MAX && place->printed <= PRINT_BYTES;
}

static void place_print(const struct journal_walk *walk, const struct spot *spot, unsigned beside,
    char *out)
{
	const struct scan_file *file = &walk->files[spot->file];
	unsigned printed = 0;
	uint64_t print = walk->count ? file_print(file, PRINT_BYTES, &printed) : 0;

	text_format(out, JOURNAL_PLACE, "%" PRIx64 ".%" PRIx64 ".%x.%" PRIx64 ".%" PRIx64 ".%x",
	    walk->count ? (uint64_t)file->inode : 0, (uint64_t)spot->offset, printed, print,
	    spot->extra, beside);
}

static void begin_file(struct journal_walk *walk, unsigned number, int64_t offset)
{
	walk->current = number;
	walk->start = offset;
	walk->at = 0;
	walk->skipping = true; /* whole lines only: a torn end is left out */
}

/* False: the file has gone, and what is older went before it. */
static bool find_place(const struct journal_walk *walk, const struct place *place,
    struct spot *spot_r)
{
	for (unsigned i = 0; i < walk->count; i++) {
		const struct scan_file *file = &walk->files[i];
		unsigned printed;
		if (file->inode != place->inode || (uint64_t)file->size < place->offset ||
		    file_print(file, place->printed, &printed) != place->print ||
		    printed != place->printed)
			continue;
		*spot_r = (struct spot){ i, (int64_t)place->offset, place->extra };
		return true;
	}
	return false;
}

static bool parse(const char *text, struct place *place, struct fault *fault)
{
	if (place_parse(text, place))
		return true;
	fault_set(fault, FAULT_USAGE, "\"%.100s\" is no place in the journal", text);
	return fault_next(fault, "give what an answer called its first record, or its end");
}

/* Where to stop: at a file that has gone there is nothing left to leave out. */
static bool begin_floor(struct journal_walk *walk, struct fault *fault)
{
	struct place place;

	walk->floor = (struct spot){ .file = walk->count };
	if (!walk->filter->after)
		return true;
	if (!parse(walk->filter->after, &place, fault))
		return false;
	if (!find_place(walk, &place, &walk->floor))
		walk->floor = (struct spot){ walk->count, 0, place.extra };
	return true;
}

static bool begin(struct journal_walk *walk, struct fault *fault)
{
	const struct journal_filter *filter = walk->filter;
	struct place place = { .extra = UINT64_MAX };
	struct spot *here = &walk->here.before;

	if (!begin_floor(walk, fault) || (filter->before && !parse(filter->before, &place, fault)))
		return false;
	while (walk->extra && filter->extra[walk->extra - 1].sequence >= place.extra)
		walk->extra--;
	if (filter->before) {
		size_t beside = filter->beside ? filter->beside : place.context;
		walk->beside = beside < walk->around ? beside : walk->around;
		walk->ended = !find_place(walk, &place, here);
		if (!walk->ended)
			begin_file(walk, here->file, here->offset);
		return true;
	}
	/* What comes while pages are turned is newer than all of them. */
	here->extra = walk->extra ? filter->extra[walk->extra - 1].sequence + 1 : 1;
	here->offset = walk->count ? walk->files[0].size : 0;
	begin_file(walk, 0, here->offset);
	return true;
}

/* ---- Lines, the newest first ---- */

/* More of the file before what the block holds; false at its beginning. */
static bool load_before(struct journal_walk *walk)
{
	if (walk->at == SCAN_BLOCK) {
		walk->skipping = true; /* longer than any of ours */
		walk->at = 0;
	}
	size_t room = SCAN_BLOCK - walk->at;
	if ((int64_t)room > walk->start)
		room = (size_t)walk->start;
	if (!room)
		return false;
	memmove(walk->block + room, walk->block, walk->at);
	if (pread(walk->files[walk->current].fd, walk->block, room, walk->start - (int64_t)room) !=
	    (ssize_t)room)
		return false; /* cut short by somebody */
	walk->start -= (int64_t)room;
	walk->at += room;
	return true;
}

/* The line that ends at block[at - 1]; false when the file has no more. It is
 * valid until the next call. */
static bool line_before(struct journal_walk *walk, const char **line_r, size_t *length_r)
{
	for (;;) {
		size_t end = walk->skipping || !walk->at ? walk->at : walk->at - 1;
		const char *newline = memrchr(walk->block, '\n', end);
		if (walk->skipping && newline) {
			walk->at = (size_t)(newline - walk->block) + 1;
			walk->skipping = false;
			continue;
		}
		if (newline || (!walk->skipping && walk->at && !walk->start)) {
			size_t begin = newline ? (size_t)(newline - walk->block) + 1 : 0;
			*line_r = walk->block + begin;
			*length_r = end - begin;
			walk->at = begin;
			return true;
		}
		if (!load_before(walk))
			return false;
	}
}

/* Whether the place in the files that was reached lies before the floor. */
static bool below(const struct journal_walk *walk)
{
	return walk->current > walk->floor.file ||
	    (walk->current == walk->floor.file &&
		walk->start + (int64_t)walk->at < walk->floor.offset);
}

/* The next older record of the files that the filter selects. */
static bool peek(struct journal_walk *walk)
{
	const atomic_bool *cancelled = walk->filter->cancelled;
	const char *line;
	size_t length;

	while (!walk->has_peeked && !walk->ended && walk->current < walk->count) {
		if (cancelled && atomic_load(cancelled)) {
			walk->ended = true;
		} else if (!line_before(walk, &line, &length)) {
			if (walk->current + 1 < walk->count)
				begin_file(walk, walk->current + 1,
				    walk->files[walk->current + 1].size);
			else
				walk->current = walk->count;
		} else if (below(walk)) {
			walk->current = walk->count;
		} else if (journal_parse(line, length, &walk->peeked) &&
		    journal_selects(walk->filter, &walk->peeked)) {
			walk->has_peeked = true;
			walk->peeked_at = walk->start + (int64_t)walk->at;
			walk->peeked_end = walk->peeked_at + (int64_t)length + 1;
		}
	}
	return walk->has_peeked;
}

/* The next older one of files and extra records: an extra one goes behind the
 * newest of the files that is not younger. */
static bool record_before(struct journal_walk *walk, struct journal_record *record)
{
	const struct journal_filter *filter = walk->filter;

	while (walk->extra && !journal_selects(filter, &filter->extra[walk->extra - 1]))
		walk->extra--;
	if (walk->extra && filter->extra[walk->extra - 1].sequence < walk->floor.extra)
		walk->extra = 0;
	bool file = peek(walk);
	struct bounds *here = &walk->here;
	if (walk->ended)
		return false;
	if (walk->extra &&
	    (!file || filter->extra[walk->extra - 1].time_us >= walk->peeked.time_us)) {
		*record = filter->extra[--walk->extra];
		here->behind = here->before;
		here->before.extra = record->sequence;
		here->behind.extra = record->sequence + 1;
		record->sequence = 0;
		return true;
	}
	if (!file)
		return false;
	*record = walk->peeked;
	here->before = (struct spot){ walk->current, walk->peeked_at, here->before.extra };
	here->behind = (struct spot){ walk->current, walk->peeked_end, here->before.extra };
	walk->has_peeked = false;
	return true;
}

/* ---- What is shown ---- */

/* Room for one more; with oldest, what is newest goes. NULL: it is enough. */
static struct journal_record *room_found(struct journal_walk *walk, struct spot **end_r)
{
	size_t at = walk->found_count;

	if (at == walk->most && !walk->filter->oldest)
		return NULL;
	if (at == walk->most) {
		at = walk->found_first;
		walk->found_first = (at + 1) % walk->most;
	} else {
		walk->found_count++;
	}
	if (at == walk->found_room) {
		walk->found_room = walk->found_room ? walk->found_room * 2 : 128;
		walk->found = memory_resize(walk->found, walk->found_room, sizeof *walk->found);
		walk->found_end =
		    memory_resize(walk->found_end, walk->found_room, sizeof *walk->found_end);
	}
	*end_r = &walk->found_end[at];
	return &walk->found[at];
}

static void add_found(struct journal_walk *walk, const struct journal_record *record,
    const struct bounds *bounds, bool context)
{
	struct spot *end;
	struct journal_record *found = room_found(walk, &end);

	if (!found) {
		walk->more = walk->ended = true;
		return;
	}
	*found = *record;
	found->context = context;
	*end = bounds->behind;
	walk->first = bounds->before;
	walk->first_beside = (unsigned)walk->beside;
}

static void put_near(struct journal_walk *walk, const struct journal_record *record,
    const struct bounds *bounds)
{
	size_t most = walk->around;

	if (!most)
		return;
	if (walk->near_count == most) {
		walk->near_first = (walk->near_first + 1) % most; /* the newest is too far now */
		walk->near_count--;
	}
	size_t slot = (walk->near_first + walk->near_count++) % most;
	walk->near[slot] = *record;
	walk->near_at[slot] = *bounds;
}

static void take_near(struct journal_walk *walk)
{
	for (; walk->near_count && !walk->ended; walk->near_count--) {
		size_t slot = walk->near_first;
		walk->near_first = slot + 1 < walk->around ? slot + 1 : 0;
		add_found(walk, &walk->near[slot], &walk->near_at[slot], true);
	}
	walk->near_count = 0;
}

static void walk_back(struct journal_walk *walk)
{
	struct journal_record record;

	while (!walk->ended && record_before(walk, &record)) {
		if (journal_matches(walk->match, &record)) {
			take_near(walk);
			walk->beside = walk->around;
			if (!walk->ended)
				add_found(walk, &record, &walk->here, false);
		} else if (walk->beside) {
			walk->beside--;
			add_found(walk, &record, &walk->here, true);
		} else {
			put_near(walk, &record, &walk->here);
		}
	}
}

static void walk_free(struct journal_walk *walk)
{
	for (unsigned i = 0; i < walk->count; i++)
		close(walk->files[i].fd);
	journal_match_free(walk->match);
	free(walk->near);
	free(walk->near_at);
	free(walk->found);
	free(walk->found_end);
	free(walk->block);
	free(walk);
}

bool journal_page(const char *folder, const struct journal_filter *filter,
    bool (*each)(void *arg, const struct journal_record *record), void *arg,
    struct journal_places *places_r, struct fault *fault)
{
	struct journal_walk *walk = memory_new(sizeof *walk);
	size_t context = filter->context;

	if (context > JOURNAL_CONTEXT_MAX)
		context = JOURNAL_CONTEXT_MAX;
	walk->filter = filter;
	walk->around = context;
	walk->block = memory_new(SCAN_BLOCK);
	walk->most =
	    filter->last && filter->last < JOURNAL_LAST_MAX ? filter->last : JOURNAL_LAST_MAX;
	walk->extra = filter->extra_count;
	if (context) {
		walk->near = memory_array(context, sizeof *walk->near);
		walk->near_at = memory_array(context, sizeof *walk->near_at);
	}
	walk->match = journal_match_new(filter, fault);
	bool done = walk->match && open_files(walk, folder, fault) && begin(walk, fault);
	if (done)
		walk_back(walk);
	places_r->first[0] = places_r->end[0] = '\0';
	if (done && walk->more)
		place_print(walk, &walk->first, walk->first_beside, places_r->first);
	if (done && walk->found_count)
		place_print(walk, &walk->found_end[walk->found_first], 0, places_r->end);
	for (size_t i = done ? walk->found_count : 0; i-- > 0;)
		if (!each(arg, &walk->found[(walk->found_first + i) % walk->found_count]))
			break;
	walk_free(walk);
	return done;
}

bool journal_scan(const char *folder, const struct journal_filter *filter,
    bool (*each)(void *arg, const struct journal_record *record), void *arg, char *first_r,
    struct fault *fault)
{
	struct journal_places places;
	bool done = journal_page(folder, filter, each, arg, &places, fault);

	if (first_r)
		text_format(first_r, JOURNAL_PLACE, "%s", places.first);
	return done;
}
