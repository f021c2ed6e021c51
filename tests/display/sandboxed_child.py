"""Run as a program by test_child_process.py: a netvm, a child in its sandbox, and the window, all together.

Arguments: uid, gid, and what is tried. What is seen is written to stdout as JSON.
"""

from __future__ import annotations

import json
import mmap
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from fakes.screen import ASKED, FakeNetvm

from qnet_gui.display.child_process import ChildProcess, start_child
from qnet_gui.display.picture_memory import PictureMemory
from qnet_gui.display.screen_child import ChildInputs
from qnet_gui.lab.screen.memory import DIRECTORY_PAGE, PAGES, taken_inputs
from qnet_gui.model.netvm_screen.screen_wire import BUTTONS, KEYS, SIZE, KeyPress, Look, packed, parsed_output


class Stage:
    """All that there is but the child."""

    def __init__(self) -> None:
        self.netvm = FakeNetvm()
        self.memory = PictureMemory(ASKED)
        self.seen = mmap.mmap(self.memory.fileno(), ASKED.size, prot=mmap.PROT_READ)

    def start(self, down: range | tuple[int, ...] = ()) -> ChildProcess:
        self.window, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        its.setblocking(False)
        self.window.settimeout(60)
        frames, channels = self.netvm.frames(), self.netvm.channels()
        inputs = ChildInputs(frames, channels, PAGES, ASKED, self.memory.pixels, its.fileno(), down)
        child = start_child(inputs, (frames.fileno(), channels.fileno()), int(sys.argv[1]), int(sys.argv[2]))
        its.close()
        return child

    def next_change(self) -> list[int]:
        """The next message, which it waits for."""
        changed = parsed_output(self.window.recv(SIZE), ASKED)
        part = changed.rectangle
        return [part.left, part.top, part.right, part.bottom]


def ended(child: ChildProcess) -> dict[str, object]:
    poller = select.poll()
    poller.register(child.fileno(), select.POLLIN)
    poller.poll(60_000)
    end = child.reap()
    return {"well": end.well, "why": end.why}


def shows(stage: Stage) -> dict[str, object]:
    """It shows what changes, hears keys, and ends with the window, with no key down."""
    child = stage.start()
    stage.netvm.draw(0, 0, 64, 48, 0x11)
    stage.window.send(packed(Look(True)))
    first, alike = stage.next_change(), [stage.seen[:] == stage.netvm.pixels]
    stage.netvm.draw(3, 4, 5, 6, 0x22)
    stage.netvm.ring(PAGES.vfb.port)
    second = stage.next_change()
    alike.append(stage.seen[:] == stage.netvm.pixels)
    status = Path(f"/proc/{child.pid}/status").read_text()
    stage.window.send(packed(KeyPress(30, True)))
    while stage.netvm.next_sound() != ("rang", PAGES.vkbd.port):
        pass
    stage.window.close()
    end = ended(child)
    keys = taken_inputs(stage.netvm.vkbd)
    return {"told": [first, second], "alike": alike, "keys": keys, "end": end, "status": status}


def lies(stage: Stage) -> dict[str, object]:
    """A netvm that names another's frame: the child ends and says why, nothing else happens."""
    struct.pack_into("<Q", stage.netvm.page(DIRECTORY_PAGE), 0, 1 << 39)
    return {"end": ended(stage.start())}


def dies(stage: Stage) -> dict[str, object]:
    """A child that dies with a key down; the next one releases it."""
    child = stage.start()
    stage.window.send(packed(KeyPress(30, True)))
    stage.netvm.next_sound()
    child.kill()
    end = ended(child)
    child = stage.start((*KEYS, *BUTTONS))
    keys = []
    while (3, 0, 0x117) not in keys:
        if stage.netvm.next_sound() == ("rang", PAGES.vkbd.port):
            keys += taken_inputs(stage.netvm.vkbd)
            stage.netvm.ring(PAGES.vkbd.port)
    stage.window.close()
    return {"end": end, "keys": keys[:2], "released": len(keys) - 1, "last": ended(child)}


TRIED: dict[str, Callable[[Stage], dict[str, object]]] = {"shows": shows, "lies": lies, "dies": dies}

if __name__ == "__main__":
    signal.alarm(300)
    print(json.dumps(TRIED[sys.argv[3]](Stage())), flush=True)
    os._exit(0)
