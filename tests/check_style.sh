#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What HACKING.md says of files and functions, where neither compiler nor
# clang-tidy looks: licence lines, lengths, no waiting by sleeping, nothing
# left to be done, nothing of the machine it was written on.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
failed=0

verdict()
{
	local name=$1 found=$2
	if [ -n "$found" ]; then
		printf '%s\nnot ok - %s\n' "$found" "$name"
		failed=1
	else
		echo "ok - $name"
	fi
}

# Files that people write; not what autoreconf and builds make.
files()
{
	find . -type d \( -name .git -o -path './build*' -o -name autom4te.cache \
		-o -name __pycache__ \) -prune -o -type f "$@" -print | sort
}

sources() { files -name '*.[ch]'; }

texts()
{
	files ! -name configure ! -name 'configure~' ! -name aclocal.m4 ! -name Makefile.in \
		! -name 'config.h.in*' ! -name LICENSE ! -path './tests/fuzz/seeds/*'
}

# "file:line: name: length" for each function: its brace stands alone in column
# one, as clang-format has it.
functions()
{
	# shellcheck disable=SC2016 # awk's own
	sources | xargs awk '
		FNR == 1 { start = 0 }
		/^[a-zA-Z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
		/^\{$/ { start = FNR }
		/^\}$/ && start {
			print FILENAME ":" start ": " name ": " FNR - start + 1
			start = 0
		}'
}

# The first three lines of what has a comment to hold it.
unlicensed()
{
	texts | grep -E '\.(c|h|sh|py|am|ac|m4|inc|in|supp|ini|conf|[1-8])$|/(setup|run|totals|make-users|ports)$' |
		while read -r file; do
			head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' ||
				echo "$file"
		done
}

wide()
{
	sources | while read -r file; do
		expand -t 8 --initial "$file" | LC_ALL=C.UTF-8 grep -nE '^.{101}' |
			sed -E "s|^([0-9]+):.*|$file:\1|"
	done
}

verdict "every file names its licence" "$(unlicensed)"
verdict "no file over 800 lines" "$(sources | xargs wc -l | awk '$2 != "total" && $1 > 800')"
verdict "no line over 100 columns" "$(wide)"
verdict "no function over 100 lines" "$(functions | awk '$3 > 100')"
verdict "nine functions in ten at most 50 lines" "$(functions |
	awk '{ all++ } $3 > 50 { long_++; print } END { if (long_ * 10 <= all) print "fine" }' |
	awk '{ line[NR] = $0 } END { if (line[NR] != "fine") for (i = 1; i <= NR; i++) print line[i] }')"
verdict "nothing is left to be done" "$(texts | grep -v check_style | xargs grep -nIE '\b(TODO|FIXME|XXX)\b')"
verdict "nobody waits by sleeping" "$(sources | xargs grep -nE '\b(sleep|usleep|nanosleep|clock_nanosleep) ?\('
	files -name '*.py' | xargs -r grep -nE '\b(time\.)?sleep\('
	texts | grep -E '\.sh$|/(setup|run)$' | xargs -r grep -nE '^([^#]*[;&|(])?[[:space:]]*sleep ')"
verdict "nothing of the machine it was written on" "$(texts | grep -v check_style |
	xargs grep -nIE '/work/|(^|[" =])/root/|/tmp/(b-|brief)|deb\.debian\.org')"
verdict "no volatile but for signal handlers" "$(sources | xargs grep -nE '\bvolatile\b' |
	grep -vE 'sig_atomic_t|asm|^\./tests/')"
exit $failed
