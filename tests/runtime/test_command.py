"""Running programs: what they get, what of theirs is kept, how they end. With programs that every machine has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qnet_gui.model.errors import HypervisorError, KernelError
from qnet_gui.runtime.command import run

SH = "/bin/sh"


def test_words_are_no_shells() -> None:
    assert run(["/bin/echo", "two", "words; $HOME"]) == b"two words; $HOME\n"


@pytest.mark.parametrize("text", ["", "line\n", "x" * 300_000], ids=["none", "a line", "more than a pipe takes"])
def test_the_input_is_what_was_given_and_then_ends(text: str) -> None:
    assert run(["/bin/cat"], text) == text.encode()
    assert run(["/bin/cat", "/dev/stdin"], text) == text.encode()  # opened anew, as nft does


def test_the_environment_is_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    lines = run(["/usr/bin/env"]).decode().splitlines()
    assert lines == ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
    assert run([SH, "-c", "pwd"]) == b"/\n"


def test_no_descriptor_of_ours_is_inherited() -> None:
    mine = os.open("/dev/null", os.O_RDONLY)
    listed = run([sys.executable, "-c", "import os; print(sorted(os.listdir('/proc/self/fd')))"])
    os.close(mine)
    assert eval(listed) in (["0", "1", "2", "3"],)  # noqa: S307 - the last is the folder's own


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("echo why >&2; echo more >&2; exit 3", "/bin/sh failed: why."),
        ("exit 3", "/bin/sh failed: status 3."),
        ("kill -9 $$", "/bin/sh failed: status -9."),
        ("printf 'bad\\033[1m.\\n' >&2; exit 1", "/bin/sh failed: bad?[1m."),
    ],
)
def test_failure_in_a_sentence(script: str, sentence: str) -> None:
    with pytest.raises(KernelError) as failed:
        run([SH, "-c", script])
    assert failed.value.sentence == sentence


def test_name_kind_and_reason_of_an_error_are_the_callers() -> None:
    with pytest.raises(HypervisorError, match=r"^xl list failed: WHY\.$"):
        run(
            [SH, "-c", "echo why >&2; exit 1"],
            name="xl list",
            error=HypervisorError,
            reason=lambda text: text.strip().upper(),
        )
    with pytest.raises(HypervisorError, match=r"^xl list did not end within 0\.1 s\.$"):
        run(["/bin/sleep", "60"], deadline=0.1, name="xl list", error=HypervisorError)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(KernelError, match=r"^/nonexistent/ip cannot be run: No such file or directory\.$"):
        run([Path("/nonexistent/ip")], name="ip")


@pytest.mark.parametrize(
    "script",
    [
        "echo $$ >{}; exec sleep 60",
        "echo $$ >{}; exec >&- 2>&-; exec sleep 60",
        "echo $$ >{}; while :; do echo x; done",
    ],
    ids=["is silent", "has closed its output", "talks on and on"],
)
def test_at_the_deadline_it_is_killed(script: str, tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(KernelError, match=r"did not end within 0\.5 s"):
        run([SH, "-c", script.format(tmp_path / "pid")], deadline=0.5)
    assert time.monotonic() - start < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_only_so_much_is_kept_of_what_it_prints() -> None:
    script = "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo the end"
    assert run([SH, "-c", script]) == bytes(1 << 20)


def test_its_end_is_noticed_at_once() -> None:
    """Python's own wait with a timeout looks after 0.5, 1.5, 3.5 … ms."""
    command = [SH, "-c", "exec >&- 2>&-; exec sleep 0.02"]

    def shortest(call: Callable[[], object]) -> float:
        took = []
        for _ in range(20):
            start = time.monotonic()
            call()
            took.append(time.monotonic() - start)
        return min(took)

    assert shortest(lambda: run(command)) < shortest(lambda: subprocess.run(command, check=True)) + 0.008


@pytest.mark.parametrize("own", [True, False])
def test_a_session_of_its_own(own: bool) -> None:
    script = "import os; print(os.getsid(0) == os.getpid())"
    assert run([sys.executable, "-c", script], own_session=own) == f"{own}\n".encode()


def test_a_signal_to_us_leaves_no_program_behind(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    path = tmp_path / "pid"

    def starts() -> bool:
        """Whether the program may be there before Python has told us so; nobody could end it then."""
        frame = sys._current_frames().get(threading.main_thread().ident or 0)
        while frame is not None and frame.f_code is not subprocess.Popen.__init__.__code__:
            frame = frame.f_back
        return frame is not None

    def interrupt() -> None:
        while not (path.exists() and path.read_text()) or starts():
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run([SH, "-c", f"echo $$ >{path}; exec sleep 60"], own_session=True)
    finally:
        signal.signal(signal.SIGINT, before)
        thread.join()
    with pytest.raises(ProcessLookupError):
        os.kill(int(path.read_text()), 0)
