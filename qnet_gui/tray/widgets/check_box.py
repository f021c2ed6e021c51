"""A check box whose text wraps where there is little room; Qt's is cut off, or makes all that is beside it wider."""

from __future__ import annotations

from qnet_gui.tray.qt import QCheckBox, QPaintEvent, QSize, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, Qt


class CheckBox(QCheckBox):
    """`text` stays one line for whoever asks; only what is painted is in several."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _around(self) -> int:
        """What the box and the space behind it take of the width."""
        return int(self.sizeHint().width() - self._wide(self.text()))

    def _wide(self, text: str) -> int:
        """Of a text, in which the sign before its key takes no room."""
        return int(self.fontMetrics().size(int(Qt.TextFlag.TextShowMnemonic), text).width())

    def _lines(self, width: int) -> str:
        """The text in lines of that width at most, but for words that are longer."""
        lines = [""]
        for word in self.text().split(" "):
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if lines[-1] and self._wide(longer) > width:
                lines.append(word)
            else:
                lines[-1] = longer
        return "\n".join(lines)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's)
        """So wide that no word is cut."""
        widest = max(map(self._wide, self.text().split(" ")))
        return QSize(self._around() + widest, super().minimumSizeHint().height())

    def hasHeightForWidth(self) -> bool:  # noqa: N802 (Qt's)
        """It has."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 (Qt's)
        """As many lines as there are in that width."""
        more = self._lines(width - self._around()).count("\n")
        return int(super().sizeHint().height() + more * self.fontMetrics().lineSpacing())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """As the style does it, with a text of several lines."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self._lines(self.width() - self._around())
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_CheckBox, option)
