"""What a code is: a word for programs, a sentence for people, and what may be put into the sentence. Pure.

The codes are members of enums by subject, in the modules beside this one. A word is never used for something else,
since programs and other versions know it.
"""

from __future__ import annotations

import enum
from typing import NamedTuple


class Plural(NamedTuple):
    """A sentence that depends on its argument `count`: `one` for one, `many` for all others, none included."""

    one: str
    many: str


class Code(enum.StrEnum):
    """Base of all codes. The value is the word; `form` the sentence, `cure` what to do where it is a problem."""

    _value_: str
    form: str | Plural
    cure: str

    def __new__(cls, word: str, form: str | Plural, cure: str = "") -> Code:
        """A member, from its word, sentence and cure."""
        made = str.__new__(cls, word)
        made._value_, made.form, made.cure = word, form, cure
        return made

    @property
    def literals(self) -> tuple[str, ...]:
        """All that a translator has to know of it."""
        forms = (self.form,) if isinstance(self.form, str) else self.form
        return (*forms, self.cure) if self.cure else tuple(forms)


class Kind(enum.Enum):
    """What an argument is, and how it is written."""

    TEXT = "text"
    #: A whole number.
    NUMBER = "number"
    #: Seconds, with a fraction if need be.
    SECONDS = "seconds"
    #: Seconds since the epoch, written as a clock on the wall shows it.
    MOMENT = "moment"
    #: Another message, or the words of the system or of a program.
    REASON = "reason"
    #: Another message, about a problem, written with its cure.
    PROBLEM = "problem"
    #: Texts or messages, with commas between them.
    LIST = "list"
    #: Messages that are whole sentences, one after the other.
    SENTENCES = "sentences"


_TEXTS = (
    "address", "bridge", "command", "device", "driver", "interface", "key", "kind", "lab", "manager", "module", "name",
    "netvm", "network", "path", "pool", "program", "section", "setting", "text", "user", "value", "verb", "version",
    "vif",
)  # fmt: skip
#: An argument of one name is of one kind in every sentence.
KINDS = {
    **dict.fromkeys(_TEXTS, Kind.TEXT),
    "count": Kind.NUMBER,
    "high": Kind.NUMBER,
    "id": Kind.NUMBER,
    "low": Kind.NUMBER,
    "minutes": Kind.NUMBER,
    "number": Kind.NUMBER,
    "seconds": Kind.SECONDS,
    "until": Kind.MOMENT,
    "why": Kind.REASON,
    "problem": Kind.PROBLEM,
    "links": Kind.LIST,
    "names": Kind.LIST,
    "nics": Kind.LIST,
    "servers": Kind.LIST,
    "sentences": Kind.SENTENCES,
}
