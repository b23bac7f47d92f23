#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# distcheck.sh TREE: make distcheck, as one case. It proves that the tarball is
# whole, builds from a read-only source, passes its tests, and that uninstall
# takes away what install brought.
set -uo pipefail

if make -C "$1" distcheck DISTCHECK_CONFIGURE_FLAGS="CFLAGS=-O1"; then
	echo "ok - make distcheck"
else
	echo "not ok - make distcheck"
	exit 1
fi
