"""The person's language: the translation that fits the locale is read, if there is one. Touches one file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from qnet_gui.model import translation
from qnet_gui.tray.qt import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from qnet_gui.tray.session import artwork

#: The one context that all texts are in, for Qt Linguist.
CONTEXT = "qnet"
#: So many are kept: all of ours, and plurals of some numbers.
_TEXTS = 1024


def folder() -> Path:
    """Where the translations lie: beside the icons."""
    return artwork.folder().parent / "translations"


def has_twelve_hours() -> bool:
    """Whether the person's locale has a clock that goes to twelve."""
    return "AP" in QLocale.system().timeFormat(QLocale.ShortFormat).upper()


def install(name: str = "") -> bool:
    """Speak a language, that of the locale when none is named; False when it is English that is spoken.

    Qt's own texts ("Cancel", "Show Details…") are translated too where Qt's translations are installed.
    """
    locale = QLocale(name) if name else QLocale.system()
    translator = QTranslator(QCoreApplication.instance())
    wanted = map(QLocale, before_english(locale.uiLanguages()) if locale.language() != QLocale.C else ())
    spoken = next((one for one in wanted if translator.load(one, "qnet", "_", str(folder()))), None)
    if spoken is None:
        translation.install(None)
        return False
    QCoreApplication.installTranslator(translator)
    own = QTranslator(QCoreApplication.instance())
    if own.load(spoken, "qtbase", "_", _qt_folder()):
        QCoreApplication.installTranslator(own)

    @lru_cache(_TEXTS)
    def translate(text: str, number: int | None) -> str:
        if number is None:
            return QCoreApplication.translate(CONTEXT, text)
        return QCoreApplication.translate(CONTEXT, text, "", number)

    translation.install(translate)
    return True


def before_english(tags: Iterable[str]) -> list[str]:
    """Of the languages that a person reads, the best first, those that are preferred to English."""
    return list(takewhile(lambda tag: tag.partition("-")[0] not in ("en", "C", ""), tags))


def _qt_folder() -> str:
    return QLibraryInfo.location(QLibraryInfo.LibraryLocation.TranslationsPath)
