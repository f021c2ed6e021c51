"""What tools for developers say, which speak English only: the lab, the installer. Pure."""

from __future__ import annotations

from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message


def plain(sentence: str) -> Message:
    """A sentence that nobody translates."""
    return Message(HelperCode.PLAIN, text=sentence)
