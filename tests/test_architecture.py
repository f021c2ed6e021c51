"""The house as the design has it: imports go down only, Qt has one door, and quick commands stay quick."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "qnet_gui"
MODULES = sorted(PACKAGE.rglob("*.py"))
_LINES = 300

#: What each room may import of ours, beside itself; `__init__` is the package's own, with the version. The rooms are in
#: the order of their floors. A name with a dot is a room within a room, or one module of it.
_GROUND = {"model", "__init__"}
_STAND_ON = {"runtime", *_GROUND}
_FLOORS = {"store", "kernel", "hypervisor"}
_MAY = {
    "__init__": set(),
    "model": set(),
    "runtime": _GROUND,
    "install": _STAND_ON,
    "uninstall": {"install", *_STAND_ON},
    "store": _STAND_ON,
    "kernel": _STAND_ON,
    "hypervisor": {"store", *_STAND_ON},
    "netvm": {*_FLOORS, *_STAND_ON},
    "guest": {*_FLOORS, *_STAND_ON},
    # what it does of the kernel's and of the hypervisor's it does by itself, with descriptors that are given up
    "display": {"store", *_STAND_ON},
    "dom0": {*_FLOORS, *_STAND_ON},
    # what it looks for is what dom0's own services go by
    "doctor": {"dom0", *_FLOORS, *_STAND_ON},
    "netmap": _GROUND,
    "tray": {"netmap", *_STAND_ON},
    "applethost": {"tray", *_STAND_ON},
    # of the applet it takes what makes a PNG, when it is asked for one
    "cli": {"applethost", "doctor", "dom0", "lab", "netmap", "tray", *_STAND_ON},
    # it starts everybody else's programs, and knows them by their names only; of the netvm's screen it has the hardware
    "lab": {"display", "install", *_FLOORS, *_STAND_ON},
}
#: Rooms within rooms, from the ground up: each may import those before it. What lies beside them is the top floor.
_WITHIN = {
    "model": ("translation", "clock", "messages", "errors", "parse", "wire", "x_display", "netvm_screen",
              "package_upgrade"),
    "display": ("confinement", "libxl"),
    "doctor": ("faults",),
    "dom0": ("bus", "isolation", "observe", "attach", "upgrade", "netvm_lifecycle", "setup", "netvm_image"),
    "netvm": ("packet_filter", "vifs", "upkeep", "uplinks", "dns"),
    "tray": (
        "qt",
        "state",
        "netvm_screen",
        "pages",
        "session",
        "desktop",
        "paint",
        "widgets",
        "window",
        "popup",
        "app",
    ),
    "cli": ("hangups", "streams", "question", "show", "bus", "dom0"),
    "lab": ("box", "xen", "screen", "machine", "desktop", "demo"),
}  # fmt: skip
#: Rooms that stand on what lies beside them: programs of their own, which run it.
_ON_TOP = {"cli": {"qvm"}}
#: Neighbours that know nothing of each other, though one is below the other.
_APART = {
    "dom0.netvm_lifecycle": {"bus", "isolation", "observe", "attach", "upgrade"},
    "dom0.setup": {"bus", "isolation", "observe", "attach", "upgrade"},
    "dom0.netvm_image": {"bus", "isolation", "observe", "attach", "upgrade"},
    "netvm.uplinks": {"vifs", "upkeep"},
    "netvm.dns": {"vifs", "upkeep"},
    "tray.state": {"qt"},
    "tray.netvm_screen": {"qt"},
    "tray.pages": {"qt"},
    "tray.widgets": {"session", "desktop"},
}
#: The tray has Qt's main loop and Qt's D-Bus.
_NOT_FOR_QT = {"runtime.mainloop", "runtime.dbus_values", "runtime.jobs"}
#: The ground floor does no I/O, but that `config.load` reads the one file it is given; `sentence`,
#: `preflight` and messages write an hour.
_MODEL_MAY = {
    "__future__", "collections", "dataclasses", "enum", "functools", "ipaddress", "itertools", "math", "operator", "re",
    "string", "tomllib", "types", "typing", "unicodedata",
}  # fmt: skip
_MODEL_MAY_TOO = {
    "config.py": {"pathlib"}, "clock.py": {"datetime", "time"}, "xauthority.py": {"struct"},
    "screen_wire.py": {"struct"},
}  # fmt: skip


def room(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def ours(name: str) -> str | None:
    """The room that an import leads to, None when it is not of ours."""
    first, _, rest = name.partition(".")
    if first != "qnet_gui":
        return None
    part = rest.split(".")[0]
    return part if ((PACKAGE / part).is_dir() and part) or (PACKAGE / f"{part}.py").is_file() else "__init__"


def _modules(wanted: str = "") -> list[Path]:
    return [path for path in MODULES if not wanted or room(path) == wanted]


def by_name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def within(path: Path) -> str:
    """The room within a room that a module is in, or its own name where it lies beside them."""
    return path.relative_to(PACKAGE).with_suffix("").parts[1] if len(path.relative_to(PACKAGE).parts) > 1 else ""


def test_every_room_is_in_the_plan() -> None:
    assert {room(path) for path in MODULES} <= set(_MAY)
    folders = {(room(path), within(path)) for path in MODULES if len(path.relative_to(PACKAGE).parts) > 2}
    planned = [*_WITHIN.items(), *_ON_TOP.items()]
    assert folders <= {(name, inner) for name, inners in planned for inner in inners}


@pytest.mark.parametrize("path", [path for path in MODULES if room(path) in _WITHIN], ids=by_name)
def test_imports_go_down_only_between_rooms_within_a_room(path: Path) -> None:
    here, inner = room(path), within(path)
    floors = _WITHIN[here]
    below = floors[: floors.index(inner)] if inner in floors else (*floors, *_beside(here))  # or on top of them
    allowed = {inner, *below} - _APART.get(f"{here}.{inner}", set())
    reached = {(line, _part(here, name)) for line, name in imports(path) if name.startswith(f"qnet_gui.{here}.")}
    assert not [(line, name) for line, name in reached if name not in allowed], f"{here}.{inner} imports upwards"


def _part(outer: str, name: str) -> str:
    """The room within a room that an import leads to, or the module there, which may be the room's own `__init__`."""
    part = name.split(".")[2]
    return part if (PACKAGE / outer / part).is_dir() or (PACKAGE / outer / f"{part}.py").is_file() else "__init__"


