"""The only module of the applet host that imports PyQt5."""

from __future__ import annotations

from PyQt5.QtCore import QAbstractEventDispatcher, QObject, QPoint, QProcess, QSize, QSocketNotifier, Qt, QTimer
from PyQt5.QtGui import QCursor, QIcon, QImage, QMouseEvent, QPixmap
from PyQt5.QtWidgets import QAction, QApplication, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

__all__ = [
    "QAbstractEventDispatcher",
    "QAction",
    "QApplication",
    "QCursor",
    "QHBoxLayout",
    "QIcon",
    "QImage",
    "QLabel",
    "QMenu",
    "QMouseEvent",
    "QObject",
    "QPixmap",
    "QPoint",
    "QProcess",
    "QSize",
    "QSocketNotifier",
    "QTimer",
    "QToolButton",
    "QWidget",
    "Qt",
]
