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
failed=0
while read -r file; do
	if clang-format "$file" | cmp -s - "$file"; then
		echo "ok - $file"
	else
		clang-format "$file" | diff -u "$file" - | head -n 20
		echo "not ok - $file"
		failed=1
	fi
done < <(find data keeper host services widgets console tests bench -name '*.[ch]' | sort)
exit $failed
