from __future__ import annotations

import contextlib
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.dom0.attach.config_file import set_netvm, with_netvm
from qnet_gui.model.config import parse
from qnet_gui.model.errors import BadInput, QnetError

WHOLE = """# Ours.

[network]
pool = "10.2.0.0/16"   # as in the old days
dns = [
  "10.2.255.1",
  "10.2.255.2",  # netvm = "no"
]

[dom0]  # what dom0 does
  netvm = 'sys-net'  # the one with the Wi-Fi
ports = [80, 443]
"""


def test_the_value_changes_and_nothing_else():
    assert with_netvm(WHOLE, "netvm2") == WHOLE.replace("'sys-net'", '"netvm2"')
    assert with_netvm(with_netvm(WHOLE, "netvm2"), "sys-net") == WHOLE.replace("'", '"')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[dom0]\nnetvm = "n"\n'),
        ("# nothing yet\n", '# nothing yet\n\n[dom0]\nnetvm = "n"\n'),
        ("# no end", '# no end\n\n[dom0]\nnetvm = "n"\n'),
        ("[dom0]", '[dom0]\nnetvm = "n"\n'),
        ("[dom0]\nminutes = 5\n", '[dom0]\nnetvm = "n"\nminutes = 5\n'),
        ("[dom0]\n[network]\n", '[dom0]\nnetvm = "n"\n[network]\n'),
        ("[dom0]\r\nnetvm='x'\r\nminutes=5\r\n", '[dom0]\r\nnetvm="n"\r\nminutes=5\r\n'),
        ("\ufeff[dom0]\nnetvm = 'x'\n", '\ufeff[dom0]\nnetvm = "n"\n'),
        ("[ 'dom0' ]#\n\"netvm\"=\"x\"#y", "[ 'dom0' ]#\n\"netvm\"=\"n\"#y"),
        ("[dom0]\nports = [\n80\n]\nnetvm = \"x\"", '[dom0]\nports = [\n80\n]\nnetvm = "n"'),
        ("[network]\ngateway = '10.2.0.1'", "[network]\ngateway = '10.2.0.1'\n\n[dom0]\nnetvm = \"n\"\n"),
    ],
)  # fmt: skip
def test_what_is_missing_is_added(before, after):
    assert with_netvm(before, "n") == after


@pytest.mark.parametrize(
    "text", ['dom0.netvm = "x"', 'dom0 = {netvm = "x"}', '[dom0]\nnetvm = """x"""\n', '[dom0]\nnetvm = "\\u0078"y\n']
)
def test_what_cannot_be_changed_with_certainty_is_left_to_a_person(text, tmp_path):
    path = tmp_path / "qnet.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"qnet\.toml: "):
        set_netvm(path, "n")
    assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


_LINES = [
    "[dom0]", "[network]", "netvm = 'x'", 'netvm="a.b"', "minutes = 5", "ports = [", "80", "]", "# c", "",
    "gateway = '10.2.0.1'", "dns = ['10.2.0.2',", "'10.2.0.3']", '"""', "netvm = '''", "'''", "dom0.netvm='y'",
]  # fmt: skip


@given(st.lists(st.sampled_from(_LINES), max_size=9))
def test_no_text_is_changed_into_another_meaning(lines):
    text = "\n".join(lines)
    with contextlib.suppress(BadInput):
        assert parse(with_netvm(text, "n")) == replace(parse(text), netvm="n")


@pytest.mark.parametrize("name", ["", 'a"b', "a\nb", "../x", "x" * 64])
def test_a_name_that_is_none(name, tmp_path):
    with pytest.raises(BadInput):
        set_netvm(tmp_path / "qnet.toml", name)
    assert list(tmp_path.iterdir()) == []


def test_the_file_keeps_its_mode_and_its_place(tmp_path):
    real, path = tmp_path / "real" / "file.toml", tmp_path / "qnet.toml"
    real.parent.mkdir()
    real.write_text(WHOLE)
    real.chmod(0o640)
    path.symlink_to("real/file.toml")
    set_netvm(path, "netvm2")
    assert path.is_symlink()
    assert parse(real.read_text()).netvm == "netvm2"
    assert real.stat().st_mode & 0o7777 == 0o640
    assert list(real.parent.iterdir()) == [real]


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "qnet.toml")
    with pytest.raises(QnetError, match="not a file"):
        set_netvm(tmp_path / "qnet.toml", "netvm2")


def test_a_file_that_is_not_there_is_made(tmp_path):
    set_netvm(tmp_path / "etc" / "qnet.toml", "netvm2")
    assert parse((tmp_path / "etc" / "qnet.toml").read_text()).netvm == "netvm2"
    assert (tmp_path / "etc" / "qnet.toml").stat().st_mode & 0o7777 == 0o644


def test_a_file_that_says_so_already_is_not_written(tmp_path):
    path = tmp_path / "qnet.toml"
    path.write_text('[dom0]\nnetvm = "n"')
    before = path.stat()
    set_netvm(path, "n")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_that_cannot_be_read_or_is_wrong_already(tmp_path):
    with pytest.raises(QnetError, match="cannot be read"):
        set_netvm(tmp_path, "n")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(QnetError, match="cannot be read"):
        set_netvm(tmp_path / "loop", "n")
    (tmp_path / "a.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(BadInput, match="UTF-8"):
        set_netvm(tmp_path / "a.toml", "n")
    (tmp_path / "a.toml").write_text("[dom1]")
    with pytest.raises(BadInput, match="dom1"):
        set_netvm(tmp_path / "a.toml", "n")
    assert (tmp_path / "a.toml").read_text() == "[dom1]"
