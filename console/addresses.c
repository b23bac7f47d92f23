/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A person chooses who is to reach a service; a setting holds addresses. Both
 * ways between them are here, so that the wizard has no network in it.
 */
#include "console/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "data/settings.h"
#include "data/text.h"

#define ITEM_BYTES 128

/* ---- Items ---- */

/* The next item of a list, false at its end. An item that is too long is cut and
 * no address then. */
static bool next_item(const char **at, char *item, size_t size)
{
	size_t length;

	while (**at == ',' || **at == ' ')
		(*at)++;
	if (**at == '\0')
		return false;
	length = strcspn(*at, ",");
	text_format(item, size, "%.*s", (int)length, *at);
	*at += length;
	for (size_t end = strlen(item); end > 0 && item[end - 1] == ' '; end--)
		item[end - 1] = '\0';
	return true;
}

static bool wildcard(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

/* An item taken apart; "*:80" has the address "*". */
static bool take_apart(const char *item, int *family, char *address, size_t size, uint16_t *port)
{
	char whole[ITEM_BYTES];

	if (strncmp(item, "*:", 2) != 0)
		return settings_address(item, family, address, size, port);
	*family = AF_INET;
	return text_format(whole, sizeof whole, "0.0.0.0:%s", item + 2) &&
	    settings_address(whole, family, address, size, port);
}

static bool private4(struct in_addr in)
{
	uint32_t a = ntohl(in.s_addr);

	return a >> 24 == 10 || a >> 20 == (172U << 4 | 1) || a >> 16 == (192U << 8 | 168);
}

static bool private6(const struct in6_addr *in)
{
	return (in->s6_addr[0] & 0xfe) == 0xfc; /* RFC 4193 */
}

static enum reach item_reach(const char *item)
{
	char address[ITEM_BYTES];
	struct in6_addr in6;
	struct in_addr in;
	uint16_t port;
	int family;

	if (!take_apart(item, &family, address, sizeof address, &port))
		return REACH_OTHER;
	if (wildcard(address))
		return REACH_EVERYBODY;
	if (family == AF_INET && inet_pton(AF_INET, address, &in) == 1)
		return ntohl(in.s_addr) >> 24 == 127 ? REACH_MACHINE :
		    private4(in)                     ? REACH_NETWORK :
						       REACH_OTHER;
	if (inet_pton(AF_INET6, address, &in6) != 1)
		return REACH_OTHER;
	return IN6_IS_ADDR_LOOPBACK(&in6) ? REACH_MACHINE :
	    private6(&in6)                ? REACH_NETWORK :
					    REACH_OTHER;
}

enum reach addresses_reach(const char *value)
{
	enum reach widest = REACH_MACHINE;
	char item[ITEM_BYTES];
	size_t count = 0;

	while (next_item(&value, item, sizeof item)) {
		enum reach reach = item_reach(item);

		count++;
		if (reach == REACH_OTHER)
			return REACH_OTHER;
		widest = reach > widest ? reach : widest;
	}
	return count > 0 ? widest : REACH_OTHER;
}

bool addresses_right(const char *value)
{
	char item[ITEM_BYTES], address[ITEM_BYTES];
	uint16_t port;
	int family;

	while (next_item(&value, item, sizeof item))
		if (!take_apart(item, &family, address, sizeof address, &port))
			return false;
	return true;
}

/* ---- Ports ---- */

static size_t ports_of(const char *value, uint16_t *ports)
{
	char item[ITEM_BYTES], address[ITEM_BYTES];
	size_t count = 0;
	uint16_t port;
	int family;

	while (count < ADDRESS_PORTS && next_item(&value, item, sizeof item)) {
		bool known = !take_apart(item, &family, address, sizeof address, &port);

		for (size_t i = 0; i < count && !known; i++)
			known = ports[i] == port;
		if (!known)
			ports[count++] = port;
	}
	return count;
}

void addresses_ports(const char *value, char *out, size_t size)
{
	uint16_t ports[ADDRESS_PORTS];
	size_t count = ports_of(value, ports);

	text_format(out, size, "%s", count > 0 ? "" : "-");
	for (size_t i = 0; i < count; i++) {
		size_t at = strlen(out);

		text_format(out + at, size - at, "%s%u", i > 0 ? ", " : "", ports[i]);
	}
}

static bool append(char *out, size_t size, const char *address, uint16_t port)
{
	size_t at = strlen(out);

	return text_format(out + at, size - at, "%s%s:%u", at > 0 ? "," : "", address, port);
}

bool addresses_value(enum reach reach, const char *from, const struct addresses *home, char *out,
    size_t size)
{
	uint16_t ports[ADDRESS_PORTS];
	size_t count = ports_of(from, ports);
	bool fits = count > 0 && (reach != REACH_NETWORK || home->count > 0);

	*out = '\0';
	for (size_t i = 0; fits && i < count; i++) {
		if (reach == REACH_EVERYBODY) {
			fits = append(out, size, "*", ports[i]);
			continue;
		}
		fits = append(out, size, "127.0.0.1", ports[i]) &&
		    append(out, size, "[::1]", ports[i]);
		for (size_t k = 0; fits && reach == REACH_NETWORK && k < home->count; k++)
			fits = append(out, size, home->text[k], ports[i]);
	}
	if (!fits)
		*out = '\0';
	return fits;
}

/* ---- This machine ---- */

static bool of_containers(const char *name)
{
	static const char *const begins[] = { "docker", "veth", "br-", "virbr", "podman", "cni",
		"lxc" };

	for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static bool shown(const struct ifaddrs *entry, char *out, size_t size)
{
	char text[INET6_ADDRSTRLEN];

	if (entry->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)entry->ifa_addr;

		return private4(in->sin_addr) &&
		    inet_ntop(AF_INET, &in->sin_addr, text, sizeof text) != NULL &&
		    text_format(out, size, "%s", text);
	}
	if (entry->ifa_addr->sa_family != AF_INET6)
		return false;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)entry->ifa_addr;

	return private6(&in6->sin6_addr) &&
	    inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text) != NULL &&
	    text_format(out, size, "[%s]", text);
}

void addresses_home(struct addresses *addresses)
{
	struct ifaddrs *list;

	addresses->count = 0;
	if (getifaddrs(&list) < 0)
		return;
	for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
		if (at->ifa_addr == NULL || !(at->ifa_flags & IFF_UP) ||
		    at->ifa_flags & IFF_LOOPBACK || of_containers(at->ifa_name) ||
		    addresses->count == ADDRESSES_MOST)
			continue;
		addresses->count +=
		    shown(at, addresses->text[addresses->count], sizeof addresses->text[0]);
	}
	freeifaddrs(list);
}
