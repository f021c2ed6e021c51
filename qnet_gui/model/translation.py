"""The words that people read, in their language: English, until a program installs a translator. Pure.

Only the tray installs one. What the helper says travels as codes, and is put into words here.
"""

from __future__ import annotations

from collections.abc import Callable

#: Gets a literal, and the number that it depends on where it is a plural; returns it as it is where it is not known.
Translator = Callable[[str, int | None], str]
_translators: list[Translator] = []


def install(translator: Translator | None) -> None:
    """Have every text of `tr` translated from now on; None for English."""
    _translators[:] = [translator] if translator else []


def tr(text: str, **values: object) -> str:
    """A literal text in the person's language. Values are put into its braces, and what is in them stays as it is."""
    for translate in _translators:
        text = translate(text, None)
    return text.format(**values) if values else text


def tr_count(one: str, many: str, number: int, /, **values: object) -> str:
    """Two literals, for one and for any other number, in whichever form the person's language has for this number.

    A translator knows `many` only. Without `values` the braces stay, that of the number too.
    """
    text = one if number == 1 else many
    for translate in _translators:
        translated = translate(many, number)
        text = text if translated == many else translated
    return text.format(**values) if values else text


def mark(text: str) -> str:
    """A literal text that `tr` will get later; here it is only found by whoever collects what is to be translated."""
    return text
