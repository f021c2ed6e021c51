"""Cells of a table whose texts are each in its own order, from wherever people read.

Versions, times, addresses and rates are read from the left: else `12.4+deb12u9` would be `deb12u9+12.4`, and a time
would stand before its day.
"""

from __future__ import annotations

from qnet_gui.tray.qt import QLocale, QStyledItemDelegate, Qt, QWidget

#: Unicode's marks around a text that has the direction of its first letter; of no width.
_BEGIN, _END = "\u2068", "\u2069"


class OwnOrder(QStyledItemDelegate):
    """As the style has it but for that."""

    def displayText(self, value: object, locale: QLocale) -> str:  # noqa: N802 (Qt's)
        """What stands behind a text to be apart from the next one stays outside."""
        text = str(super().displayText(value, locale))
        view = self.parent()
        if not isinstance(view, QWidget) or view.layoutDirection() != Qt.LayoutDirection.RightToLeft:
            return text
        words = text.rstrip()
        return f"{_BEGIN}{words}{_END}{text[len(words) :]}"
