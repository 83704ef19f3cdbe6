#!/bin/bash
# sandbox.sh FOLDER COMMAND...: runs COMMAND in /srv/app of a throw-away copy of this machine.
# The caller has unshared mounts, network, processes, names and IPC. FOLDER holds setup.sh, which runs first.
set -euo pipefail
given=$1; shift
scratch=$given/scratch
mkdir -p "$scratch"
mount -t tmpfs -o size=3g scratch "$scratch"
mkdir -p "$scratch"/{up,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/up,workdir=$scratch/work" "$scratch/root"
cd "$scratch/root"
mount -t proc proc proc
mount --rbind /dev dev
mount --rbind /sys sys
mount -t tmpfs -o size=256m,mode=1777 tmp tmp
mount -t tmpfs -o size=64m,mode=755 run run
mkdir -p run/lock run/sandbox var/run srv/app etc/runbook
cp "$given"/* run/sandbox/ 2>/dev/null || true
# The person's own caches and settings stay out; a tool chain in the home folder comes along.
mount -t tmpfs -o size=1g,mode=700 home root
for tools in .cargo .rustup; do
  if [ -d "/root/$tools" ]; then mkdir "root/$tools"; mount --rbind "/root/$tools" "root/$tools"; fi
done
rm -f etc/npmrc etc/pip.conf usr/etc/npmrc usr/local/etc/npmrc etc/apt/apt.conf.d/*proxy*
mkdir -p old
pivot_root . old
umount -l /old
cd /srv/app
ip link set lo up
hostname box
printf '127.0.0.1 localhost box\n::1 localhost\n' >/etc/hosts
printf 'nameserver 127.0.0.53\n' >/etc/resolv.conf
touch /etc/runbook/sandbox
id app >/dev/null 2>&1 || useradd -m -u 1999 -s /bin/bash app
. /run/sandbox/lib.sh
( set -e; . /run/sandbox/setup.sh ) </dev/null >/run/setup.log 2>&1 || {
  status=$?; echo "setup failed with $status:" >&2; tail -30 /run/setup.log >&2; exit 99
}
rm -rf /run/sandbox /run/setup.log
# No exec: the first process of the namespace has to wait for orphans.
"$@"
