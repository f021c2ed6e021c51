#!/bin/sh
# Installs packages into a layer above a Debian root, as dpkg does on a machine that does not run.
# install.sh ROOT LAYER ROLE FOLDER-OF-PACKAGES, in a mount namespace of its own
set -eu
root=$1 layer=$2 role=$3 packages=$4
case $role in
    dom0) units=qnet-helper.service masked='NetworkManager.service NetworkManager-wait-online.service' ;;
    netvm) units=qnet-agent.service masked= ;;
    guest) units=qnet-guest.service masked='NetworkManager.service NetworkManager-wait-online.service xen.service xendomains.service' ;;
esac
place=$(mktemp -d)
mount -t tmpfs place "$place"
mkdir "$place/upper" "$place/work" "$place/root"
cp -a "$layer/." "$place/upper"
mount -t overlay -o "lowerdir=$root,upperdir=$place/upper,workdir=$place/work" root "$place/root"
mount -t tmpfs tmp "$place/root/tmp"
cp "$packages/qnet-common_"*.deb "$packages/qnet-${role}_"*.deb "$place/root/tmp"
# nothing is started here
printf '#!/bin/sh\nexit 101\n' >"$place/root/usr/sbin/policy-rc.d"
chmod 755 "$place/root/usr/sbin/policy-rc.d"
chroot "$place/root" sh -c 'dpkg -i /tmp/*.deb'
rm "$place/root/usr/sbin/policy-rc.d"
# a first boot would set every unit to its preset
echo 0123456789abcdef0123456789abcdef >"$place/root/etc/machine-id"
chroot "$place/root" systemctl enable qnet-test.service $units 2>&1
for unit in $masked getty@tty1.service serial-getty@hvc0.service apt-daily.timer apt-daily-upgrade.timer \
    e2scrub_all.timer e2scrub_reap.service dpkg-db-backup.timer fstrim.timer; do
    ln -sf /dev/null "$place/root/etc/systemd/system/$unit"
done
umount "$place/root/tmp"
cp -a "$place/upper/." "$layer"
