"""Whatever is in the place of a file that the doctor reads, it looks on and ends; odd answers of programs likewise."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from broken import Broken

from qnet_gui.doctor.examination import examine
from qnet_gui.doctor.machine import Answer, Kind


def _instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def put(path: Path) -> None:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        make(path)

    return put


ODD: dict[str, Callable[[Path], None]] = {
    "empty": _instead(Path.touch),
    "binary": _instead(lambda path: path.write_bytes(bytes(range(256)) * 8)),
    "zeroes": _instead(lambda path: path.write_bytes(b"\0" * 4096)),
    "one line without end": _instead(lambda path: path.write_text("x" * 100_000)),
    "very deep": _instead(lambda path: path.write_text("a=" + "[" * 50_000)),
    "words": _instead(lambda path: path.write_text("name='x'\nkernel=['a']\nvif='b'\nport=\n= = =\n[]\n<a>\n{}\n")),
    "a folder": _instead(Path.mkdir),
    "a pipe": _instead(os.mkfifo),
    "a link to itself": _instead(lambda path: path.symlink_to(path)),
    "a link to nothing": _instead(lambda path: path.symlink_to("/nonexistent/file")),
    "a link to a device": _instead(lambda path: path.symlink_to("/dev/zero")),
}
ANSWERS = {
    "nothing": "", "JSON of another form": '{"nftables": [7, null, {"chain": 5}, {"chain": {}}, []]}', "a list": "[]",
    "a number": "7", "deep": "[" * 50_000, "binary": "\0\ufffd\n\r\t", "lines": ":\n=\n::\na:b\na=b\n\n",
}  # fmt: skip


def _files(root: Path) -> list[Path]:
    """But what is the kernel's own."""
    there = (path for path in root.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path for path in there if path.relative_to(root).parts[0] not in ("proc", "sys", "dev"))


@pytest.mark.parametrize("kind", [Kind.DOM0, Kind.NETVM, Kind.GUEST])
@pytest.mark.parametrize("odd", ODD)
def test_no_file_stops_it(tmp_path: Path, kind: Kind, odd: str) -> None:
    whole = Broken(tmp_path / "whole", kind)
    for path in _files(whole.root):
        away = tmp_path / "away"
        path.rename(away)
        path.touch()
        ODD[odd](path)
        for finding in examine(whole.machine()):
            assert finding.wrong.isprintable(), path
        _instead(away.rename)(path)


@pytest.mark.parametrize("kind", [Kind.DOM0, Kind.NETVM, Kind.GUEST])
@pytest.mark.parametrize("text", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("status", [0, 1, -11])
def test_no_answer_stops_it(tmp_path: Path, kind: Kind, text: str, status: int) -> None:
    whole = Broken(tmp_path, kind)
    whole.answers = dict.fromkeys(whole.answers, Answer(status, text))
    for finding in examine(whole.machine()):
        assert finding.wrong.isprintable()
