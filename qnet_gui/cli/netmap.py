"""`qnet map`: who goes through whom, as a tree, and as a picture in a file."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.runtime.atomic_file import save

if TYPE_CHECKING:
    from qnet_gui.netmap.graph import Graph

_OUTPUT = "-"


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--svg", metavar="FILE", help="write it as an SVG; - is the standard output")
    parser.add_argument("--png", metavar="FILE", help="write it as a PNG, which needs PyQt5; - as above")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def _plain(drawn: Graph) -> dict[str, Any]:
    """What is on the map, and who goes through whom, for programs; nothing of how it is drawn."""
    nodes = [
        {"key": node.key, "kind": node.kind.value, "name": node.name or node.title, "state": node.look.value,
         "text": node.spoken, "label": node.label.value, "main": node.main}
        for node in drawn.nodes
    ]  # fmt: skip
    edges = [{"from": edge.start, "to": edge.end, "flow": edge.flow.value} for edge in drawn.edges]
    return {"nodes": nodes, "edges": edges}


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

    if (arguments.svg, arguments.png).count(_OUTPUT) + arguments.json * (_OUTPUT in (arguments.svg, arguments.png)) > 1:
        raise BadInput(ValueCode.TWO_ON_OUTPUT)
    drawn = graph(Helper().snapshot()[1])
    pictured = arguments.svg is not None or arguments.png is not None
    if pictured:
        from qnet_gui.netmap.svg import svg

        text = svg(drawn)
        if arguments.svg is not None:
            _write(arguments.svg, text.encode())
        if arguments.png is not None:
            from qnet_gui.tray.paint.picture import png_without_a_screen

            _write(arguments.png, png_without_a_screen(text))
    if arguments.json:  # last: of a picture that fails a program is told in an object of its own
        print(json.dumps(_plain(drawn), indent=2))
    elif not pictured:
        from qnet_gui.netmap.tree import tree

        print(tree(drawn))
    return 0
