"""`qnet lab …`: the commands of the person in front of the lab's machine."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from qnet_gui.hypervisor.lab import ask
from qnet_gui.lab.box import enter
from qnet_gui.lab.box.place import DEFAULT, NETVM, PROVIDERS, Place, domain_name, existing, netvm_names, not_up
from qnet_gui.lab.machine.lifecycle import take_down, take_up
from qnet_gui.model.config import DEFAULT_SCREEN
from qnet_gui.model.errors import BadInput, NotAuthorised, NotFound, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.netvm_screen.screen import geometry

_ONLINE_DEADLINE = 20.0
_SCREEN = f"{DEFAULT_SCREEN.width}x{DEFAULT_SCREEN.height}"
#: Booting or destroying a domain, closing its cards included.
_CHANGE_DEADLINE = 60.0


def _place(args: argparse.Namespace) -> Place:
    name = getattr(args, "name", None) or getattr(args, "lab", None) or os.environ.get("QNET_LAB") or DEFAULT
    return Place(name)


def _need_root(args: argparse.Namespace) -> None:
    if os.geteuid():
        words = shlex.join(vars(args).get("words") or ["lab", args.verb])
        named = getattr(args, "name", None) or getattr(args, "lab", None)
        lab = "" if named else os.environ.get("QNET_LAB", "")  # which sudo does not hand on
        raise NotAuthorised(plain(f"The lab needs root: sudo qnet {f'--lab {lab} ' if lab else ''}{words}"))


def _machine(args: argparse.Namespace) -> Place:
    """The place of a lab that is up."""
    _need_root(args)
    place = _place(args)
    if not place.folder.exists():
        raise not_up(place.name)
    return place


def _wait_online(place: Place, names: list[str]) -> int:
    """Wait until domains are online; says what is missing, and returns the exit status."""
    until, missing = time.monotonic() + _ONLINE_DEADLINE, 0
    for name in names:
        left = max(0.1, until - time.monotonic())
        if what := ask(place.control, "online", left + 5, name=name, seconds=left):
            print(f"{name} is not online: {what}.", file=sys.stderr)
            missing = 1
    return missing


def _wait_uplink(place: Place, netvm: str = NETVM) -> int:
    cables = [uplink["plugged"] for uplink in ask(place.control, "status")["uplinks"] if uplink["netvm"] == netvm]
    if not any(cables):
        return 0  # somebody wants it so
    first = enter.first_process(place.name, netvm)
    process = enter.popen(first, ["/usr/bin/nm-online", "-q", "-t", f"{_ONLINE_DEADLINE:.0f}"], tied=True)
    if process.wait() == 0:
        return 0
    print(f"{netvm} has no uplink: NetworkManager got no address from the provider.", file=sys.stderr)
    return 1


def _size(text: str) -> str:
    """For argparse: as it is, if it is one."""
    geometry(text)
    return text


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"[,\s]+", text) if name]


def up(args: argparse.Namespace) -> int:
    """Start a lab; returns when it is of use."""
    _need_root(args)
    names = [domain_name(name) for name in _names(args.domains)]
    netvms = netvm_names(_names(args.netvms))
    if len({*netvms, *names}) < len(netvms + names):
        raise BadInput(plain("A domain is named twice."))
    started = time.monotonic()
    place = _place(args)
    take_up(place, netvms, names, args.uplinks, args.iommu, args.screen or "")
    missing = _wait_online(place, names)
    for netvm in netvms[: args.uplinks]:
        missing |= _wait_uplink(place, netvm)
    all_ = ", ".join(["dom0", *netvms, *names])
    print(f"The lab {place.name} is up after {time.monotonic() - started:.1f} s: {all_}.")
    return missing


def down(args: argparse.Namespace) -> int:
    """Take a lab down, whatever state it is in."""
    _need_root(args)
    take_down(_place(args))
    return 0


def list_(args: argparse.Namespace) -> int:
    """Name the labs that are there."""
    for name in existing():
        print(name)
    return 0


def exec_(args: argparse.Namespace) -> int:
    """Run a command in a domain; the exit status is the command's."""
    place = _machine(args)
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not command:
        raise BadInput(plain(f"Which command? qnet lab exec {args.domain} -- COMMAND…"))
    for number in (signal.SIGINT, signal.SIGQUIT):  # the terminal sends them to the command too, and that decides
        signal.signal(number, lambda *_: None)
    try:
        process = enter.popen(enter.first_process(place.name, args.domain), command, tied=True)
    except FileNotFoundError:
        print(f"{command[0]}: not found in {args.domain}", file=sys.stderr)
        return 127
    except PermissionError:
        print(f"{command[0]}: cannot be executed in {args.domain}", file=sys.stderr)
        return 126
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    status = process.wait()
    return status if status >= 0 else 128 - status


def cable(args: argparse.Namespace) -> int:
    """Plug a cable in or pull it."""
    ask(_machine(args).control, "cable", provider=args.provider, plugged=args.end == "in")
    return 0


