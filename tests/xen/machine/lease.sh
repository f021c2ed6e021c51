#!/bin/sh
# What udhcpc calls in the netvm: takes the lease's address, route and name servers.
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip addr replace "$ip/${mask:-24}" dev "$interface"
ip route replace default via "$router" dev "$interface"
for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
