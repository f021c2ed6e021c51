#!/bin/sh
# First program of dom0 and of every domain: puts the root together and hands over to machine/init.py.
#
# All mount the same read-only disk. `layers` on the kernel's command line says which of its folders, the upper first;
# what a domain writes stays in its memory. `more` names a second disk, which has the folders that are not on the first.
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
ln -s /proc/self/fd /dev/fd
exec </dev/hvc0 >/dev/hvc0 2>&1

init=$(sed -n 's/.* init=\([^ ]*\).*/\1/p' /proc/cmdline)
layers=$(sed -n 's/.*layers=\([^ ]*\).*/\1/p' /proc/cmdline)
more=$(sed -n 's/.* more=\([^ ]*\).*/\1/p' /proc/cmdline)
for module in $(cat /modules/order); do
    insmod "/modules/$module" 2>/dev/null  # one that has nothing to drive here refuses
done

tries=0
until { [ -b /dev/xvda ] || [ -b /dev/vda ]; } && { [ -z "$more" ] || [ -b "/dev/$more" ]; } || [ $tries -gt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
disk=/dev/vda
[ -b /dev/xvda ] && disk=/dev/xvda
mount -t ext4 -o ro,noatime $disk /disk || { echo "QNET no disk"; exec sh; }
[ -z "$more" ] || mount -t ext4 -o ro,noatime "/dev/$more" /more || exec sh
mount -t tmpfs -o size=60% memory /memory
mkdir /memory/upper /memory/work
lower=
for layer in $(echo "$layers" | sed 's/:/ /g'); do
    place=/disk/$layer
    [ -e "$place" ] || place=/more/$layer
    lower=${lower:+$lower:}$place
done
mount -t overlay -o "lowerdir=$lower,upperdir=/memory/upper,workdir=/memory/work" root /root || exec sh
for folder in dev proc sys; do
    mount -o move /$folder /root/$folder
done
exec switch_root -c /dev/hvc0 /root "${init:-/usr/lib/qnet-test/init.py}"
