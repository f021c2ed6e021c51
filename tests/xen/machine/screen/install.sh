#!/bin/sh
# Makes the layer that a netvm with a screen has above the Debian root: packages, by the root's own apt.
# install.sh ROOT LAYER PACKAGE…, in a mount namespace of its own
set -eu
root=$1 layer=$2
shift 2
place=$(mktemp -d)
mount -t tmpfs place "$place"
mkdir "$place/upper" "$place/work" "$place/root"
mount -t overlay -o "lowerdir=$root,upperdir=$place/upper,workdir=$place/work" root "$place/root"
mount -t tmpfs tmp "$place/root/tmp"
mount -t proc proc "$place/root/proc"
# nothing is started here
printf '#!/bin/sh\nexit 101\n' >"$place/root/usr/sbin/policy-rc.d"
chmod 755 "$place/root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$place/root/etc/resolv.conf"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
chroot "$place/root" apt-get -q update
chroot "$place/root" apt-get -q install -y --no-install-recommends "$@"
umount "$place/root/tmp" "$place/root/proc"
rm -rf "$place/upper/var/cache/apt" "$place/upper/var/lib/apt" "$place/upper/usr/share/doc" "$place/upper/usr/share/man" \
    "$place/upper/usr/share/locale" "$place/upper/usr/sbin/policy-rc.d" "$place/upper/etc/resolv.conf" "$place/upper/var/log"
cp -a "$place/upper/." "$layer"
