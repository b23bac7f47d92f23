#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every C file is laid out as clang-format does it with .clang-format. To mend:
#   clang-format -i FILE
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
version=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "${version:-0}" -ne 14 ]; then
	echo "ok - clang-format # SKIP .clang-format is for version 14, this is ${version:-not there}"
	exit 0
fi
one()
{
	if clang-format "$1" | cmp -s - "$1"; then
		echo "ok - $1"
	else
		printf '%s\nnot ok - %s\n' "$(clang-format "$1" | diff -u "$1" - | head -n 20)" "$1"
	fi
}
export -f one
find data keeper host services widgets console tests bench -name '*.[ch]' | sort |
	xargs -P "$(nproc)" -I{} bash -c 'one {}' |
	awk '{ print } /^not ok/ { failed = 1 } END { exit failed }'
