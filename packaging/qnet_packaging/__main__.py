"""`python3 -m qnet_packaging deb|rpm [--out FOLDER]`, with the checkout and packaging/ on PYTHONPATH."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from qnet_gui.install import CHECKOUT
from qnet_packaging import deb, rpm


def main() -> int:
    """The entry point; the exit status is 0, or 1 with a sentence on stderr."""
    parser = argparse.ArgumentParser(prog="qnet_packaging", description="Makes packages of qnet from its checkout.")
    parser.add_argument("kind", choices=["deb", "rpm"])
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="default: build/KIND of the checkout")
    mine = f"{sys.version_info.major}.{sys.version_info.minor}"
    parser.add_argument("--python", metavar="3.N", default=mine, help=f"that of the Fedora (default: this one, {mine})")
    options = parser.parse_args()
    os.umask(0o022)
    out = options.out or CHECKOUT / "build" / options.kind
    try:
        if options.kind == "deb":
            made = deb.build(out.absolute())
        else:
            made = [*rpm.build(out.absolute(), options.python), *rpm.build_pyxs(out.absolute(), options.python)]
    except (OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    print(*made, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
