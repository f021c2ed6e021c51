"""`qnet map`: who goes through whom, as a tree, and as a picture in a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.runtime.atomic_file import save

_OUTPUT = "-"


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--svg", metavar="FILE", default="", help="write it as an SVG; - is the standard output")
    parser.add_argument("--png", metavar="FILE", default="", help="write it as a PNG, which needs PyQt5; - as above")


def _write(path: str, data: bytes) -> None:
    if path == _OUTPUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        save(Path(path), data)
    except OSError as error:
        raise QnetError(SystemCode.FILE_UNWRITABLE, path=path, why=error.strerror or "") from None


def run(arguments: Namespace) -> int:
    """Only what is asked for is loaded: a PNG needs Qt, the rest does not."""
    from qnet_gui.cli.bus.helper import Helper
    from qnet_gui.netmap.graph import graph

    drawn = graph(Helper().snapshot()[1])
    if arguments.svg or arguments.png:
        from qnet_gui.netmap.svg import svg

        text = svg(drawn)
        if arguments.svg:
            _write(arguments.svg, text.encode())
        if arguments.png:
            from qnet_gui.tray.paint.picture import png_without_a_screen

            _write(arguments.png, png_without_a_screen(text))
    else:
        from qnet_gui.netmap.tree import tree

        print(tree(drawn))
    return 0
