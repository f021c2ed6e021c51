"""Builds the Xen machine's disk, kernel and hypervisor below build/xen, and builds nothing that is there already.

Three caches, each named after what it was made from: `base-…`, the Debian root (a minute and a half); `kernel-…`, the
kernel and Xen; `machine-…`, the disk with this checkout installed for every role. Needs root, apt and the network.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from parts import (
    BUILD,
    BUSYBOX,
    CHECKOUT,
    FIRST_MODULES,
    HYPERVISOR,
    KERNEL,
    MACHINE,
    MODULE_FOLDERS,
    MODULES,
    PACKAGES,
    SUITE,
    TINY_MODULES,
)  # fmt: skip
from turns import only_one

ROLES = ("dom0", "netvm", "guest")
SYSTEMD = MACHINE / "systemd"
#: Of what a domain has layers: as installed, and before.
KINDS = {"installed": ROLES, "bare": ("dom0", "guest")}
#: How the disks' filesystems are made: without what only costs here.
PLAIN = ("-q", "-t", "ext4", "-O", "^has_journal,^metadata_csum", "-m", "0")
_OURS = ("qnet_gui", "desktop", "resources", "packaging")
_SIZE = "1000M"
#: Programs of the tests that dom0 has besides.
_OF_DOM0 = ("screen_window.py", "screen_probe.py", "screen_desktop.py")
#: dom0's, by the kind of its layer: what it keeps, and where it makes the disks of its domains.
_FSTAB = {
    "installed": "/dev/vdb /var/lib/qnet ext4 noatime,nofail 0 0\n",
    "bare": "/dev/vdb /var/lib/qnet ext4 noatime,nofail 0 0\n/dev/vdc /var/lib/xen ext4 noatime 0 0\n",
}


def run(*arguments: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(
        list(map(str, arguments)), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def key(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def ours() -> list[tuple[str, str]]:
    """Names and digests of all files of this checkout that get into a machine, without what Python leaves there."""
    return [
        (str(path.relative_to(CHECKOUT)), hashlib.sha256(path.read_bytes()).hexdigest())
        for folder in (*(CHECKOUT / name for name in _OURS), MACHINE)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


def cached(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name, made if need be: all of it or nothing. Older ones of its kind are removed."""
    folder = BUILD / name
    if folder.exists():
        return folder
    kind = name.partition("-")[0]
    wip = BUILD / f".{name}"
    shutil.rmtree(wip, ignore_errors=True)
    wip.mkdir(parents=True)
    print(f"making {name}", flush=True)
    make(wip)
    for old in BUILD.glob(f"{kind}-*"):
        shutil.rmtree(old)
    wip.rename(folder)
    return folder


# -- the Debian root


def base() -> Path:
    """A Debian root with every package that any kind of domain needs."""
    return cached(f"base-{key(SUITE, PACKAGES)}", _make_base)


def _make_base(folder: Path) -> None:
    run("debootstrap", "--variant=minbase", "--merged-usr", f"--include={','.join(PACKAGES)}", SUITE, folder)
    shutil.rmtree(folder / "var/cache/apt/archives", ignore_errors=True)
    for path in (folder / "var/lib/apt/lists").glob("*_*"):
        path.unlink()  # which would be read for a minute by an emulated apt, and there is no network for it


# -- kernel and hypervisor


def kernel() -> Path:
    """`xen`, `vmlinux`, `modules/` with modules.dep, from apt's newest packages."""
    depends = run("apt-cache", "depends", KERNEL).split()
    newest = next(word for word in depends if word.startswith("linux-image-") and word != KERNEL)
    return cached(f"kernel-{key(newest, HYPERVISOR, MODULES, MODULE_FOLDERS)}", lambda wip: _make_kernel(wip, newest))


