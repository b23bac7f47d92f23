#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every script passes shellcheck.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
if ! command -v shellcheck >/dev/null; then
	echo "ok - shellcheck # SKIP it is not installed"
	exit 0
fi
failed=0
while read -r file; do
	if shellcheck -x -S warning "$file"; then
		echo "ok - $file"
	else
		echo "not ok - $file"
		failed=1
	fi
done < <(find . -type d \( -name .git -o -path './build*' -o -name autom4te.cache \) -prune -o \
	-type f -exec grep -lIE '^#!/bin/(ba)?sh' {} + | grep -v '^\./configure' | sort)
exit $failed
