"""The only module of qnet that imports PyQt5: another Qt is a day's work because everything else imports from here."""

from __future__ import annotations

from PyQt5.QtCore import (
    QByteArray,
    QEvent,
    QMetaType,
    QObject,
    QRectF,
    QSize,
    QSocketNotifier,
    Qt,
    QTimer,
    QUrl,
    pyqtSignal,
    pyqtSlot,
)
from PyQt5.QtDBus import (
    QDBusArgument,
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusPendingReply,
    QDBusServiceWatcher,
)
from PyQt5.QtGui import QColor, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PyQt5.QtSvg import QSvgRenderer
from PyQt5.QtWidgets import (
    QApplication,
    QFormLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QMessageBox,
    QSystemTrayIcon,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

try:
    from PyQt5.QtX11Extras import QX11Info

    x11: type[QX11Info] | None = QX11Info
except ImportError:
    x11 = None

__all__ = [
    "QApplication",
    "QByteArray",
    "QColor",
    "QDBusArgument",
    "QDBusConnection",
    "QDBusMessage",
    "QDBusPendingCallWatcher",
    "QDBusPendingReply",
    "QDBusServiceWatcher",
    "QEvent",
    "QFontDatabase",
    "QFormLayout",
    "QHeaderView",
    "QIcon",
    "QLabel",
    "QMenu",
    "QMessageBox",
    "QMetaType",
    "QObject",
    "QPainter",
    "QPalette",
    "QPixmap",
    "QRectF",
    "QSize",
    "QSocketNotifier",
    "QSvgRenderer",
    "QSystemTrayIcon",
    "QTableWidget",
    "QTableWidgetItem",
    "QTimer",
    "QUrl",
    "QVBoxLayout",
    "QWidget",
    "Qt",
    "pyqtSignal",
    "pyqtSlot",
    "x11",
]
