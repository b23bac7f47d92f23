#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Includes go one way. Each folder may include what its line below names, and
# nothing else; of libraries only those that it is there to hide. Without a
# folder as argument the tree is checked, and then the check itself, with
# forbidden includes planted in a copy.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd -P)

# Of the tree: an extended regular expression for each file's quoted includes.
own_includes()
{
	case $1 in
	data/*) echo '^(config\.h|data/)' ;;
	keeper/*) echo '^(config\.h|keeper/|data/home\.h$)' ;;
	host/*) echo '^(config\.h|host/|data/|services/service\.h$|keeper/protocol\.h$)' ;;
	services/service.h) echo '^data/' ;;
	services/*/*)
		local name=${1#services/}
		echo "^(config\.h|services/${name%%/*}/|services/service\.h\$|host/(http|stream|publish)\.h\$|data/)"
		;;
	widgets/*) echo '^(config\.h|widgets/)' ;;
	console/*) echo '^(config\.h|console/|widgets/|data/)' ;;
	*) echo . ;;
	esac
}

# Of libraries: who may include them.
libraries='
confuse\.h                      ^data/
event2/                         ^(host|services)/
microhttpd\.h                   ^(host/http|services/)
gnutls/                         ^(host|services)/
jansson\.h                      ^(host|console)/
jemalloc/                       ^host/
(n?curses|ncursesw/.*|term)\.h  ^widgets/(canvas_curses|terminal)\.c
openssl/                        ^nobody
'

# One line for each forbidden include below $1: "file:line: why".
forbidden()
{
	local file line text allowed kind pattern may
	cd "$1" || return
	find data keeper host services widgets console -name '*.[ch]' | sort | while read -r file; do
		allowed=$(own_includes "$file")
		grep -nE '^[[:space:]]*#[[:space:]]*include' "$file" |
			sed -E 's/^([0-9]+):[^<"]*([<"])([^>"]*).*/\1 \2 \3/' |
			while read -r line kind text; do
			if [ "$kind" = '"' ]; then
				[[ $text =~ $allowed ]] ||
					echo "$file:$line: ${file%%/*}/ may not include \"$text\""
				continue
			fi
			while read -r pattern may; do
				[ -n "$pattern" ] && [[ $text =~ ^$pattern ]] && ! [[ $file =~ $may ]] &&
					echo "$file:$line: <$text> does not belong here"
			done <<<"$libraries"
		done
	done
}

# plant FOLDER FILE INCLUDE: is it found?
plant()
{
	mkdir -p "$1/$(dirname "$2")"
	printf '#include %s\n' "$3" >"$1/$2"
	if [ "$(forbidden "$1" | grep -c "^$2:1: ")" -eq 1 ]; then
		echo "ok - $2 with $3 is found"
	else
		echo "not ok - $2 with $3 is not found"
		failed=1
	fi
	rm "$1/$2"
}

failed=0
if [ $# -eq 1 ]; then
	forbidden "$1"
	exit
fi

found=$(forbidden "$top")
if [ -n "$found" ]; then
	failed=1
	printf '%s\n' "$found"
	echo "not ok - includes go one way"
else
	echo "ok - includes go one way"
fi

trial=$(mktemp -d) || exit 1
trap 'rm -rf "$trial"' EXIT
(cd "$trial" && mkdir -p data keeper host services widgets console)
plant "$trial" widgets/planted.c '"services/service.h"'
plant "$trial" widgets/planted.h '"data/text.h"'
plant "$trial" widgets/table.c '<curses.h>'
plant "$trial" console/planted.c '"host/worker.h"'
plant "$trial" console/planted.c '<ncurses.h>'
plant "$trial" host/planted.c '"console/client.h"'
plant "$trial" host/planted.c '"services/web/web.h"'
plant "$trial" host/planted.c '"keeper/keeper.h"'
plant "$trial" services/web/planted.c '"host/supervisor.h"'
plant "$trial" services/web/planted.c '  "services/dns/dns.h"'
plant "$trial" services/service.h '"host/worker.h"'
plant "$trial" data/planted.c '"host/publish.h"'
plant "$trial" data/planted.c '<jansson.h>'
plant "$trial" keeper/planted.c '"data/settings.h"'
plant "$trial" keeper/planted.c '<event2/event.h>'
plant "$trial" data/planted.c '<openssl/ssl.h>'
exit $failed
