"""Reads the few settings of a domain's configuration that qnet wants to know, and sees whether xl will. Pure.

xl reads the same file and judges it; what is no setting is skipped here, but for `refused_line`. Source of the grammar:
xl.cfg(5). `KEY=VALUE` or `KEY+=VALUE`, separated by lines or `;`; a value is a quoted string, a number, or a list in
brackets; `#` begins a remark. In a string a backslash keeps the character after it from ending it (xl 4.17, tried).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: A quoted string, as a pattern.
TEXT = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
#: One alternative for each kind of piece; a line's end matters only outside of lists.
_PIECE = re.compile(
    rf"""(?P<remark>\#[^\n]*)|(?P<text>{TEXT})|(?P<word>[A-Za-z0-9_.:+-]*[A-Za-z0-9_.:-])"""
    r"""|(?P<sign>\+=|[=\[\],;\n])|(?P<other>.)""",
    re.VERBOSE,
)
#: A backslash and what it stands before; the few that mean something else are for control characters.
_ESCAPED = re.compile(r"\\(.)")
Value = str | tuple[str, ...]
#: All that xl knows: tools/libs/util/libxlu_cfg_l.l of Xen 4.17. A remark ends with its line; ends of lines are Unix's,
#: and no mark stands before the first.
_TOKEN = re.compile(
    rf"""(?P<space>[ \t]+)|(?P<end>\#[^\n]*\n|[\n;])|(?P<atom>{TEXT}|[0-9][0-9a-fx]*)|(?P<name>[a-z][_0-9a-z]*)"""
    r"""|(?P<sign>\+=|[=\[\],])|(?P<other>.(?!\Z))|(?P<last>.)""",
    re.VERBOSE,
)
#: What may follow on what, as in libxlu_cfg_y.y. After the bracket that closes the outermost list a setting is over.
_GRAMMAR = {
    "new": {"\n": "new", ";": "new", "name": "named"},
    "named": {"=": "value", "+=": "value"},
    "value": {"atom": "over", "[": "item"},
    "over": {"\n": "new", ";": "new"},
    "item": {"\n": "item", "atom": "after", "[": "item", "]": "after"},
    "after": {"\n": "after", ",": "item", "]": "after"},
}
#: Prefixes of before Xen 4.2, which say how and not what.
_DISK_PREFIX = re.compile(r"(?:[a-z0-9]+:)+(?=/)")


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup or ""
        if kind == "text":
            yield kind, _ESCAPED.sub(r"\1", piece[0][1:-1])
        elif kind in ("word", "sign"):
            yield kind, piece[0]


def settings(text: str) -> dict[str, Value]:
    """Every setting with its value as text, or as a list of texts; a later one replaces an earlier one of its name."""
    values: dict[str, Value] = {}
    pieces = _pieces(text)
    key, sign = "", ""
    for kind, piece in pieces:
        if kind == "sign" and piece in ("=", "+="):
            sign = piece
        elif not sign:
            key = piece if kind == "word" else ""
        else:
            value: Value = _list(pieces) if (kind, piece) == ("sign", "[") else piece if kind != "sign" else ""
            if key:
                values[key] = _joined(values.get(key), value) if sign == "+=" else value
            key, sign = "", ""
    return values


def _list(pieces: Iterator[tuple[str, str]]) -> tuple[str, ...]:
    """The texts up to the bracket that closes a list, those of lists in it included."""
    values, depth = [], 1
    for kind, piece in pieces:
        if kind != "sign":
            values.append(piece)
        elif piece in "[]":
            depth += 1 if piece == "[" else -1
            if not depth:
                break
    return tuple(values)


def _joined(before: Value | None, value: Value) -> Value:
    if isinstance(before, tuple) and isinstance(value, tuple):
        return before + value
    if isinstance(before, str) and isinstance(value, str):
        return before + value
    return value


def refused_line(text: str) -> int:
    """The number of the line where xl gives a configuration up, so that no domain comes of it; 0 where it does not."""
    state, depth, line = "new", 0, 1
    for piece in _TOKEN.finditer(text):
        kind = piece.lastgroup or ""
        if kind in ("space", "last"):  # a byte of which nothing is known is nothing where it is the last
            continue
        sign = {"end": piece[0][-1], "sign": piece[0]}.get(kind, kind)
        if sign not in _GRAMMAR[state]:
            return line
        depth += {"[": 1, "]": -1}.get(sign, 0)
        state = "over" if sign == "]" and not depth else _GRAMMAR[state][sign]
        line += sign == "\n"
    return 0 if state in ("new", "over") else line


def disk_file(disk: str) -> str:
    """The file or device of dom0's that a disk is, by its full path; empty where it is none, or named otherwise.

    Source of the grammar: xl-disk-configuration(5).
    """
    before, named, after = disk.partition("target=")
    words = [word.strip() for word in before.split(",")]
    if any(word.startswith(("script=", "backend=")) for word in words):
        return ""
    target = after.strip() if named else words[0]
    path = _DISK_PREFIX.sub("", target, count=1)
    return path if path.startswith("/") else ""


def disk_is_read_only(disk: str) -> bool:
    """Whether the domain may only read it. The same source."""
    words = {word.strip() for word in disk.partition("target=")[0].split(",")}
    return bool(words & {"r", "ro", "access=r", "access=ro", "cdrom", "devtype=cdrom"})


def pci_addresses(specs: tuple[str, ...]) -> list[str]:
    """What the words of a `pci=` list call the devices: of each the address as it is written, wildcards included.

    Devices that are named in another way (`name=`) are not among them.
    """
    addresses = []
    for spec in specs:
        words = [word.strip() for word in spec.split(",")]
        named = next((word[len("bdf=") :] for word in words if word.startswith("bdf=")), None)
        first = words[0].partition("@")[0]
        if named is not None or (first and "=" not in first):
            addresses.append(named if named is not None else first)
    return addresses
