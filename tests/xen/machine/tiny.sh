#!/bin/sh
# First and only program of a tiny domain, which is its initramfs alone: takes its address and name servers from
# xenstore, as qnet-guest does, fetches a page by name, and tells dom0 what it got in data/test/page.
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
exec </dev/hvc0 >/dev/hvc0 2>&1
for module in $(cat /modules/order); do
    insmod "/modules/$module" 2>/dev/null
done

xenstore() { /xenstore/ld.so --library-path /xenstore /xenstore/xenstore "$@"; }

until address=$(xenstore read qnet/address) && server=$(xenstore read qnet/dns1) && [ -e /sys/class/net/eth0 ]; do
    sleep 0.5
done
echo "QNET tiny: told $address $server"
ip link set eth0 up
ip address add "$address/32" dev eth0
ip route add default dev eth0 scope link
until world=$(nslookup www.test "$server" | sed -n 's/^Address: \([0-9.]*\)$/\1/p' | tail -n 1) && [ -n "$world" ] &&
    page=$(wget -q -O - "http://$world/"); do
    sleep 0.5
done
xenstore write data/test/page "$page"
while :; do sleep 1000; done
