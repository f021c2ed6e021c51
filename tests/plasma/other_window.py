"""A window in which somebody works."""

from __future__ import annotations

from PyQt5.QtWidgets import QApplication, QPlainTextEdit

application = QApplication(["other"])
edit = QPlainTextEdit("Somebody works here.")
edit.resize(900, 600)
edit.show()
application.exec_()
