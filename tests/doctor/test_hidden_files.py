"""Who is not root, and may not look everywhere, is told of nothing that is not so."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from broken import WORK, Broken

from qnet_gui.doctor.examination import examine
from qnet_gui.doctor.machine import Kind
from qnet_gui.dom0.setup.domain_files import domain_files

_NOBODY = 65534
_CFG, _XENDOMAINS = "/etc/qnet/netvm.cfg", "/etc/default/xendomains"
_AWAY = "/root/secret"


@contextmanager
def _as_nobody() -> Iterator[None]:
    """As somebody for whom a mode of 0 is one; who is not root is that already."""
    if os.geteuid():
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def dom0() -> Iterator[Broken]:
    """A whole one, where everybody gets."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    (folder / "root").mkdir(mode=0o755)
    broken = Broken(folder / "root", Kind.DOM0)
    broken.write(f"{_AWAY}/work.cfg", WORK)
    broken.is_root = False
    yield broken
    for path in (_AWAY, "/etc/qnet"):
        broken.path(path).chmod(0o755)
    shutil.rmtree(folder)


def _hide(path: str) -> Callable[[Broken], None]:
    return lambda broken: broken.path(path).chmod(0)


def _elsewhere(path: str) -> Callable[[Broken], None]:
    def put(broken: Broken) -> None:
        broken.link(path, str(broken.path(f"{_AWAY}/work.cfg")))
        _hide(_AWAY)(broken)

    return put


@pytest.mark.parametrize(
    "hide",
    [
        _hide("/etc/qnet"), _hide(_CFG), _elsewhere(_CFG), _hide(_XENDOMAINS), _elsewhere(_XENDOMAINS),
        _hide("/etc/xen/work.cfg"), _elsewhere("/etc/xen/auto/work"), _hide("/etc/xen"),
    ],
)  # fmt: skip
def test_what_may_not_be_looked_at_is_not_said_to_be_wrong(dom0: Broken, hide: Callable[[Broken], None]) -> None:
    hide(dom0)
    with _as_nobody():
        findings = list(examine(dom0.machine()))
    dom0.path("/etc/xen").chmod(0o755)
    assert findings == []


def test_a_domain_of_which_nothing_can_be_seen_is_named(dom0: Broken) -> None:
    """What it is made of lies where root alone gets; setup fell over it, for who is not root."""
    _elsewhere("/etc/xen/auto/work")(dom0)
    with _as_nobody():
        domains, unreadable = domain_files(dom0.path("/etc/xen"), dom0.path(_CFG))
    assert [file.path.name for file in domains] == ["work.cfg"]
    assert unreadable == (dom0.path(f"{_AWAY}/work.cfg"),)
