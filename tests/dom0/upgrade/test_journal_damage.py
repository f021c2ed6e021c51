"""A journal that is damaged after its helper died: whatever is in its place, dom0 is closed and nothing left unsaid.

Each kind of damage comes after a death at each step. Who was paused goes on as far as anything of him can be read; who
cannot be told from one whom somebody else has paused is named, until he is let go on.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes.hypervisor import failing
from journals import Progress, journal
from test_upgrade_steps import ALL_RUN, NAMES, Killed, states

from qnet_gui.dom0.upgrade import steps
from qnet_gui.dom0.upgrade.doubt import DoubtFile, Doubtful
from qnet_gui.dom0.upgrade.journal import JournalFile, boot_id
from qnet_gui.dom0.upgrade.salvage import Hint, salvage
from qnet_gui.dom0.upgrade.step_runner import StepRunner
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import Stuck
from qnet_gui.model.messages.upgrade import UpgradeCode

OURS = ("personal", "work")
Damage = Callable[[Path], None]


def _changed(change: Callable[[dict[str, Any]], object]) -> Damage:
    def damage(path: Path) -> None:
        plain = json.loads(path.read_bytes())
        change(plain)
        path.write_text(json.dumps(plain))

    return damage


def _instead(make: Callable[[Path], object]) -> Damage:
    def damage(path: Path) -> None:
        path.unlink()
        make(path)

    return damage


def _cut(where: str, more: int = 0) -> Damage:
    def damage(path: Path) -> None:
        content = path.read_bytes()
        path.write_bytes(content[: content.index(where.encode()) + more])

    return damage


def _bytes_in(where: str) -> Damage:
    return lambda path: path.write_bytes(path.read_bytes().replace(where.encode(), b"\x00\xff\xfe" + b"}" * 3, 1))


#: After these, everybody who was paused by us can still be told.
READABLE: dict[str, Damage] = {
    "a field more": _changed(lambda plain: plain.update(colour="green")),
    "a field renamed": _changed(lambda plain: plain.update(end=plain.pop("until"))),
    "the paused renamed": _changed(lambda plain: plain.update(asleep=plain.pop("paused"))),
    "a field of another type": _changed(lambda plain: plain.update(ports="80")),
    "fields of the paused renamed": _changed(
        lambda plain: plain.update(
            paused=[{"domid": entry["id"], "unique": entry["uuid"]} for entry in plain["paused"]]
        )
    ),
    "steps of other names": _changed(lambda plain: plain.update(begun=["freeze", "guard", "plug"])),
    "steps in another order": _changed(lambda plain: plain.update(begun=["up"])),
    "a step of another name behind": _changed(lambda plain: plain["begun"].append("proxy")),
    "a step twice": _changed(lambda plain: plain["begun"].append("pause")),
    "a deadline that no clock has": _changed(lambda plain: plain.update(ends=10**30, handed_over=True)),
    "a deadline before all time": _changed(lambda plain: plain.update(ends=-(10**30), handed_over=True)),
    "a user that is no text of D-Bus": _changed(lambda plain: plain.update(by="\ud800")),
    "a name that is no text of D-Bus": _changed(
        lambda plain: plain.update(paused=[{**entry, "name": "\udcff\n"} for entry in plain["paused"]])
    ),
    "handed over before all was done": _changed(
        lambda plain: plain.update(handed_over=True, open=True, begun=plain["begun"][:2])
    ),
    "handed over for longer than anybody may ask": _changed(
        lambda plain: plain.update(handed_over=True, open=True, ends=plain["ends"] + 10**8)
    ),
    "only names": _changed(lambda plain: plain.update(paused=[{"name": entry["name"]} for entry in plain["paused"]])),
    "cut off after them": _cut('"paused_before"'),
    "no way to read it": lambda path: path.chmod(0),
    "bytes elsewhere": _bytes_in('"servers"'),
    "a prefix": lambda path: path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes()),
    "rubbish behind": lambda path: path.write_bytes(path.read_bytes() + b"\0" * 4096),
    "huge": lambda path: path.write_bytes(path.read_bytes() + b" " * (8 << 20)),
}
#: After these, nobody can, or not everybody.
UNREADABLE: dict[str, Damage] = {
    "empty": lambda path: path.write_bytes(b""),
    "binary": lambda path: path.write_bytes(os.urandom(4096)),
    "zeroes": lambda path: path.write_bytes(b"\0" * 4096),
    "cut off before them": _cut('"paused"'),
    "other JSON": lambda path: path.write_text("[7]"),
    "very deep": lambda path: path.write_text('{"paused": ' + "[" * 100_000),
    "all renamed": _changed(lambda plain: plain.update(asleep=plain.pop("paused"), dozing=plain.pop("paused_before"))),
    "no list": _changed(lambda plain: plain.update(paused={"work": True})),
    "a folder": _instead(Path.mkdir),
    "a folder with something in it": _instead(lambda path: (path / "x").mkdir(parents=True)),
    "a link": _instead(lambda path: path.symlink_to("/etc/passwd")),
    "a link to nowhere": _instead(lambda path: path.symlink_to("/nowhere/at/all")),
    "a link to itself": _instead(lambda path: path.symlink_to(path)),
    "a pipe": _instead(os.mkfifo),
}
if os.geteuid() == 0:  # nobody else can make one
    UNREADABLE["a device"] = _instead(lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5)))
KINDS = {**READABLE, **UNREADABLE}


@pytest.fixture(autouse=True)
def expected(log_guard: Any) -> None:
    log_guard.expect("cannot be read, so everything is put back|in the place of the journal|cannot be read any more")
    log_guard.expect("has been removed; what this helper knows")


def successor(dom0: Any) -> StepRunner:
    """A helper that knows nothing but what is on the disk."""
    return StepRunner(dom0.hypervisor, JournalFile(dom0.journal.path), lambda _: None, dom0.resolv_conf)


def die(dom0: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die in the middle of connecting, when this step has been done; when it is empty, while dom0 is connected."""

    def dying(step: steps.Step) -> steps.Step:
        def do(context: Any) -> Any:
            step.do(context)
            raise Killed

        return replace(step, do=do) if step.name == name else step

    dom0.hypervisor.set_state(4, DomainState.PAUSED)  # vault, by its user
    if not name:
        dom0.runner.up(journal(), Progress())
        return
    with monkeypatch.context() as patch:
        patch.setattr("qnet_gui.dom0.upgrade.step_runner.STEPS", tuple(map(dying, steps.STEPS)))
        with pytest.raises(Killed):
            dom0.runner.up(journal(), Progress())


