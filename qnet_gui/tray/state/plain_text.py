"""Texts for toolkits that would read markup into what outsiders wrote, and for those who hear them. Pure.

A snapshot's texts are printable ASCII already; what is left is that `<b>`, `&` and `_` mean something to tooltips,
menus and notifications, and differently in each.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qnet_gui.model.translation import tr

#: Of no width: behind a `<` it keeps every parser from seeing a tag there, and nobody sees it.
_NOTHING = "\u200b"


#: Letters of a word that is broken where a line ends, if need be; and of each part of it then.
_LONG, _PART = 24, 8
#: So much of a text, up to a blank or its end, is a line of a tooltip; a small screen has room for it in large letters.
_ONE_LINE = re.compile(r"(\S.{0,59})(?:\s+|$)")


def breakable(text: str, too_wide: Callable[[str], bool] = lambda _: False) -> str:
    """For a label that wraps: a name may be longer than a line, and Qt would rather have no room for anything else.

    `too_wide`: whether a word of fewer letters is; some letters are twice as wide as others.
    """

    def broken(word: re.Match[str]) -> str:
        if len(word[0]) < _LONG and not too_wide(word[0]):
            return word[0]
        return re.sub(f"(.{{{_PART}}})(?=.)", rf"\1{_NOTHING}", word[0])

    return re.sub(rf"\S{{{_PART + 1},}}", broken, text)


def unbroken(text: str) -> str:
    """For who copies it."""
    return text.replace(_NOTHING, "")


def spoken(text: str) -> str:
    """For who hears it: an arrow's own name would be read out."""
    return text.replace("→", tr("to"))


def tooltip(text: str) -> str:
    """For the icon's tooltip, which Qt and most panels show as rich text as soon as it looks like it."""
    return text.replace("<", "<" + _NOTHING).replace("&", "&" + _NOTHING)


def tip(text: str) -> str:
    """For a tooltip of a widget: in lines, since Qt breaks none, and what is beyond the screen nobody reads."""
    return _ONE_LINE.sub(r"\1\n", tooltip(text)).rstrip("\n")


def menu(text: str) -> str:
    """For a row of a menu that Qt draws: `&&` is the sign `&`. The row's first letter becomes its key."""
    return "&" + text.replace("&", "&&")


def exported_menu(text: str) -> str:
    """For a row of a menu that Qt exports by com.canonical.dbusmenu, in which `_` has the part of `&`.

    Qt turns the first `&`, which is the one that marks the key, into `_` and passes everything behind it as it is.
    """
    return "&" + text.replace("_", "__")


def markup(text: str) -> str:
    """For the body of a notification, where the server says that it understands markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
