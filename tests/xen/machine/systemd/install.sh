#!/bin/sh
# Makes of a layer above a Debian root what a machine with systemd has, by the root's own dpkg and systemctl.
# install.sh ROOT LAYER ROLE KIND FOLDER-OF-PACKAGES, in a mount namespace of its own. KIND: `installed`, as dpkg does on a
# machine that does not run; or `bare`, with the packages in /root/qnet and nothing of them installed.
set -eu
root=$1 layer=$2 role=$3 kind=$4 packages=$5
network='NetworkManager.service NetworkManager-wait-online.service'
case $role in
    dom0) units=qnet-helper.service masked=$network ;;
    netvm) units=qnet-agent.service masked= ;;
    guest) units=qnet-guest.service masked="$network xen.service xendomains.service" ;;
esac
if [ "$kind-$role" = bare-dom0 ]; then
    masked=  # it has its network cards
fi
place=$(mktemp -d)
mount -t tmpfs place "$place"
mkdir "$place/upper" "$place/work" "$place/root"
cp -a "$layer/." "$place/upper"
mount -t overlay -o "lowerdir=$root,upperdir=$place/upper,workdir=$place/work" root "$place/root"
# a first boot would set every unit to its preset
echo 0123456789abcdef0123456789abcdef >"$place/root/etc/machine-id"
if [ "$kind" = installed ]; then
    mount -t tmpfs tmp "$place/root/tmp"
    cp "$packages/qnet-common_"*.deb "$packages/qnet-${role}_"*.deb "$place/root/tmp"
    # nothing is started here
    printf '#!/bin/sh\nexit 101\n' >"$place/root/usr/sbin/policy-rc.d"
    chmod 755 "$place/root/usr/sbin/policy-rc.d"
    chroot "$place/root" sh -c 'dpkg -i /tmp/*.deb'
    rm "$place/root/usr/sbin/policy-rc.d"
    umount "$place/root/tmp"
    chroot "$place/root" systemctl enable $units 2>&1
else
    mkdir -p "$place/root/root/qnet"
    cp "$packages/"*.deb "$place/root/root/qnet"
fi
chroot "$place/root" systemctl enable qnet-test.service 2>&1
for unit in $masked getty@tty1.service serial-getty@hvc0.service apt-daily.timer apt-daily-upgrade.timer \
    e2scrub_all.timer e2scrub_reap.service dpkg-db-backup.timer fstrim.timer; do
    ln -sf /dev/null "$place/root/etc/systemd/system/$unit"
done
cp -a "$place/upper/." "$layer"
