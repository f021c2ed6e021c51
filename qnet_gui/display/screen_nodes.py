"""The nodes in xenstore of the netvm's screen and keyboard: dom0's ends of vfb and vkbd. Touches xenstore only.

libxl makes the folders when it makes the domain; the netvm's frontends say there where their pages are and go on by
steps, which both ends tell each other (XenbusState). All that a frontend writes is parsed here. Source:
xen/include/public/io/fbif.h, kbdif.h and xenbus.h; drivers/video/fbdev/xen-fbfront.c and
drivers/input/misc/xen-kbdfront.c of Linux.
"""

from __future__ import annotations

import enum

from qnet_gui.display.shared_pages import ScreenPages, SharedPage
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.parse import number, shown
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.home import home, within_home

VFB, VKBD = DEVICES = ("vfb", "vkbd")
#: Of a 64-bit guest's pages. A page of a 32-bit one looks otherwise, and is refused.
_PROTOCOL = b"x86_64-abi"
#: The highest number of an event channel there is (FIFO event channels).
PORT_MAX = (1 << 17) - 1
#: The highest number of a frame that is believed; 10 digits.
FRAME_MAX = (1 << 33) - 1


class XenbusState(enum.IntEnum):
    """How far one end is."""

    UNKNOWN = 0
    INITIALISING = 1
    INIT_WAIT = 2
    INITIALISED = 3
    CONNECTED = 4
    CLOSING = 5
    CLOSED = 6


class ScreenNodes:
    """Of domain `domid`. Every method raises `StoreGone` and the like, as `Store` does."""

    def __init__(self, store: Store, domid: int) -> None:
        self._store, self._domid = store, domid

    def backend(self, device: str) -> str:
        """The folder of our end."""
        return f"{home(0)}/backend/{device}/{self._domid}/0"

    def frontend(self, device: str) -> str:
        """The folder of the domain's end."""
        return f"{home(self._domid)}/device/{device}/0"

    def watched(self) -> tuple[str, ...]:
        """What to watch: how far either end is."""
        ends = [end(device) for device in DEVICES for end in (self.backend, self.frontend)]
        return tuple(f"{end}/state" for end in ends)

    def offer(self, geometry: Geometry) -> None:
        """Say what there is, a screen of that size, and wait for the domain's ends.

        `videoram` is in MiB, and keeps Linux from a larger screen than that.
        """
        written = {
            VFB: {"videoram": geometry.mebibytes, "request-update": 1},
            VKBD: {
                "feature-abs-pointer": 1, "feature-raw-pointer": 0,
                "width": geometry.width, "height": geometry.height,
            },
        }  # fmt: skip
        for device, nodes in written.items():
            for name, value in nodes.items():
                self._store.write(f"{self.backend(device)}/{name}", str(value))
        self.say(XenbusState.INIT_WAIT)

    def say(self, state: XenbusState) -> None:
        """How far our ends are."""
        for device in DEVICES:
            self._store.write(f"{self.backend(device)}/state", str(int(state)))

    def tell_libxl(self, minder: int) -> None:
        """That we run: it waits for that before it lets the domain begin. `minder`: whose pid it is to send SIGHUP.

        That is what it started, or what has taken the place of that, whose pid may be anybody's by now.
        """
        path = f"{home(self._domid)}/image/device-model-pid"
        within_home(self._store, self._domid, lambda inside: inside.write(path, str(minder)))
        self._store.write(f"{home(0)}/device-model/{self._domid}/state", "running")

    def tell_netvm(self, seen: bool) -> None:
        """Whether somebody has a window on its screen; nothing where it has died."""
        path = keys.SCREEN_SEEN.under(self._domid)

        def change(inside: Store) -> None:
            inside.write(path, keys.SCREEN_SEEN.form.text(seen))
            inside.set_perms(path, keys.SCREEN_SEEN.permissions(self._domid))

        within_home(self._store, self._domid, change)

    def pages(self) -> ScreenPages | None:
        """Where the domain's pages are, None as long as it has not said of both; `BadInput` for what cannot be."""
        if any(self._state(self.frontend(device)) not in _READY for device in DEVICES):
            return None
        return ScreenPages(*(self._page(self.frontend(device)) for device in DEVICES))

    def connected(self) -> bool:
        """Whether our ends have told the domain that they serve it."""
        return any(self._state(self.backend(device)) is XenbusState.CONNECTED for device in DEVICES)

    def ended(self) -> bool:
        """Whether the devices are at their end, by the toolstack's word or the domain's, or are there no more.

        Who still had the domain's memory mapped then would keep it from going.
        """
        ends = [end(device) for device in DEVICES for end in (self.backend, self.frontend)]
        return any(self._state(end) in _ENDED for end in ends)

    def _state(self, folder: str) -> XenbusState | None:
        """None where there is no such node; what is no state is an unknown one."""
        untrusted_state = self._store.read(f"{folder}/state")
        if untrusted_state is None:
            return None
        try:
            return XenbusState(number(untrusted_state, XenbusState.UNKNOWN, XenbusState.CLOSED))
        except BadInput:
            return XenbusState.UNKNOWN

    def _page(self, folder: str) -> SharedPage:
        untrusted_nodes = {name: self._store.read(f"{folder}/{name}") for name in ("page-ref", "event-channel")}
        untrusted_protocol = self._store.read(f"{folder}/protocol")
        if untrusted_protocol not in (None, _PROTOCOL):
            raise BadInput(ValueCode.WRONG_VALUE, key="protocol", value=shown(untrusted_protocol))
        frame = number(untrusted_nodes["page-ref"] or b"", 1, FRAME_MAX)
        return SharedPage(frame, number(untrusted_nodes["event-channel"] or b"", 1, PORT_MAX))


_READY = (XenbusState.INITIALISED, XenbusState.CONNECTED)
_ENDED = (None, XenbusState.CLOSING, XenbusState.CLOSED)