def roam(args: argparse.Namespace) -> int:
    """Pull the cable that is plugged in, plug in the other."""
    place = _machine(args)
    uplinks = [uplink for uplink in ask(place.control, "status")["uplinks"] if uplink["netvm"] == NETVM]
    if len(uplinks) < 2:
        raise Refused(plain("This lab's netvm has one provider. For two: qnet lab up --uplinks 2, with one netvm."))
    old = next((uplink for uplink in uplinks if uplink["plugged"]), uplinks[-1])
    new = uplinks[(uplinks.index(old) + 1) % len(uplinks)]
    ask(place.control, "cable", provider=old["provider"], plugged=False)
    ask(place.control, "cable", provider=new["provider"], plugged=True)
    print(f"Pulled {old['provider']} ({old['uplink']}), plugged in {new['provider']} ({new['uplink']}).")
    return 0


def add(args: argparse.Namespace) -> int:
    """Boot a new domain; returns when it is online."""
    place = _machine(args)
    ask(place.control, "add", _CHANGE_DEADLINE, name=domain_name(args.domain))
    return _wait_online(place, [args.domain])


def remove(args: argparse.Namespace) -> int:
    """Destroy a domain for good."""
    ask(_machine(args).control, "remove", _CHANGE_DEADLINE, name=args.domain)
    return 0


def stop(args: argparse.Namespace) -> int:
    """Destroy a domain in such a way that `start` can boot it again."""
    ask(_machine(args).control, "stop", _CHANGE_DEADLINE, name=args.domain)
    return 0


def start(args: argparse.Namespace) -> int:
    """Boot a domain, `start` one that was stopped, `restart` another; returns when it is of use."""
    place = _machine(args)
    ask(place.control, args.verb, _CHANGE_DEADLINE, name=args.domain)
    domain = next(entry for entry in ask(place.control, "status")["domains"] if entry["name"] == args.domain)
    if domain["role"] != NETVM:
        return _wait_online(place, [args.domain])
    return _wait_uplink(place, args.domain) | _wait_online(place, ask(place.control, "served", name=args.domain))


def pause(args: argparse.Namespace) -> int:
    """Pause or unpause a domain."""
    place = _machine(args)
    for domain in ask(place.control, "status")["domains"]:
        if domain["name"] == args.domain:
            ask(place.control, args.verb, domid=domain["id"])
            return 0
    raise NotFound(plain(f"There is no domain {args.domain} in this lab."))


def status(args: argparse.Namespace) -> int:
    """Show what is switched on and plugged in."""
    control = _machine(args).control
    picture, addresses_of = ask(control, "status"), ask(control, "addresses")
    for domain in picture["domains"]:
        domain["addresses"] = addresses_of.get(domain["name"], [])
    if args.json:
        print(json.dumps(picture, indent=2))
        return 0
    print(f"{'DOMAIN':<16} {'ID':>3}  {'STATE':<8} ADDRESS")
    for domain in picture["domains"]:
        addresses = ", ".join(domain["addresses"]) or "-"
        print(f"{domain['name']:<16} {domain['id']:>3}  {domain['state']:<8} {addresses}")
    for name in picture["stopped"]:
        print(f"{name:<16} {'-':>3}  {'stopped':<8} -")
    for uplink in picture["uplinks"]:
        cable_end = "in" if uplink["plugged"] else "out"
        print(f"{uplink['provider']}: cable {cable_end}, {uplink['netvm']}'s {uplink['uplink']}")
    return 0


def add_parser(subparsers: Any) -> None:
    """Add `lab` and its verbs to the command line."""
    lab = subparsers.add_parser("lab", help="a whole machine in network namespaces, to try qnet in")
    verbs = lab.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=f"{text.capitalize()}.")
        parser.add_argument("-n", "--name", metavar="LAB", help=f"which lab (default: {DEFAULT}, or $QNET_LAB)")
        parser.set_defaults(run=run)
        return parser

    parser = verb("up", up, "start a lab")
    parser.add_argument("--domains", default="work,personal,vault", help="names of its AppVMs (default: %(default)s)")
    parser.add_argument("--netvms", default=NETVM, help="names of its netvms, such as netvm,netvm2 (default: netvm)")
    parser.add_argument("--uplinks", type=int, choices=(1, 2), default=2, help="how many providers (default: 2)")
    parser.add_argument("--iommu", choices=("on", "off", "unknown"), default="on", help="what it says of an IOMMU")
    parser.add_argument(
        "--screen", metavar="SIZE", nargs="?", const=_SCREEN, type=_size,
        help=f"its netvms have a screen, for the tray's window, of this many pixels (default: {_SCREEN})",
    )  # fmt: skip
    parser = verb("exec", exec_, "run a command in a domain or at a provider")
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    verb("roam", roam, "pull one provider's cable and plug in the other's")
    parser = verb("cable", cable, "plug a provider's cable in or pull it out")
    parser.add_argument("end", choices=("in", "out"))
    parser.add_argument("provider", choices=PROVIDERS)
    for name, run, text in (
        ("add", add, "boot a new domain"),
        ("remove", remove, "destroy a domain for good"),
        ("stop", stop, "destroy a domain that is to be started again"),
        ("start", start, "boot a domain that was stopped"),
        ("restart", start, "destroy a domain and boot it again"),
        ("pause", pause, "pause a domain"),
        ("unpause", pause, "let a paused domain go on"),
    ):
        verb(name, run, text).add_argument("domain", metavar="DOMAIN")
    parser = verb("status", status, "show what is switched on and plugged in")
    parser.add_argument("--json", action="store_true", help="for programs")
    verb("down", down, "take a lab down, whatever state it is in")
    verb("list", list_, "name the labs that are there")
