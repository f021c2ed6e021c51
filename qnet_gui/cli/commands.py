"""The commands of `qnet` that talk to the helper: each takes the arguments and returns the exit status."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from qnet_gui.model.errors import QnetError

if TYPE_CHECKING:
    from qnet_gui.cli.bus.helper import Helper


def connected() -> Helper:
    """The helper, which is imported when a command needs it."""
    from qnet_gui.cli.bus.helper import Helper

    return Helper()


def _print_json(data: Any) -> None:
    print(json.dumps(data, indent=2))


def status(arguments: Namespace) -> int:
    """`qnet status`."""
    from qnet_gui.cli import show

    wire, snapshot, _ = connected().snapshot()
    if arguments.json:
        _print_json(wire)
    else:
        print(show.status(snapshot))
    return 1 if arguments.check and snapshot.problems else 0


def routes(arguments: Namespace) -> int:
    """`qnet routes`."""
    from qnet_gui.cli.streams import remark
    from qnet_gui.model.route import ROUTES_MAX, Route, table

    rows = [Route(**row) for row in connected().routes(arguments.domain)]
    if arguments.json:
        _print_json([row.as_dict() for row in rows])
    else:
        print(table(rows))
    if len(rows) >= ROUTES_MAX:
        remark("There are more routes: those to the smallest networks are left out.")
    return 0


def dns(arguments: Namespace) -> int:
    """`qnet dns`."""
    from qnet_gui.cli import show

    wire, snapshot, _ = connected().snapshot()
    if arguments.json:
        _print_json(wire["dns"])
    else:
        print(show.dns(snapshot))
    return 0


def traffic(arguments: Namespace) -> int:
    """`qnet traffic`."""
    from qnet_gui.cli.traffic import run

    return run(arguments)


def upgrade(arguments: Namespace) -> int:
    """`qnet upgrade`."""
    from qnet_gui.cli.dom0 import upgrade

    return upgrade.upgrade(arguments)


def _done(arguments: Namespace, sentence: str) -> int:
    print(json.dumps({"error": "", "sentence": sentence}) if arguments.json else sentence)
    return 0


def reapply(arguments: Namespace) -> int:
    """`qnet reapply`."""
    from qnet_gui.cli.bus.line import Line

    with Line() as line:
        line.call("Reapply")
    return _done(arguments, "netvm has set up its routes, packet filter and redirections again.")


def applet(arguments: Namespace) -> int:
    """`qnet applet`."""
    from qnet_gui.cli.network_applet import show

    return _done(arguments, show())


def applet_host(arguments: Namespace) -> int:
    """`qnet applet-host`."""
    from qnet_gui.applethost.main import run

    program = arguments.program[1:] if arguments.program[:1] == ["--"] else arguments.program
    return run(program, arguments.debug)


def completion(arguments: Namespace) -> int:
    """`qnet completion`: silent when the helper is away, as whoever presses Tab expects."""
    from qnet_gui.cli import netvm

    try:
        snapshot = connected().snapshot()[1]
    except QnetError:
        return 1
    names = netvm.candidates(snapshot) if arguments.what == "netvms" else [domain.name for domain in snapshot.domains]
    print(*names, sep="\n")
    return 0


def doctor(arguments: Namespace) -> int:
    """`qnet doctor`."""
    from qnet_gui.cli.doctor import as_dicts, examine, wrong

    findings = examine(connected)
    if arguments.json:
        _print_json(as_dicts(findings))
        return 1 if wrong(findings) else 0
    for finding in findings:
        print(f"* {finding.wrong}\n  {finding.cure}" if finding.cure else f"* {finding.wrong}")
    if not wrong(findings):
        print("Nothing is wrong now." if any(finding.over for finding in findings) else "Nothing is wrong.")
    return 1 if wrong(findings) else 0
