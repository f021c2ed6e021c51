#!/bin/bash
# Boots systemd as process 1 of namespaces of its own: boot.sh BASE FOLDER. What it writes goes to FOLDER, never to BASE;
# FOLDER/share is /mnt there. The caller has made the namespaces and the control group.
set -euo pipefail
base=$1 folder=$2 root=$2/root
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$base,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount --bind "$folder/share" "$root/mnt"
mount -t tmpfs tmpfs "$root/dev"
for name in null zero random urandom full tty; do
    : >"$root/dev/$name"
    mount --bind "/dev/$name" "$root/dev/$name"
done
: >"$root/dev/console"
mount --bind "$folder/console" "$root/dev/console"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts devpts -o newinstance,ptmxmode=0666 "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system
