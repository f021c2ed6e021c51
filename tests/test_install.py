"""What `make install` installs is whole: every role's files are there, agree with each other, and its programs run."""

from __future__ import annotations

import argparse
import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from qnet_gui import __version__, install, uninstall
from qnet_gui.cli.arguments import build
from qnet_gui.dom0.netvm_lifecycle import record
from qnet_gui.dom0.setup import record as setup_record
from qnet_gui.dom0.upgrade import journal
from qnet_gui.guest import setup
from qnet_gui.hypervisor import xl_config
from qnet_gui.model.config import Config
from qnet_gui.model.errors import BadInput, NotFound, QnetError
from qnet_gui.netvm.packet_filter import former

UNITS = "usr/lib/systemd/system"
PROGRAMS = {
    "dom0": {
        "qnet", "qnet-helper", "qnet-tray", "qnet-agent",
        "qvm-dom0-network-via-netvm", "qvm-get-default-netvm", "qvm-set-default-netvm",
    },
    "netvm": {"qnet", "qnet-agent"},
    "guest": {"qnet", "qnet-guest"},
}  # fmt: skip
INSTALLED_UNITS = {
    "dom0": {"qnet-helper", "qnet-netvm", "qnet-disconnect", "qnet-agent", "qnet-devd", "qnet-display@"},
    "netvm": {"qnet-agent", "qnet-devd", "qnet-screen"},
    "guest": {"qnet-guest", "qnet-guest@"},
}
#: What is in a folder of ours, since no person runs it: others do, by its path.
PRIVATE = {"dom0": {"qnet-display", "tell-agent"}, "netvm": {"backdrop", "screen", "tell-agent"}, "guest": set[str]()}
#: What an administrator enables; the others are wanted by these, or started by udev.
ENABLED_UNITS = {"qnet-helper", "qnet-netvm", "qnet-agent", "qnet-guest"}
#: How exposed systemd says that a unit is. xl creates domains, and runs what their disks and cards need.
EXPOSED, EXPOSED_BY_XL = 3.0, {"qnet-netvm": 5.0, "qnet-devd": 6.5}
#: Programs of others that units run.
_OTHERS = {"/bin/true", "/bin/mkdir", "/bin/sh", "/usr/sbin/xl"}
ROW = '[[file]]\nsource = "a"\ntarget = "/b"\nmode = "0644"\npackage = "dom0"\nroles = ["dom0"]\n'
PROGRAM = '[[program]]\nname = "a"\nmodule = "qnet_gui.a"\npackage = "dom0"\nroles = ["dom0"]\n'


