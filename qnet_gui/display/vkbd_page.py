"""The page that the netvm's keyboard and pointer share with dom0: keys and motions put into it. Pure.

What dom0 has put in, it knows by itself; of the page it reads one index, how far the netvm is, and that once. Which
keys are down is remembered here, so that all of them can be released. No release is lost: where the ring is full it
waits. Behind those that a child begins with, since another one may have left keys down, presses wait as well. Whatever
else does not fit is dropped. Source: xen/include/public/io/kbdif.h.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.netvm_screen.screen_wire import Input, KeyPress, PointerAt, ReleaseAll

#: Where in the page, in words of four bytes, the indexes of the ring of inputs are.
IN_CONS, IN_PROD = 0, 1
XENKBD_IN_RING_OFFS = 1024
XENKBD_IN_EVENT_SIZE = 40
#: How many slots that ring has: 2,048 bytes of them.
XENKBD_IN_RING_LEN = 2048 // XENKBD_IN_EVENT_SIZE
XENKBD_TYPE_KEY = 3
XENKBD_TYPE_POS = 4

#: How many inputs wait at most, but for releases.
WAITING_MAX = 512

_KEY = struct.Struct("<BB2xI32x")
_POSITION = struct.Struct("<B3xiii24x")
_WORD = 0xFFFFFFFF


class InputRing:
    """The ring of one page, which is `page`, PAGE_SIZE bytes that can be written.

    `down`: the codes of keys that may be down although nobody here has pressed them.
    """

    def __init__(self, page: memoryview, geometry: Geometry, down: Iterable[int] = ()) -> None:
        self._page, self._words = page, page.cast("I")
        self._geometry = geometry
        # whoever wrote before us went on from here; a netvm that writes another index here harms itself alone
        self._produced = self._words[IN_PROD]
        self._down = dict.fromkeys(down)
        self._waiting: deque[bytes] = deque()
        #: Whether some that may be down are still to be released: a keyboard has more keys than the ring has slots.
        self._settling = bool(self._down)

    @property
    def down(self) -> tuple[int, ...]:
        """The codes of the keys and buttons that are down, as the netvm will have heard."""
        return tuple(self._down)

    @property
    def waits(self) -> bool:
        """Whether releases are to be put in as soon as there is room."""
        return bool(self._waiting)

    def take(self, event: Input) -> bool:
        """Put in what the window said; False where that is nothing new for the netvm.

        `BadInput` where the netvm says that it has read what never was.
        """
        before = self._produced
        self.go_on()
        match event:
            case KeyPress(code, True) if code not in self._down:
                press = _KEY.pack(XENKBD_TYPE_KEY, 1, code)
                if self._put(press) or self._queue(press):
                    self._down[code] = None
            case KeyPress(code, False) if code in self._down:
                self._release(code)
            case ReleaseAll():
                for code in self.down:
                    self._release(code)
                self._settling = self._settling and self.waits
            case PointerAt(left, top, wheel):
                left, top = min(left, self._geometry.width - 1), min(top, self._geometry.height - 1)
                self._put(_POSITION.pack(XENKBD_TYPE_POS, left, top, wheel))
        return self._produced != before

    def go_on(self) -> bool:
        """Put in what waits, as far as there is room; whether anything was."""
        before = self._produced
        while self._waiting and self._write(self._waiting[0]):
            self._waiting.popleft()
        if self._produced != before:
            self._settling = self._settling and self.waits
        return self._produced != before

    def _release(self, code: int) -> None:
        del self._down[code]
        event = _KEY.pack(XENKBD_TYPE_KEY, 0, code)
        if not self._put(event):
            self._waiting.append(event)

    def _queue(self, event: bytes) -> bool:
        """Behind the releases that a new child begins with, as far as there is room."""
        if not self._settling or not self._waiting or len(self._waiting) >= WAITING_MAX:
            return False
        self._waiting.append(event)
        return True

    def _put(self, event: bytes) -> bool:
        """Not past those that wait."""
        return not self._waiting and self._write(event)

    def _write(self, event: bytes) -> bool:
        """One slot, and then the index, in one store: half of an index would be another one."""
        consumed = self._words[IN_CONS]
        used = (self._produced - consumed) & _WORD
        if used > XENKBD_IN_RING_LEN:
            raise BadInput(ValueCode.WRONG_VALUE, key="in_cons", value=str(consumed))
        if used == XENKBD_IN_RING_LEN:
            return False
        start = XENKBD_IN_RING_OFFS + self._produced % XENKBD_IN_RING_LEN * XENKBD_IN_EVENT_SIZE
        self._page[start : start + XENKBD_IN_EVENT_SIZE] = event
        self._produced = (self._produced + 1) & _WORD
        self._words[IN_PROD] = self._produced
        return True
