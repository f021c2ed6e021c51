"""Whether xendomains would save the netvm, as the shell that reads its settings sees it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from qnet_gui.dom0.setup import xendomains
from qnet_gui.dom0.setup.record import RecordFolder
from qnet_gui.dom0.setup.xendomains import Settings

DEBIAN = (
    '# Leave empty to disable domain saving on shutdown\n#\nXENDOMAINS_SAVE=/var/lib/xen/save\n\nXENDOMAINS_X="1"\n'
)
SAVING = [
    DEBIAN,
    'XENDOMAINS_SAVE="/var/lib/xen/save"\n',
    "XENDOMAINS_SAVE='/a folder'  # here\n",
    "  export XENDOMAINS_SAVE=/x;Y=1",
    "XENDOMAINS_SAVE=/x#1\n",
    "XENDOMAINS_SAVE=\"/a b\"/'c d'\n",
    "XENDOMAINS_SAVE=\nXENDOMAINS_SAVE=/x\n",
]
NOT_SAVING = [
    "",
    "#XENDOMAINS_SAVE=/x\n",
    'XENDOMAINS_SAVE=""\n',
    "XENDOMAINS_SAVE=  # /x\n",
    "XENDOMAINS_SAVE=/x\nXENDOMAINS_SAVE=''\n",
    "MY_XENDOMAINS_SAVE=/x\n",
]
#: What only a shell knows; each of them saves.
PROGRAMS = [
    "XENDOMAINS_SAVE=/a\\ b\n",
    'XENDOMAINS_SAVE="a\\"b"\n',
    "XENDOMAINS_SAVE='/a'\\''b'\n",
    "XENDOMAINS_SAVE=/a\\\n/b\n",
    'XENDOMAINS_SAVE="/a\n/b"\n',
    "XENDOMAINS_SAVE=`echo /x`\n",
    "XENDOMAINS_SAVE=$(echo /a b)\n",
    "XENDOMAINS_SAVE=${NOTHING:-/a}",
    "A=1; XENDOMAINS_SAVE=/a\n",
    "A=1 XENDOMAINS_SAVE=/a\n",
    "export A=1 XENDOMAINS_SAVE=/a\n",
    "XENDOMAINS_SAVE=/a && A=1\n",
    "XENDOMAINS_SAVE=\nif true; then XENDOMAINS_SAVE=/a; fi\n",
    ": ${XENDOMAINS_SAVE:=/a}\n",
    "XENDOMAINS_SAVE=/a\r\n",
    "A=1; XENDOMAINS_SAVE=/a\nB=\\",
    "A=1; XENDOMAINS_SAVE=/a\nB=\\\n",
]


def by_shell(text: str, path: Path) -> str:
    path.write_text(text)
    command = ["sh", "-c", f'. {path}; printf %s "$XENDOMAINS_SAVE"']
    return subprocess.run(command, check=True, capture_output=True, text=True, env={}).stdout


@pytest.mark.parametrize("text", [*SAVING, *NOT_SAVING])
def test_the_folder_is_the_one_that_the_shell_reads_and_then_there_is_none(text: str, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "xendomains", text)
    assert settings.save_folder == by_shell(text, settings.path)
    assert bool(settings.save_folder) is settings.saves is (text in SAVING)
    assert by_shell(settings.without_saving(), settings.path) == ""


@pytest.mark.parametrize("text", PROGRAMS)
def test_what_only_a_shell_can_read_may_save_and_then_does_not(text: str, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "xendomains", text)
    assert by_shell(text, settings.path)
    assert settings.saves
    assert by_shell(settings.without_saving(), settings.path) == ""
    assert not Settings(settings.path, settings.without_saving()).saves, "what is done already is not done again"
    assert settings.without_saving().startswith(text)


def test_a_file_that_is_no_utf8_is_read_and_keeps_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "etc/default/xendomains"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"# Gr\xfc\xdfe\nXENDOMAINS_SAVE=/x\n")
    settings = xendomains.read(tmp_path)
    assert settings is not None
    assert settings.saves
    RecordFolder(tmp_path / "record").replace_file(path, settings.without_saving())
    assert path.read_bytes() == b"# Gr\xfc\xdfe\nXENDOMAINS_SAVE=\n"


def test_nothing_else_of_the_file_is_changed() -> None:
    assert Settings(Path("x"), DEBIAN).without_saving() == DEBIAN.replace("=/var/lib/xen/save", "=")


def test_the_file_is_where_the_distribution_has_it(tmp_path: Path) -> None:
    assert xendomains.read(tmp_path) is None
    fedora = tmp_path / "etc/sysconfig/xendomains"
    fedora.parent.mkdir(parents=True)
    fedora.write_text(DEBIAN)
    assert xendomains.read(tmp_path) == Settings(fedora, DEBIAN)
    debian = tmp_path / "etc/default/xendomains"
    debian.parent.mkdir(parents=True)
    debian.mkdir()
    assert xendomains.read(tmp_path) == Settings(fedora, DEBIAN)
    debian.rmdir()
    debian.write_text("")
    assert xendomains.read(tmp_path) == Settings(debian, "")