@pytest.fixture(scope="module", params=install.ROLES)
def role(programs: None, request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def root(role: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine of this role on which nothing but qnet is installed, by a root with a narrow umask."""
    root = tmp_path_factory.mktemp(role)
    before = os.umask(0o077)
    try:
        assert install.main([role, "--destdir", str(root)]) == 0
    finally:
        os.umask(before)
    return root


def _run(root: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run an installed program on Debian's Python, with qnet from below `root` and from nowhere else."""
    packages = root / "usr/lib/python3/dist-packages"
    start = (
        f"import runpy, sys; sys.path.insert(0, {str(packages)!r}); import qnet_gui; "
        f"assert qnet_gui.__file__.startswith({str(packages)!r}); "
        f"sys.argv = {[program, *words]!r}; runpy.run_path({str(root / 'usr/bin' / program)!r}, run_name='__main__')"
    )
    return subprocess.run(
        ["/usr/bin/python3", "-I", "-B", "-c", start], cwd="/", env={}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def _sections(path: Path) -> configparser.ConfigParser:
    # a unit may have a key twice
    sections = configparser.ConfigParser(interpolation=None, strict=False)
    sections.optionxform = str  # type: ignore[assignment,method-assign]
    sections.read(path)
    return sections


def test_every_row_is_there_with_its_mode(role: str, root: Path) -> None:
    for row in install.load():
        target = root / row.target[1:]
        assert target.exists() == (role in row.roles), row
        if role in row.roles and row.kind in ("file", "config", "program"):
            assert target.stat().st_mode & 0o7777 == row.mode
            assert row.kind == "program" or target.read_bytes() == (install.CHECKOUT / row.source).read_bytes()


def test_everybody_can_read_it(root: Path) -> None:
    for path in root.rglob("*"):
        mode = path.stat().st_mode
        assert mode & 0o022 == 0
        assert mode & 0o055 == 0o055 if path.is_dir() else mode & 0o044 == 0o044
        assert not path.name.startswith("."), "something half-made was left"


def test_a_program_that_is_interrupted_before_it_has_begun_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)\nmain = print\n")
    install.put_program(tmp_path / "program", "slow", tmp_path)
    done = subprocess.run(["/usr/bin/python3", "-I", tmp_path / "program"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(("module", "package"), [("PyQt5", "python3-pyqt5"), ("pyxs", "python3-pyxs")])
def test_a_program_whose_libraries_are_missing_says_which(tmp_path: Path, module: str, package: str) -> None:
    """`make install` brings none; what a package needs its own programs find."""
    (tmp_path / "sparse.py").write_text(f"import sys; sys.modules[{module!r}] = None\nimport {module}\nmain = print\n")
    (tmp_path / "qnet_gui").symlink_to(install.CHECKOUT / "qnet_gui")
    install.put_program(tmp_path / "program", "sparse", tmp_path)
    done = subprocess.run(["/usr/bin/python3", "-I", tmp_path / "program"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    said = f"program: The Python module {module} is missing. Install its package: {package}.\n"
    assert done.stderr == said


def test_programs_of_this_role_run_without_a_checkout(role: str, root: Path) -> None:
    assert {path.name for path in (root / "usr/bin").iterdir()} == PROGRAMS[role]
    assert {path.name for path in (root / "usr/lib/qnet").glob("*")} == PRIVATE[role]
    for program in PROGRAMS[role]:
        assert (root / "usr/bin" / program).read_text().startswith("#!/usr/bin/python3 -I\n")
        done = _run(root, program, "--version")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.split()[-1] == __version__


def test_what_libxl_starts_runs_without_a_checkout(role: str, root: Path) -> None:
    if role == "dom0":
        done = _run(root, "../lib/qnet/qnet-display", "-name", "netvm")
        assert done.returncode == 1
        assert "xen-domid" in done.stderr
        assert "Traceback" not in done.stderr


def test_package_is_whole_and_compiled(root: Path) -> None:
    there = root / "usr/lib/python3/dist-packages/qnet_gui"
    code = {path.relative_to(install.CHECKOUT / "qnet_gui") for path in (install.CHECKOUT / "qnet_gui").rglob("*.py")}
    assert {path.relative_to(there) for path in there.rglob("*.py")} == code
    assert (there / "lab/xen/xenstub.c").is_file()
    assert len(list(there.rglob("*.pyc"))) == len(code)


def test_installing_again_leaves_nothing_of_the_older_version(role: str, root: Path) -> None:
    gone = root / "usr/lib/python3/dist-packages/qnet_gui/gone.py"
    gone.touch()
    program = root / "usr/bin/qnet"
    program.unlink()
    program.symlink_to("/etc/passwd")
    before = Path("/etc/passwd").read_bytes()
    assert install.main([role, "--destdir", str(root)]) == 0
    assert not gone.exists()
    assert not program.is_symlink()
    assert Path("/etc/passwd").read_bytes() == before


def test_configuration_that_is_there_is_the_administrators(role: str, root: Path) -> None:
    for row in install.load():
        if row.kind == "config" and role in row.roles:
            (root / row.target[1:]).write_text("mine\n")
            assert install.main([role, "--destdir", str(root)]) == 0
            assert (root / row.target[1:]).read_text() == "mine\n"
            (root / row.target[1:]).unlink()
            assert install.main([role, "--destdir", str(root)]) == 0
            assert (root / row.target[1:]).read_bytes() == (install.CHECKOUT / row.source).read_bytes()


def test_units_start_what_is_installed(role: str, root: Path) -> None:
    units = list((root / UNITS).glob("*.service"))
    assert {unit.stem for unit in units} == INSTALLED_UNITS[role]
    for unit in units:
        service = _sections(unit)
        for key in ("ExecStartPre", "ExecStart", "ExecStop", "ExecStopPost"):
            program = service["Service"].get(key, "/bin/true").lstrip("-").split()[0]
            program = program.removeprefix("!")
            assert program in _OTHERS or (root / program[1:]).is_file(), unit.name
        page, section = re.findall(r"man:(\S+)\((\d)\)", service["Unit"]["Documentation"])[0]
        assert page == "xl" or (root / f"usr/share/man/man{section}/{page}.{section}").is_file()
        assert ("Install" in service) == (unit.stem in ENABLED_UNITS)
        if unit.stem in ENABLED_UNITS:
            assert service["Install"]["WantedBy"] == "multi-user.target"


def test_units_are_in_bounds(root: Path) -> None:
    for unit in (root / UNITS).glob("*.service"):
        words = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        (level,) = re.findall(r"exposure level for \S+: ([0-9.]+)", done.stdout)
        assert float(level) <= EXPOSED_BY_XL.get(unit.stem, EXPOSED), unit.name


def test_daemons_that_stand_still_are_restarted(root: Path) -> None:
    for name in {"qnet-helper", "qnet-agent"} & {unit.stem for unit in (root / UNITS).glob("*.service")}:
        service = _sections(root / UNITS / f"{name}.service")["Service"]
        assert int(service["WatchdogSec"]) > 0
        assert service["Restart"] in ("always", "on-failure")
        assert service["NotifyAccess"] == "main"


def test_a_card_that_comes_later_is_set_up_within_the_same_bounds() -> None:
    lines = []
    for name in ("qnet-guest", "qnet-guest@"):
        text = (install.CHECKOUT / f"desktop/systemd/{name}.service").read_text()
        service = text.partition("[Service]")[2].partition("[Install]")[0]
        lines.append([line for line in service.splitlines() if line and not line.startswith("#")])
    assert lines[0] == lines[1]


def test_systemd_understands_the_units(root: Path) -> None:
    """What they name lies below the root, and `verify` looks for it in the machine's own folders."""
    units = []
    for unit in (root / UNITS).glob("*.service"):
        copy = root / "verified" / unit.name
        copy.parent.mkdir(exist_ok=True)
        programs = r"^(Exec\w+=-?)/usr/(?:s?bin|lib/qnet)/\S+"
        copy.write_text(re.sub(programs, r"\1/bin/true", unit.read_text(), flags=re.MULTILINE))
        units.append(copy)
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")
    words = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *map(str, units)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    shutil.rmtree(root / "verified")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_netvms_configuration_is_one(role: str, root: Path) -> None:
    if role == "dom0":
        settings = xl_config.settings((root / "etc/qnet/netvm.cfg").read_text())
        assert settings["name"] == Config().netvm
        assert "pci" not in settings
        assert "kernel" not in settings  # so that nothing is done before somebody has filled it in


def test_bus_knows_the_helpers_unit(role: str, root: Path) -> None:
    if role != "dom0":
        assert not (root / "usr/share/dbus-1").exists()
        return
    bus = _sections(root / "usr/share/dbus-1/system-services/org.qnet.Helper1.service")["D-BUS Service"]
    unit = _sections(root / UNITS / bus["SystemdService"])
    assert unit["Service"]["BusName"] == bus["Name"]
    assert bus["Exec"] == "/bin/false"  # without systemd it would run without its bounds


def test_icons_are_where_the_tray_looks(role: str, root: Path) -> None:
    assert (root / "usr/share/qnet/icons/hicolor/scalable/apps/org.qnet.Tray.svg").is_file() == (role == "dom0")
    for entry in root.rglob("*.desktop"):
        keys = _sections(entry)["Desktop Entry"]
        assert keys["Exec"] in PROGRAMS[role]
        assert (root / f"usr/share/icons/hicolor/scalable/apps/{keys['Icon']}.svg").is_file()


def test_scripts_call_what_is_installed(role: str, root: Path) -> None:
    """Every absolute path of ours in a script leads to a file of this role."""
    for row in install.load():
        if row.kind == "file" and row.mode == 0o755 and role in row.roles:
            text = re.sub(r"#.*", "", (root / row.target[1:]).read_text())
            for path in re.findall(r"/usr/(?:bin/qnet|lib/qnet|lib/qubes)[a-zA-Z0-9_/-]*", text):
                assert (root / path[1:]).exists(), f"{row.target} calls {path}"


def test_whoever_manages_cards_leaves_ours_alone(role: str, root: Path) -> None:
    """Whatever he is told of all cards. Who asks for an address by DHCP behind a vif asks a domain."""
    said: set[tuple[str, str]] = set()
    for path in (root / "usr/lib/NetworkManager/conf.d").glob("30-qnet*.conf"):
        (device,) = [section for name, section in _sections(path).items() if name.startswith("device-")]
        assert device["managed"] == "0"
        kind, _, value = device["match-device"].partition(":")
        said.add(("NetworkManager", {"driver": "Driver", "interface-name": "Name"}[kind] + "=" + value))
    for path in (root / "usr/lib/systemd/network").glob("*"):
        assert path.name < "10", "the first that matches is the one that counts"
        unit = _sections(path)
        assert dict(unit["Link"]) == {"Unmanaged": "yes"}
        said |= {("systemd-networkd", f"{key}={value}") for key, value in unit["Match"].items()}
    vifs, card = "Name=vif*", "Driver=vif"
    ours = {"netvm": {vifs}, "guest": {card}, "dom0": {vifs, card}}[role]
    assert said == {(program, match) for program in ("NetworkManager", "systemd-networkd") for match in ours}


def _everything(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_uninstalling_leaves_what_is_the_administrators_and_nothing_else(role: str, tmp_path: Path) -> None:
    (tmp_path / "etc/xen/scripts").mkdir(parents=True)
    (tmp_path / "etc/xen/scripts/vif-bridge").write_text("Xen's own\n")
    (tmp_path / "usr/lib/python3/dist-packages/dbus").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    assert install.main([role, "--destdir", str(tmp_path)]) == 0
    assert uninstall.main([role, "--destdir", str(tmp_path)]) == 0
    assert sorted(tmp_path.rglob("*")) == before
    assert uninstall.main([role, "--destdir", str(tmp_path)]) == 0, "there is nothing left, which is no error"


@pytest.mark.parametrize(("first", "second"), [("netvm", "guest"), ("guest", "netvm"), ("dom0", "netvm")])
def test_uninstalling_one_role_leaves_the_other_whole(first: str, second: str, tmp_path: Path) -> None:
    """Of a template for netvm and AppVMs, say: with the one went the code of both."""
    install.install(first, tmp_path)
    alone = sorted(path for path in tmp_path.rglob("*") if not path.is_dir())
    install.install(second, tmp_path)
    assert uninstall.uninstall(second, tmp_path) == []
    assert sorted(path for path in tmp_path.rglob("*") if not path.is_dir()) == alone
    assert uninstall.uninstall(first, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_uninstalling_leaves_a_configuration_that_was_filled_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install.main(["dom0", "--destdir", str(tmp_path)]) == 0
    for name in ("netvm.cfg", "qnet.toml"):
        (tmp_path / "etc/qnet" / name).write_text("mine\n")
    assert uninstall.main(["dom0", "--destdir", str(tmp_path)]) == 0
    assert set(_everything(tmp_path)) == {"etc/qnet/netvm.cfg", "etc/qnet/qnet.toml"}
    assert capsys.readouterr().out.endswith("it is yours: /etc/qnet/netvm.cfg, /etc/qnet/qnet.toml\n")


def test_an_installation_that_fails_half_way_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk stayed full: half of the code lay there by a hidden name, which nobody ever took away."""
    install.install("guest", tmp_path)
    before = _everything(tmp_path)
    put, count = install._put, 0

    def full(*arguments: object) -> None:
        nonlocal count
        count += 1
        if count > 60:
            raise OSError(28, "No space left on device", "x")
        put(*arguments)

    monkeypatch.setattr(install, "_put", full)
    assert install.main(["guest", "--destdir", str(tmp_path)]) == 1
    assert count == 61
    assert _everything(tmp_path) == before


@pytest.mark.parametrize("link", [False, True])
def test_uninstalling_a_guest_puts_back_how_it_named_its_servers(tmp_path: Path, link: bool) -> None:
    """qnet-guest keeps it for just that; a purge of its package did so, and this did not."""
    path, kept = tmp_path / "etc/resolv.conf", tmp_path / "var/lib/qnet-guest/resolv.conf"
    for folder in (path.parent, kept.parent):
        folder.mkdir(parents=True)
    if link:
        kept.symlink_to("../run/systemd/resolve/stub-resolv.conf")
    else:
        kept.write_text("nameserver 192.0.2.1\n")
    path.write_text("# Written by qnet-guest: dom0 names these.\nnameserver 10.139.1.1\n")
    assert uninstall.main(["guest", "--destdir", str(tmp_path)]) == 0
    assert (path.is_symlink(), kept.parent.exists()) == (link, False)
    assert link or path.read_text() == "nameserver 192.0.2.1\n"


def test_uninstalling_a_guest_leaves_what_somebody_else_says_of_its_servers(tmp_path: Path) -> None:
    path, kept = tmp_path / "etc/resolv.conf", tmp_path / "var/lib/qnet-guest/resolv.conf"
    for file in (path, kept):
        file.parent.mkdir(parents=True)
        file.write_text(f"# {file.parent.name}\n")
    assert uninstall.main(["guest", "--destdir", str(tmp_path)]) == 0
    assert path.read_text() == "# etc\n"


class Ran:
    """Notes what would be run; `fails`: a word of what does not work."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fails: str = "") -> None:
        self.words: list[list[str]] = []
        self.fails = fails
        monkeypatch.setattr(uninstall.subprocess, "run", self)

    def __call__(self, words: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        self.words.append(words)
        return subprocess.CompletedProcess(words, self.fails in words if self.fails else 0)


def test_uninstalling_stops_what_is_there_and_not_what_an_older_version_had_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemctl refuses to disable what it does not know, and nobody could take away what was left half-way."""
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    units = tmp_path / "usr/lib/systemd/system"
    units.mkdir(parents=True)
    ran = Ran(monkeypatch)
    uninstall.stop("dom0", tmp_path)
    assert ran.words == []
    for name in ("qnet-helper.service", "qnet-display@.service"):
        (units / name).touch()
    uninstall.stop("dom0", tmp_path)
    assert ran.words == [["/bin/systemctl", "disable", "--now", "--quiet", "qnet-helper.service"]]
    ran.fails = "disable"
    with pytest.raises(QnetError, match="could not be stopped"):
        uninstall.stop("dom0", tmp_path)


@pytest.mark.parametrize("role", ["dom0", "guest"])
def test_uninstalling_puts_back_what_nobody_could_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    """A netvm that was started by hand, and a dom0 that is connected, without systemd."""
    for path, text in (
        ("proc/xen/capabilities", "control_d\n"), ("var/lib/qnet/dom0-link.json", "{}"),
        ("run/qnet/netvm.json", '{"nics": {"0000:03:00.0": "e1000"}, "starting": false}'),
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    ran = Ran(monkeypatch)
    uninstall.stop(role, tmp_path)
    qnet = "/usr/bin/qnet"
    assert ran.words == ([[qnet, "dom0", "down"], [qnet, "netvm", "stop"]] if role == "dom0" else [])
    ran.fails = "netvm"
    if role == "dom0":
        with pytest.raises(QnetError, match="nothing was removed"):
            uninstall.stop(role, tmp_path)
    (tmp_path / "run/qnet/former.json").write_text("{}")
    ran.words.clear()
    uninstall.stop("netvm", tmp_path)
    assert ran.words == [["/usr/bin/qnet-agent", "undo"]]
    (tmp_path / "run/qnet/former.json").unlink()
    (tmp_path / "run/qnet/netvm.json").write_text('{"nics": {}, "starting": false, "parts": {"03:00.0": {"e": "b"}}}')
    (tmp_path / "var/lib/qnet/dom0-link.json").unlink()
    ran.words.clear()
    uninstall.stop(role, tmp_path)  # what no bridge takes keeps nothing from being removed
    assert ran.words == ([[qnet, "netvm", "stop"]] if role == "dom0" else [])
    (tmp_path / "run/qnet/netvm.json").write_text('{"nics": {}, "starting": false}')
    (tmp_path / "proc/xen/capabilities").write_text("")
    ran.words.clear()
    uninstall.stop(role, tmp_path)
    assert ran.words == []


@pytest.mark.parametrize("done", [True, False])
def test_uninstalling_tells_of_what_setup_has_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], done: bool
) -> None:
    record = tmp_path / str(setup_record.FOLDER / "done.json")[1:]
    record.parent.mkdir(parents=True)
    if done:
        record.write_text("{}")
    assert uninstall.main(["dom0", "--destdir", str(tmp_path)]) == 0
    assert ("qnet setup --undo" in capsys.readouterr().out) == done


def test_uninstalling_looks_where_the_programs_write() -> None:
    begun = (uninstall._CONNECTED, uninstall._CARDS_TAKEN, uninstall._ROUTES_SET)
    assert [f"/{path}" for path, _, _ in begun] == [str(module.PATH) for module in (journal, record, former)]
    assert (f"/{uninstall._KEPT}", uninstall._NAMED_BY_US) == (str(setup.KEPT), setup._MARK)


def test_uninstalling_for_a_wrong_role_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert uninstall.main(["domU"]) == 1
    assert "'domU' is not a role" in capsys.readouterr().err


# -- the manual


def _options(parser: argparse.ArgumentParser) -> set[str]:
    """All long options, those of subcommands included."""
    options: set[str] = set()
    for action in parser._actions:
        options |= {option for option in action.option_strings if option.startswith("--")}
        if isinstance(action, argparse._SubParsersAction):
            for subparser in action.choices.values():
                options |= _options(subparser)
    return options


def test_manual_has_the_options_that_the_program_has(role: str, root: Path) -> None:
    for program in PROGRAMS[role]:
        (page,) = (root / "usr/share/man").rglob(f"{program}.[18]")
        manual = set(re.findall(r"--[a-z][a-z0-9-]*", page.read_text().replace("\\-", "-")))
        if program == "qnet":
            wanted = _options(build())
        else:
            done = _run(root, program, "--help")
            assert (done.returncode, done.stderr) == (0, "")
            wanted = set(re.findall(r"--[a-z][a-z0-9-]*", done.stdout))
        assert manual == wanted


def test_manual_names_every_command() -> None:
    page = (install.CHECKOUT / "desktop/man/qnet.1").read_text()
    for action in build()._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, parser in action.choices.items():
                written = name.replace("-", r"\\-")
                assert re.search(rf"^\.B\w* \"?{written}\b", page, re.MULTILINE), name
                for inner in parser._actions:
                    if name == "lab" and isinstance(inner, argparse._SubParsersAction):
                        words = " ".join(re.findall(r"^\.B\w* \"?(lab .*)$", page, re.MULTILINE))
                        assert set(inner.choices) <= set(re.findall(r"\w+", words))


# -- the table


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (ROW + 'owner = "root"\n', "owner is not known"),
        (ROW.replace("[[file]]", "[[files]]"), "files is not known"),
        (ROW.replace('mode = "0644"\n', ""), "it has no mode"),
        (ROW.replace('"0644"', '"4755"'), "'4755' will not do"),
        (ROW.replace('"/b"', '"b"'), "'b' will not do"),
        (ROW.replace('"/b"', '"/b/../c"'), "will not do"),
        (ROW.replace('["dom0"]', '["domU"]'), "domU is not a role"),
        (ROW.replace('["dom0"]', "[]"), "its roles are not a list"),
        (ROW.replace('package = "dom0"', 'package = "qt"'), "qt is not a package"),
        (PROGRAM + 'folder = "lib"\n', "'lib' will not do"),
        (PROGRAM + 'place = "/lib"\n', "it has folder, module, name"),
        (ROW + ROW, "Two rows install /b for dom0"),
        ('[[program]]\nname = "qnet"\nmodule = "os"\npackage = "dom0"\nroles = ["dom0"]\n', "'os' will not do"),
        ("[[file", "not TOML"),
    ],
)
def test_bad_table_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=re.escape(complaint)):
        install.parse(text)


def test_a_program_that_nobody_types_is_in_a_folder_of_its_own() -> None:
    assert [entry.target for entry in install.parse(PROGRAM)] == ["/usr/bin/a"]
    assert [entry.target for entry in install.parse(f'{PROGRAM}folder = "/usr/lib/qnet"')] == ["/usr/lib/qnet/a"]


def test_source_that_is_not_there_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "desktop").mkdir()
    (tmp_path / "desktop/files.toml").write_text(ROW)
    with pytest.raises(NotFound, match="names a, which is not there"):
        install.install("dom0", tmp_path / "root", tmp_path)
    assert not (tmp_path / "root").exists()


def test_without_a_table_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="from a checkout"):
        install.load(tmp_path)


@pytest.mark.parametrize("words", [[], ["domU"]])
def test_wrong_role_is_a_sentence(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert install.main(words) == 1
    assert "dom0" in capsys.readouterr().err


def test_on_a_real_machine_it_says_how_to_start(capsys: pytest.CaptureFixture[str]) -> None:
    print(*install._what_next(["/usr/bin/qnet", "/usr/lib/systemd/system/qnet-agent.service"]))
    assert capsys.readouterr().out.endswith("systemctl enable --now qnet-agent.service\n")


def test_users_are_made_before_what_runs_as_them_is_started() -> None:
    (line,) = install._what_next([f"/{UNITS}/qnet-agent.service", "/usr/lib/sysusers.d/qnet-netvm.conf"])
    assert "systemd-sysusers && systemctl daemon-reload" in line


def test_what_nobody_enables_is_not_named(capsys: pytest.CaptureFixture[str]) -> None:
    for role, unit in (("netvm", "qnet-agent"), ("guest", "qnet-guest")):
        print(*install._what_next([f"/usr/lib/systemd/system/{name}.service" for name in INSTALLED_UNITS[role]]))
        assert capsys.readouterr().out.endswith(f"systemctl enable --now {unit}.service\n")


def test_in_dom0_the_agent_and_the_netvm_are_not_started_unasked() -> None:
    units = [f"/usr/lib/systemd/system/{name}.service" for name in INSTALLED_UNITS["dom0"]]
    first, second = install._what_next(units)
    assert first.endswith("systemctl enable --now qnet-helper.service")
    assert "fill in /etc/qnet/netvm.cfg" in second
