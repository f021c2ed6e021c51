"""The pixels of a part of an X screen, read through libX11: a program would take longer than what is measured."""

from __future__ import annotations

import ctypes
import ctypes.util

_Z_PIXMAP, _ALL_PLANES = 2, 0xFFFFFFFF


class _Image(ctypes.Structure):
    """The beginning of XImage."""

    _fields_ = [
        ("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int), ("format", ctypes.c_int),
        ("data", ctypes.c_void_p), ("byte_order", ctypes.c_int), ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int), ("bitmap_pad", ctypes.c_int), ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int),
    ]  # fmt: skip


class Screen:
    """The root window of a display."""

    def __init__(self, display: str) -> None:
        self._x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._x.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
        self._x.XGetImage.restype = ctypes.POINTER(_Image)
        self._x.XGetImage.argtypes = [
            ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_ulong,
            ctypes.c_int,
        ]  # fmt: skip
        self._x.XDestroyImage.argtypes = [ctypes.POINTER(_Image)]
        self._display = self._x.XOpenDisplay(display.encode())
        if not self._display:
            raise SystemExit(f"display {display} cannot be opened")
        self._root = self._x.XDefaultRootWindow(self._display)

    def pixels(self, left: int, top: int, wide: int, high: int) -> bytes:
        """What is there now."""
        image = self._x.XGetImage(self._display, self._root, left, top, wide, high, _ALL_PLANES, _Z_PIXMAP)
        try:
            return ctypes.string_at(image.contents.data, image.contents.bytes_per_line * high)
        finally:
            self._x.XDestroyImage(image)
