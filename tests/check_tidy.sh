#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-tidy over every source file of the programs (the trial service of the
# tests crashes on purpose) with .clang-tidy; STEWARD_BUILD is the tree
# whose config.h counts. One case a file; TIDY_FILES restricts it. TIDY_NODES is
# how many states of a function the analyzer looks at: nearly all the time goes
# there, and with its own default (225000) it takes three times as long.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd -P)
build=${STEWARD_BUILD:-$top/build}
cd "$top" || exit 1

version=$(clang-tidy --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "${version:-0}" -ne 14 ]; then
	echo "ok - clang-tidy # SKIP .clang-tidy is for version 14, this is ${version:-not there}"
	exit 0
fi

words=(-std=gnu11 -D_GNU_SOURCE -DHAVE_CONFIG_H -Wall -Wextra -I. -I"$build")
for folder in PKGLIBEXECDIR SBINDIR STATEDIR RUNDIR CONFDIR LOCALEDIR; do
	words+=("-D$folder=\"/$folder\"")
done
read -ra libraries < <(pkg-config --cflags libevent_core libconfuse jansson libmicrohttpd \
	ncursesw jemalloc cmocka)
libraries+=(-Xclang -analyzer-config -Xclang "max-nodes=${TIDY_NODES:-75000}")

one()
{
	local file=$1 out
	shift
	if out=$(clang-tidy --quiet "$file" -- "$@" 2>&1); then
		echo "ok - $file"
	else
		printf '%s\nnot ok - %s\n' "$out" "$file"
	fi
}
export -f one

# shellcheck disable=SC2086 # several files
if [ -n "${TIDY_FILES:-}" ]; then
	ls -- $TIDY_FILES
else
	find data keeper host services widgets console -name '*.c' -printf '%s %p\n' |
		sort -rn | cut -d' ' -f2
fi |
	xargs -P "${TIDY_JOBS:-$(nproc)}" -I{} bash -c 'one "$@"' one {} "${words[@]}" "${libraries[@]}" |
	awk '{ print } /^not ok/ { failed = 1 } END { exit failed }'
