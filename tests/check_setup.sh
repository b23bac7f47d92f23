#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ./setup itself: its words, what it says when packages are missing, and in a
# copy of the tree, run without a terminal, twice, at once, and over a running
# steward of an older build. And tests/totals, which everything is counted by.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd -P)
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"
build=${STEWARD_BUILD:-$top/build}
trial=$(mktemp -d) || exit 1
chmod 755 "$trial"
keeper=

finish()
{
	[ -z "$keeper" ] || kill "$keeper" 2>/dev/null
	rm -rf "$trial"
}
trap finish EXIT

# ---- Words ----

status_of() { "$@" >"$trial/out" 2>"$trial/err" </dev/null; echo $?; }

same "no word is wrong usage" 2 "$(status_of "$top/setup")"
says "and says so on stderr" "usage: ./setup run" "$(cat "$trial/err")"
same "an unknown word is wrong usage" 2 "$(status_of "$top/setup" runn)"
same "so is a word too many" 2 "$(status_of "$top/setup" build now)"
same "--help is no mistake" 0 "$(status_of "$top/setup" --help)"
says "and goes to stdout" "usage: ./setup run" "$(cat "$trial/out")"

# ---- Packages ----

mkdir -p "$trial/no packages" "$trial/bare" "$trial/bin"
cp "$top/setup" "$trial/no packages/"
cp "$top/setup" "$trial/bare/"
same "a path with a space is refused" 1 "$(status_of "$trial/no packages/setup" build)"
says "with the reason" "spaces" "$(cat "$trial/err")"

