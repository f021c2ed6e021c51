"""A netvm that says of its screen what is not so, on a real Xen: it loses that, and is shown nothing of others."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from boot import Machine
from parts import MACHINE
from picture import Picture
from screen_driver import PRIVATE, A, Window, digest_of, processes_of
from stack import start_screen

from qnet_gui.model.netvm_screen.screen import Rectangle

# its machine takes some minutes to be made
pytestmark = pytest.mark.thorough

#: What machine/screen_hostile.py fills its picture with.
HOSTILE_COLOUR = b"\x20\x40\x80"
#: What a netvm's pages may say that is not so; another's frame and dom0's beside them.
_LIES = (
    "width 1025", "width 0", "height -1", "line 4097", "line 4294967295", "memory 4096", "memory 4294967295", "depth 8",
    "directory 0", "directory 1099511627775", "directory 18446744073709551615", "directory {other}", "directory {dom0}",
    "pixels 8589934591", "pixels 18446744073709551615", "pixels {other}", "pixels {dom0}", "out 4294967295",
    "out 2147483648", "in 1000",
)  # fmt: skip
_WORD = "/run/hostile"
#: A frame of dom0's that there is.
_OF_DOM0 = 0x100


class Hostile:
    """A netvm whose screen and keyboard have pages of a program's own, for as long as that goes on."""

    def __init__(self, machine: Machine, window: Window) -> None:
        self.machine, self._window = machine, window
        # a command is a node of xenstore, which has 4,096 bytes
        program = base64.b64encode(gzip.compress((MACHINE / "screen_hostile.py").read_bytes())).decode()
        for begin in range(0, len(program), 3000):
            machine.ok(f"echo {program[begin : begin + 3000]} >>/run/screen_hostile", "netvm")
        machine.ok("base64 -d </run/screen_hostile | gunzip >/run/screen_hostile.py", "netvm")
        self.write("well")
        machine.ok(f"(python3 -IB /run/screen_hostile.py {_WORD} 1024 768 >/run/hostile.log 2>&1 &)", "netvm")
        self.wait_for("well")

    def write(self, word: str) -> None:
        self.machine.ok(f"echo {word} >{_WORD}.new && mv {_WORD}.new {_WORD}", "netvm")

    def wait_for(self, word: str) -> None:
        self.machine.until(f"grep -q '^{word}' {_WORD}.done || {{ cat /run/hostile.log; false; }}", "netvm")

    def say(self, word: str) -> None:
        """Have it in the pages."""
        self.write(word)
        self.wait_for(word)

    def pages_written(self) -> int:
        return int(self.machine.ok(f"cat {_WORD}.done", "netvm").split()[-1])

    def colours(self) -> set[bytes]:
        """All that is to be seen in dom0."""
        return Picture.of(self._window.ask("shot")).colours(Rectangle(0, 0, 1024, 768))


def _logged(machine: Machine) -> int:
    return int(machine.ok("cat /var/log/xen/qemu-dm-netvm.log /var/log/qnet-test/*display* 2>/dev/null | wc -l"))


def test_a_netvm_with_pages_of_its_own_shows_its_own_and_nothing_else(screen: Machine, window: Window) -> None:
    """By a program that takes the place of Linux' frontends: lies, one after the other, and a flood of anything."""
    other = screen.ok(f"xenstore-read /local/domain/{screen.domid('other')}/store/ring-ref")
    real, before = window.picture(), _logged(screen)
    hostile = Hostile(screen, window)
    assert window.ask("open")["changes"]
    screen.wait("its colour", lambda: hostile.colours() == {HOSTILE_COLOUR})
    for lie in _LIES:
        hostile.say(lie.format(other=other, dom0=_OF_DOM0))
        window.try_to("open")
        screen.wait(f"its end after {lie}", lambda: not window.ask("state")["open"])
        assert hostile.colours() == {HOSTILE_COLOUR}, lie
    screen.ok("(for number in $(seq 8); do timeout 20 qnet status >/dev/null && echo well; done >/run/said 2>&1) &")
    hostile.say("scribble")
    opened = 0
    while opened < 30 or screen.run("[ $(grep -c well /run/said) -eq 8 ]").status:
        window.try_to("open")
        window.try_to("say", inputs=[["key", A, True], ["at", 5, 5], ["key", A, False]])
        opened += 1
    assert len(processes_of(screen)) <= 3
    for pid in processes_of(screen):
        assert int(screen.ok(PRIVATE.format(pid=pid))) < 10 << 10
    assert hostile.colours() <= {HOSTILE_COLOUR}
    assert hostile.pages_written() > 1e4
    assert _logged(screen) - before < 200
    hostile.say("end")
    screen.wait("the kernel's own", lambda: window.try_to("open").get("changes"))
    assert window.picture().digest() == digest_of(screen) == real.digest()


