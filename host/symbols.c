/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions from addresses: the symbol table of the ELF file that the address
 * lies in, .symtab where it was not stripped, else .dynsym. Done once after a
 * crash, so the file is mapped, searched from end to end and left again.
 */
#include "config.h"

#include "host/symbols.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/text.h"

struct image {
	const unsigned char *bytes;
	size_t size;
};

static const void *image_at(const struct image *image, uint64_t offset, uint64_t size)
{
	if (offset > image->size || size > image->size - offset)
		return NULL;
	return image->bytes + offset;
}

static bool symbols_table(const struct image *image, const ElfW(Shdr) * sections, unsigned count,
    unsigned type, uint64_t offset, char *name, size_t size, uint64_t *from)
{
	const ElfW(Shdr) *table = NULL, *strings;
	const ElfW(Sym) *best = NULL;

	for (unsigned i = 0; i < count && !table; i++)
		if (sections[i].sh_type == type && sections[i].sh_link < count)
			table = &sections[i];
	if (!table)
		return false;
	strings = &sections[table->sh_link];
	const ElfW(Sym) *symbols = image_at(image, table->sh_offset, table->sh_size);
	const char *text = image_at(image, strings->sh_offset, strings->sh_size);
	if (!symbols || !text)
		return false;
	for (size_t i = 0; i < table->sh_size / sizeof *symbols; i++) {
		const ElfW(Sym) *s = &symbols[i];
		if (ELF64_ST_TYPE(s->st_info) == STT_FUNC && s->st_value <= offset &&
		    offset < s->st_value + (s->st_size ? s->st_size : 1) &&
		    s->st_name < strings->sh_size)
			best = s;
	}
	if (!best)
		return false;
	text_clean(name, size, text + best->st_name,
	    strnlen(text + best->st_name, strings->sh_size - best->st_name));
	*from = best->st_value;
	return true;
}

/* The program itself may lie where its user may not go (a tree below /root);
 * this link opens it all the same. Names in a record are cut at 127 bytes. */
static const char *symbols_path(const char *path)
{
	char own[4096];
	ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);

	own[length > 0 ? length : 0] = '\0';
	return *own && strncmp(own, path, sizeof((struct crash_record *)0)->module[0] - 1) == 0 ?
	    "/proc/self/exe" :
	    path;
}

static bool symbols_find(const char *path, uint64_t offset, char *name, size_t size, uint64_t *from)
{
	struct image image = { 0 };
	struct stat status;
	bool found = false;
	int fd = open(symbols_path(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size <= 0)
		goto out;
	image.size = (size_t)status.st_size;
	void *mapped = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapped == MAP_FAILED)
		goto out;
	image.bytes = mapped;
	const ElfW(Ehdr) *header = image_at(&image, 0, sizeof *header);
	if (header && !memcmp(header->e_ident, ELFMAG, SELFMAG) &&
	    header->e_shentsize == sizeof(ElfW(Shdr))) {
		const ElfW(Shdr) *sections =
		    image_at(&image, header->e_shoff, (uint64_t)header->e_shnum * sizeof *sections);
		if (sections)
			found = symbols_table(&image, sections, header->e_shnum, SHT_SYMTAB, offset,
				    name, size, from) ||
			    symbols_table(&image, sections, header->e_shnum, SHT_DYNSYM, offset,
				name, size, from);
	}
	munmap(mapped, image.size);
out:
	close(fd);
	return found;
}

static const char *signal_name(int number, char *out, size_t size)
{
	const char *abbreviation = sigabbrev_np(number);

	if (abbreviation)
		text_format(out, size, "SIG%s", abbreviation);
	else
		text_format(out, size, "signal %d", number);
	return out;
}

static void report_text(const struct crash_record *record, struct crash_report *report)
{
	char who[48] = "the host", at[48] = "", reason[160], activity[32];

	text_clean(reason, sizeof reason, record->reason,
	    strnlen(record->reason, sizeof record->reason));
	text_clean(activity, sizeof activity, record->activity,
	    strnlen(record->activity, sizeof record->activity));
	if (*report->service)
		text_format(who, sizeof who, "%s", report->service);
	if (*activity)
		text_format(at, sizeof at, " in %s", activity);
	if (!record->signal)
		text_format(report->text, sizeof report->text,
		    "%s %s; the host ended and came back", who,
		    *reason ? reason : "ended the host");
	else if (record->code <= 0 && *reason)
		text_format(report->text, sizeof report->text,
		    "the host %s and was ended by %s; it came back, nobody is charged", reason,
		    report->signal);
	else if (record->code <= 0)
		text_format(report->text, sizeof report->text,
		    "somebody sent %s to the host; it came back, nobody is charged",
		    report->signal);
	else if (!record->address)
		text_format(report->text, sizeof report->text,
		    "%s crashed%s: %s; the host came back", who, at, report->signal);
	else
		text_format(report->text, sizeof report->text,
		    "%s crashed%s: %s at address 0x%llx; the host came back", who, at,
		    report->signal, (unsigned long long)record->address);
}

void symbols_report(const struct crash_record *record, struct crash_report *report)
{
	char name[96], module[128];
	uint64_t from;

	memset(report, 0, sizeof *report);
	report->present = true;
	report->time_us = record->time_us;
	report->address = record->address;
	if (record->signal == 0 || record->code > 0)
		text_clean(report->service, sizeof report->service, record->service,
		    strnlen(record->service, sizeof record->service));
	if (record->signal)
		signal_name(record->signal, report->signal, sizeof report->signal);
	report_text(record, report);
	for (uint32_t i = 0; i < record->frames && i < CRASH_FRAMES; i++) {
		uint32_t index = record->frame[i].module;
		uint64_t offset = record->frame[i].offset;
		char *line = report->frame[report->frames++];
		if (index >= CRASH_MODULES || index >= record->module_count) {
			text_format(line, sizeof report->frame[0], "0x%llx",
			    (unsigned long long)offset);
			continue;
		}
		text_clean(module, sizeof module, record->module[index],
		    strnlen(record->module[index], sizeof record->module[index]));
		const char *base = strrchr(module, '/');
		base = base ? base + 1 : module;
		if (symbols_find(module, offset, name, sizeof name, &from))
			text_format(line, sizeof report->frame[0], "%s+0x%llx (%s)", name,
			    (unsigned long long)(offset - from), base);
		else
			text_format(line, sizeof report->frame[0], "0x%llx (%s)",
			    (unsigned long long)offset, base);
	}
}
