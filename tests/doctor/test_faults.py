"""What `qnet doctor` may say is whole: plain sentences, cures whose commands exist, a page that tells of all of it."""

from __future__ import annotations

import re
import shlex
import string
from pathlib import Path

import pytest

from qnet_gui import install
from qnet_gui.cli.arguments import build
from qnet_gui.doctor import document, installation, screen, services
from qnet_gui.doctor.faults.fault import Fault
from qnet_gui.doctor.faults.faults import FAULTS, helper_tells, silences, tells_of_helper
from qnet_gui.doctor.faults.service_faults import ServiceFault
from qnet_gui.doctor.faults.xen_faults import XenFault
from qnet_gui.dom0.netvm_image import packages
from qnet_gui.model.messages.code import Plural
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.netvm.main import _parser
from qnet_gui.runtime.distribution import Distribution, distribution, families, package

ROOT = Path(__file__).parents[2]
SAMPLES = {
    "path": "/etc/qnet/qnet.toml", "package": "nftables", "where": "in a checkout", "again": "make install ROLE=dom0",
    "paths": "/usr/bin/qnet /usr/bin/qnet-helper",
    "names": "a, b", "module": "pyxs", "apt": "apt", "program": "nft", "why": "It is so.", "result": "exit-code",
    "unit": "qnet-helper.service", "by": "qnet-helper.service",
    "value": "simple", "wanted": "notify", "netvm": "netvm", "name": "sys-net", "interface": "eth0",
    "lines": "vfb = []", "line": "1", "folder": "/boot",
    "setting": "net.ipv4.ip_forward", "device": "vif7.0",
}  # fmt: skip
#: Programs of others that a cure may name; each is on every machine that has what the cure is about.
KNOWN = {
    "apt", "chmod", "chown", "df", "dnf", "dpkg", "echo", "findmnt", "grep", "ip", "journalctl", "ls", "make",
    "modprobe", "mount", "mv", "nft", "nmcli", "rm", "sed", "sudoedit", "sysctl", "systemctl", "systemd-sysusers",
    "tee", "xl",
}  # fmt: skip
VERBS = {"start", "restart", "reload", "enable", "disable", "unmask", "revert", "cat", "reboot", "daemon-reload"}
#: Units of others that a cure may name.
UNITS = {"dbus", "polkit", "dbus.socket", "systemd-resolved", "NetworkManager", "dhcpcd", *services.TYPES}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def runs(command: str) -> None:
    """The command exists: our own parse, and of others it is known that they do."""
    for part in command.split(" | "):
        words = shlex.split(part)
        if words[0] == "sudo":
            words = words[1:]
        if words[0] == "qnet":
            build().parse_args(words[1:])
        elif words[0] == "qnet-agent":
            _parser().parse_args(words[1:])
        else:
            assert words[0] in KNOWN, command
        if words[0] == "systemctl":
            assert words[1] in VERBS, command
            units = [word for word in words[2:] if not word.startswith("-")]
            assert all(unit in UNITS or f"{unit}.service" in UNITS for unit in units), command
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.value.word)
def test_a_fault_is_a_sentence_with_a_cure_of_commands_that_exist(fault: Fault) -> None:
    declared = fault.value
    needed = places(declared.wrong) | places(declared.cure) | places(" ".join(declared.commands))
    finding = fault.finding(**{name: SAMPLES[name] for name in needed})
    assert finding.wrong[0].isupper() or finding.wrong.startswith(
        ("/", "qnet", "dom0", "systemd", "polkit", "xen", "nft")
    )
    assert finding.wrong.endswith(".")
    assert finding.commands
    for command in finding.commands:
        assert command in finding.cure
        runs(command)


def test_words_are_different_and_no_problem_has_one() -> None:
    words = [fault.value.word for fault in FAULTS]
    assert len(words) > 40
    assert len({*words, *(code.value for code in ProblemCode)}) == len(words) + len(ProblemCode)


def test_what_the_helper_cures_name_of_our_commands_parses() -> None:
    for code in ProblemCode:
        for command in re.findall(
            r"(?:sudo )?(qnet (?:netvm|dom0|domain|reapply|doctor)[a-z -]*?)(?=[.,)]| and| names| moves|$)", code.cure
        ):
            words = [word for word in shlex.split(command) if "{" not in word]
            build().parse_args([*words[1:], *(["netvm"] if words[1:] == ["netvm", "set"] else [])])


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs/doctor.md").read_text(encoding="utf-8") == document.document(), "`make docs` writes it anew"


