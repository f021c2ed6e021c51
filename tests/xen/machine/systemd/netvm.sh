#!/bin/sh
# Makes a netvm's image by `qnet netvm make`, as on a machine away from dom0: of the Debian root, the kernel of all domains
# with an initrd of Debian's own, and a layer of the tests' files.
# netvm.sh ROOT KERNEL LAYER CHECKOUT IMAGE, in a mount namespace of its own
set -eu
root=$1 kernel=$2 layer=$3 checkout=$4 image=$5
place=$(mktemp -d)
mount -t tmpfs place "$place"
mkdir "$place/upper" "$place/work" "$place/root"
mount -t overlay -o "lowerdir=$layer:$kernel/modules:$root,upperdir=$place/upper,workdir=$place/work" root "$place/root"
version=$(ls "$place/root/usr/lib/modules")
cp "$kernel/vmlinux" "$place/root/boot/vmlinuz-$version"
cp "$kernel/config" "$place/root/boot/config-$version"
mount -t proc proc "$place/root/proc"
chroot "$place/root" update-initramfs -c -k "$version"
umount "$place/root/proc"
# what it notes of what it has made is for this machine's netvm, which this is not
for folder in /run/qnet /var/lib/qnet; do
    mkdir -p "$folder"
    mount -t tmpfs notes "$folder"
done
cd "$checkout"
/usr/bin/python3 -B -m qnet_gui.cli netvm make netvm --from "$place/root" --packages build/deb --size 2 --output "$image"
umount /run/qnet /var/lib/qnet
rmdir --ignore-fail-on-non-empty /run/qnet /var/lib/qnet
