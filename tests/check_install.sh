#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make install and make uninstall: into a staging folder, and as root for real,
# but in namespaces of its own (files, network, processes), where the installed
# stewardd is started on port 80, upgraded under load and taken away again. The
# machine itself is not touched.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd -P)
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"
build=$(cd "${STEWARD_BUILD:-$top/build}" && pwd -P) || exit 1

expected='/etc/steward/ports
/etc/steward/steward.conf
/usr/local/bin/steward
/usr/local/lib/systemd/system/steward.service
/usr/local/libexec/steward/steward-host
/usr/local/libexec/steward/steward-root
/usr/local/sbin/stewardd
/usr/local/share/bash-completion/completions/steward
/usr/local/share/man/man1/steward.1
/usr/local/share/man/man5/steward.conf.5
/usr/local/share/man/man7/steward-web.7
/usr/local/share/man/man8/stewardd.8'

files() { (cd "$1" && find . -type f | sed 's/^\.//' | LC_ALL=C sort); }
modes() { (cd "$1" && find . -mindepth 1 -printf '%P %m\n' | LC_ALL=C sort); }
with_umask() { (umask "$1" && shift && "$@"); }

# ---- Into a staging folder ----

staged()
{
	local stage=$1 unit=$1/usr/local/lib/systemd/system/steward.service
	case_ "make install DESTDIR" with_umask 022 make -C "$build" install DESTDIR="$stage"
	same "it brings these files" "$expected" "$(files "$stage")"
	case_ "and an empty state folder" test -d "$stage/var/lib/steward"
	case_ "make install under umask 077" \
		with_umask 077 make -C "$build" install DESTDIR="$stage-077"
	same "gives the same modes" "$(modes "$stage")" "$(modes "$stage-077")"
	if command -v systemd-analyze >/dev/null; then
		sed "s|=/usr/local/sbin|=$stage/usr/local/sbin|" "$unit" >"$stage/steward.service"
		same "systemd-analyze verify has nothing to say" "" \
			"$(systemd-analyze verify --man=no "$stage/steward.service" 2>&1)"
		rm "$stage/steward.service"
	else
		skip "systemd-analyze verify" "systemd is not installed"
	fi
	same "the settings in the example are the defaults' names" "" "$(example "$stage")"
	echo "# the owner's" >>"$stage/etc/steward/steward.conf"
	touch "$stage/var/lib/steward/data"
	case_ "make install again" make -C "$build" install DESTDIR="$stage"
	case_ "keeps what the owner wrote" grep -q "the owner's" "$stage/etc/steward/steward.conf"
	local said
	said=$(make -C "$build" uninstall DESTDIR="$stage" 2>&1)
	says "make uninstall tells what it leaves" "$stage/var/lib/steward" "$said"
	same "and leaves the owner's files alone" "/etc/steward/steward.conf
/var/lib/steward/data" "$(files "$stage")"
}

# The example, with every setting that is commented out put in force.
example()
{
	local home=$1/example
	mkdir -p "$home"
	sed 's/^\(\t*\)#\([a-z_{}\t].*\)$/\1\2/' "$1/etc/steward/steward.conf" >"$home/steward.conf"
	local said
	said=$("$build/steward-host" --check "$home/steward.conf" --home "$home" 2>&1) ||
		echo "steward-host --check ended with $?: $said"
	rm -rf "$home"
}

# ---- For real, in namespaces ----

number() { steward status --json | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | head -n 1; }
ended() { timeout 30 tail --pid="$1" -s 0.05 -f /dev/null; }
inode() { stat -L -c %i "$1"; }

# Requests one after the other until the file "enough" is there; prints each
# connection that was refused (curl's 7) or not answered in ten seconds (28). A
# connection that was accepted and has not asked yet may be closed by a drain.
visitors()
{
	local count=0 status
	while [ ! -e "$1/enough" ]; do
		curl -s -o /dev/null -m 10 http://127.0.0.1/
		status=$?
		case $status in
		0 | 52 | 56) count=$((count + 1)) ;;
		*) echo "curl ended with $status" ;;
		esac
	done
	[ $count -gt 0 ] || echo "nobody was answered"
}

as_nobody() { setpriv --reuid=65534 --regid=65534 "$@"; }

