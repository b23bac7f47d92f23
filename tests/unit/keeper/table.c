/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What test_listeners and test_sockets share. */
#include "tests/unit/keeper/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

int table_open(void **state)
{
	struct table *s = calloc(1, sizeof *s);

	strcpy(s->folder, "/tmp/steward-listeners-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->state, sizeof s->state, "%s/state", s->folder);
	snprintf(s->ports, sizeof s->ports, "%s/ports", s->folder);
	mkdir(s->state, 0755);
	s->rules = (struct listener_rules){ s->state, s->state, s->ports, geteuid() == 0 };
	*state = s;
	return 0;
}

int table_close(void **state)
{
	struct table *s = *state;
	char command[128];

	listeners_close(&s->all, &s->rules);
	snprintf(command, sizeof command, "rm -rf %s", s->folder);
	int status = system(command);
	free(s);
	return status;
}

struct keeper_message table_wish(const char *setting, uint32_t transport, const char *address,
    uint32_t port, uint32_t count)
{
	struct keeper_message m = { .transport = transport,
		.port = port,
		.count = count,
		.round = 1 };

	strcpy(m.service, "web");
	snprintf(m.setting, sizeof m.setting, "%s", setting);
	snprintf(m.address, sizeof m.address, "%s", address);
	return m;
}

struct listener *table_ask(struct table *s, struct keeper_message m)
{
	memset(&s->answer, 0, sizeof s->answer);
	return listeners_ask(&s->all, &s->rules, &m, &s->answer);
}

struct listener *table_granted(struct table *s, struct keeper_message m)
{
	struct listener *l = table_ask(s, m);

	if (!l)
		fail_msg("refused: %d %s", s->answer.error, s->answer.text);
	return l;
}

void table_refused(struct table *s, struct keeper_message m, int error, const char *part)
{
	struct listener *l = table_ask(s, m);

	if (l)
		fail_msg("granted port %u", l->port);
	assert_int_equal(s->answer.error, error);
	if (!strstr(s->answer.text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, s->answer.text);
}
