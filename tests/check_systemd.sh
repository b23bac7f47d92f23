#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The unit under a true systemd: it is booted as process 1 of namespaces of its
# own, on a root that has /usr of this machine (read-only) and nothing else of
# it, with the installed steward. Whether the unit's sandbox lets steward do its
# work is seen nowhere else. Needs root.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd -P)
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# ---- Inside, as a service of that systemd ----

property() { systemctl show -p "$1" --value steward; }
number() { steward status --json | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | head -n 1; }
ended() { timeout 30 tail --pid="$1" -s 0.05 -f /dev/null; }
answers() { curl -sf -m 10 -o /dev/null http://127.0.0.1/; }

trial()
{
	local keeper host
	case_ "systemctl start" systemctl start steward
	case_ "a page comes from port 80" answers
	says "systemctl status tells how it is" "services running" "$(property StatusText)"
	keeper=$(number keeper_pid)
	host=$(number pid)
	same "systemd knows the keeper" "$keeper" "$(property MainPID)"
	same "the host is the user steward's" "$(id -u steward)" \
		"$(sed -n 's/^Uid:\t\([0-9]*\)\t.*/\1/p' "/proc/$host/status")"
	case_ "systemctl reload" systemctl reload steward
	same "the same host goes on" "$host" "$(number pid)"
	case_ "systemctl kill -s USR2" systemctl kill -s USR2 --kill-whom=main steward
	case_ "the old host ends" ended "$host"
	case_ "another answers" answers
	same "it is the same service to systemd" "$keeper active 0" \
		"$(property MainPID) $(property ActiveState) $(property NRestarts)"
	host=$(number pid)
	kill -SEGV "$host"
	case_ "a crash ends the host" ended "$host"
	case_ "the next answers" answers
	same "systemd had nothing to do" "$keeper active 0" \
		"$(property MainPID) $(property ActiveState) $(property NRestarts)"
	kill -STOP "$keeper"
	case_ "a keeper that is silent is ended by the watchdog" ended "$keeper"
	case_ "and started again" systemctl start steward
	case_ "with its page" answers
	keeper=$(number keeper_pid)
	case_ "systemctl stop" systemctl stop steward
	same "it ends in order" "inactive success" "$(property ActiveState) $(property Result)"
	case_ "no process is left" test ! -e "/proc/$keeper"
	case_ "nor its folder in /run" test ! -e /run/steward
	case_ "the trial came to its end" true
	[ $failed -eq 0 ] || journalctl -u steward --no-pager | tail -n 50
}

# ---- The root it is booted on ----

make_root()
{
	local root=$1 build=$2 name
	mount -t tmpfs -o mode=755 tmpfs "$root" && cd "$root" || return
	mkdir -p usr etc/systemd/system var/lib var/log run tmp proc sys dev root home outside tree
	for name in bin sbin lib lib32 lib64 libx32; do
		[ ! -L "/$name" ] || cp -a "/$name" .
	done
	cp -a /etc/alternatives /etc/ld.so.* etc/
	printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n' >etc/passwd
	printf 'root:x:0:\nnogroup:x:65534:\n' >etc/group
	printf '%032d\n' 1 >etc/machine-id
	mount --bind /usr usr && mount -o remount,bind,ro usr && mount -t tmpfs tmpfs usr/local &&
		mount --bind "$top" tree && make -C "$build" install DESTDIR="$root" >/dev/null &&
		chroot . sh /tree/system/make-users >/dev/null || return
	mkdir -p etc/systemd/system/steward.service.d
	printf '[Service]\nWatchdogSec=2\nTimeoutAbortSec=1\n' \
		>etc/systemd/system/steward.service.d/trial.conf
	cat >etc/systemd/system/trial.service <<-EOF
		[Service]
		Type=oneshot
		ExecStart=/tree/tests/check_systemd.sh --trial
		ExecStopPost=/bin/systemctl exit 0
		StandardOutput=append:/out
		StandardError=append:/out
	EOF
}

boot()
{
	local root=$1 build=$2 out=$3 name
	make_root "$root" "$build" || return
	touch out && mount --bind "$out" out &&
		mount -t proc proc proc && mount --bind proc/sys proc/sys &&
		mount -o remount,bind,ro proc/sys && mount -t sysfs -o ro sysfs sys &&
		mount -t cgroup2 cgroup2 sys/fs/cgroup && mount -t tmpfs -o mode=755 tmpfs dev || return
	mkdir dev/pts dev/shm
	for name in null zero full random urandom tty; do
		touch "dev/$name" && mount --bind "/dev/$name" "dev/$name" || return
	done
	mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts && ln -s pts/ptmx dev/ptmx
	touch dev/console && mount --bind "$out" dev/console && mount -t tmpfs tmpfs run &&
		ip link set lo up && pivot_root . outside && umount -l /outside || return
	exec env -i container=trial PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		/lib/systemd/systemd --system --unit=trial.service --log-level=warning \
		--log-target=journal --show-status=0
}

# ---- Outside ----

# A cgroup of its own below the one we are in, or nothing.
make_group()
{
	local at
	at=$(awk '{ for (i = 7; i < NF; i++) if ($i == "-" && $(i + 1) == "cgroup2") print $5 }' \
		/proc/self/mountinfo | head -n 1)
	[ -n "$at" ] || return
	at=$at$(sed -n 's/^0:://p' /proc/self/cgroup)
	mkdir "${at%/}/steward-trial-$$" 2>/dev/null && printf '%s' "${at%/}/steward-trial-$$"
}

whole()
{
	local work group
	if [ "$(id -u)" != 0 ]; then
		skip "the unit under systemd" "needs root"
		return
	fi
	if [ ! -x /lib/systemd/systemd ] || [ ! -L /lib ]; then
		skip "the unit under systemd" "there is no systemd in /usr"
		return
	fi
	group=$(make_group) || {
		skip "the unit under systemd" "no cgroup may be made here"
		return
	}
	work=$(mktemp -d) || exit 1
	mkdir "$work/root"
	: >"$work/out"
	bash -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' group "$group" \
		timeout --kill-after=5 150 unshare -mpnCui --fork --kill-child --propagation private \
		"$0" --boot "$work/root" "$1" "$work/out" >"$work/boot" 2>&1 </dev/null
	cat "$work/boot"
	grep -a . "$work/out"
	if ! grep -q '^ok - the trial came to its end' "$work/out"; then
		echo "not ok - the trial came to its end"
		failed=1
	fi
	grep -q '^not ok' "$work/out" && failed=1
	find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
	rm -rf "$work"
}

case ${1:-} in
--trial)
	export PATH=/usr/local/sbin:/usr/local/bin:$PATH
	trial
	;;
--boot) boot "$2" "$3" "$4" ;;
*) whole "$(cd "${STEWARD_BUILD:-$top/build}" && pwd -P)" ;;
esac
exit $failed
