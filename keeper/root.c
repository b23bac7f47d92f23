/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * steward-root: what needs root beyond sockets. It is started by the keeper
 * with a verb of the table below, believes none of its words, does one thing,
 * prints one line and ends. Exit status: 0 answered, 1 not known, 2 usage.
 *
 *   steward-root holder tcp|udp ADDRESS PORT	who has this port
 *
 * Run by an ordinary user it sees that user's programs only.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define SOCKETS_MAX 64
#define STATE_LISTEN 0x0a
#define STATE_TIME_WAIT 0x06

/* What is asked for, and the sockets that stand in its way. */
struct search {
	struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d */
	bool four;
	unsigned port;
	unsigned count;
	unsigned long inode[SOCKETS_MAX];
	unsigned user; /* of the first one */
};

/* ---- /proc/net ---- */

/* The kernel prints an address as words of its own byte order. */
static bool parse_address(const char *text, size_t length, struct in6_addr *address_r)
{
	uint32_t word[4] = { 0 };

	memset(address_r, 0, sizeof *address_r);
	if (length != 8 && length != 32)
		return false;
	for (size_t i = 0; i < length / 8; i++)
		if (sscanf(text + 8 * i, "%8x", &word[i]) != 1)
			return false;
	memcpy(address_r, word, sizeof word);
	if (length == 32)
		return true;
	memset(address_r, 0, sizeof *address_r);
	address_r->s6_addr[10] = address_r->s6_addr[11] = 0xff;
	memcpy(&address_r->s6_addr[12], word, 4);
	return true;
}

static bool wildcard(const struct in6_addr *address)
{
	return IN6_IS_ADDR_UNSPECIFIED(address) ||
	    (IN6_IS_ADDR_V4MAPPED(address) && !memcmp(&address->s6_addr[12], "\0\0\0\0", 4));
}

/* Would a bind to the address asked for meet this one? :: may cover IPv4 too. */
static bool in_the_way(const struct search *s, const struct in6_addr *other)
{
	if (IN6_IS_ADDR_UNSPECIFIED(other) || IN6_ARE_ADDR_EQUAL(other, &s->address))
		return true;
	return (bool)IN6_IS_ADDR_V4MAPPED(other) == s->four &&
	    (wildcard(other) || wildcard(&s->address));
}

static void find_sockets(struct search *s, const char *table, bool listening)
{
	char line[512], address[40];
	FILE *file = fopen(table, "re");

	while (file && s->count < SOCKETS_MAX && fgets(line, sizeof line, file)) {
		unsigned port, state, user;
		unsigned long inode;
		struct in6_addr other;
		if (sscanf(line,
			" %*u: %39[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x "
			"%*x %u %*u %lu",
			address, &port, &state, &user, &inode) != 5)
			continue;
		if (port != s->port || !inode || state == STATE_TIME_WAIT ||
		    (listening && state != STATE_LISTEN) ||
		    !parse_address(address, strlen(address), &other) || !in_the_way(s, &other))
			continue;
		if (!s->count)
			s->user = user;
		s->inode[s->count++] = inode;
	}
	if (file)
		fclose(file);
}

/* ---- /proc/PID/fd ---- */

static bool has_socket(const struct search *s, int fds, const char *name)
{
	char link[64];
	unsigned long inode;
	ssize_t length = readlinkat(fds, name, link, sizeof link - 1);

	link[length > 0 ? length : 0] = '\0';
	if (sscanf(link, "socket:[%lu]", &inode) != 1)
		return false;
	for (unsigned i = 0; i < s->count; i++)
		if (s->inode[i] == inode)
			return true;
	return false;
}

static bool process_has(const struct search *s, const char *pid)
{
	char path[64];
	bool found = false;
	struct dirent *entry;

	snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
	DIR *folder = opendir(path);
	while (folder && !found && (entry = readdir(folder)))
		found = has_socket(s, dirfd(folder), entry->d_name);
	if (folder)
		closedir(folder);
	return found;
}

static void print_program(const char *pid)
{
	char path[64], name[64];

	snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, name, sizeof name - 1);
	if (fd >= 0)
		close(fd);
	name[length > 0 ? length : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	for (char *c = name; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	printf("%s (pid %s)\n", *name ? name : "a program", pid);
}

static bool find_program(const struct search *s)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (folder && !found && (entry = readdir(folder))) {
		found = isdigit((unsigned char)entry->d_name[0]) && process_has(s, entry->d_name);
		if (found)
			print_program(entry->d_name);
	}
	if (folder)
		closedir(folder);
	return found;
}

/* ---- Verbs ---- */

static bool parse_wanted(struct search *s, const char *address, const char *port)
{
	char number[INET6_ADDRSTRLEN], *end;
	struct in_addr four;

	snprintf(number, sizeof number, "%.*s", (int)strcspn(address, "%"), address);
	s->four = inet_pton(AF_INET, number, &four) == 1;
	if (s->four) {
		s->address.s6_addr[10] = s->address.s6_addr[11] = 0xff;
		memcpy(&s->address.s6_addr[12], &four, sizeof four);
	} else if (inet_pton(AF_INET6, number, &s->address) != 1) {
		return false;
	}
	errno = 0;
	unsigned long value = strtoul(port, &end, 10);
	s->port = (unsigned)value;
	return isdigit((unsigned char)*port) && !*end && !errno && value > 0 && value <= 65535;
}

static int holder(char **words)
{
	struct search s = { 0 };
	bool tcp = !strcmp(words[0], "tcp");

	if ((!tcp && strcmp(words[0], "udp")) || !parse_wanted(&s, words[1], words[2]))
		return 2;
	/* Who listens, before who is merely connected from that port. */
	for (int pass = tcp ? 0 : 1; pass < 2 && !s.count; pass++) {
		find_sockets(&s, tcp ? "/proc/net/tcp" : "/proc/net/udp", pass == 0);
		find_sockets(&s, tcp ? "/proc/net/tcp6" : "/proc/net/udp6", pass == 0);
	}
	if (s.count && find_program(&s))
		return 0;
	const struct passwd *user = s.count ? getpwuid(s.user) : NULL;
	if (s.count)
		printf("a program of user %s that cannot be seen%s\n", user ? user->pw_name : "?",
		    geteuid() ? " without root" : "");
	else
		printf("a program that cannot be seen\n");
	return 1;
}

static const struct verb {
	const char *name;
	int words;
	int (*run)(char **words);
} verbs[] = {
	{ "holder", 3, holder },
};

int main(int argc, char **argv)
{
	int status = 2;

	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (argc == verbs[i].words + 2 && !strcmp(argv[1], verbs[i].name))
			status = verbs[i].run(argv + 2);
	if (status == 2)
		fputs("usage: steward-root holder tcp|udp ADDRESS PORT\n", stderr);
	return fflush(stdout) == 0 ? status : 1;
}
