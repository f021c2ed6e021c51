"""Which letter of a control's text is its key with Alt; on one page none twice. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def _candidates(text: str) -> Iterable[int]:
    """The places of letters in a text: where a word begins first, then any."""
    starts = [index for index, sign in enumerate(text) if sign.isalnum() and (index == 0 or text[index - 1] == " ")]
    return [*starts, *(index for index, sign in enumerate(text) if sign.isalnum() and index not in starts)]


def without_keys(text: str) -> str:
    """A control's text as a person reads it: `&` marks the key, and `&&` is the sign."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def with_keys(texts: Sequence[str]) -> list[str]:
    """The texts with `&` before the letter that is the key; one that has none left over stays without."""
    taken: set[str] = set()
    made = []
    for text in texts:
        key = next((index for index in _candidates(text) if text[index].lower() not in taken), None)
        if key is None:
            made.append(text.replace("&", "&&"))
            continue
        taken.add(text[key].lower())
        made.append(text[:key].replace("&", "&&") + "&" + text[key:].replace("&", "&&"))
    return made