def _beside(outer: str) -> set[str]:
    return {within(path) for path in MODULES if room(path) == outer} - _ON_TOP.get(outer, set())


@pytest.mark.parametrize("path", [path for path in MODULES if room(path) in ("tray", "applethost")], ids=by_name)
def test_who_has_qt_leaves_the_other_main_loop_alone(path: Path) -> None:
    forbidden = tuple(f"qnet_gui.{other}" for other in _NOT_FOR_QT)
    assert not [name for _, name in imports(path) if name.startswith(forbidden)]


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_imports_go_down_only(path: Path) -> None:
    here = room(path)
    forbidden = [(line, name) for line, name in imports(path) if ours(name) not in (None, here, *_MAY[here])]
    assert not forbidden, f"{here} imports what is not below it"


@pytest.mark.parametrize("path", _modules("model"), ids=by_name)
def test_the_ground_floor_does_no_io(path: Path) -> None:
    allowed = {"qnet_gui", *_MODEL_MAY, *_MODEL_MAY_TOO.get(path.name, ())}
    assert {name.split(".")[0] for _, name in imports(path)} <= allowed


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_qt_has_one_door(path: Path) -> None:
    qt = [line for line, name in imports(path) if name.split(".")[0] in ("PyQt5", "PyQt6", "PySide2", "PySide6", "sip")]
    assert not qt or by_name(path) in ("tray/qt.py", "applethost/qt.py"), "one for each program that has windows"


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_module_is_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= _LINES
    assert ast.get_docstring(ast.parse(text))


def loaded(code: str, **environment: str) -> set[str]:
    """The modules in a Python of its own after it has run this code."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


@pytest.mark.parametrize("privileged", ["netvm", "guest", "display", "dom0"])
def test_privileged_programs_never_load_qt(privileged: str) -> None:
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in _modules(privileged)]
    names = [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]
    modules = loaded("\n".join(f"import {name}" for name in names))
    assert f"qnet_gui.{privileged}.main" in modules
    assert not [name for name in modules if name.startswith(("PyQt", "PySide", "qnet_gui.tray"))]


@pytest.mark.parametrize(
    ("words", "status"), [(["--help"], 0), (["--version"], 0), (["status"], 1), (["completion", "domains"], 1)]
)
def test_quick_commands_load_nothing_slow(words: list[str], status: int) -> None:
    run = f"""
from qnet_gui.cli import main
try:
    status = main({words!r})
except SystemExit as ended:
    status = ended.code or 0
assert status == {status}, status
"""
    modules = loaded(run, DBUS_SYSTEM_BUS_ADDRESS="unix:path=/nonexistent/bus", QNET_LAB="")
    slow = ("pyroute2", "PyQt5", "Xlib", "pyxs", "gi", "nftables", "qnet_gui.lab", "qnet_gui.kernel", "qnet_gui.store")
    assert not [name for name in modules if name.startswith(slow)]
    assert "status" not in words or "dbus" in modules  # it has come as far as the bus


def _imported_by_tests(path: Path) -> Iterator[str]:
    """The first part of each name that a file of tests imports, but for what lies beside it for certain."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def test_a_file_of_tests_runs_by_itself() -> None:
    """One imported a module of another folder, which was there only where that folder's tests had been collected."""
    folders: dict[str, set[Path]] = {}
    for path in (ROOT / "tests").rglob("*.py"):
        folders.setdefault(path.stem, set()).add(path.parent)
    apart = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "tests").glob("*/**/test_*.py")
        for name in _imported_by_tests(path)
        if name in folders and folders[name].isdisjoint(path.parents)
    ]
    assert not apart