def _make_kernel(folder: Path, package: str) -> None:
    unpacked = folder / "unpacked"
    run("apt-get", "-q", "download", package, HYPERVISOR, cwd=folder)
    for deb in folder.glob("*.deb"):
        run("dpkg", "-x", deb, unpacked)
        deb.unlink()
    with (folder / "xen").open("wb") as xen:
        subprocess.run(["/bin/zcat", next(unpacked.glob("boot/xen-4*.gz"))], stdout=xen, check=True)
    (folder / "vmlinux").write_bytes(_vmlinux(next(unpacked.glob("boot/vmlinuz-*")).read_bytes()))
    shutil.copy(next(unpacked.glob("boot/config-*")), folder / "config")
    version = next((unpacked / "lib/modules").iterdir()).name
    run("depmod", "-b", unpacked, version)
    _take_modules(unpacked / "lib/modules" / version, folder / "modules/usr/lib/modules" / version)
    (folder / "modules/lib").symlink_to("usr/lib")
    run("depmod", "-b", folder / "modules", version)
    (folder / "modules/lib").unlink()
    shutil.rmtree(unpacked)


def _vmlinux(image: bytes) -> bytes:
    """The kernel inside a bzImage, which emulation is slow to unpack. Source: Linux, Documentation/x86/boot.rst."""
    setup = (image[0x1F1] or 4) + 1
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = setup * 512 + offset
    return lzma.LZMADecompressor().decompress(image[start : start + length])


def _with_needed(root: Path, version: str, names: Iterable[str]) -> list[Path]:
    """Files of modules and of all that they need, in the order in which they load."""
    modules: dict[Path, None] = {}
    for name in names:
        for line in run("modprobe", "-d", root, "-S", version, "--show-depends", name).splitlines():
            kind, _, path = line.partition(" ")
            if kind == "insmod":
                modules[Path(path.split()[0])] = None
    return list(modules)


def _take_modules(source: Path, target: Path) -> None:
    """Only what is used: the whole would be most of the disk."""
    whole = [path.stem for folder in MODULE_FOLDERS for path in (source / "kernel" / folder).rglob("*.ko")]
    target.mkdir(parents=True)
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copy(source / name, target)
    for path in _with_needed(source.parents[2], source.name, (*MODULES, *whole)):
        place = target / path.resolve().relative_to(source.resolve())
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)


# -- the machine


@cache
def machine() -> Path:
    """`xen`, `vmlinux`, `initrd`, `disk`, and the empty `state`: all that QEMU is given. The same to the end."""
    with only_one("machine"):
        root, boot = base(), kernel()
        name = f"machine-{key(root.name, boot.name, ours(), Path(__file__).read_bytes())}"
        return cached(name, lambda wip: _make_machine(wip, root, boot))


def _make_machine(folder: Path, root: Path, boot: Path) -> None:
    for name in ("xen", "vmlinux"):
        os.link(boot / name, folder / name)
    _make_initrd(folder / "initrd", root, boot, FIRST_MODULES, "initramfs.sh")
    _make_initrd(folder / "tiny", root, boot, TINY_MODULES, "tiny.sh", _xenstore(root))
    disk = folder / "layers"
    disk.mkdir()
    run("make", "-C", CHECKOUT, "deb")
    for role in ROLES:
        _make_layer(disk / role, role)
    for kind, roles in KINDS.items():
        for role in roles:
            make_booted(disk / f"{role}-{kind}", role, kind, root)
    run("cp", "-al", root, disk / "base")
    run("cp", "-al", boot / "modules", disk / "modules")
    for layer in ("dom0", "dom0-installed", "dom0-bare"):
        (disk / layer / "boot").mkdir()
        for name in ("vmlinux", "initrd", "tiny"):
            os.link(folder / name, disk / layer / "boot" / name)
    run("mke2fs", *PLAIN, "-d", disk, folder / "disk", _SIZE)
    run("mke2fs", *PLAIN, folder / "state", "8M")
    shutil.rmtree(disk)


def _make_layer(layer: Path, role: str) -> None:
    """What `make install` puts into a domain, and the few files of the tests' own."""
    run("make", "-C", CHECKOUT, "install", f"ROLE={role}", f"DESTDIR={layer}")
    _add_own(layer, role)
    if role != "dom0":
        # whom the kernel calls for `xl shutdown`; systemd's would ask systemd
        poweroff = layer / "usr/sbin/poweroff"
        poweroff.parent.mkdir(parents=True, exist_ok=True)
        poweroff.write_text("#!/bin/sh\nexec busybox poweroff -f\n")
        poweroff.chmod(0o755)


