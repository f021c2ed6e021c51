"""What the netvm's settings were before us, for `qnet-agent undo` to put them back. Touches one file in /run/qnet."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from qnet_gui.kernel.sysctl import read_sysctl
from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.runtime.stored import read_stored

PATH = Path("/run/qnet/former.json")


def _read() -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        former = read_stored(PATH)
        if isinstance(former, dict):
            return former
    return {}


def _write(former: dict[str, Any]) -> None:
    with contextlib.suppress(QnetError):  # without it the network works as well
        write_atomically(PATH, json.dumps(former).encode(), 0o600, durable=False)


def remember_settings(names: Iterable[str]) -> None:
    """Note the values of settings that are going to be changed for the first time."""
    names = list(names)
    if not names:  # at each look that finds all as it should be
        return
    former = _read()
    settings = former.setdefault("settings", {})
    new = {name: value for name in names if name not in settings and (value := read_sysctl(name)) is not None}
    if new:
        settings |= new
        _write(former)


def remember_addresses(addresses: Iterable[str]) -> None:
    """Note addresses that are going to be given to the loopback."""
    addresses = list(addresses)
    if not addresses:
        return
    former = _read()
    known = former.setdefault("addresses", [])
    if new := [address for address in addresses if address not in known]:
        known += new
        _write(former)


def settings() -> dict[str, int]:
    """The former values, in the order in which they were first changed."""
    values = _read().get("settings", {})
    return {str(name): int(value) for name, value in values.items()} if isinstance(values, dict) else {}


def addresses() -> list[str]:
    """The addresses that the loopback was given."""
    return [str(address) for address in _read().get("addresses", [])]


def forget() -> None:
    """All is as it was before."""
    PATH.unlink(missing_ok=True)
