#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the linker made: hardening is on in every program, and the programs that
# run as root link nothing but libc.
set -u

cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh
build=${STEWARD_BUILD:-build}

dynamic() { readelf -dW "$1" | sed -n "s/.*($2).*[[ ]\([^] ]*\)\]*$/\1/p" | sort | tr '\n' ' '; }
is_pie() { readelf -hW "$1" | grep -q 'Type: *DYN'; }
binds_now() { readelf -dW "$1" | grep -q 'FLAGS_1.*NOW' && readelf -lW "$1" | grep -q GNU_RELRO; }
stack_is_data() { readelf -lW "$1" | grep GNU_STACK | grep -q 'RW '; }
guards_stack() { readelf --dyn-syms -W "$1" | grep -q __stack_chk_fail; }
is_fortified() { readelf --dyn-syms -W "$1" | grep -q '__[a-z]*printf_chk'; }
guards_jumps() { objdump -d --section=.text "$1" | grep -q endbr64; }
has_no_path() { ! readelf -dW "$1" | grep -qE 'RPATH|RUNPATH'; }
has_no_openssl() { ! readelf -dW "$1" | grep -qE 'NEEDED.*lib(ssl|crypto)\.'; }

for program in steward stewardd steward-host steward-root; do
	at=$build/$program
	[ -e "$at" ] || { case_ "$program was built" false; continue; }
	case_ "$program: position independent" is_pie "$at"
	case_ "$program: relocations are read-only" binds_now "$at"
	case_ "$program: the stack holds no code" stack_is_data "$at"
	case_ "$program: the stack is guarded" guards_stack "$at"
	case_ "$program: fortified" is_fortified "$at"
	case_ "$program: no search path of its own" has_no_path "$at"
	case_ "$program: no OpenSSL" has_no_openssl "$at"
	[ "$(uname -m)" != x86_64 ] || case_ "$program: jumps are guarded" guards_jumps "$at"
done
same "stewardd links nothing but libc" "libc.so.6 " "$(dynamic "$build/stewardd" NEEDED)"
same "steward-root links nothing but libc" "libc.so.6 " "$(dynamic "$build/steward-root" NEEDED)"
exit $failed
