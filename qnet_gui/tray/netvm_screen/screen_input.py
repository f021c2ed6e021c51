"""What a person does in the netvm's picture, as messages for the netvm: keys, buttons, the pointer and its wheel. Pure.

Nothing is said while the window has not got the keyboard, nor of what went down before. A key that is held says so
once: the netvm repeats it by itself.
"""

from __future__ import annotations

from types import MappingProxyType

from qnet_gui.model.netvm_screen.screen_wire import WHEEL_MAX, Input, KeyPress, PointerAt, ReleaseAll
from qnet_gui.tray.netvm_screen.screen_keyboard import ScreenKeyboard

#: By Qt's numbers of a pointer's buttons: Linux' BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA.
_BUTTONS = MappingProxyType({1: 0x110, 2: 0x111, 4: 0x112, 8: 0x113, 16: 0x114})
#: Eighths of a degree that a wheel turns from one notch to the next.
_NOTCH = 120

Messages = tuple[Input, ...]


class ScreenInput:
    """Each method gives what is to be said because of it, in that order."""

    def __init__(self) -> None:
        self.typing = False
        self._keyboard = ScreenKeyboard()
        self._buttons: set[int] = set()
        self._turned = 0

    def begin(self) -> None:
        """The picture has the keyboard from now on."""
        self.typing = True

    def end(self) -> Messages:
        """It has not any more: no key is down."""
        was, self.typing = self.typing, False
        self._keyboard.clear()
        self._buttons.clear()
        self._turned = 0
        return (ReleaseAll(),) if was else ()

    def key(self, scan_code: int, down: bool, symbol: int = 0, text: str = "") -> Messages:
        """A key, by the number that X has for it; what stands on it for the person, and what it would write here."""
        if not self.typing:
            return ()
        return self._keyboard.press(scan_code, symbol, text) if down else self._keyboard.release(scan_code)

    def button(self, number: int, down: bool, left: int, top: int) -> Messages:
        """One of the pointer's buttons, by Qt's number, at that pixel of the picture."""
        code = _BUTTONS.get(number)
        if not self.typing or code is None or (code in self._buttons) == down:
            return ()
        (self._buttons.add if down else self._buttons.remove)(code)
        return PointerAt(left, top), KeyPress(code, down)

    def moved(self, left: int, top: int) -> Messages:
        """The pointer is at that pixel of the picture."""
        return (PointerAt(left, top),) if self.typing else ()

    def wheel(self, angle: int, left: int, top: int) -> Messages:
        """The wheel has turned, by eighths of a degree and away from the person; what is less than a notch is kept."""
        if not self.typing:
            return ()
        self._turned += angle
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        notches = min(max(notches, -WHEEL_MAX), WHEEL_MAX)
        return (PointerAt(left, top, -notches),) if notches else ()
