"""What a screen reader is told of the applet, as JSON: `screen_reader.py WINDOW SECONDS [KEY]`. Runs in the session.

`nodes` is all that can be read out in the window with that title. Where a KEY is given it is pressed then, again and
again, and `had` is what has had the keyboard: all that takes it, or what did within so many seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

#: They are gone through by arrows; Tab leads to them and past them.
_WHOLE = {"table", "list", "combo box"}
#: Not for the keyboard: texts that can be selected, bars by which what can be reached scrolls.
_NO_CONTROLS = {"label", "scroll bar"}
Path = tuple[int, ...]


def read(node: Any, parts: bool = True, path: Path = (), part: bool = False) -> Iterator[tuple[Path, dict[str, Any]]]:
    """What can be seen of a node and below it; `parts`: of tables and lists too. What goes meanwhile is not told."""
    try:
        states = node.get_state_set()
        if not states.contains(Atspi.StateType.SHOWING):
            return
        role, takes = node.get_role_name(), states.contains(Atspi.StateType.FOCUSABLE)
        can = states.contains(Atspi.StateType.ENABLED)
        told = {
            "role": role, "name": node.get_name(), "description": node.get_description(), "can": can,
            "takes": takes and can and role not in _NO_CONTROLS, "has": states.contains(Atspi.StateType.FOCUSED),
            "part": part, "path": path,
        }  # fmt: skip
        count = node.get_child_count() if parts or role not in _WHOLE else 0
        children = [node.get_child_at_index(index) for index in range(count)]
    except GLib.Error:
        return
    yield path, told
    for index, child in enumerate(children):
        if child is not None:
            yield from read(child, parts, (*path, index), part or role in _WHOLE)


def window(title: str) -> Any:
    """The applet's window, None as long as it is not there."""
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        try:
            if application is None or application.get_name() != "qnet-tray":
                continue
            for number in range(application.get_child_count()):
                found = application.get_child_at_index(number)
                shown = found and found.get_state_set().contains(Atspi.StateType.SHOWING)
                if shown and found.get_name().split(" — ")[0] == title:
                    return found
        except GLib.Error:
            continue
    return None


def walk(shown: Any, key: str, until: float) -> list[dict[str, Any]]:
    """What has had the keyboard, in its order."""
    had: dict[Path, dict[str, Any]] = {}
    while time.monotonic() < until:
        nodes = dict(read(shown, parts=False))
        had |= {path: told for path, told in nodes.items() if told["has"] and path not in had}
        if {path for path, told in nodes.items() if told["takes"]} <= set(had):
            break
        subprocess.run(["/usr/bin/xdotool", "key", key], check=True)
    return list(had.values())


def main(title: str, seconds: str, key: str = "") -> None:
    until = time.monotonic() + float(seconds)
    Atspi.init()
    while (shown := window(title)) is None:
        if time.monotonic() > until:
            sys.exit(f"there is no window {title!r}")
        time.sleep(0.05)
    nodes = [told for _, told in read(shown)]
    print(json.dumps({"nodes": nodes, "had": walk(shown, key, until) if key else []}))


if __name__ == "__main__":
    main(*sys.argv[1:])
