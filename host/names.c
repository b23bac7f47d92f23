/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A few names in an array: who steers is one of a handful. The one that was kept
 * first makes room.
 */
#include "host/names.h"

#include <pwd.h>

#include "data/clock.h"
#include "data/text.h"

static struct name *names_place(struct names *names, uid_t uid)
{
	struct name *oldest = names->kept;

	for (size_t i = 0; i < NAMES_KEPT; i++) {
		struct name *name = &names->kept[i];
		if (name->until && name->uid == uid)
			return name;
		if (name->until < oldest->until)
			oldest = name;
	}
	oldest->until = 0;
	oldest->uid = uid;
	return oldest;
}

void names_user(struct names *names, uid_t uid, int64_t now, char *out, size_t size)
{
	struct name *name = names_place(names, uid);

	if (name->until <= now) {
		const struct passwd *entry = getpwuid(uid);
		if (entry)
			text_format(name->text, sizeof name->text, "%s", entry->pw_name);
		else
			text_format(name->text, sizeof name->text, "uid %u", uid);
		name->until = now + NAMES_FRESH_SECONDS * CLOCK_SECOND;
	}
	text_format(out, size, "%s", name->text);
}
