"""The arguments of `qnet`: every command, its options and its help."""

from __future__ import annotations

import argparse
import importlib.util
import os
from collections.abc import Callable, Sequence
from typing import Any

from qnet_gui import __version__
from qnet_gui.cli import commands, domain, netmap, netvm, setup
from qnet_gui.cli.dom0 import connection
from qnet_gui.cli.parser import Parser

_DESCRIPTION = """\
The network of this machine's domains: how it is, what is wrong with it, and what to do about it.

On a Xen host with a network driver domain (netvm), every domain reaches the world through the netvm, and dom0 has no
network at all. Run qnet in dom0. To try everything without Xen: sudo qnet lab up"""
_EPILOG = """\
exit status: 0 all is well, 1 something is wrong or failed, 2 the command was not understood, 130 interrupted.
environment: QNET_LAB names a lab, like --lab."""

Run = Callable[[argparse.Namespace], int]


def _command(subparsers: Any, name: str, run: Run, text: str, more: str = "") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}.{more}", parents=[_common()]
    )
    parser.set_defaults(run=run, in_lab="")
    return parser


def _group(subparsers: Any, name: str, text: str, add_verbs: Callable[[Callable[..., Any]], None]) -> None:
    """A command that has verbs."""
    parser = subparsers.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.", parents=[_common()])
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add_verbs(lambda *words: _command(verbs, *words))


def _common() -> argparse.ArgumentParser:
    """Options that may stand before and after the command."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--lab", metavar="NAME", default=argparse.SUPPRESS, help="act in this lab (needs root; default: $QNET_LAB)"
    )
    parser.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help="show where in the program something fails"
    )
    return parser


def build(with_lab: bool = True) -> argparse.ArgumentParser:
    """The parser; `with_lab`: with the lab's own commands, which are imported for it."""
    parser = Parser(
        prog="qnet", description=_DESCRIPTION, epilog=_EPILOG, parents=[_common()],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"qnet {__version__}", help="show the version and exit")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    status = _command(subparsers, "status", commands.status, "show how it is: netvm, uplinks, domains, problems")
    routes = _command(
        subparsers, "routes", commands.routes, "show a routing table",
        " The netvm's when no domain is named; for a domain, what it last reported.",
    )  # fmt: skip
    routes.add_argument("--domain", metavar="NAME", default="", help="whose table (default: the netvm's)")
    dns = _command(subparsers, "dns", commands.dns, "show where the domains' name servers are redirected to")
    map_ = _command(
        subparsers, "map", netmap.run, "show who goes through whom, as a tree or as a picture",
        " Without options, as a tree.",
    )  # fmt: skip
    netmap.add_arguments(map_)
    traffic = _command(
        subparsers, "traffic", commands.traffic, "show how much each domain and uplink receives and sends",
        " Rates of the last second, and totals since the domain's vif came. Counted are the domains of the chosen"
        " netvm, the busiest first.",
    )  # fmt: skip
    traffic.add_argument("--follow", action="store_true", help="show it anew each second, until Ctrl-C")
    _group(
        subparsers,
        "dom0",
        "connect dom0 to the network for an upgrade of its packages, and back",
        connection.add_parser,
    )
    upgrading = _command(
        subparsers, "upgrade", commands.upgrade, "connect dom0, upgrade its packages, and disconnect it",
        " By PackageKit, with your own rights. What will be upgraded is said first, and asked for. Ctrl-C stops it"
        " while that does no harm. dom0 stays connected where it was before.",
    )  # fmt: skip
    upgrading.add_argument(
        "--minutes", type=connection.span, default=0, metavar="N", help="for how long dom0 is connected at most"
    )
    upgrading.add_argument("--yes", action="store_true", help="upgrade what there is without asking")
    upgrading.add_argument("--json", action="store_true", help="print JSON, for programs; needs --yes")
    _group(subparsers, "netvm", "show or choose the domain that all others reach the network through", netvm.add_parser)
    _group(subparsers, "domain", "pause a domain, or cut it off the network, and back", domain.add_parser)
    status.add_argument("--check", action="store_true", help="end with 1 when there is a problem")
    doctor = _command(
        subparsers, "doctor", commands.doctor, "say what is wrong and what to do about it",
        " It looks at this machine first, for which it needs no helper, and then asks the helper. Root is told more."
        " The exit status is 1 when something is wrong.",
    )  # fmt: skip
    set_up = _command(
        subparsers, "setup", setup.setup, "give dom0's network cards to netvm, and have it serve the domains",
        " It says first what there is and what it would do, keeps a copy of each file that it changes, and gives the"
        " cards back by itself unless somebody confirms that the network works. For root in dom0.",
    )  # fmt: skip
    setup.add_arguments(set_up)
    reapply = _command(
        subparsers, "reapply", commands.reapply, "have netvm set up routes, packet filter and redirections again",
        " Changes nothing where everything is as it should be.",
    )  # fmt: skip
    applet = _command(
        subparsers, "applet", commands.applet, "show netvm's network applet, nm-applet, in the tray of this display",
        " Where netvm has a screen of its own, as on Xen, a window of qnet's applet shows that. Where neither can be,"
        " it is said what to do instead.",
    )  # fmt: skip
    for command in (status, routes, dns, traffic, doctor, reapply, applet):
        command.add_argument("--json", action="store_true", help="print JSON, for programs")
    host = _command(
        subparsers, "applet-host", commands.applet_host, "be the tray of a display that has none, in a small window",
        " For netvm, whose display has no panel: its icons are shown until the last one leaves. Where there is a tray"
        " already, the program is started, and shows its icon there.",
    )  # fmt: skip
    host.add_argument("program", nargs=argparse.REMAINDER, metavar="PROGRAM…", help="start this, such as nm-applet")
    completion = _command(
        subparsers, "completion", commands.completion, "print domains' names, for the shell's completion"
    )
    completion.add_argument("what", choices=("domains", "netvms"))
    if with_lab and importlib.util.find_spec("qnet_gui.lab") is not None:
        from qnet_gui.lab import commands as lab

        lab.add_parser(subparsers)
    else:
        without = subparsers.add_parser("lab", help="a whole machine in network namespaces, to try qnet in")
        without.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
        without.set_defaults(run=_no_lab)
    return parser


def _no_lab(_: argparse.Namespace) -> int:
    """`qnet lab` where it is not installed: a wheel has none."""
    raise ModuleNotFoundError(name="qnet_gui.lab")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments; exits with 2, or with 0 after --help. `in_lab` names the lab to act in, or is empty.

    `words` are those that were read.
    """
    arguments = build(with_lab="lab" in argv).parse_args(argv)
    arguments.words = list(argv)
    arguments.debug = getattr(arguments, "debug", False)
    named = getattr(arguments, "lab", None) or os.environ.get("QNET_LAB", "")
    arguments.in_lab = named if hasattr(arguments, "in_lab") else ""
    return arguments
