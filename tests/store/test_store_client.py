"""The xenstore client against the real xenstored, and against a daemon that misbehaves."""

from __future__ import annotations

import concurrent.futures
import contextlib
import select
import socket
import struct
import threading
import time

import pytest
from waiting import DEADLINE, eventually

from qnet_gui.lab.xen.toolstack import Identity
from qnet_gui.model.errors import BadInput, StoreDenied, StoreError, StoreGone
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.transport import default_path


@pytest.fixture
def store(xen):
    with Store(xen.hardware.socket, deadline=DEADLINE) as dom0:
        yield dom0


@pytest.fixture
def guest(xen):
    """Domain 7, as it sees xenstore itself."""
    path = xen.hardware.add(7)
    xen.toolstack.create(Identity(7, "work", "00000000-0000-4000-8000-000000000007"), driver_domain=False)
    with Store(path, deadline=DEADLINE) as inside:
        yield inside


def events_of(store: Store) -> list[tuple[str, str]]:
    """What has been told by now: an answer comes after all events of what was done before the question."""
    store.read("/")
    return store.events()


def events_until(store: Store, wanted: tuple[str, str]) -> None:
    """Wait for an event of what somebody else does."""
    until = time.monotonic() + DEADLINE
    while wanted not in store.events():
        assert time.monotonic() < until, f"{wanted} did not come"
        select.select([store.fileno()], [], [], 1)


# -- nodes


def test_nodes(store):
    assert store.read("/test") is None
    store.write("/test/a", "1")
    store.write("/test/b", b"")
    assert store.read("/test/a") == b"1"
    assert store.read("/test/b") == b""
    assert sorted(store.children("/test")) == ["a", "b"]
    assert store.children("/nowhere") == []
    store.mkdir("/test/a")
    assert store.read("/test/a") == b"1"
    store.delete("/test")
    store.delete("/test")
    assert store.read("/test/a") is None


def test_a_list_longer_than_one_message(store):
    names = [f"a-rather-long-name-of-a-node-{index:04}" for index in range(400)]
    store.atomically(lambda inside: [inside.write(f"/long/{name}", "") for name in names])
    assert sorted(store.children("/long")) == names


def test_what_cannot_be_stored_is_refused_plainly(store):
    with pytest.raises((BadInput, StoreError)):
        store.write("/bad path", "x")
    with pytest.raises((BadInput, StoreError)):
        store.read("caf\u00e9")
    store.write("/good", "x")  # the connection is as good as before
    assert store.read("/good") == b"x"


def test_a_guest_writes_its_own_part_and_reads_what_it_is_told(store, guest):
    store.write(keys.ADDRESS.under(7), "10.137.0.5")
    store.set_perms(keys.ADDRESS.under(7), ("n0", "r7"))
    assert guest.read(keys.ADDRESS.at()) == b"10.137.0.5"
    with pytest.raises(StoreDenied):
        guest.write(keys.ADDRESS.at(), "10.137.0.6")
    guest.write(keys.GUEST_ADDRESS.at(), "10.137.0.5")
    assert store.read(keys.GUEST_ADDRESS.under(7)) == b"10.137.0.5"
    with pytest.raises(StoreDenied):
        guest.read("/local/domain/0/name")


def test_quotas_are_refusals(guest):
    guest.write("data/qnet/always-fits", "x" * 2000)
    with pytest.raises(StoreDenied):
        guest.write("data/qnet/too-long", "x" * (keys.VALUE_LIMIT + 1))

    def fill():
        for index in range(5000):
            guest.write(f"data/qnet/n{index}", "")

    with pytest.raises(StoreDenied):
        fill()
    guest.delete("data/qnet")
    guest.write("data/qnet/agent/state", "running")


def test_permissions_for_a_domain_that_does_not_exist(store):
    store.write("/x", "")
    with pytest.raises(StoreError, match="does not exist"):
        store.set_perms("/nothing", ("n0",))


# -- transactions


