"""How the demo speaks: heads, and lines below them. Prints."""

from __future__ import annotations


def say(text: str = "") -> None:
    """A line or more of a step."""
    for line in text.splitlines() or [""]:
        print(f"   {line}".rstrip(), flush=True)


def head(text: str) -> None:
    """The next step."""
    print(f"\n{text}", flush=True)