def make_booted(layer: Path, role: str, kind: str, root: Path) -> None:
    """A layer with systemd as the first program of whoever has it, and the packages in it: at hand in a bare one."""
    _add_own(layer, role)
    if kind == "bare":  # whoever obeys the tests speaks to xenstore before anything of ours is installed
        there = layer / "usr/lib/qnet-test/qnet_gui"
        shutil.copytree(CHECKOUT / "qnet_gui", there, ignore=shutil.ignore_patterns("__pycache__"))
    units = layer / "etc/systemd/system"
    units.mkdir(parents=True)
    runner = (SYSTEMD / "qnet-test.service").read_text()
    (units / "qnet-test.service").write_text(
        runner.replace("@RUN@", "run_for_host" if role == "dom0" else "run_for_dom0")
    )
    settings = layer / "etc/systemd/system.conf.d"
    settings.mkdir()
    shutil.copy(SYSTEMD / "emulated.conf", settings)
    if role == "dom0":
        (layer / "etc/fstab").write_text(_FSTAB[kind])
        settings = units / "qnet-netvm.service.d"
        settings.mkdir()
        # what `systemctl edit qnet-netvm` leaves behind
        (settings / "override.conf").write_text("[Service]\nEnvironment=QNET_NETVM_WAIT=500\n")
    run("unshare", "--mount", "sh", SYSTEMD / "install.sh", root, layer, role, kind, CHECKOUT / "build/deb")


def _add_own(layer: Path, role: str) -> None:
    """The tests' own files."""
    ours = layer / "usr/lib/qnet-test"
    ours.mkdir(parents=True)
    for name in ("init.py", "command_runner.py", *(_OF_DOM0 if role == "dom0" else ())):
        shutil.copy(MACHINE / name, ours)
        (ours / name).chmod(0o755)
    if role == "dom0":
        scripts = layer / "etc/xen/scripts"
        scripts.mkdir(parents=True, exist_ok=True)
        shutil.copy(MACHINE / "block-shared", scripts)
        (scripts / "block-shared").chmod(0o755)


def _xenstore(root: Path) -> list[Path]:
    """xenstore's client and all that it needs to run where nothing else is."""
    program = root / "usr/bin/xenstore"
    linked = run("chroot", root, "ldd", Path("/") / program.relative_to(root)).split()
    libraries = [root / word.lstrip("/") for word in linked if word.startswith("/")]
    return [program, *libraries]


def _make_initrd(
    initrd: Path, root: Path, boot: Path, modules: Iterable[str], program: str, more: Iterable[Path] = ()
) -> None:
    """An initramfs with busybox, `modules` in the order of `modules/order`, and `program` as the first one."""
    files = initrd.with_suffix(".files")
    for name in ("bin", "dev", "proc", "sys", "disk", "more", "memory", "root", "modules", "xenstore"):
        (files / name).mkdir(parents=True)
    shutil.copy(root / "bin/busybox", files / "bin/busybox")
    for name in BUSYBOX:
        (files / "bin" / name).symlink_to("busybox")
    version = next((boot / "modules/usr/lib/modules").iterdir()).name
    order = _with_needed(boot / "modules/usr", version, modules)
    for path in order:
        shutil.copy(path, files / "modules")
    (files / "modules/order").write_text("".join(f"{path.name}\n" for path in order))
    for path in more:
        shutil.copy(path, files / "xenstore" / ("ld.so" if path.name.startswith("ld-") else path.name))
    shutil.copy(MACHINE / program, files / "init")
    (files / "init").chmod(0o755)
    names = "\n".join(str(path.relative_to(files)) for path in sorted(files.rglob("*")))
    with initrd.open("wb") as archive:
        subprocess.run(
            ["/usr/bin/cpio", "-o", "-H", "newc", "--quiet"],
            cwd=files,
            input=names.encode(),
            stdout=archive,
            check=True,
        )
    shutil.rmtree(files)


if __name__ == "__main__":
    print(machine())
