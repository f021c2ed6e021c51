"""Keeps a window out of task bars and pagers: by its kind alone, xfce's has a button for the popup all the same.

Qt has no word for it, but leaves alone what a window that is not shown yet has among its states (EWMH,
_NET_WM_STATE), which is written here by Xlib's own functions, over the connection that Qt has.
"""

from __future__ import annotations

import ctypes

from qnet_gui.tray.qt import QWidget, sip, x11

_LIBRARY = "libX11.so.6"
_STATE, _STATES = b"_NET_WM_STATE", (b"_NET_WM_STATE_SKIP_TASKBAR", b"_NET_WM_STATE_SKIP_PAGER")
#: Of Xatom.h and X.h: the type of a list of atoms, the width of each, and that they are added to what is there.
_ATOM, _WIDTH, _APPEND = 4, 32, 2


def leave_out(window: QWidget) -> None:
    """Of a window that has not been shown yet. Elsewhere than on X nothing is done."""
    if x11 is None or not x11.isPlatformX11():
        return
    try:
        xlib = ctypes.CDLL(_LIBRARY)
    except OSError:
        return
    display = ctypes.c_void_p(sip.unwrapinstance(x11.display()))  # type: ignore[func-returns-value]  # it does
    xlib.XInternAtom.restype = ctypes.c_ulong
    state, *states = (ctypes.c_ulong(xlib.XInternAtom(display, name, 0)) for name in (_STATE, *_STATES))
    data = (ctypes.c_ulong * len(states))(*(one.value for one in states))
    own = ctypes.c_ulong(int(window.winId()))
    xlib.XChangeProperty(display, own, state, ctypes.c_ulong(_ATOM), _WIDTH, _APPEND, data, len(states))
