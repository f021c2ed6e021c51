"""The set-up says how much it installs, shows one line of progress, and says where the rest is when it fails.

apt-get, dpkg-query and sudo are stand-ins: nothing is installed here.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import termios
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: apt in its own words: what it would do, what it downloads, how far it is on the descriptor that it was given.
APT = r"""#!/bin/bash
case " $* " in
    *" update "*) printf 'Fetched 9,100 kB in 3s (4,000 kB/s)\n' ;;
    *" -s "*) printf 'Inst a (1 Debian)\nInst b (2 Debian)\nConf a (1 Debian)\n' ;;
    *" --print-uris "*) printf "'http://x/a.deb' a.deb 30000000 SHA256:0\n'http://x/b.deb' b.deb 12000000 SHA256:0\n" ;;
    *" install "*)
        printf 'dlstatus:1:50.0:Retrieving\n' >&3
        for i in $(seq 0 99); do
            printf 'pmstatus:b:amd64:%d.5:Unpacking b\n' "$i" >&3
            printf 'Unpacking b, part %d\n' "$i"
        done
        touch "$STATE"
        exit "${FAILS:-0}"
        ;;
esac
"""
#: Installed is what apt has installed.
DPKG = '#!/bin/sh\n[ -e "$STATE" ] && printf "installed a\\ninstalled b\\n"\nexit 0\n'
SUDO = '#!/bin/sh\nexec "$@"\n'
SCRIPT = """
set -euo pipefail
. .ci/packages
policy=$PWD/policy-rc.d
as_root() { "$@"; }
disable_services() { :; }
packages=(a b)
install_missing "the example"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "bin").mkdir()
    for name, text in (("apt-get", APT), ("dpkg-query", DPKG), ("sudo", SUDO)):
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def environment(checkout: Path, **more: str) -> dict[str, str]:
    path = f"{checkout / 'bin'}:{os.environ['PATH']}"
    return {"PATH": path, "STATE": str(checkout / "state"), "LC_ALL": "C.UTF-8", "TERM": "xterm", **more}


def run(checkout: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", "-c", SCRIPT], cwd=checkout, env=environment(checkout, **more), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_without_a_terminal_there_are_few_lines_and_the_rest_is_in_the_log(checkout: Path) -> None:
    done = run(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "setup: the example: 2 of Debian's packages, 42 MB to download, about 20 s" in lines
    assert len(lines) < 6
    assert re.fullmatch(r"setup: installed, in \d+ s", lines[-1])
    assert (checkout / "build/setup.log").read_text().count("Unpacking b, part") == 100


def test_how_much_it_is_is_told_before_anything_is_installed(checkout: Path) -> None:
    lines = run(checkout, SPARSE="0").stdout.splitlines()
    announced = next(at for at, line in enumerate(lines) if "to download" in line)
    first = next(at for at, line in enumerate(lines) if "% " in line)
    assert announced < first
    assert "setup: 2 packages and what those need: 50 % downloaded" in lines
    assert "setup: 2 packages and what those need: 99 % installed (b:amd64)" in lines


def test_what_is_there_is_not_installed_again(checkout: Path) -> None:
    (checkout / "state").touch()
    done = run(checkout)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_failure_shows_the_end_of_the_log_and_where_it_is(checkout: Path) -> None:
    done = run(checkout, FAILS="100")
    assert done.returncode == 1
    assert "setup: apt-get install failed\n" in done.stderr
    assert "    Unpacking b, part 99\n" in done.stderr and "part 50\n" not in done.stderr
    assert f"setup: all of it is in {checkout}/build/setup.log\n" in done.stderr
    assert not (checkout / "policy-rc.d").exists(), "services would stay forbidden"


def test_on_a_terminal_one_line_is_written_again_and_again(checkout: Path) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 50))
    with subprocess.Popen(
        ["/bin/bash", "-c", SCRIPT], cwd=checkout, env=environment(checkout),
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        written = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                written += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
    os.close(ours)
    assert process.returncode == 0
    text = written.decode()
    assert text.count("\n") == 2, "how much, and that it is done"
    assert text.count("\r\033[K") > 100
    assert "99 % inst" in text and "(b:amd64)" not in text, "what does not fit is cut off"
    assert max(len(part) for part in re.split(r"\r\033\[K|\r\n", text) if " % " in part) < 50


def test_the_demo_needs_no_tool_of_the_tests() -> None:
    """Neither a package of theirs nor pip."""
    text = (ROOT / ".ci/demo").read_text()
    assert "develop_packages" not in text and "pip " not in text.replace("without pip", "") and ".venv" not in text
    rule = (ROOT / "Makefile").read_text().partition("\ndemo:")[2].partition("\n\n")[0]
    assert rule.splitlines()[0].startswith(" ##"), "it depends on nothing, least of all on setup"
