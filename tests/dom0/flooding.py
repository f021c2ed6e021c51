"""Floods of calls by somebody without any rights, and how the helper does meanwhile."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helper_dom0 import NAME, NOBODY, PATH, HelperDom0

_PROGRAM = Path(__file__).with_name("flood.py")


@contextmanager
def flood(dom0: HelperDom0, kind: str, what: str, calls: int, width: int) -> Iterator[subprocess.Popen[str]]:
    """See flood.py; the block begins with the first call, and ends the flood."""
    process = subprocess.Popen(
        [*dom0.become(NOBODY), sys.executable, str(_PROGRAM), dom0.env["DBUS_SYSTEM_BUS_ADDRESS"], kind, what,
         str(calls), str(width)],
        env=dom0.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "begun\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def answered_in(dom0: HelperDom0, member: str = "GetRoutes", signature: str = "s", *arguments: object) -> float:
    """The seconds that root waits for the answer to a call."""
    begun = time.monotonic()
    arguments = arguments or (("dom0",) if signature else ())
    dom0.bus.call_blocking(NAME, PATH, NAME, member, signature, arguments, timeout=120)
    return time.monotonic() - begun


def memory(dom0: HelperDom0) -> int:
    """KiB that the helper has of its own."""
    text = Path(f"/proc/{dom0.helper.pid}/smaps_rollup").read_text()
    return sum(int(size) for size in re.findall(r"^Private_\w+: +(\d+)", text, re.MULTILINE))


def lines_of_log(dom0: HelperDom0) -> int:
    """How many there are."""
    return len(dom0.log.read_text().splitlines())
