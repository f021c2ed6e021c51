"""`qnet netvm make`: a netvm for who has none; what it takes and would do, in words, then it is made, or taken away."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qnet_gui.cli import hangups
from qnet_gui.cli.plan_output import PlanOutput, plan_output
from qnet_gui.model.errors import BadInput, NotAuthorised

if TYPE_CHECKING:
    from qnet_gui.dom0.netvm_image.plan import Plan
    from qnet_gui.dom0.netvm_image.record import RecordFile
    from qnet_gui.dom0.netvm_image.survey import Machine
    from qnet_gui.dom0.netvm_image.wanted import Wanted

_LOCK = Path("/run/qnet/netvm-make.lock")
#: MiB that a Linux with all of it can do with, and what no netvm needs; GiB that its root fits into, and no more.
_MEMORY, _SIZE = (256, 65536), (2, 1024)


def make(arguments: Namespace) -> int:
    """`qnet netvm make`."""
    from qnet_gui.dom0.netvm_image.survey import Machine

    machine, out = Machine(), plan_output(arguments.json)
    wanted = _wanted(arguments)
    return (_undo if arguments.undo else _make)(arguments, wanted, machine, out)


def _wanted(arguments: Namespace) -> Wanted:
    from qnet_gui.dom0.netvm_image.wanted import Wanted
    from qnet_gui.model import config

    return Wanted(
        arguments.name or config.load().netvm, arguments.output, arguments.lvm or "", arguments.size, arguments.source,
        arguments.suite or "", arguments.mirror or "", arguments.packages, arguments.memory, tuple(arguments.pci),
        arguments.xen or "",
    )  # fmt: skip


def _planned(wanted: Wanted, machine: Machine, out: PlanOutput) -> tuple[Plan, Callable[[], None]]:
    """What would be done, and what does it."""
    from qnet_gui.dom0.netvm_image.make import Maker
    from qnet_gui.dom0.netvm_image.plan import plan
    from qnet_gui.dom0.netvm_image.survey import survey

    seen = survey(wanted, machine)
    places = machine.places(wanted, seen.is_dom0, seen.chosen)
    planned = plan(wanted, seen, places)
    return planned, lambda: Maker(wanted, seen, planned, places, machine, out.say).make()


def _make(arguments: Namespace, wanted: Wanted, machine: Machine, out: PlanOutput) -> int:
    planned, do = _planned(wanted, machine, out)
    _show(planned, out)
    if planned.obstacles or arguments.dry_run:
        return out.end(1 if planned.obstacles else 0, "")
    from qnet_gui.dom0.netvm_image.record import RecordFile
    from qnet_gui.dom0.netvm_image.undo import undo

    with _alone():
        file = RecordFile(wanted.name, machine.record)
        if file.record is not None:  # another has made it a moment ago, or half of it
            out.left([] if file.record.finished else undo(file, machine.run, out.say))
            planned, do = _planned(wanted, machine, out)  # by what is there now
            if planned.obstacles:
                _show(planned, out)
                return out.end(1, "")
        do()
    return out.end(0, f"{wanted.name} is made. To take it away: sudo qnet netvm make {wanted.name} --undo")


def _undo(arguments: Namespace, wanted: Wanted, machine: Machine, out: PlanOutput) -> int:
    from qnet_gui.dom0.netvm_image import undo
    from qnet_gui.model.messages.service import ServiceCode

    if machine.uid():
        raise NotAuthorised(ServiceCode.SERVICE_FOR_ROOT, verb="make --undo")
    file = _to_be_undone(wanted, machine)
    out.undo([*undo.described(file)])
    if arguments.dry_run:
        return out.end(0, "")
    if not arguments.yes and not out.ask("Take it away, with all that is in it?"):
        return out.end(1, "Nothing was changed.")
    with _alone():
        file = _to_be_undone(wanted, machine)  # somebody may have started it while this one was asked
        left = undo.undo(file, machine.run, out.say)
    out.left(left)
    return out.end(1 if left else 0, "Some of it is left." if left else f"{wanted.name} is taken away.")


def _to_be_undone(wanted: Wanted, machine: Machine) -> RecordFile:
    """What was made; `Refused` where nothing was, or it is in use."""
    from qnet_gui.dom0.netvm_image.record import RecordFile
    from qnet_gui.dom0.netvm_image.undo import must_be_allowed

    file = RecordFile(wanted.name, machine.record)
    must_be_allowed(file, machine.starts_at_boot(wanted.name), wanted.name in machine.domains())
    return file


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time; what is made is for everybody to read, and whoever ends it has all of it taken away."""
    from qnet_gui.dom0.netvm_lifecycle.run import locked
    from qnet_gui.model.messages.netvm_image import ImageCode

    hangups.are_like_ctrl_c()
    os.umask(0o022)
    with locked(_LOCK, ImageCode.BUSY_MAKE):
        yield


