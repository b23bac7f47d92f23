# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# For the checks that are scripts: one line a case, as tests/totals reads them.
# shellcheck disable=SC2034 # for whoever sources it
failed=0

# case_ NAME COMMAND...: passes when the command does; its output is shown when not.
case_()
{
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then
		echo "ok - $name"
	else
		printf '%s\nnot ok - %s\n' "$out" "$name"
		failed=1
	fi
}

# same NAME EXPECTED FOUND
same()
{
	if [ "$2" = "$3" ]; then
		echo "ok - $1"
	else
		diff <(printf '%s\n' "$2") <(printf '%s\n' "$3")
		echo "not ok - $1 (< expected, > found)"
		failed=1
	fi
}

# says NAME TEXT OUTPUT: OUTPUT contains TEXT.
says()
{
	case $3 in
	*"$2"*) echo "ok - $1" ;;
	*)
		printf '%s\n' "$3"
		echo "not ok - $1: \"$2\" is not in what is above"
		failed=1
		;;
	esac
}

skip() { echo "ok - $1 # SKIP $2"; }