def test_the_page_tells_of_everything_in_plain_text() -> None:
    text = document.document()
    for fault in FAULTS:
        assert text.count(f"| `{fault.value.word}` |") == 1
    assert not re.search(r"[{}]{2}|\{[a-z]", text)
    for code in ProblemCode:
        assert isinstance(code.form, str | Plural)
        assert f"| `{code.value}` |" in text


def test_what_makes_it_needless_to_ask_the_helper_or_to_say_that_it_is_away() -> None:
    assert silences(ServiceFault.BUS_DOWN.finding())
    assert tells_of_helper(ServiceFault.BUS_DOWN.finding())
    masked = ServiceFault.UNIT_MASKED.finding(unit="qnet-helper.service", by="qnet-helper.service")
    assert tells_of_helper(masked)
    assert not silences(masked)
    assert not tells_of_helper(ServiceFault.UNIT_MASKED.finding(unit="qnet-netvm.service", by="qnet-netvm.service"))
    assert helper_tells(XenFault.IOMMU_OFF.finding())
    assert not helper_tells(ServiceFault.BUS_DOWN.finding())


def test_files_that_are_looked_for_are_installed_and_say_that() -> None:
    rows = {(row.target, row.package): row for row in install.load()}
    icons = "/usr/share/qnet/icons"
    for wanted in installation.FILES:
        if wanted.path.startswith(icons):
            assert (icons, wanted.package) in rows
            continue
        row = rows[wanted.path, wanted.package]
        assert wanted.program == (row.kind == "program" or row.mode == 0o755), wanted.path
        kinds = {"common": "dom0 netvm guest", "tray": "dom0", "netvm": "netvm dom0"}.get(
            wanted.package, wanted.package
        )
        assert set(row.roles) == {kind.value for kind in wanted.only} or set(row.roles) == set(kinds.split())
        if row.source:
            text = (install.CHECKOUT / row.source).read_text()
            assert all(word in text for word in wanted.says), wanted.path


def test_units_are_of_the_types_that_are_looked_for() -> None:
    for name, kind in services.TYPES.items():
        text = (install.CHECKOUT / "desktop/systemd" / name).read_text()
        assert (re.findall(r"^Type=(\w+)$", text, re.MULTILINE) or ["simple"]) == [kind]


def test_what_is_needed_is_what_the_packages_need() -> None:
    import tomllib

    recipes = tomllib.loads((ROOT / "packaging/packages.toml").read_text())
    for names, prefix in ((installation.MODULES, "python:"), (installation.PROGRAMS, "")):
        for ours, needed in names.items():
            for what in needed:
                for of, column in ((Distribution.DEBIAN, "debian"), (Distribution.FEDORA, "fedora")):
                    assert package(prefix + what, of) in recipes[ours][column], (ours, what)


def test_what_shows_the_applet_is_suggested_by_the_package_and_is_in_a_made_netvm() -> None:
    import tomllib

    recipe = tomllib.loads((ROOT / "packaging/packages.toml").read_text())["netvm"]
    for what in (*screen.PROGRAMS, *(f"python:{name}" for name in screen.MODULES)):
        assert package(what, Distribution.DEBIAN) in recipe["debian_suggests"], what
        assert package(what, Distribution.FEDORA) in recipe["fedora_suggests"], what
        assert package(what, Distribution.DEBIAN) in packages.needed("4.17", (), False)


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("ID=debian\n", Distribution.DEBIAN),
        ("ID=ubuntu\nID_LIKE=debian\n", Distribution.DEBIAN),
        ('NAME="Fedora Linux"\nID=fedora\n', Distribution.FEDORA),
        ('ID="qubes"\nID_LIKE="rhel fedora"\n', Distribution.FEDORA),
        ("ID=arch\n", Distribution.DEBIAN),
        (None, Distribution.DEBIAN),
    ],
)
def test_which_distribution_it_is(tmp_path: Path, text: str | None, of: Distribution) -> None:
    path = tmp_path / "os-release"
    if text is not None:
        path.write_text(text)
    assert distribution(path) is of
    assert package("nobody's", of) == ""


def test_a_distribution_is_itself_before_it_is_like_another(tmp_path: Path) -> None:
    path = tmp_path / "os-release"
    path.write_bytes(b'NAME="\xff"\nID_LIKE="rhel fedora"\nID=\'qubes\'\n')
    assert families(path) == ("qubes", "rhel", "fedora")
    assert families(tmp_path / "none") == ()