def _show(planned: Plan, out: PlanOutput) -> None:
    out.plan((), planned.obstacles, planned.steps, planned.notes)


# -- arguments


def name(text: str) -> str:
    """A domain's, as an option of the command line says it."""
    from qnet_gui.model.parse import domain_name

    try:
        return domain_name(text)
    except BadInput as error:
        raise ArgumentTypeError(error.sentence) from None


def _pci(text: str) -> str:
    from qnet_gui.dom0.netvm_image.wanted import device

    try:
        return device(text)
    except BadInput as error:
        raise ArgumentTypeError(error.sentence) from None


def _place(text: str) -> Path:
    """A path, made absolute, of characters that xl and all others take as they are."""
    from qnet_gui.dom0.netvm_image.wanted import PATH

    path = os.path.abspath(text)  # noqa: PTH100  a link in it stays one
    if not PATH.fullmatch(path):
        raise ArgumentTypeError(f"{path!r} has a character in it that is none of: letters, digits, . _ @ + - /")
    return Path(path)


def _matching(pattern: str, what: str) -> Callable[[str], str]:
    def checked(text: str) -> str:
        from qnet_gui.dom0.netvm_image import wanted

        if not re.fullmatch(getattr(wanted, pattern), text):
            raise ArgumentTypeError(f"{text!r} is not {what}")
        return text

    return checked


def _number(low: int, high: int, unit: str) -> Callable[[str], int]:
    def checked(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ArgumentTypeError(f"{text} is not a number of {unit} between {low} and {high}")
        return int(text)

    return checked


def add_parser(verb: Callable[..., ArgumentParser]) -> None:
    """Add the verb to `qnet netvm`."""
    parser = verb(
        "make", make, "make a netvm for who has none: its disk, its kernel, its configuration",
        " A minimal Debian with qnet-netvm, NetworkManager, firmware for Wi-Fi and the xl of this Xen, by mmdebstrap or"
        " debootstrap, from where apt here fetches; or a root that is there already. It says first what stands in the"
        " way and what it does, overwrites nothing, and leaves nothing behind when it fails. For root, in dom0; away"
        " from dom0 it makes the disk alone, to be taken there.",
    )  # fmt: skip
    parser.add_argument("name", metavar="NAME", nargs="?", type=name, help="the netvm (default: the chosen)")
    disk = parser.add_mutually_exclusive_group()
    disk.add_argument("--output", metavar="FILE", type=_place, help="its disk (default: /var/lib/xen/NAME/root.img)")
    disk.add_argument(
        "--lvm", metavar="VG/LV", type=_matching("VOLUME", "a volume, VG/LV"),
        help="have its disk be a new logical volume",
    )  # fmt: skip
    parser.add_argument(
        "--size", metavar="GIB", type=_number(*_SIZE, "GiB"), default=4, help="what its disk holds (default: 4)"
    )
    parser.add_argument(
        "--from", dest="source", metavar="PATH", type=_place,
        help="make it of this root, without a network: a folder, or the image of an ext4 filesystem",
    )  # fmt: skip
    parser.add_argument(
        "--suite", metavar="NAME", type=_matching("SUITE", "a suite"),
        help="Debian's release (default: the one that runs here)",
    )  # fmt: skip
    parser.add_argument(
        "--mirror", metavar="URL", type=_matching("MIRROR", "the address of a repository"),
        help="fetch it from there (default: from where apt does)",
    )  # fmt: skip
    parser.add_argument(
        "--packages", metavar="DIR", type=_place, help="where qnet-common_*.deb and qnet-netvm_*.deb are (default: apt)"
    )
    parser.add_argument(
        "--xen", metavar="VERSION", type=_matching("XEN", "a version of Xen, such as 4.17"),
        help="the Xen of its xl (default: the one that runs)",
    )  # fmt: skip
    parser.add_argument(
        "--memory", metavar="MIB", type=_number(*_MEMORY, "MiB"),
        help="its memory (default: what is said in its configuration, or 512)",
    )  # fmt: skip
    parser.add_argument(
        "--pci", metavar="ADDRESS", type=_pci, action="append", default=[],
        help="give it this device, and no others than those named so (default: every network card)",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--undo", action="store_true", help="take away what was made, and nothing else")
    parser.add_argument("--yes", action="store_true", help="with --undo: do not ask")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs; asks nobody")