def test_a_transaction_is_all_or_nothing(xen, store):
    def change(inside):
        inside.write("/t/a", "1")
        with Store(xen.hardware.socket) as other:
            assert other.read("/t/a") is None
        inside.write("/t/b", "2")
        return "done"

    assert store.atomically(change) == "done"
    assert (store.read("/t/a"), store.read("/t/b")) == (b"1", b"2")

    def fail(inside):
        inside.write("/t/c", "3")
        raise KeyError

    with pytest.raises(KeyError):
        store.atomically(fail)
    assert store.read("/t/c") is None


def test_a_transaction_is_tried_again_when_others_write(xen, store):
    store.write("/counter", "0")

    def count(times):
        with Store(xen.hardware.socket, deadline=DEADLINE) as mine:
            for _ in range(times):
                mine.atomically(lambda inside: inside.write("/counter", str(int(inside.read("/counter")) + 1)))

    # a try fails only when the other one has succeeded meanwhile, so below 20 times nobody can fail too often
    threads = [threading.Thread(target=count, args=(19,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read("/counter") == b"38"


# -- watches


def test_a_watch_fires_at_once_and_for_everything_below(store):
    store.watch("/w")
    assert events_of(store) == [("/w", "/w")]
    store.write("/w/a/b", "1")
    store.write("/elsewhere", "1")
    assert ("/w/a/b", "/w") in events_of(store)
    store.unwatch("/w")
    store.unwatch("/w")
    store.write("/w/a/b", "2")
    assert events_of(store) == []


def test_domains_that_come_and_go(xen, store):
    store.watch("@introduceDomain")
    store.watch("@releaseDomain")
    events_of(store)
    xen.hardware.add(9)
    identity = Identity(9, "new", "00000000-0000-4000-8000-000000000009")
    xen.toolstack.create(identity, driver_domain=False)
    events_until(store, ("@introduceDomain", "@introduceDomain"))
    xen.hardware.dying(9)
    xen.hardware.remove(9)
    events_until(store, ("@releaseDomain", "@releaseDomain"))


def test_watch_events_on_the_way_to_an_answer_are_kept(xen, store):
    store.watch("/w")
    events_of(store)
    with Store(xen.hardware.socket) as other:
        for index in range(50):
            other.write(f"/w/{index}", "")
    assert store.read("/w/49") == b""
    assert len(store.events()) == 50


# -- losses


def test_after_a_loss_it_reconnects_with_its_watches(xen, store):
    store.write("/x", "1")
    store.watch("/x")
    events_of(store)
    xen.kill_xenstored()
    with pytest.raises(StoreGone):
        store.read("/x")
    assert not store.connected
    with pytest.raises(StoreGone):
        store.read("/x")
    xen.start_xenstored()
    assert store.read("/x") is None
    assert ("/x", "/x") in events_of(store)
    store.write("/x", "2")
    assert ("/x", "/x") in events_of(store)


def test_a_watch_that_is_refused_after_a_loss_is_not_forgotten(tmp_path):
    answers = iter(((4, b"OK\0"), (16, b"ENOSPC\0"), (4, b"OK\0")))  # XS_WATCH, XS_ERROR

    def talk(connection):
        request = connection.recv(4096)
        op, text = next(answers)
        connection.sendall(struct.pack("<I", op) + request[4:12] + struct.pack("<I", len(text)) + text)
        connection.recv(4096)  # what is asked next, whose answer does not come

    Misbehaving(tmp_path / "socket", talk)
    with Store(tmp_path / "socket", deadline=DEADLINE) as store:
        store.watch("/x")
        with pytest.raises(StoreGone):
            store.read("/x")
        with pytest.raises(StoreDenied):
            store.connect()
        assert not store.connected
        store.connect()
        assert store.connected


class Misbehaving:
    """A socket on which somebody answers as `talk` says; not xenstored, which never does such things."""

    def __init__(self, path, talk):
        self.path = path
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._talk = talk
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            with contextlib.suppress(OSError):
                connection, _ = self._server.accept()
                self._talk(connection)
                connection.close()


@pytest.mark.parametrize("sent", [0, 8, 16, 20])
def test_a_connection_dropped_in_mid_answer_is_a_loss_and_not_a_hang(tmp_path, sent):
    def talk(connection):
        request = connection.recv(4096)
        answer = request[:12] + (8).to_bytes(4, "little") + b"12345678"
        connection.sendall(answer[:sent])

    Misbehaving(tmp_path / "socket", talk)
    begun = time.monotonic()
    with Store(tmp_path / "socket", deadline=DEADLINE) as store, pytest.raises(StoreGone):
        store.read("/x")
    assert time.monotonic() - begun < DEADLINE


def test_a_daemon_that_never_answers_meets_the_deadline(tmp_path):
    Misbehaving(tmp_path / "socket", lambda connection: connection.recv(4096) and time.sleep(30))
    begun = time.monotonic()
    with Store(tmp_path / "socket", deadline=0.3) as store:
        with pytest.raises(StoreGone, match=r"within 0\.3 s"):
            store.read("/x")
        assert 0.25 < time.monotonic() - begun < DEADLINE
        assert not store.connected


@pytest.mark.parametrize(
    "answer",
    [
        b"\x02\0\0\0" + b"\xff\xff\xff\x7f" + b"\0\0\0\0" + b"\0\0\0\0",  # to a question that was not asked
        b"\x02\0\0\0" + b"\0\0\0\0" + b"\0\0\0\0" + b"\xff\xff\0\0",  # longer than any message may be
    ],
)
def test_nonsense_on_the_wire_is_a_loss(tmp_path, answer):
    def talk(connection):
        connection.recv(4096)
        connection.sendall(answer)
        time.sleep(0.2)

    Misbehaving(tmp_path / "socket", talk)
    with Store(tmp_path / "socket") as store, pytest.raises(StoreGone):
        store.read("/x")


def test_a_stopped_daemon_that_goes_on_later(xen, store):
    """After a deadline the late answer must not be taken for the next one's."""
    store.write("/a", "of a")
    store.write("/b", "of b")
    with Store(xen.hardware.socket, deadline=0.2) as hasty:

        def b() -> bytes | None:
            with contextlib.suppress(StoreGone):  # too hasty for a loaded machine
                return hasty.read("/b")
            return None

        eventually(lambda: b() == b"of b")
        with xen.stopped(), pytest.raises(StoreGone):
            hasty.read("/a")
        assert eventually(b) == b"of b"


def test_a_crowd_gets_in_one_after_the_other(xen):
    """xenstored has room for one or two whom it has not let in yet; the others were turned away."""

    def come_and_go():
        for _ in range(50):
            with Store(xen.hardware.socket, deadline=DEADLINE) as mine:
                mine.read("/")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(come_and_go) for _ in range(8)]:
            done.result()


def test_who_is_never_let_in_meets_the_deadline(tmp_path):
    with socket.socket(socket.AF_UNIX) as daemon, contextlib.ExitStack() as crowd:
        daemon.bind(str(tmp_path / "socket"))
        daemon.listen(0)
        with pytest.raises(BlockingIOError):
            while True:
                waiting = crowd.enter_context(socket.socket(socket.AF_UNIX))
                waiting.setblocking(False)
                waiting.connect(str(tmp_path / "socket"))
        begun = time.monotonic()
        with Store(tmp_path / "socket", deadline=0.3) as store, pytest.raises(StoreGone, match="cannot be reached"):
            store.read("/x")
        assert 0.25 < time.monotonic() - begun < DEADLINE


def test_nobody_there(tmp_path, monkeypatch):
    with Store(tmp_path / "none") as store, pytest.raises(StoreGone, match="cannot be reached"):
        store.read("/x")
    monkeypatch.setenv("XENSTORED_PATH", str(tmp_path / "none"))
    with pytest.raises(StoreGone, match="no xenstore"):
        default_path()
    (tmp_path / "none").touch()
    assert default_path() == tmp_path / "none"
