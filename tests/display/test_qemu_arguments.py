"""Of libxl's command line, the domain and where libxl will ask."""

from __future__ import annotations

import pytest

from qnet_gui.display.libxl.qemu_arguments import QemuArguments, qemu_arguments
from qnet_gui.model.errors import BadInput

#: As libxl of Xen 4.17 starts it for a domain without emulated devices.
LIBXL = [
    "-xen-domid", "5", "-no-shutdown",
    "-chardev", "socket,id=libxl-cmd,path=/var/run/xen/qmp-libxl-5,server=on,wait=off",
    "-mon", "chardev=libxl-cmd,mode=control",
    "-chardev", "socket,id=libxenstat-cmd,path=/var/run/xen/qmp-libxenstat-5,server=on,wait=off",
    "-mon", "chardev=libxenstat-cmd,mode=control",
    "-nodefaults", "-no-user-config", "-xen-attach", "-name", "netvm", "-vnc", "none", "-display", "none",
    "-machine", "xenpv", "-m", "1",
]  # fmt: skip


def test_libxls_words() -> None:
    sockets = ("/var/run/xen/qmp-libxl-5", "/var/run/xen/qmp-libxenstat-5")
    assert qemu_arguments(LIBXL) == QemuArguments(5, sockets)


def test_a_descriptor_that_listens_already() -> None:
    words = ["-xen-domid", "5", "-chardev", "socket,id=libxl-cmd,fd=9,server=on,wait=off", "-S"]
    assert qemu_arguments(words) == QemuArguments(5, (), (9,))


@pytest.mark.parametrize(
    "words", [[], ["-xen-domid"], ["-xen-domid", "x"], ["-xen-domid", "-1"], ["-xen-domid", "99999"]]
)
def test_no_domain(words: list[str]) -> None:
    with pytest.raises(BadInput):
        qemu_arguments(words)


@pytest.mark.parametrize("chardev", ["pty", "socket", "socket,path=relative", "socket,fd=x", "socket,path"])
def test_another_character_device_is_not_our_business(chardev: str) -> None:
    assert qemu_arguments(["-xen-domid", "5", "-chardev", chardev]) == QemuArguments(5)
