#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh TREE [HARNESS...]: builds the harnesses tests/fuzz/fuzz_*.c against the
# libraries of TREE (made by ./setup check in build/fuzz) and runs each for
# FUZZ_SECONDS (4) from its seeds in tests/fuzz/seeds/NAME. FUZZ_SECONDS=0 runs
# for ever; what is found new is kept in TREE/corpus/NAME.
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd -P)
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"
tree=${1:-$top/build/fuzz}
shift
tree=$(cd "$tree" && pwd -P) || exit 1
seconds=${FUZZ_SECONDS:-4}

if ! command -v clang >/dev/null; then
	skip fuzz "clang is not installed"
	exit 0
fi

read -ra libraries < <(pkg-config --cflags --libs libevent_core libconfuse jansson libmicrohttpd \
	ncursesw)

# The two sides never meet in one program: each harness is linked with its own.
build()
{
	local side=(libservices.a libhost.a libdata.a)
	if grep -q '#include "\(console\|widgets\)/' "$1"; then
		side=(libconsole.a libwidgets.a libdata.a)
	fi
	(
		cd "$tree" &&
			clang -std=gnu11 -D_GNU_SOURCE -DHAVE_CONFIG_H -g -O1 -Wall -Wextra -Werror \
				-fsanitize=fuzzer,address,undefined -I"$top" -I. -o "$2" "$1" \
				-Wl,--start-group "${side[@]}" -Wl,--end-group "${libraries[@]}" -lpthread
	)
}

harness()
{
	local name=$1 out=$tree/corpus/$1
	mkdir -p "$out" || return
	build "$top/tests/fuzz/fuzz_$name.c" "$tree/fuzz_$name" || return
	local seeds=$top/tests/fuzz/seeds/$name
	[ -d "$seeds" ] || { echo "there are no seeds in $seeds"; return 1; }
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$tree/fuzz_$name" -timeout=10 \
		-max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$tree/corpus/$name-" \
		"$out" "$seeds"
}

[ $# -gt 0 ] || mapfile -t names < <(cd "$top/tests/fuzz" && ls fuzz_*.c 2>/dev/null |
	sed 's/^fuzz_\(.*\)\.c$/\1/')
[ $# -eq 0 ] || names=("$@")
for name in "${names[@]}"; do
	case_ "$name" harness "$name"
done
exit $failed