def is_closed(dom0: Any) -> bool:
    return (
        not dom0.programs.filter
        and not dom0.programs.is_up
        and dom0.resolv_conf.read_text() == "nameserver 192.0.2.1\n"
        and not os.path.lexists(dom0.journal.path)
        and dom0.store.children("/libxl/0/device/vif") == []
    )


@pytest.mark.parametrize("name", [*NAMES, ""])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_in_its_place_dom0_is_closed_and_all_of_it_told(
    fake_dom0: Any, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    die(fake_dom0, name, monkeypatch)
    KINDS[kind](fake_dom0.journal.path)
    helper = successor(fake_dom0)
    assert helper.pending()
    assert helper.inherit() is None
    told = helper.down(Progress())
    assert is_closed(fake_dom0)
    sleeping = {name for name, state in states(fake_dom0).items() if state == "paused"}
    if kind in READABLE:
        assert sleeping == {"vault"}
        assert told.code is UpgradeCode.DISCONNECTED
        assert helper.doubt == Doubtful()
    else:
        assert sleeping == {"vault", *OURS}
        assert told.code is UpgradeCode.DISCONNECTED_IN_DOUBT
        assert {*OURS} <= {*helper.doubt.names} <= sleeping
        assert successor(fake_dom0).doubt == helper.doubt, "the next helper says it too"
    assert helper.down(Progress()).code is UpgradeCode.NOT_CONNECTED
    assert not successor(fake_dom0).pending()


@pytest.mark.parametrize("length", range(0, 1200, 7))
def test_cut_off_anywhere_it_lets_go_whom_it_can_and_names_the_rest(fake_dom0: Any, length: int) -> None:
    fake_dom0.hypervisor.set_state(4, DomainState.PAUSED)
    fake_dom0.runner.up(journal(), Progress())
    content = fake_dom0.journal.path.read_bytes()
    fake_dom0.journal.path.write_bytes(content[:length])
    helper = successor(fake_dom0)
    helper.down(Progress())
    assert is_closed(fake_dom0)
    sleeping = {name for name, state in states(fake_dom0).items() if state == "paused"}
    assert "vault" in sleeping, "who was paused before stays so"
    assert sleeping <= {"vault", *helper.doubt.names}, "nobody sleeps on in silence"


def test_a_helper_that_lives_needs_no_journal_to_know(fake_dom0: Any) -> None:
    """Somebody removes or destroys it while dom0 is connected."""
    for damage in (*KINDS.values(), _instead(lambda path: None)):
        fake_dom0.runner.up(journal(), Progress())
        damage(fake_dom0.journal.path)
        assert fake_dom0.runner.down(Progress()).code is UpgradeCode.DISCONNECTED
        assert is_closed(fake_dom0)
        assert states(fake_dom0) == ALL_RUN


def test_who_is_let_go_on_is_in_doubt_no_more(fake_dom0: Any) -> None:
    fake_dom0.runner.up(journal(), Progress())
    fake_dom0.journal.path.write_bytes(b"")
    helper = successor(fake_dom0)
    helper.down(Progress())
    assert helper.doubt.names == ("personal", "vault", "work")
    fake_dom0.hypervisor.unpause(2)
    fake_dom0.hypervisor.destroy(3)
    left = helper.doubt.still(fake_dom0.hypervisor.domains())
    assert left.names == ("vault",)
    helper.keep_doubt(left)
    assert successor(fake_dom0).doubt == left
    helper.keep_doubt(Doubtful())
    assert successor(fake_dom0).doubt == Doubtful()


@pytest.mark.parametrize("content", [b"", b"7", b"\xff", b"[" * 100_000, b'{"domains": [{"id": "x"}]}'])
def test_a_file_of_the_doubtful_that_is_none_is_nobody(tmp_path: Path, content: bytes, log_guard: Any) -> None:
    log_guard.expect("cannot be read")
    (tmp_path / "journal.json.doubt").write_bytes(content)
    assert DoubtFile(tmp_path / "journal.json").load() == Doubtful()


# -- disks


def test_a_journal_that_cannot_be_removed_is_told_as_that(fake_dom0: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """dom0 is disconnected, and that is said; and whom somebody pauses meanwhile the next try leaves alone."""
    fake_dom0.runner.up(journal(), Progress())

    unlink = Path.unlink

    def read_only(self: Path, missing_ok: bool = False) -> None:
        if self == fake_dom0.journal.path:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        unlink(self, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", read_only)
        with pytest.raises(Stuck, match=r"is disconnected from the network, but .*Read-only file system"):
            fake_dom0.runner.down(Progress())
        assert fake_dom0.runner.left_over is not None
        assert states(fake_dom0) == ALL_RUN
        fake_dom0.hypervisor.pause(2)
        with pytest.raises(Stuck):
            fake_dom0.runner.down(Progress())
        assert states(fake_dom0)["work"] == "paused"
    assert fake_dom0.runner.down(Progress()).code is UpgradeCode.DISCONNECTED
    assert fake_dom0.runner.left_over is None
    assert states(fake_dom0)["work"] == "paused"


def test_a_card_that_stays_is_told_as_connected(fake_dom0: Any) -> None:
    fake_dom0.runner.up(journal(), Progress())
    fake_dom0.hypervisor.fails["detach"] = failing("It does not let go.")
    with pytest.raises(Stuck, match="could not be disconnected"):
        fake_dom0.runner.down(Progress())
    assert fake_dom0.runner.left_over is None


# -- what is left of it


ENTRY = {"id": 4, "uuid": "00000000-0000-4000-8000-000000000004", "name": "work"}


def test_of_a_domain_counts_what_is_left_and_a_number_only_in_the_same_boot() -> None:
    whole = Hint(4, ENTRY["uuid"], "work")
    left = salvage(json.dumps({"boot": "x", "paused": [ENTRY]}).encode())
    assert left.paused == (whole,)
    assert left.whole
    torn = salvage(b'{"boot": "x", "paused": [{"id": 4, "uu')
    assert (torn.paused, torn.whole, torn.boot) == ((Hint(4),), False, "x")
    assert salvage(b'{"paused": [{"id": 4').paused == (), "it may have been 42"
    assert salvage(json.dumps({"paused_before": [ENTRY]}).encode()).paused is None
    for text in (b'{"paused": [7]}', b'{"paused": [{}]}', b'{"paused": "work"}'):
        assert salvage(text).paused is None


def test_what_was_paused_before_is_never_taken_for_ours(tmp_path: Path) -> None:
    file = JournalFile(tmp_path / "journal.json")
    file.save(replace(journal(), paused_before=(steps.PausedDomain(4, ENTRY["uuid"], "work"),)))
    plain = json.loads(file.path.read_bytes())
    plain["sleeping"] = plain.pop("paused")
    left = salvage(json.dumps(plain).encode())
    assert left.before == (Hint(4, ENTRY["uuid"], "work"),)
    assert not left.ours([], boot_id())
