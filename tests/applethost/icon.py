"""A program with an icon in the tray, as Qt makes one: of the new kind where there is a host for it, else of the old.

Says on its output what is done to it. Its menu is of everything that a menu can have.
"""

from __future__ import annotations

import sys

from PyQt5.QtGui import QColor, QIcon, QPixmap
from PyQt5.QtWidgets import QApplication, QMenu, QSystemTrayIcon


def say(text: str) -> None:
    print(text, flush=True)


def main(colour: str) -> None:
    application = QApplication(["icon"])
    pixmap = QPixmap(64, 64)
    pixmap.fill(QColor(colour))
    tray = QSystemTrayIcon(QIcon(pixmap))
    menu = QMenu()
    menu.addAction("a_b && <b>c</b>", lambda: say("chosen"))
    menu.addSeparator()
    below = menu.addMenu("Below")
    below.addAction("Off").setEnabled(False)
    check = below.addAction("On")
    check.setCheckable(True)
    check.setChecked(True)
    menu.addAction("Quit", application.quit)
    tray.setContextMenu(menu)
    tray.setToolTip(f"<b>{colour}</b>")
    tray.activated.connect(lambda reason: say(f"activated {int(reason)}"))
    menu.aboutToShow.connect(lambda: say("menu"))
    tray.show()
    application.exec_()


if __name__ == "__main__":
    main(sys.argv[1])