upgraded()
{
	local keeper=$1 host=$2 work=$3
	visitors "$work" >"$work/visitors" &
	local visitors=$!
	make -C "$build" install >/dev/null 2>&1
	case_ "a new stewardd is installed" test "$(inode "/proc/$keeper/exe")" != "$(inode /usr/local/sbin/stewardd)"
	kill -USR2 "$keeper"
	case_ "SIGUSR2: the old host ends" ended "$host"
	case_ "SIGUSR2: another answers" steward status
	touch "$work/enough"
	wait $visitors
	same "SIGUSR2: no visitor was refused" "" "$(cat "$work/visitors")"
	same "SIGUSR2: the keeper is the same process" "$keeper" "$(number keeper_pid)"
	same "SIGUSR2: and the new program" "$(inode /usr/local/sbin/stewardd)" "$(inode "/proc/$keeper/exe")"
	same "SIGUSR2: so is the host" "$(inode /usr/local/libexec/steward/steward-host)" \
		"$(inode "/proc/$(number pid)/exe")"
}

installed()
{
	local work=$1 keeper host
	export PATH=/usr/local/bin:/usr/local/sbin:$PATH
	unset STEWARD_HOME
	case_ "make install" make -C "$build" install
	case_ "there is a user steward" getent passwd steward
	for group in steward-admin steward-operator steward-view; do
		case_ "there is a group $group" getent group $group
	done
	same "the state folder is the user's" steward "$(stat -c %U /var/lib/steward)"
	same "the example is root's" "root 644" "$(stat -c '%U %a' /etc/steward/steward.conf)"
	case_ "stewardd starts" stewardd
	case_ "steward status" steward status
	case_ "a page comes from port 80" curl -sf -m 10 -o /dev/null http://127.0.0.1/
	case_ "and over IPv6" curl -sf -m 10 -o /dev/null "http://[::1]/"
	keeper=$(number keeper_pid)
	host=$(number pid)
	same "the keeper is root's" root "$(stat -c %U "/proc/$keeper")"
	same "the host is the user steward's" "$(id -u steward)" \
		"$(sed -n 's/^Uid:\t\([0-9]*\)\t.*/\1/p' "/proc/$host/status")"
	same "the host has no capability" "0000000000000000" \
		"$(sed -n 's/^CapPrm:\t//p' "/proc/$host/status")"
	as_nobody --groups="$(getent group steward-view | cut -d: -f3)" \
		/usr/local/bin/steward status >/dev/null 2>&1
	same "a viewer may look" 0 $?
	as_nobody --groups="$(getent group steward-view | cut -d: -f3)" \
		/usr/local/bin/steward stop web >/dev/null 2>&1
	same "and not stop" 4 $?
	as_nobody --clear-groups /usr/local/bin/steward status >/dev/null 2>&1
	same "anybody else may not look" 4 $?
	upgraded "$keeper" "$host" "$work"
	echo "# the owner's" >>/etc/steward/steward.conf
	kill -TERM "$keeper"
	case_ "SIGTERM ends it" ended "$keeper"
	says "make uninstall tells what it leaves" /var/lib/steward "$(make -C "$build" uninstall 2>&1)"
	case_ "no program is left" test ! -e /usr/local/sbin/stewardd -a ! -e /usr/local/bin/steward
	case_ "the settings are" grep -q "the owner's" /etc/steward/steward.conf
	case_ "and the data" test -n "$(ls -A /var/lib/steward)"
}

# A layer over each folder that is written to; what lies below stays as it is.
layers()
{
	local work=$1 folder name
	mount -t tmpfs -o mode=755 tmpfs "$work" || return
	for folder in /etc /usr/local /var/lib; do
		name=${folder//\//-}
		mkdir -p "$work/$name-new" "$work/$name-work" &&
			mount -t overlay overlay -o "lowerdir=$folder,upperdir=$work/$name-new,workdir=$work/$name-work" \
				$folder || return
	done
	mount -t tmpfs -o mode=755 tmpfs /run && ip link set lo up &&
		rm -rf /etc/steward /var/lib/steward
}

if [ "${1:-}" = --inside ]; then
	case_ "the namespaces are set up" layers "$2"
	[ $failed -ne 0 ] || installed "$2"
	exit $failed
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work/stage" "$work/stage-077" "$work/real"
staged "$work/stage"
if [ "$(id -u)" != 0 ]; then
	skip "a true installation, its upgrade and its removal" "needs root"
elif ! unshare -mnp --fork --mount-proc mount -t tmpfs tmpfs "$work/real" 2>/dev/null; then
	skip "a true installation, its upgrade and its removal" "no namespaces may be made here"
else
	timeout 240 unshare -mnp --fork --kill-child --mount-proc "$0" --inside "$work/real" || failed=1
fi
exit $failed