#: In the netvm: says nonsense of its own screen, and that it is there, gone and there again.
_NONSENSE = """
for page in 0 1 -1 4503599627370495 99999999999999999999 page; do for port in 0 -1 4096 port; do
    for device in vfb vkbd; do
        xenstore-write device/$device/0/page-ref $page device/$device/0/page-gref $page \
            device/$device/0/event-channel $port device/$device/0/feature-update 1
        for state in 1 3 4 5 6 1 3 4 nothing; do xenstore-write device/$device/0/state $state; done
    done
done; done
"""


def test_a_netvm_that_says_nonsense_of_its_screen_loses_that_alone(screen: Machine, window: Window) -> None:
    """Wild frames and ports by the nodes that it may write, each a few times over."""
    others = screen.ok("xl list other")
    screen.ok("(for number in $(seq 12); do timeout 20 qnet status >/dev/null && echo well; done >/run/said 2>&1) &")
    screen.ok(_NONSENSE, "netvm", seconds=300)
    screen.until("[ $(grep -c well /run/said) -eq 12 ]", seconds=240)
    assert len(processes_of(screen)) <= 3
    for pid in processes_of(screen):
        assert int(screen.ok(PRIVATE.format(pid=pid))) < 10 << 10
    assert screen.ok("xl list other").split()[:4] == others.split()[:4]
    assert "error" in window.try_to("open") or not window.ask("open")["changes"]
    logged = screen.ok("cat /var/log/xen/qemu-dm-netvm.log /var/log/qnet-test/*display* 2>/dev/null | wc -l")
    assert int(logged) < 200
    # it is the next one's again
    screen.ok("xl destroy netvm", seconds=200)
    screen.wait("the end of qnet-display", lambda: not processes_of(screen))
    assert len(screen.ok("xl list").splitlines()) == 3, "nobody holds the netvm's memory"
    screen.ok("qnet netvm start --wait 500", seconds=200)
    start_screen(screen)
    assert window.ask("open")["changes"]
    assert window.picture().digest() == digest_of(screen)


def test_the_child_reaches_the_netvm_alone(screen: Machine) -> None:
    ids = [screen.domid(name) for name in ("netvm", "other")]
    told = json.loads(screen.ok(f"/usr/lib/qnet-test/screen_probe.py {ids[0]} {ids[1]}"))
    assert told["other"]["frame"] == "done", "it is there, for whoever may"
    assert told["other"]["port"] != "EACCES"
    for part in ("restricted", "confined"):
        outcomes = told[part]
        assert outcomes.pop("the netvm's frame") == "done"
        assert outcomes.pop("a frame of no memory") != "done"
        for what in ("another's frame", "dom0's frame", "its own frame", "a device's frame", "Xen's frame"):
            assert outcomes.pop(what) == "EPERM", what
        for what in ("another's port", "dom0's port"):
            assert outcomes.pop(what) == "EACCES", what
        assert outcomes.pop("frames of another") != "done"
        assert outcomes.pop("ports of another") != "done"
        assert outcomes.pop("a hypercall") == "EPERM"
    assert {*told["confined"].values()} == {"EPERM"}, told["confined"]
