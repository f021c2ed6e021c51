"""`qnet`, the command line: reads arguments, runs one command, and lets no traceback reach a user.

Exit status: 0 all is well, 1 something is wrong or failed, 2 the command was not understood. Importing this package is
cheap: D-Bus, and the lab, are imported by the commands that need them.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from qnet_gui.cli import streams
from qnet_gui.model.errors import DBUS_PREFIX, FAILED, BadInput, QnetError

INTERRUPTED = 130


#: What a write fails with when it is the output that cannot take more, and nothing of ours.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def _priority() -> str:
    """An error is one in the journal too, for what a unit has done in vain."""
    from qnet_gui.runtime import log

    return "<3>" if log.under_journal() else ""


def _complain(name: str, arguments: Namespace, sentence: str, error: BaseException, more: Mapping[str, Any]) -> None:
    """Say what went wrong: to people on standard error, after `--json` to programs too, and `more` with it."""
    _say(f"{_priority()}{name}: {sentence}")
    if vars(arguments).get("debug"):
        _say("".join(traceback.format_exception(error)).rstrip("\n"))
    _tell_programs(arguments, {"error": FAILED, "sentence": sentence, **more})


def _tell_programs(arguments: Namespace, end: Mapping[str, Any]) -> None:
    """How it has ended, after `--json`; an operation that has ended so has told it already."""
    if vars(arguments).get("json") and not vars(arguments).get("end_told"):
        try:
            streams.print_json(end)
        except OSError:  # to people it has been said, and the exit status will be
            _leave_output()


def _refused(name: str, arguments: Namespace, error: QnetError) -> None:
    from qnet_gui.cli import hints
    from qnet_gui.model.wire import message_wire

    code, values = error.message.code.value, message_wire.arguments(error.message)
    _complain(name, arguments, error.sentence, error, {"error": error.dbus_name, "code": code, "arguments": values})
    if hint := hints.of_error(error, arguments):
        _say(f"{name}: {hint}")


def _say(text: str) -> None:
    """On standard error, where somebody reads it; an exit status is true without him."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _leave_output(descriptor: int = 1) -> None:
    """Nobody reads or keeps it; Python must not notice again when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def _run(arguments: Namespace) -> int:
    if arguments.in_lab:
        from qnet_gui.cli.lab import go_in

        go_in(arguments.in_lab)
    status = int(arguments.run(arguments))
    try:
        sys.stdout.flush()
    except OSError:
        if status != INTERRUPTED:
            raise
        _leave_output()  # of a terminal that was closed
    return status


def main(
    argv: Sequence[str] | None = None, name: str = "qnet",
    words: Callable[[Sequence[str]], Sequence[str]] = lambda argv: argv,
) -> int:  # fmt: skip
    """Run a command; returns its exit status.

    `name`: who complains when something is wrong. `words`: what the arguments are in `qnet`'s own words.
    """
    streams.be_there()
    try:
        return _main(sys.argv[1:] if argv is None else argv, name, words)
    finally:
        try:
            sys.stderr.flush()
        except OSError:  # what could not be written is still there, and would be at the end, which Python calls 120
            _leave_output(2)


def _parsed(argv: Sequence[str], words: Callable[[Sequence[str]], Sequence[str]]) -> Namespace:
    from qnet_gui.cli.arguments import parse
    from qnet_gui.cli.parser import NotUnderstood

    try:
        return parse(words(argv))
    except NotUnderstood as error:
        if "--json" in argv:
            streams.print_json({"error": DBUS_PREFIX + BadInput.name, "sentence": error.sentence})
        raise
    except SystemExit:  # after a help: Python would flush it later, where nobody says what is wrong
        sys.stdout.flush()
        raise


def _main(argv: Sequence[str], name: str, words: Callable[[Sequence[str]], Sequence[str]]) -> int:
    arguments = Namespace()
    try:
        arguments = _parsed(argv, words)
        return _run(arguments)
    except KeyboardInterrupt:
        _tell_programs(arguments, {"error": FAILED, "sentence": "Interrupted."})
        return INTERRUPTED
    except BrokenPipeError:  # whoever read has had enough
        _leave_output()
    except QnetError as error:
        _refused(name, arguments, error)
    except ModuleNotFoundError as error:
        from qnet_gui.cli import hints

        _complain(name, arguments, hints.of_missing_module(error.name or "?"), error, {})
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL and error.filename is None:
            _leave_output()
            what = f"The output cannot be written: {error.strerror}."
        else:
            what = f"This should not have happened ({type(error).__name__}). Run it with --debug for the details."
        _complain(name, arguments, what, error, {})
    return 1
