"""The map as text: a tree from the Internet to the domains, and who is apart from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from qnet_gui.model.translation import tr
from qnet_gui.netmap.graph import DOM0, WORLD, Graph, Node, domain_key

_INDENT = "  "


def _said(node: Node) -> str:
    return f"{node.title}: {node.line}" if node.line else node.title


def _below(graph: Graph, key: str, depth: int, done: set[str]) -> Iterator[str]:
    by_key = {node.key: node for node in graph.nodes}
    for edge in graph.edges:
        if edge.end == key and edge.start not in done:
            done.add(edge.start)
            yield _INDENT * depth + _said(by_key[edge.start])
            yield from _below(graph, edge.start, depth + 1, done)


def tree(graph: Graph) -> str:
    """Lines, whose indents say who goes through whom. A netvm with no way out is a tree of its own."""
    by_key = {node.key: node for node in graph.nodes}
    done, serving = {WORLD}, {domain_key(name) for rank in graph.hops for name in rank}
    lines = [by_key[WORLD].title, *_below(graph, WORLD, 1, done)]
    for node in graph.nodes:
        if node.key in serving and node.key not in done and not _leads_on(graph, node.key):
            done.add(node.key)
            lines += ["", _said(node), *_below(graph, node.key, 1, done)]
    apart = [node for node in graph.nodes if node.key not in done]
    if apart:
        lines += ["", tr("Apart from it:"), *(_INDENT + _said(node) for node in apart if node.key != DOM0)]
        lines += [_INDENT + _said(by_key[DOM0])] if DOM0 not in done else []
    return "\n".join(lines)


def _leads_on(graph: Graph, key: str) -> bool:
    return any(edge.start == key for edge in graph.edges)
