"""`qnet-display`: what libxl starts as the device model of a netvm with a screen and a keyboard. Runs as root."""

from __future__ import annotations

import contextlib
import logging
import os
import pwd
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from qnet_gui.display.child_process import ChildProcess, start_child
from qnet_gui.display.libxl.qemu_arguments import QemuArguments, qemu_arguments
from qnet_gui.display.libxl.qmp_sockets import QmpSockets
from qnet_gui.display.minder import BROKEN, ENDING, NOT_BEGUN, WELL, mind
from qnet_gui.display.screen_child import ChildInputs
from qnet_gui.display.screen_nodes import ScreenNodes
from qnet_gui.display.server import DisplayServer
from qnet_gui.display.shared_pages import ScreenPages
from qnet_gui.display.xen_devices import EventChannels, ForeignFrames
from qnet_gui.model import config
from qnet_gui.model.errors import QnetError
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.netvm_screen.screen_wire import SOCKETS
from qnet_gui.runtime import log
from qnet_gui.store.client import Store

logger = logging.getLogger(__name__)
#: Whose uid the child has.
USER = "qnet-display"
#: Where the helper asks for a window: a socket for each domain, named by its id.
FOLDER = Path(SOCKETS)

OpenDevices = Callable[[int], tuple[ForeignFrames, EventChannels]]


def open_devices(domid: int) -> tuple[ForeignFrames, EventChannels]:
    """Both, restricted to that domain; `OSError` where that cannot be."""
    frames = ForeignFrames.open(domid)
    try:
        return frames, EventChannels.open(domid)
    except OSError:
        os.close(frames.fileno())
        raise


def _starter(
    domid: int, owner: tuple[int, int], geometry: Geometry, devices: OpenDevices
) -> Callable[..., ChildProcess]:
    def start(pages: ScreenPages, picture: memoryview, window: int, down: tuple[int, ...]) -> ChildProcess:
        """Each child has devices of its own, of which nothing is left open here."""
        frames, channels = devices(domid)
        descriptors = frames.fileno(), channels.fileno()
        try:
            inputs = ChildInputs(frames, channels, pages, geometry, picture, window, down)
            return start_child(inputs, descriptors, *owner)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    return start


def _listening(folder: Path, domid: int) -> socket.socket:
    """For root alone, by the folder that it is in."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / str(domid)
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        made.bind(str(path))
        made.listen(4)
    except OSError:
        made.close()
        raise
    return made


class _DomainDestroyed(SystemExit):
    """By libxl's word. After any other the domain may go on, and somebody else may serve it."""


@contextlib.contextmanager
def _until_told() -> Iterator[None]:
    """Ends the block in good order by libxl's word for it, when the domain is destroyed, and by systemd's.

    It may come in the middle of a question to xenstore, of which whatever is asked next makes an error of any kind.
    """
    told: SystemExit | None = None

    def end(number: int, _frame: object) -> NoReturn:
        nonlocal told
        told = (_DomainDestroyed if number == signal.SIGHUP else SystemExit)(0)
        raise told

    for number in ENDING:
        signal.signal(number, end)
    try:
        yield
    except Exception:
        if told is None:
            raise
        raise told from None


def _geometry() -> Geometry:
    """What the netvm is asked for. Its kernel has to be told the same (`xen-fbfront.video`)."""
    try:
        return config.load().screen
    except QnetError as error:
        # the netvm is to start all the same
        logger.error("%s", error)
        return config.DEFAULT_SCREEN


@contextlib.contextmanager
def _server(
    arguments: QemuArguments, owner: tuple[int, int], geometry: Geometry, folder: Path, devices: OpenDevices
) -> Iterator[DisplayServer]:
    with Store() as store, contextlib.ExitStack() as left:
        store.connect()
        qmp = QmpSockets(arguments)
        left.callback(qmp.close)
        windows = left.enter_context(_listening(folder, arguments.domid))
        nodes = ScreenNodes(store, arguments.domid)
        start = _starter(arguments.domid, owner, geometry, devices)
        server = DisplayServer(nodes, store, qmp, windows, start, geometry)
        left.callback(server.close)
        yield server


def serve(
    arguments: QemuArguments, owner: tuple[int, int], geometry: Geometry, folder: Path = FOLDER,
    devices: OpenDevices = open_devices,
) -> int:  # fmt: skip
    """Until the domain's end; the exit status for the minder, of whom this is the process.

    `owner`: uid and gid of the child; `geometry`: what the netvm is asked for. The socket at which nobody listens stays
    where this ends before the domain: by it the helper knows a screen that was served.
    """
    status, path = NOT_BEGUN, folder / str(arguments.domid)
    try:
        with _until_told(), _server(arguments, owner, geometry, folder, devices) as server:
            if server.offer():
                status = BROKEN
                server.run()
        path.unlink(missing_ok=True)
    except _DomainDestroyed:
        path.unlink(missing_ok=True)
        raise
    except (QnetError, OSError) as error:
        logger.error("%s", error)
        return status
    return WELL


def main(words: Sequence[str] | None = None) -> int:
    """The entry point, with the words that QEMU would get; the exit status is 0, or not and a sentence on stderr."""
    log.setup("qnet-display")
    try:
        arguments = qemu_arguments(sys.argv[1:] if words is None else words)
        user = pwd.getpwnam(USER)
    except KeyError:
        logger.error("There is no user %s.", USER)
        return NOT_BEGUN
    except QnetError as error:
        logger.error("%s", error)
        return NOT_BEGUN
    geometry = _geometry()
    return mind(lambda: serve(arguments, (user.pw_uid, user.pw_gid), geometry))


if __name__ == "__main__":
    sys.exit(main())
