#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every manual page is understood without a warning, every program has one, and
# pages name each other as they are installed.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
build=${STEWARD_BUILD:-build}
failed=0
while read -r page; do
	if ! command -v mandoc >/dev/null; then
		echo "ok - $page # SKIP mandoc is not installed"
	elif mandoc -T lint -W warning "$page"; then
		echo "ok - $page"
	else
		echo "not ok - $page"
		failed=1
	fi
done < <(find docs services "$build/docs" "$build/services" -name '*.[1-8]' 2>/dev/null | sort)
for program in steward.1 stewardd.8 steward.conf.5; do
	if [ -n "$(find docs "$build/docs" -name $program -print -quit 2>/dev/null)" ]; then
		echo "ok - there is $program"
	else
		echo "not ok - there is no $program"
		failed=1
	fi
done
# A service's page is installed as steward-NAME(7).
for folder in services/*/; do
	name=$(basename "$folder")
	if grep -rn "^\.Xr $name 7" docs services; then
		echo "not ok - pages name steward-$name(7)"
		failed=1
	else
		echo "ok - pages name steward-$name(7)"
	fi
done
exit $failed
