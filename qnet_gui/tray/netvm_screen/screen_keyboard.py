"""The person's keyboard as the netvm's, on which the letters stand as in the USA. Pure.

What a key means is decided in dom0, by the layout that the person has there: each character of ASCII is typed in the
netvm by the key that has it in the USA, with or without Shift, whatever was pressed for it here. So the netvm need not
be told a layout, which it might set or not, and a password comes as it was meant. What is no character goes as the key
that it is. The locks and the keys that choose another character count here and are not told.

Symbols are X's (X11/keysymdef.h), codes Linux' (input-event-codes.h).
"""

from __future__ import annotations

from types import MappingProxyType

from qnet_gui.model.netvm_screen.screen_wire import KEYS, KeyPress

#: X counts the keys that Linux calls by these codes from 8 on; Wayland's programs are told the same.
_X_OFFSET = 8
_ROWS = (
    ((41, *range(2, 14)), "`1234567890-=", "~!@#$%^&*()_+"),
    ((*range(16, 28), 43), "qwertyuiop[]\\", "QWERTYUIOP{}|"),
    (range(30, 41), "asdfghjkl;'", 'ASDFGHJKL:"'),
    (range(44, 54), "zxcvbnm,./", "ZXCVBNM<>?"),
)
#: By character: its key in the USA, and whether it is with Shift. Space is a key of its own everywhere.
US = MappingProxyType(
    {
        character: (code, shifted)
        for codes, plain, with_shift in _ROWS
        for characters, shifted in ((plain, False), (with_shift, True))
        for code, character in zip(codes, characters, strict=True)
    }
)
#: The numeric pad's, where a lock makes them characters; and accents that wait for a letter, as what they look like.
_CHARACTERS = MappingProxyType(
    {
        **{0xFFB0 + digit: str(digit) for digit in range(10)},
        0xFFAA: "*", 0xFFAB: "+", 0xFFAC: ",", 0xFFAD: "-", 0xFFAE: ".", 0xFFAF: "/", 0xFFBD: "=",
        0xFE50: "`", 0xFE51: "'", 0xFE52: "^", 0xFE53: "~", 0xFE57: '"',
    }
)  # fmt: skip
#: Keys that layouts put in another's place, where what they are counts: BackSpace, Escape, Shift, Control, Alt, Super.
_KEYS_BY_SYMBOL = MappingProxyType(
    {
        0xFF08: 14, 0xFF1B: 1, 0xFFE1: 42, 0xFFE2: 54, 0xFFE3: 29, 0xFFE4: 97, 0xFFE9: 56, 0xFFEA: 100, 0xFFEB: 125,
        0xFFEC: 126,
    }
)  # fmt: skip
#: ISO_Lock to ISO_Last_Group_Lock and other levels, all accents, Multi_key, Mode_switch, Num_Lock, Caps_Lock,
#: Shift_Lock.
_NOT_TOLD = frozenset({*range(0xFE01, 0xFE14), *range(0xFE50, 0xFE94), 0xFF20, 0xFF7E, 0xFF7F, 0xFFE5, 0xFFE6})
LEFT_SHIFT, _RIGHT_SHIFT = 42, 54
_SHIFTS = frozenset({LEFT_SHIFT, _RIGHT_SHIFT})
#: Control, Alt and Meta: with them a letter is a command, which a lock does not change.
_COMMANDS = frozenset({29, 97, 56, 100, 125, 126})
#: In place of a code, for a key that is not told.
_NONE = 0


def character_of(symbol: int) -> str:
    """The character of ASCII that a symbol stands for; empty for none."""
    return chr(symbol) if 0x20 < symbol < 0x7F else _CHARACTERS.get(symbol, "")


class ScreenKeyboard:
    """Each method gives what is to be told because of it, in that order. A key is known by the number that X has."""

    def __init__(self) -> None:
        #: What was told of each key that is down here, and which keys are down there.
        self._told: dict[int, int] = {}
        self._there: set[int] = set()

    def clear(self) -> None:
        """No key is down any more, here or there."""
        self._told.clear()
        self._there.clear()

    def press(self, scan_code: int, symbol: int = 0, text: str = "") -> tuple[KeyPress, ...]:
        """A key has gone down, of that symbol, and would write that text here. One that is held says so once."""
        if scan_code in self._told:
            return ()
        code, character = _KEYS_BY_SYMBOL.get(symbol, scan_code - _X_OFFSET), character_of(symbol)
        if code in _SHIFTS:
            self._told[scan_code] = code
            return () if self._there & _SHIFTS else self._down(code)
        if character in US:
            code, shifted = US[character]
            if character.isalpha() and self._there & _COMMANDS:
                shifted = self._shift_is_held()
        elif symbol in _NOT_TOLD or not text.isascii() or code not in KEYS:
            # a wrong character would be worse than none
            self._told[scan_code] = _NONE
            return ()
        else:
            shifted = self._shift_is_held()
        self._told[scan_code] = code
        return (*self._up(code), *self._shift(shifted), *self._down(code))

    def release(self, scan_code: int) -> tuple[KeyPress, ...]:
        """A key has come up. Of one that went down elsewhere nothing is told."""
        code = self._told.pop(scan_code, _NONE)
        if code not in _SHIFTS and code in self._told.values():
            # another key has the same character
            return ()
        lifted = () if code in _SHIFTS else self._up(code)
        others = any(told not in (*_SHIFTS, _NONE) for told in self._told.values())
        return lifted if others and code not in _SHIFTS else (*lifted, *self._shift(self._shift_is_held()))

    def _shift_is_held(self) -> bool:
        return not _SHIFTS.isdisjoint(self._told.values())

    def _shift(self, wanted: bool) -> tuple[KeyPress, ...]:
        """Have Shift down there, or not."""
        down = sorted(self._there & _SHIFTS)
        if wanted:
            return () if down else self._down(LEFT_SHIFT)
        return tuple(message for code in down for message in self._up(code))

    def _down(self, code: int) -> tuple[KeyPress, ...]:
        self._there.add(code)
        return (KeyPress(code, True),)

    def _up(self, code: int) -> tuple[KeyPress, ...]:
        if code not in self._there:
            return ()
        self._there.remove(code)
        return (KeyPress(code, False),)
