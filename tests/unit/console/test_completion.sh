#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The bash completion that the build made, asked as bash asks it. A function
# stands in for the program, so that no host is needed for the names.
# shellcheck disable=SC2317 # functions are called by the script under test
set -u

script=${STEWARD_COMPLETION:-completion/steward}
failed=0

steward()
{
	[ "$1" = --home ] && shift 2
	case "$*" in
	'__complete services') printf 'web\nprint\n' ;;
	'__complete tables print') printf 'jobs\nprinters\n' ;;
	'__complete commands print') echo job ;;
	'__complete commands print job') echo cancel ;;
	'__complete alerts') printf 'web/failed\nhost/disk\n' ;;
	'__complete settings') printf 'web.root\nweb.listen\nhost.level\n' ;;
	*) echo "unexpected: $*" >&2; return 1 ;;
	esac
}

# bash refuses compopt outside a completion that it runs itself.
compopt() { :; }

# case EXPECTED WORD...: the last word is the one under the cursor.
case_of()
{
	local expected=$1
	shift
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_steward
	if [ "${COMPREPLY[*]}" = "$expected" ]; then
		echo "ok - ${*}"
	else
		printf '  expected: %s\n  found:    %s\n' "$expected" "${COMPREPLY[*]}"
		echo "not ok - ${*}"
		failed=1
	fi
}

case $script in
/*) ;;
*) script=$PWD/$script ;;
esac
cd "$(dirname "$0")/../../.." || exit 1
bash -n "$script" || exit 1
# shellcheck disable=SC1090 # made by the build
. "$script" || exit 1

case_of "status start stop snooze set" steward s
case_of "metrics" steward met
case_of "--home --help --json --version --linear --read-only" steward --
case_of "web print" steward start ""
case_of "web" steward start print w
case_of "web print" steward --home /srv/x stop ""
case_of "web print" steward stop --drain 10 ""
case_of "" steward stop --drain ""
case_of "--home --help --json --drain" steward stop web --
case_of "web" steward status w
case_of "" steward status web ""
case_of "jobs printers" steward list print ""
case_of "" steward list print jobs ""
case_of "job" steward 'do' print ""
case_of "cancel" steward 'do' print job ""
case_of "error" steward log --level e
case_of "--level" steward log --le
case_of "error" steward log --level = e
case_of "error warning notice info debug" steward log --level =
case_of "web print" steward log --level = error ""
case_of "web print" steward --home = /srv/x start ""
case_of "web.root web.listen" steward get web.
case_of "web.root= web.listen=" steward set web.
case_of "configure.ac" steward set web.root = configure.a
case_of "web.listen" steward set --reset web.l
case_of "--reset" steward set --r
case_of "bash" steward completion ""
case_of "start" steward help star
case_of "keys" steward help k
case_of "web/failed host/disk" steward acknowledge ""
case_of "host/disk" steward snooze h
case_of "web print" steward init --services ""
case_of "web,print" steward init --services web,p
case_of "web= print=" steward init --listen ""
case_of "" steward metrics ""
exit $failed
