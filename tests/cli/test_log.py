from __future__ import annotations

import logging
import os
import re
import subprocess
import sys

import pytest

from qnet_gui.runtime.log import Limit, _uncaught, under_journal

PROGRAM = """
import logging, sys, threading, warnings
from qnet_gui.runtime import log
log.setup("prog", "--debug" in sys.argv)
logger = logging.getLogger("x")
logger.debug("fine print")
logger.info("two\\nlines and \\x1b[31m")
logger.warning("careful")
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("failed")
warnings.warn("old", stacklevel=1)
threading.Thread(target=lambda: {}["in a thread"]).start()
raise KeyError("at the end")
"""


def run(*words, journal=False):
    env = {**os.environ, "PYTHONWARNINGS": "default"}
    read, write = os.pipe()
    if journal:
        status = os.fstat(write)
        env["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, *words], stderr=write, env=env)
    os.close(write)
    with open(read) as pipe:
        text = pipe.read()
    process.wait()
    return text.splitlines()


def test_one_line_an_event_with_the_journals_priority():
    lines = run(journal=True)
    assert lines[0] == r"<6>two | lines and \x1b[31m"
    assert lines[1] == "<4>careful"
    assert lines[2].startswith("<3>failed | Traceback (most recent call last): | ")
    assert lines[2].endswith("ZeroDivisionError: division by zero")
    assert lines[3].startswith("<4>")
    assert "UserWarning: old" in lines[3]
    assert lines[4].startswith("<2>unexpected: KeyError('in a thread')")
    assert lines[5].startswith("<2>unexpected: KeyError('at the end')")
    assert len(lines) == 6


def test_debug_and_the_time_where_there_is_no_journal():
    lines = run("--debug")
    assert len(lines) == 7
    assert re.fullmatch(r"<7>\d\d:\d\d:\d\d\.\d{3} prog: fine print", lines[0])


def test_what_is_said_again_and_again_is_said_less_often():
    now = 0.0
    limit = Limit(most=3, clock=lambda: now)

    def say(text, *args):
        record = logging.LogRecord("x", logging.WARNING, "", 1, text, args, None)
        return record.getMessage() if limit.filter(record) else None

    assert [say("again %d", number) for number in range(5)] == ["again 0", "again 1", "again 2", None, None]
    assert say("something else") == "something else"
    now = 61.0
    assert say("again %d", 5) == "again 5 (and 2 more like this before)"
    assert say("again %d", 6) == "again 6"


def test_warnings_have_a_limit_of_their_own_and_wordings_without_number_one_in_common():
    limit = Limit(most=5, alarms=2, clock=lambda: 0.0)

    def said(level, texts):
        return sum(limit.filter(logging.LogRecord("x", level, "", 1, text, (), None)) for text in texts)

    assert said(logging.INFO, ["hello"] * 10) == 5
    assert said(logging.ERROR, ["oh"] * 10) == 2
    assert said(logging.ERROR, [f"oh {number}" for number in range(10_000)]) < 600
    assert len(limit._minutes) < 600


@pytest.mark.parametrize("stream", ["", "1:2", "nonsense"])
def test_another_programs_journal_is_not_ours(monkeypatch, stream):
    monkeypatch.setenv("JOURNAL_STREAM", stream)
    assert not under_journal()
    assert not under_journal(99999)


def test_who_presses_ctrl_c_is_told_nothing(caplog):
    _uncaught(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert caplog.records == []
