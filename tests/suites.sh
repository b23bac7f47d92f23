# shellcheck shell=bash disable=SC2154 # setup's variables
# SPDX-License-Identifier: GPL-3.0-or-later
# What ./setup check does; setup sources it. Trees are built one after the
# other with all cores; then the suites run beside each other.
# A suite prints one line; its whole output when a case failed. build/check
# keeps everything.

check_folder=$build/check
python=/usr/bin/python3

# Without a fixed layout of memory the sanitizers of this compiler may fail to
# start; where that may not be asked for, they run as they are.
if setarch -R true 2>/dev/null; then
	still=(setarch -R)
else
	still=()
fi

# suite NAME KIND RESULT COMMAND...: runs it and tells how it went. RESULT is
# what tests/totals reads; "-" is the command's own output.
suite()
{
	local name=$1 kind=$2 result=$3 began=$SECONDS status totals log
	shift 3
	log=$check_folder/${name//[ \/]/-}.log
	timeout --kill-after=10 "${suite_limit:-600}" "$@" >"$log" 2>&1 </dev/null
	status=$?
	[ "$result" = - ] && result=$log
	totals=$($python "$source/tests/totals" "$kind" "$result")
	local passed failed skipped notes
	read -r passed failed skipped <<<"$totals"
	notes=$(tail -n +2 <<<"$totals")
	if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
		failed=1
		notes+=$'\n'"failed: $name ended with $status"
	fi
	printf '%s %s %s\n' "$passed" "$failed" "$skipped" >"$log.totals"
	{
		flock 8
		printf '%-34s %5d passed %3d failed %3d skipped %5d s\n' \
			"$name" "$passed" "$failed" "$skipped" $((SECONDS - began))
		sed -n 's/^skipped: /    skipped: /p' <<<"$notes"
		if [ "$failed" -ne 0 ]; then
			cat "$log"
			[ "$kind" != trs ] || failed_logs "$result"
			sed -n 's/^failed: /    failed: /p' <<<"$notes"
		fi
	} 8>"$check_folder/.screen"
}

# The output of the unit tests that failed below a folder.
failed_logs()
{
	local trs
	find "$1" -name '*.trs' | while read -r trs; do
		grep -q '^:global-test-result: *\(PASS\|SKIP\)' "$trs" || cat "${trs%.trs}.log"
	done
}

# As suite, beside others. They wait more than they compute: two more than cores.
beside()
{
	while [ "$(jobs -rp | wc -l)" -gt $((jobs + 1)) ]; do
		wait -n
	done
	suite "$@" 8>&- 9>&- &
}

# Of a tree: the unit tests of what has threads. The console and its widgets have
# none, nor has the turning of pages in the journal's files, which takes a minute;
# the keeper, the host and the services do.
threaded()
{
	(cd "$1" && find tests/unit/data tests/unit/keeper tests/unit/host tests/unit/services \
		-type f -name 'test_*' ! -name test_journal_pages -perm -u+x | sort | tr '\n' ' ')
}

# units NAME TREE words...: make check, run by way of the words; with unit_tests
# set, of those alone.
units()
{
	local name=$1 tree=$2
	shift 2
	# The crash handler's tests want the signals that sanitizers would take.
	local own=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0
	own+=:use_sigaltstack=0
	find "$tree/tests" -name '*.trs' -delete
	beside "$name" trs "$tree/tests" env CMOCKA_MESSAGE_OUTPUT=TAP ASAN_OPTIONS=$own \
		UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:$own \
		TSAN_OPTIONS=halt_on_error=1:$own:suppressions="$suppressions" \
		"$@" make -C "$tree" check ${unit_tests:+"TESTS=$unit_tests"}
}

# script NAME: one of the scripts beside this one.
script()
{
	beside "$1" tap - env STEWARD_BUILD="$build" TIDY_JOBS=1 "$source/tests/check_$1.sh"
}

# clients NAME TREE words...: pytest against the programs of a tree.
clients()
{
	local name=$1 tree=$2
	local xml=$check_folder/${name//[ \/]/-}.xml
	shift 2
	rm -f "$xml"
	beside "$name" junit "$xml" env STEWARD_BUILD="$tree" PYTHONDONTWRITEBYTECODE=1 \
		"${still[@]}" $python -m pytest -q -c "$source/tests/pytest.ini" \
		--rootdir="$source/tests" --junitxml="$xml" "$@"
}

check_trees()
{
	# shellcheck disable=SC2046 # one word or none
	tree "$build" "check TESTS=" $(werror)
	# gcc takes the checks that it puts in for formats that may be NULL.
	tree "$build/asan" "check TESTS=" --enable-werror \
		--enable-sanitizer=address,undefined "CFLAGS=-g -O1 -Wno-format-truncation"
	tree "$build/tsan" "check TESTS=" --enable-werror \
		--enable-sanitizer=thread "CFLAGS=-g -O1"
	tree "$build/fuzz" all --enable-werror CC=clang \
		--enable-sanitizer=address,undefined \
		"CFLAGS=-g -O1 -fsanitize=fuzzer-no-link"
}

# The longest first, so that no core is idle at the end.
check_suites()
{
	local one
	script tidy
	clients "faults, tsan" "$build/tsan" "$source/tests/faults"
	clients "clients, asan+ubsan" "$build/asan" "$source/tests/clients"
	clients "clients, tsan" "$build/tsan" "$source/tests/clients" \
		--ignore="$source/tests/clients/test_edit.py" \
		--ignore="$source/tests/clients/test_linear.py" \
		--ignore="$source/tests/clients/test_words.py"
	beside "distcheck" tap - "$source/tests/distcheck.sh" "$build"
	clients "faults, asan+ubsan" "$build/asan" "$source/tests/faults"
	clients "faults, plain" "$build" "$source/tests/faults"
	clients "clients, plain" "$build" "$source/tests/clients"
	beside "fuzz" tap - env FUZZ_SECONDS="${FUZZ_SECONDS:-4}" \
		"$source/tests/fuzz/run.sh" "$build/fuzz"
	unit_tests=$(threaded "$build/tsan") units "unit, tsan" "$build/tsan" "${still[@]}"
	units "unit, asan+ubsan" "$build/asan" "${still[@]}"
	# The golden screens are unit tests; here are the whole sessions in tmux.
	clients "screens" "$build" "$source/tests/screens"
	units "unit, plain" "$build"
	for one in setup install systemd format style shell layers man binaries; do
		script $one
	done
	wait
}

check_all()
{
	local began=$SECONDS suppressions
	begin_build
	packages "${build_packages[@]}" "${test_packages[@]}"
	autotools
	check_trees
	[ "$(id -u)" != 0 ] || sh "$source/system/make-users" || exit 1
	rm -rf "$check_folder"
	mkdir -p "$check_folder"
	# Where the host's user can read it, which may not enter the tree.
	suppressions=$(mktemp) || exit 1
	cat "$source/tests/lib/tsan.supp" >"$suppressions"
	chmod 644 "$suppressions"
	check_suites
	rm -f "$suppressions"
	end_build
	awk -v seconds=$((SECONDS - began)) '
		{ passed += $1; failed += $2; skipped += $3 }
		END {
			printf "%d minutes %d seconds; all output is in build/check\n", \
			    seconds / 60, seconds % 60
			printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
			exit failed > 0 || passed == 0
		}' "$check_folder"/*.totals
}
