#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# By hand, as root: ./setup run and ./setup check on a Debian 12 to which only
# git and ca-certificates were added, from a fresh clone, as root and as an
# ordinary user who may use sudo. Needs debootstrap and about 4 GB.
#
#   tests/bare/run.sh FOLDER [run|check|all] [root|user|both]
#
# FOLDER keeps the base system for the next time, and the logs. MIRROR names
# the mirror; without it the one of this machine's apt is taken. WORKTREE=1
# takes the tree as it lies there instead of its last commit.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd -P)
folder=${1:?usage: tests/bare/run.sh FOLDER [run|check|all] [root|user|both]}
what=${2:-all}
who=${3:-both}
suite=bookworm

[ "$(id -u)" = 0 ] || { echo "needs root" >&2; exit 1; }
mkdir -p "$folder"
folder=$(cd "$folder" && pwd -P)

# shellcheck disable=SC2016 # apt's own variables
repositories() { apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' | sort -u; }

make_base()
{
	local mirror=${MIRROR:-}
	[ -n "$mirror" ] || mirror=$(repositories | awk -v suite=$suite '$3 == suite { print $2; exit }')
	echo "making $folder/base ..."
	rm -rf "$folder/base.new"
	debootstrap --variant=minbase --include=git,ca-certificates $suite \
		"$folder/base.new" "$mirror" >"$folder/debootstrap.log" 2>&1
	if [ -n "${MIRROR:-}" ]; then
		echo "deb $MIRROR $suite main" >"$folder/base.new/etc/apt/sources.list"
	else
		repositories | grep " $suite" | awk '$4 == "main"' >"$folder/base.new/etc/apt/sources.list"
	fi
	apt-config dump | grep -E '^Acquire::(http|https)::' \
		>"$folder/base.new/etc/apt/apt.conf.d/90machine" || :
	rm -rf "$folder/base.new"/var/lib/apt/lists/*
	mv "$folder/base.new" "$folder/base"
}

bundle()
{
	rm -rf "$folder/tree" "$folder/steward.bundle"
	if [ "${WORKTREE:-0}" = 1 ]; then
		mkdir "$folder/tree"
		tar -C "$top" --exclude=./.git --exclude='./build*' -cf - . | tar -C "$folder/tree" -xf -
		git -C "$folder/tree" init -q -b main
		git -C "$folder/tree" add -A
		git -C "$folder/tree" -c user.name=trial -c user.email=trial@localhost \
			commit -q -m "The tree as it lies there"
		git -C "$folder/tree" bundle create -q "$folder/steward.bundle" HEAD main
	else
		git -C "$top" bundle create -q "$folder/steward.bundle" HEAD
	fi
}

# Inside the new root, in namespaces of its own, as root or through su.
inside()
{
	local root=$1 script=$2
	# shellcheck disable=SC2016 # for the inner shell
	timeout 3600 unshare -mp --fork --kill-child --propagation private bash -c '
		mount --bind "$1" "$1" && cd "$1" && mount -t proc proc proc &&
		mount --rbind /dev dev && mount --rbind /sys sys &&
		cp -L /etc/resolv.conf etc/resolv.conf && mkdir -p outside &&
		pivot_root . outside && umount -l /outside || exit 1
		exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			TERM=dumb bash -c "$2"' inside "$root" "$script" </dev/null
}

commands()
{
	echo 'set -e; cd; git clone -q /steward.bundle steward; cd steward'
	[ "$what" = check ] || echo './setup run; ./setup run; build/steward --version'
	[ "$what" = run ] || echo './setup check'
}

trial()
{
	local name=$1 root=$folder/$1 status=0
	rm -rf "$root"
	cp -a "$folder/base" "$root"
	cp "$folder/steward.bundle" "$root/"
	commands >"$root/commands"
	echo "trying as $name; the log is $folder/$name.log"
	if [ "$name" = root ]; then
		inside "$root" 'bash /commands' >"$folder/$name.log" 2>&1 || status=$?
	else
		inside "$root" 'apt-get -q update && apt-get -q -y install --no-install-recommends sudo &&
			useradd -m -s /bin/bash owner && echo "owner ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/owner &&
			runuser -l owner -c "bash /commands"' >"$folder/$name.log" 2>&1 || status=$?
	fi
	tail -n 3 "$folder/$name.log"
	echo "as $name: ended with $status"
	return $status
}

[ -d "$folder/base" ] || make_base
bundle
status=0
[ "$who" = user ] || trial root || status=1
[ "$who" = root ] || trial user || status=1
exit $status
