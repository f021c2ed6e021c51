"""The words that people read, in their language: English, until a program installs a translator. Pure.

Only the tray installs one. What the helper says travels as codes wherever it can, and is put into words here.
"""

from __future__ import annotations

from collections.abc import Callable

Translator = Callable[[str], str]
_translators: list[Translator] = []


def install(translator: Translator | None) -> None:
    """Have every text of `tr` translated from now on; None for English."""
    _translators[:] = [translator] if translator else []


def tr(text: str, **values: object) -> str:
    """A literal text in the person's language. Values are put into its braces, and what is in them stays as it is."""
    for translate in _translators:
        text = translate(text)
    return text.format(**values) if values else text


def mark(text: str) -> str:
    """A literal text that `tr` will get later; here it is only found by whoever collects what is to be translated."""
    return text
