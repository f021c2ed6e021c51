"""Changes the configuration file as a careful person would: the one value, and nothing else of what stands there.

Touches that file, and `.<file>.qnet-new` beside it. It blocks, so it is not for the main loop. The text is changed by
line and then parsed: what does not say exactly what it should is not written, so no form of TOML can be misunderstood.
"""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from pathlib import Path

from qnet_gui.model import config
from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import domain_name
from qnet_gui.runtime.atomic_file import write_atomically

_HEADER = re.compile(r"\s*\[")
_DOM0 = re.compile(r"""\s*\[\s*(?:dom0|"dom0"|'dom0')\s*\]\s*(?:#.*)?""")
_NETVM = re.compile(r"""(\s*(?:netvm|"netvm"|'netvm')\s*=\s*)(?:"[^"]*"|'[^']*')(\s*(?:#.*)?)""")
_NEW_FILE_MODE = 0o644


def with_netvm(text: str, name: str) -> str:
    """The same text with another netvm in it. Pure; `BadInput` when the text cannot be changed with certainty."""
    wanted = replace(config.parse(text), netvm=domain_name(name))
    own_text = text.removeprefix(config.BYTE_ORDER_MARK)
    changed = text.removesuffix(own_text) + _changed(own_text, name)
    try:
        done = config.parse(changed) == wanted
    except BadInput:
        done = False
    if not done:
        raise BadInput(ValueCode.NOT_BY_MACHINE, name=name)
    return changed


def _changed(text: str, name: str) -> str:
    lines = text.splitlines(keepends=True)
    header = next((index for index, line in enumerate(lines) if _DOM0.fullmatch(line.rstrip("\r\n"))), None)
    if header is None:
        last = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        return f'{text}{last}[dom0]\nnetvm = "{name}"\n'
    for index in range(header + 1, len(lines)):
        line = lines[index].rstrip("\r\n")
        if _HEADER.match(line):
            break
        if match := _NETVM.fullmatch(line):
            lines[index] = f'{match[1]}"{name}"{match[2]}{lines[index][len(line) :]}'
            return "".join(lines)
    end = lines[header][len(lines[header].rstrip("\r\n")) :]
    lines[header] = lines[header].removesuffix(end) + (end or "\n") + f'netvm = "{name}"{end or chr(10)}'
    return "".join(lines)


def set_netvm(path: Path, name: str) -> None:
    """Have the file say that `name` is the netvm; it is made if need be. On any error it stays as it is."""
    try:
        target = path.resolve(strict=False)  # a link stays a link
        if target.exists() and not target.is_file():
            raise QnetError(SystemCode.FILE_NOT_ONE, path=str(path))
        content = target.read_bytes()
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        content, mode = b"", _NEW_FILE_MODE
    except OSError as error:
        raise QnetError(SystemCode.FILE_UNREADABLE, path=str(path), why=error.strerror or "") from None
    except RuntimeError:
        raise QnetError(SystemCode.FILE_CIRCULAR, path=str(path)) from None
    try:
        changed = with_netvm(content.decode(), name).encode()
    except UnicodeDecodeError:
        raise BadInput(SystemCode.FILE_NOT_UTF8, path=str(path)) from None
    except BadInput as error:
        raise BadInput(SystemCode.FILE_WRONG, path=str(path), why=error.message) from None
    if changed != content:
        write_atomically(target, changed, mode)
