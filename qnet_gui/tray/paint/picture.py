"""An SVG of ours as the bytes of a PNG."""

from __future__ import annotations

import os

from qnet_gui.tray.qt import QBuffer, QByteArray, QGuiApplication, QImage, QIODevice, QPainter, QSvgRenderer, Qt

#: Pixels of the picture for each of the SVG's, so that small letters can be read when it is printed.
_SCALE = 2
#: Pixels that a side may have, beyond which the picture is made smaller: 500 domains fit.
_LONGEST = 16_000


def png(svg: str) -> bytes:
    """The picture; a QGuiApplication must be there, for the fonts."""
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    size = renderer.defaultSize()
    scale = min(_SCALE, _LONGEST / max(size.width(), size.height(), 1))
    image = QImage(round(size.width() * scale), round(size.height() * scale), QImage.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data())


def png_without_a_screen(svg: str) -> bytes:
    """The same for a program that has neither a display nor an application of Qt's."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")  # noqa: S108 (Qt complains without, and writes nothing there)
    application = QGuiApplication.instance() or QGuiApplication(["qnet"])
    try:
        return png(svg)
    finally:
        del application
