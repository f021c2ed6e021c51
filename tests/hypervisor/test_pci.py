"""PCI devices as sysfs has them, and what a domain's configuration says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from qnet_gui.hypervisor import pci, xl_config
from qnet_gui.model.errors import BadInput


def device(root: Path, address: str, kind: str, driver: str = "") -> Path:
    real = root / "real" / address
    real.mkdir(parents=True)
    (real / "class").write_text(f"{kind}\n")
    (root / "devices").mkdir(exist_ok=True)
    (root / "devices" / address).symlink_to(f"../real/{address}")
    if driver:
        (real / "driver").symlink_to(f"../../drivers/{driver}")
    return real


def test_controllers(tmp_path: Path) -> None:
    device(tmp_path, "0000:03:00.0", "0x028000", "iwlwifi")
    cable = device(tmp_path, "0000:00:04.0", "0x020000", "pciback")
    device(tmp_path, "0000:00:1f.2", "0x010601", "ahci")
    virtual = device(tmp_path, "0000:03:10.0", "0x020000")
    (virtual / "physfn").symlink_to("../0000:03:00.0")
    (tmp_path / "devices/0000:09:00.0").symlink_to("../real/gone")
    controllers = pci.controllers(tmp_path)
    assert controllers == [
        pci.PciNic("0000:00:04.0", "pciback", str(cable)),
        pci.PciNic("0000:03:00.0", "iwlwifi", str(tmp_path / "real/0000:03:00.0")),
        pci.PciNic("0000:03:10.0", "", str(virtual), virtual=True),
    ]
    assert [nic.given_away for nic in controllers] == [True, False, False]


def test_no_bus(tmp_path: Path) -> None:
    assert pci.controllers(tmp_path) == []
    assert pci.nic("0000:00:04.0", tmp_path) is None
    assert pci.driver("0000:00:04.0", tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("00:04.0", "0000:00:04.0"), ("0000:00:04.0", "0000:00:04.0"), (" 3:0.1 ", "0000:03:00.1"),
        ("0001:AB:1F.7", "0001:ab:1f.7"), ("10000:e1:00.0", "10000:e1:00.0"),
    ],
)  # fmt: skip
def test_address(text: str, address: str) -> None:
    assert pci.address(text) == address


@pytest.mark.parametrize("text", ["", "eth0", "00:04", "00:04.8", "00:20.0", "00:04.*", "00:04.0 x", "../00:04.0"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadInput, match="is not the address of a PCI device"):
        pci.address(text)


# -- xl.cfg


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("", {}),
        ("name = 'netvm'\nmemory=512", {"name": "netvm", "memory": "512"}),
        ('name="a"; name="b"', {"name": "b"}),
        ("# name = 'x'\nname = 'y' # z = 'w'", {"name": "y"}),
        ("extra = 'root=/dev/xvda pci=[x]'", {"extra": "root=/dev/xvda pci=[x]"}),
        ("pci = [ '00:04.0',\n  # not this\n  '03:00.0' , ]\nvcpus = 2", {"pci": ("00:04.0", "03:00.0"), "vcpus": "2"}),
        ("pci = []", {"pci": ()}),
        ("pci = ['a']\npci += ['b']\nextra = 'c'\nextra += 'd'", {"pci": ("a", "b"), "extra": "cd"}),
        ("a = [['x', 'y'], 'z']\nb = 1", {"a": ("x", "y", "z"), "b": "1"}),
        ("pci = ['unclosed\nname = 'x'", {"pci": ("unclosed", "name", "x")}),
        ("nonsense ! $\nname = 'x'", {"name": "x"}),
        ("name =\nmemory = 1", {"name": "", "memory": "1"}),
    ],
)
def test_settings(text: str, settings: dict[str, object]) -> None:
    assert xl_config.settings(text) == settings


def test_addresses_in_the_words_of_a_list() -> None:
    words = ("00:04.0", "0000:03:00.0@5,permissive=1", "seize=1,bdf=04:00.0", "name=wifi", "00:1a.*", "")
    assert xl_config.pci_addresses(words) == ["00:04.0", "0000:03:00.0", "04:00.0", "00:1a.*"]
