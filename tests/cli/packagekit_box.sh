#!/bin/bash
# Runs a program beside a real PackageKit, in namespaces of its own: all that packages write to lies over the host's files,
# and is gone with it. `packagekit_box.sh FOLDER PROGRAM…`: FOLDER has repo/ (a flat repository) and *.deb.
set -euo pipefail
folder=$1
shift

over=$folder/over
mkdir -p "$over"
mount -t tmpfs over "$over"
for name in etc usr var; do
    mkdir -p "$over/$name/upper" "$over/$name/work"
    mount -t overlay over -o "lowerdir=/$name,upperdir=$over/$name/upper,workdir=$over/$name/work" "/$name"
    # whoever is not sure that this is no host's must not touch a package
    touch "$over/$name/upper/qnet-box"
    test -e "/$name/qnet-box"
done
mount -t tmpfs run /run
mkdir -p /run/dbus /run/lock
mount -t proc proc /proc

# a default route that leads nowhere: without one PackageKit does not even begin
ip link set lo up
ip link add out type veth peer name other
ip link set other up
ip address add 10.9.9.1/24 dev out
ip link set out up
ip route add default via 10.9.9.2

rm -rf /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/* /var/lib/apt/lists/*
mkdir -p /var/lib/apt/lists/partial
chown _apt /var/lib/apt/lists/partial
cp -r "$folder/repo" /var/qnet-repo  # apt reads as a user of its own
chmod -R a+rX /var/qnet-repo
echo "deb [trusted=yes] file:/var/qnet-repo ./" >/etc/apt/sources.list
dpkg --force-all -i "$folder"/*.deb >"$folder/dpkg.log" 2>&1
echo "# changed here" >>/etc/qnet-dummy.conf

dbus-uuidgen --ensure=/etc/machine-id
dbus-daemon --system --nofork --nopidfile >"$folder/bus.log" 2>&1 &
until [ -S /run/dbus/system_bus_socket ]; do
    kill -0 $!
    sleep 0.05
done
unset DBUS_SYSTEM_BUS_ADDRESS http_proxy https_proxy
"$@"
