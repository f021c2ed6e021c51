"""Windows of their own are freed by Qt, when their last event is over."""

from __future__ import annotations

from qnet_gui.tray.qt import QWidget, sip


def let_qt_end(window: QWidget) -> None:
    """Have it live until Qt deletes it, be it that nobody knows it any more.

    Python would free it with the last reference, and who forgets a window by its own signal does so while Qt is at work
    in it.
    """
    sip.transferto(window, None)  # type: ignore[arg-type]  # nobody in particular
