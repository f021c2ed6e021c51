"""`make xen-shell`: the Xen machine of the tests, and a shell in any of its domains until the end of input."""

from __future__ import annotations

import saved
from boot import Machine
from stack import DOMAINS, bring_up

_PLACES = ("dom0", "netvm", *DOMAINS)
_HELP = f"A line is run by a shell of its own, as root. To go elsewhere: {', '.join(_PLACES)}. Ctrl-D ends the machine."


def _lines(machine: Machine) -> None:
    place = "dom0"
    while True:
        line = input(f"{place}# ").strip()
        if line in _PLACES:
            place = line
        elif line:
            result = machine.run(line, place, 600)
            print(result.output, end="" if result.output.endswith("\n") else "\n")
            if result.status:
                print(f"(status {result.status})")


def main() -> None:
    """Restore the machine, which is made first where there is none."""
    machine = saved.restore(saved.saved("stack", bring_up))
    print(_HELP)
    try:
        _lines(machine)
    except (EOFError, KeyboardInterrupt):
        print()
    finally:
        machine.end()


if __name__ == "__main__":
    main()
