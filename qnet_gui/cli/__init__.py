"""`qnet`, the command line: reads arguments, runs one command, and lets no traceback reach a user.

Exit status: 0 all is well, 1 something is wrong or failed, 2 the command was not understood. Importing this package is
cheap: D-Bus, and the lab, are imported by the commands that need them.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from qnet_gui.model.errors import QnetError

INTERRUPTED = 130


def _complain(name: str, sentence: str, error: Exception, debug: bool) -> None:
    print(f"{name}: {sentence}", file=sys.stderr)
    if debug:
        traceback.print_exception(error)


def main(argv: Sequence[str] | None = None, name: str = "qnet") -> int:
    """Run a command; returns its exit status. `name`: who complains when something is wrong."""
    from qnet_gui.cli.arguments import parse

    arguments = parse(sys.argv[1:] if argv is None else argv)
    try:
        if arguments.in_lab:
            from qnet_gui.cli.lab import go_in

            go_in(arguments.in_lab)
        status = int(arguments.run(arguments))
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read has had enough; Python must not notice again when it flushes at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except QnetError as error:
        _complain(name, error.sentence, error, arguments.debug)
    except Exception as error:
        what = f"This should not have happened ({type(error).__name__}). Run it with --debug for the details."
        _complain(name, what, error, arguments.debug)
    return 1