# A machine where nothing is installed and nobody may become root.
printf '#!/bin/sh\necho not-installed\n' >"$trial/bin/dpkg-query"
printf '#!/bin/sh\necho called >>"%s/apt"\nexit 1\n' "$trial" >"$trial/bin/apt-get"
printf '#!/bin/sh\nexit 1\n' >"$trial/bin/sudo"
chmod 755 "$trial"/bin/*
chmod 777 "$trial/bare"
if [ "$(id -u)" = 0 ]; then
	ordinary=(setpriv --reuid=65534 --regid=65534 --clear-groups)
else
	ordinary=()
fi
same "packages missing and no sudo is a failure" 1 \
	"$(PATH=$trial/bin:$PATH status_of "${ordinary[@]}" "$trial/bare/setup" build)"
says "that gives the command" "apt-get install -y --no-install-recommends gcc libc6-dev" \
	"$(cat "$trial/err")"
case_ "and calls no apt" test ! -e "$trial/apt"

# ---- The home folder ----

# A tree where nothing is left to build, and whose steward tells its home.
stub=$trial/stub
mkdir -p "$stub/build/data" "$stub/m4" "$stub/system" "$trial/people"
cp "$top/setup" "$stub/"
touch "$stub/configure.ac" "$stub/Makefile.in" "$stub/config.h.in" "$stub/system/make-users"
printf '#!/bin/sh\n: >config.status\n' >"$stub/configure"
printf 'all:\n' >"$stub/build/Makefile"
printf '#!/bin/sh\necho "its home is $2."\n' >"$stub/build/steward"
printf '#!/bin/sh\necho installed\n' >"$trial/bin/dpkg-query"
printf '#!/bin/sh\ncat "%s/passwd"\n' "$trial" >"$trial/bin/getent"
chmod 755 "$stub/configure" "$stub/build/steward" "$trial/bin/getent"
chmod 777 "$stub/build" "$trial/people"

stub_run()
{
	status_of "${ordinary[@]}" env -u STEWARD_HOME -u XDG_STATE_HOME -u HOME \
		"PATH=$trial/bin:$PATH" "$@" "$stub/setup" run
}

: >"$trial/passwd"
same "run without any home folder is a failure" 1 "$(stub_run)"
says "and says what to do" "set STEWARD_HOME" "$(cat "$trial/err")"
echo "x:x:1:1::$trial/people:/bin/sh" >"$trial/passwd"
same "run without HOME ends with 0" 0 "$(stub_run)"
says "and takes the folder of the user" "its home is $trial/people/.local/state/steward." \
	"$(cat "$trial/out")"
same "run with a relative XDG_STATE_HOME ends with 0" 0 \
	"$(stub_run XDG_STATE_HOME=below "HOME=$trial/people")"
says "and ignores it" "its home is $trial/people/.local/state/steward." "$(cat "$trial/out")"
same "run with an absolute one ends with 0" 0 "$(stub_run "XDG_STATE_HOME=$trial/people/state")"
says "and takes it" "its home is $trial/people/state/steward." "$(cat "$trial/out")"
if [ "$(id -u)" = 0 ]; then
	same "run by root under umask 077 ends with 0" 0 \
		"$(umask 077 && STEWARD_HOME=$trial/of/root status_of "$stub/setup" run)"
	same "and makes a home for others to enter" "755 755" \
		"$(stat -c %a "$trial/of" "$trial/of/root" | xargs)"
else
	skip "run by root under umask 077" "needs root"
fi
rm "$trial/bin/getent"

# ---- A copy of the tree ----

copy=$trial/copy
home=$trial/home
export STEWARD_HOME=$home
# Other suites may write to the build meanwhile; tar ends with 1 then.
copy_folder()
{
	local from=$1 to=$2
	shift 2
	mkdir -p "$to" && tar -C "$from" "$@" -cf "$trial/tar" .
	[ $? -le 1 ] && tar -C "$to" -xf "$trial/tar"
}
make_copy()
{
	copy_folder "$top" "$copy" --exclude=./.git --exclude=autom4te.cache --exclude=./build &&
		copy_folder "$build" "$copy/build" --exclude=./asan --exclude=./tsan --exclude=./fuzz \
			--exclude=./check --exclude='./steward-[0-9]*' --exclude=./tests
}

document() { "$copy/build/steward" status --json 2>/dev/null; }
number() { document | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | head -n 1; }

case_ "the tree may be copied with its build" make_copy
printf '#!/bin/sh\necho called >>"%s/apt"\nexit 1\n' "$trial" >"$trial/bin/apt-get"
rm "$trial/bin/dpkg-query" "$trial/bin/sudo"
cd / || exit 1

same "run without a terminal ends with 0" 0 \
	"$(PATH=$trial/bin:$PATH status_of "$copy/setup" run)"
cat "$trial/out" "$trial/err"
case_ "no apt call when every package is there" test ! -e "$trial/apt"
keeper=$(number keeper_pid)
host=$(number pid)
case_ "stewardd runs" test -n "$keeper"
says "the status is shown" web "$(cat "$trial/out")"
made=$(stat -c %Y.%i "$copy/build/stewardd" "$copy/build/config.status")

same "run again ends with 0" 0 "$(status_of "$copy/setup" run)"
same "and builds nothing" "$made" \
	"$(stat -c %Y.%i "$copy/build/stewardd" "$copy/build/config.status")"
same "and leaves the host as it is" "$host" "$(number pid)"

touch "$copy"/keeper/*.c "$copy"/host/*.c
"$copy/setup" build >"$trial/first" 2>&1 </dev/null &
same "two at once: the second ends with 0" 0 "$(status_of "$copy/setup" build)"
wait $!
same "two at once: the first too" 0 $?

same "run over an older build ends with 0" 0 "$(status_of "$copy/setup" run)"
says "says that it replaces it" "older build" "$(cat "$trial/out")"
same "the keeper stays the same process" "$keeper" "$(number keeper_pid)"
case_ "the host is another" test "$(number pid)" != "$host"
same "the keeper runs the new program" "$(stat -c %i "$copy/build/stewardd")" \
	"$(stat -L -c %i "/proc/$keeper/exe")"

# ---- Totals ----

cat >"$trial/a.tap" <<'TAP'
1..2
ok 1 - first
not ok 2 - second
1..3
ok 1 - third # SKIP no reason
ok - fourth
TAP
same "totals counts TAP, and cases that never ran" "2 2 1" \
	"$("$top/tests/totals" tap "$trial/a.tap" | head -n 1)"
echo nothing >"$trial/b.tap"
same "no case at all is a failure" "0 1 0" "$("$top/tests/totals" tap "$trial/b.tap" | head -n 1)"
mkdir "$trial/trs"
printf ':global-test-result: FAIL\n' >"$trial/trs/test_x.trs"
printf '1..1\nok 1 - x\n' >"$trial/trs/test_x.log"
same "a program that fails after its cases is a failure" "1 1 0" \
	"$("$top/tests/totals" trs "$trial/trs" | head -n 1)"
cat >"$trial/j.xml" <<'XML'
<testsuites><testsuite><testcase classname="a" name="b"/>
<testcase classname="a" name="c"><failure message="no"/></testcase>
<testcase classname="a" name="d"><skipped message="needs root"/></testcase>
</testsuite></testsuites>
XML
same "totals counts pytest's cases" "1 1 1" "$("$top/tests/totals" junit "$trial/j.xml" | head -n 1)"
exit $failed
