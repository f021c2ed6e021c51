"""The packages are one table's rows, each once; they need what their programs need, and nothing of what others need."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from fedora_names import FEDORA
from qnet_packaging import deb, recipe, rpm, tree
from waiting import DEADLINE

from qnet_gui import __version__, install
from qnet_gui.runtime import distribution

#: Debian's package of each library and each program of the system that ours ask for.
LIBRARIES = {
    "dbus": "python3-dbus", "gi": "python3-gi", "pyxs": "python3-pyxs", "pyroute2": "python3-pyroute2",
    "nftables": "python3-nftables", "PyQt5": "python3-pyqt5", "Xlib": "python3-xlib",
}  # fmt: skip
#: What each package is to need, and what it must not, in the end: what of ours it needs counts too.
NEEDS = {
    "common": {"python3-dbus", "python3-gi"},
    "dom0": {
        "python3-pyxs",
        "python3-dbus",
        "python3-gi",
        "nftables",
        "iproute2",
        "xen-utils-common",
        "polkitd",
        "kmod",
    },
    # not python3-pyqt5.qtx11extras, which Debian 13 has no more: nobody could install the applet there
    "tray": {"python3-pyqt5", "python3-pyqt5.qtsvg"},
    "netvm": {"python3-pyroute2", "python3-nftables", "python3-pyxs", "conntrack", "iproute2", "xen-utils-common"},
    "guest": {"python3-pyroute2", "python3-pyxs"},
}
SPARES = {
    "common": {"python3-pyqt5", "python3-pyroute2", "python3-pyxs"},
    "dom0": {"python3-pyqt5", "python3-pyroute2", "python3-nftables"},
    "tray": {"python3-pyroute2", "python3-pyxs", "python3-nftables", "nftables", "python3-pyqt5.qtx11extras"},
    "netvm": {"python3-pyqt5", "python3-pyqt5.qtsvg", "polkitd"},
    "guest": {"python3-pyqt5", "python3-nftables", "nftables", "xen-utils-common"},
}
#: What a distribution wants beside the files of the table.
_PAPERS = re.compile(r"/usr/share/(doc|lintian|licenses)/")
RECIPES = {one.name: one for one in recipe.load().packages}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    if shutil.which("dpkg-deb") is None:
        pytest.skip("no dpkg here")
    paths = deb.build(tmp_path_factory.mktemp("deb"))
    return dict(zip(RECIPES, paths, strict=True))


def _dpkg(*words: str | Path) -> str:
    return subprocess.run(["/usr/bin/dpkg-deb", *words], check=True, capture_output=True, text=True, timeout=60).stdout


def _files(path: Path) -> dict[str, str]:
    """Everything that is no folder in a package: its place, and its mode as ls has it."""
    rows = (line.split(maxsplit=5) for line in _dpkg("--contents", path).splitlines())
    return {row[5].removeprefix("."): row[0] for row in rows if not row[0].startswith("d")}


def _names(words: tuple[str, ...]) -> set[str]:
    """Without versions, and without how Debian says that another architecture's will do."""
    return {word.split()[0].removesuffix(":any") for word in words}


def _depends(name: str) -> set[str]:
    """The names of Debian's packages that a package of ours needs, by itself or by another of ours."""
    one = RECIPES[name]
    return _names(one.debian).union(*(_depends(other) for other in one.ours))


def test_every_row_is_in_one_package_as_make_install_has_it(built: dict[str, Path], tmp_path: Path) -> None:
    install.put(install.load(), tmp_path, compiled=False)
    wanted = {re.sub(r"(/usr/share/man/.*)", r"\1.gz", name) for name in tree.files(tmp_path)}
    contents = {name: _files(path) for name, path in built.items()}
    listed = [target for files in contents.values() for target in files]
    assert len(listed) == len(set(listed)), "two packages have the same file"
    papers = {target for target in listed if _PAPERS.match(target)}
    assert set(listed) - papers == wanted
    for row in install.load():
        if row.kind in ("program", "file") and "/man/" not in row.target:
            assert contents[row.package][row.target] == ("-rwxr-xr-x" if row.mode == 0o755 else "-rw-r--r--")


@pytest.mark.parametrize("name", install.PACKAGES)
def test_everything_below_etc_is_the_administrators(built: dict[str, Path], name: str, tmp_path: Path) -> None:
    _dpkg("--control", built[name], tmp_path / "control")
    conffiles = tmp_path / "control/conffiles"
    listed = conffiles.read_text().split() if conffiles.exists() else []
    assert listed == sorted(target for target in _files(built[name]) if target.startswith("/etc/"))


@pytest.mark.parametrize("name", install.PACKAGES)
def test_it_needs_what_its_programs_need_and_nothing_of_the_others(name: str) -> None:
    assert NEEDS[name] <= _depends(name)
    assert not SPARES[name] & _depends(name)


@pytest.mark.parametrize("row", [row for row in install.load() if row.kind == "program"], ids=lambda row: row.target)
def test_a_program_imports_nothing_that_its_package_does_not_bring(row: install.Entry) -> None:
    more = ["qnet_gui.netvm.agent"] if row.package == "netvm" else []
    modules = [row.module, *more]
    script = f"import importlib, sys; [importlib.import_module(name) for name in {modules!r}]; print(*sys.modules)"
    words = ["/usr/bin/python3", "-B", "-c", script]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60, cwd=install.CHECKOUT)
    loaded = {module.split(".")[0] for module in done.stdout.split()}
    assert {LIBRARIES[module] for module in loaded & set(LIBRARIES)} <= _depends(row.package)


def test_built_twice_it_is_the_same(built: dict[str, Path], tmp_path: Path) -> None:
    again = deb.build(tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in built.values()]


@pytest.fixture(scope="module")
def fedora(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    if shutil.which("rpmbuild") is None:
        pytest.skip("no rpm here")
    paths = {path.name: path for path in rpm.build(tmp_path_factory.mktemp("rpm"), "3.13")}
    return {name: paths[f"qnet-{name}-{__version__}-1.noarch.rpm"] for name in RECIPES}


def _rpm(path: Path, *words: str) -> list[str]:
    done = subprocess.run(["/usr/bin/rpm", "-qp", *words, path], check=True, capture_output=True, text=True, timeout=60)
    return done.stdout.splitlines()


def _listed(path: Path) -> list[tuple[str, str, str]]:
    """All that a package has: its place, its mode as ls has it, and rpm's letters for what kind of file it is."""
    rows = (row.split("|") for row in _rpm(path, "--qf", "[%{FILENAMES}|%{FILEMODES:perms}|%{FILEFLAGS:fflags}\n]"))
    return [(target, mode, flags) for target, mode, flags in rows]


def test_fedoras_are_the_same_but_for_its_places(built: dict[str, Path], fedora: dict[str, Path]) -> None:
    site = "/usr/lib/python3.13/site-packages/"
    for name, path in fedora.items():
        files = {target: mode for target, mode, flags in _listed(path) if mode[0] != "d" and "g" not in flags}
        ours = {target: mode for target, mode in _files(built[name]).items() if not _PAPERS.match(target)}
        theirs = {target.replace(site, "/usr/lib/python3/dist-packages/"): mode for target, mode in files.items()}
        assert {target: mode for target, mode in theirs.items() if not _PAPERS.match(target)} == ours
        assert sorted(_rpm(path, "--configfiles")) == sorted(target for target in ours if target.startswith("/etc/"))


def test_bytecode_goes_with_the_package_in_which_the_module_is(fedora: dict[str, Path]) -> None:
    """It is made where they are installed; rpm takes away only what it knows."""
    for path in fedora.values():
        listed = _listed(path)
        modules = {Path(target) for target, _, _ in listed if target.endswith(".py")}
        ghosts = {target for target, _, flags in listed if "g" in flags}
        assert ghosts == {f"{module.parent}/__pycache__/{module.stem}.cpython-313.pyc" for module in modules}
        folders = {target for target, mode, _ in listed if mode[0] == "d"}
        assert {str(Path(target).parent) for target in ghosts} <= folders


def test_fedoras_need_what_debians_do_by_the_names_that_fedora_has(fedora: dict[str, Path]) -> None:
    for name, path in fedora.items():
        one, needed = RECIPES[name], set(_rpm(path, "--requires"))
        fedoras = _names(one.fedora)
        assert {f"qnet-{other} = {__version__}-1" for other in one.ours} | set(one.fedora) <= needed
        assert {FEDORA[debian] for debian in _names(one.debian) - {"python3"}} == fedoras - {"python3"}
        # and nothing that rpmbuild has seen on the machine where it was built
        rest = {word for word in needed - set(one.fedora) if not re.match(r"rpmlib\(|config\(|qnet-|/bin/sh$", word)}
        assert rest == ({"python(abi) = 3.13"} if name == "common" else set())
        for words, debian in (("--recommends", one.debian_recommends), ("--suggests", one.debian_suggests)):
            own = {f"qnet-{other}" for other in one.recommends} if words == "--recommends" else set()
            wanted = {FEDORA[other] for other in debian if other != "mmdebstrap"}  # which makes a Debian
            assert set(_rpm(path, words)) == own | (wanted - fedoras)  # what Fedora has in one is needed as a whole


def test_what_is_missed_is_named_as_it_is_packaged() -> None:
    names = [distribution.package(what, of) for what in distribution.KNOWN for of in distribution.Distribution]
    pairs = dict(zip(names[::2], names[1::2], strict=True))
    others = {debian: fedora for debian, fedora in pairs.items() if not debian.startswith("qnet-")}
    assert others.items() <= FEDORA.items()


def test_fedoras_built_twice_are_the_same(fedora: dict[str, Path], tmp_path: Path) -> None:
    for path in rpm.build(tmp_path, "3.13"):
        assert path.read_bytes() in [other.read_bytes() for other in fedora.values()]


def test_lintian_has_nothing_to_say(built: dict[str, Path]) -> None:
    if shutil.which("lintian") is None:
        pytest.skip("no lintian here")
    words = ["lintian", "--allow-root", "--no-cfg", "--pedantic", "--display-info", *map(str, built.values())]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    # what a newer one has no tag for any more, ours is still excused from to an older one
    said = [line for line in (done.stdout + done.stderr).splitlines() if ": alien-tag " not in line]
    assert said == []


def test_rpmlint_has_nothing_to_say(fedora: dict[str, Path]) -> None:
    if shutil.which("rpmlint") is None:
        pytest.skip("no rpmlint here")
    ours = recipe.FOLDER / "rpm"
    how = ["--strict", "--config", ours / "rpmlint.toml", "--rpmlintrc", ours / "rpmlintrc"]
    done = subprocess.run(["/usr/bin/rpmlint", *how, *fedora.values()], capture_output=True, text=True, timeout=300)
    said = [line for line in done.stdout.splitlines() if re.search(": [EWI]: ", line)]
    # where there are dictionaries, they have no words of Xen's; and a newer one has no need of some of our excuses
    said = [line for line in said if not re.search("spelling-error|unused-rpmlintrc-filter", line)]
    assert (said, done.stderr) == ([], "")


@pytest.mark.parametrize(
    "path",
    sorted(path for kind in ("debian", "rpm") for path in recipe.FOLDER.glob(f"{kind}/*.p*")),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_script_is_one_and_enables_or_starts_nothing(path: Path) -> None:
    subprocess.run(["/bin/sh", "-n", path], check=True, timeout=DEADLINE)
    text = path.read_text()
    if path.parent.name == "debian":
        assert text.startswith("#!/bin/sh\n")
        assert re.search(r"^set -e$", text, re.MULTILINE)
    assert not re.search(r"\b(enable|start|preset)\b", re.sub(r"^ *#.*", "", text, flags=re.MULTILINE))
    assert path.stem in RECIPES


class Removal:
    """A machine below a folder, from which a package goes by its own script; programs only note that they ran."""

    def __init__(self, root: Path, script: str) -> None:
        self.root, self.script, self.log = root, script, root / "log"
        (root / "bin").mkdir()
        for name in ("qnet", "qnet-helper", "deb-systemd-invoke", "systemctl"):
            self.program(name)

    def program(self, name: str, status: int = 0) -> None:
        path = self.root / "bin" / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.log}\nexit {status}\n')
        path.chmod(0o755)

    def write(self, path: str, text: str = "") -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def run(self, word: str) -> tuple[int, list[str]]:
        """Its status, and what ran."""
        self.log.write_text("")
        text = re.sub(
            r"(?<=[\s\"])/(?=(?:run|var|etc|proc|usr/lib/systemd)/)",
            f"{self.root}/",
            RECIPES["dom0"].script(*self.script.split(".")),
        )
        env = {"PATH": f"{self.root}/bin:/usr/bin:/bin"}
        done = subprocess.run(["/bin/sh", "-c", text, "sh", word], env=env, timeout=DEADLINE, check=False)
        return done.returncode, self.log.read_text().splitlines()


#: The script of each distribution that runs before a removal, and the word that it is given then.
GOES = [("debian.prerm", "remove"), ("rpm.preun", "0")]
NOT_IN_ITS_BRIDGE = '{"nics": {}, "starting": false, "parts": {"0000:03:00.0": {"eth0": "xenbr0"}}, "name": ""}'
TAKEN, NONE_TAKEN = '{"nics": {"0000:03:00.0": "e1000"}, "starting": false}', '{"nics": {}, "starting": false}'


@pytest.mark.parametrize(("script", "word"), GOES)
def test_a_netvm_that_was_started_by_hand_gives_the_cards_back_before_nobody_can(
    tmp_path: Path, script: str, word: str
) -> None:
    """The unit did not run, so that to stop it did nothing."""
    removal = Removal(tmp_path, script)
    removal.write("run/systemd/system/x")
    removal.write("run/qnet/netvm.json", NONE_TAKEN)
    assert "qnet netvm stop" not in removal.run(word)[1]
    removal.write("run/qnet/netvm.json", TAKEN)
    status, ran = removal.run(word)
    assert (status, ran[1]) == (0, "qnet netvm stop")
    assert "qnet-netvm.service" in ran[0]
    removal.write("run/qnet/netvm.json", NOT_IN_ITS_BRIDGE)
    status, ran = removal.run(word)
    assert (status, ran[1]) == (0, "qnet netvm stop")
    removal.program("qnet", 1)
    assert removal.run(word)[0] == 0, "the card is dom0's, and that is told"
    removal.write("run/qnet/netvm.json", TAKEN)
    status, ran = removal.run(word)
    assert status
    # it stays, and goes on; and so does what disconnects dom0 before it shuts down, which nobody may start by hand
    assert not any("qnet-helper" in line or "qnet-disconnect" in line for line in ran)


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize(("script", "word"), GOES)
def test_who_removes_it_before_setup_was_taken_back_is_told_of_that(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], script: str, word: str, done: bool
) -> None:
    """Domains went on wanting a netvm that was no more, and nobody had said what could put that right."""
    removal = Removal(tmp_path, script)
    if done:
        removal.write("var/lib/qnet/setup/done.json", "{}")
    assert removal.run(word)[0] == 0
    said = capfd.readouterr().err
    assert ("qnet setup --undo" in said) == done
    removal.run("1" if word == "0" else "upgrade")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("script", "word"), GOES)
def test_a_dom0_without_systemd_is_disconnected_before_nobody_can(tmp_path: Path, script: str, word: str) -> None:
    removal = Removal(tmp_path, script)
    removal.write("var/lib/qnet/dom0-link.json")
    assert removal.run(word) == (0, []), "no dom0 that runs, but the root of one"
    removal.write("proc/xen/capabilities", "control_d\n")
    assert removal.run(word) == (0, ["qnet dom0 down"])
    removal.program("qnet", 1)
    assert removal.run(word)[0]


@pytest.mark.parametrize("content", ['{"boot": "an-earlier-one"}', "", "\0damaged"])
@pytest.mark.parametrize(("script", "word"), GOES)
def test_in_a_boot_without_xen_it_goes_whatever_was_left(tmp_path: Path, script: str, word: str, content: str) -> None:
    """Nobody can be disconnected there, so that the package could not be removed before Xen ran again."""
    removal = Removal(tmp_path, script)
    removal.program("qnet", 1)
    removal.program("qnet-helper", 1)
    removal.write("run/systemd/system/x")
    removal.write("proc/sys/kernel/random/boot_id", "this-one\n")
    removal.write("var/lib/qnet/dom0-link.json", content)
    status, ran = removal.run(word)
    assert status == 0
    assert ran[0] == "qnet-helper ", "which puts the name servers back"
    assert not any(line.startswith("qnet dom0") for line in ran)
    removal.write("var/lib/qnet/dom0-link.json", '{"boot": "this-one"}')
    assert removal.run(word)[0]
    removal.write("var/lib/qnet/dom0-link.json", content)
    removal.write("proc/xen/capabilities", "control_d\n")
    assert removal.run(word)[0]


@pytest.mark.parametrize(("script", "word"), [("debian.postrm", "purge"), ("rpm.postun", "0")])
def test_nothing_is_left_of_what_ran(tmp_path: Path, script: str, word: str) -> None:
    sources = "".join(path.read_text() for path in (recipe.FOLDER.parent / "qnet_gui").rglob("*.py"))
    files = set(re.findall(r'"/run/qnet/([a-z.-]+)"', sources)) - {"former.json", "agent.sock", "lock"}  # the agent's
    assert len(files) > 3
    removal = Removal(tmp_path, script)
    for name in files:
        removal.write(f"run/qnet/{name}")
    assert removal.run(word)[0] == 0
    assert not (tmp_path / "run/qnet").exists()


def test_a_purge_takes_away_how_units_were_edited(tmp_path: Path) -> None:
    """A unit that was masked stayed so when the package came again."""
    removal = Removal(tmp_path, "debian.postrm")
    units = tmp_path / "etc/systemd/system"
    for name in ("qnet-netvm.service.d", "qnet-helper.service.d", "qnet-display@.service.d", "mine.service.d"):
        removal.write(f"etc/systemd/system/{name}/override.conf", "[Service]\n")
    (units / "qnet-disconnect.service").symlink_to("/dev/null")
    assert removal.run("remove")[0] == 0
    assert len(list(units.iterdir())) == 5
    assert removal.run("purge")[0] == 0
    assert [path.name for path in units.iterdir()] == ["mine.service.d"]


@pytest.mark.parametrize("name", ["qnet-helper", "qnet-agent", "qnet-devd"])
def test_a_daemon_that_somebody_ends_by_a_plain_kill_is_there_again(name: str) -> None:
    """As memory's guardians do too. To systemd that is no failure: the helper stayed away, be dom0 connected or not."""
    unit = (recipe.FOLDER.parent / f"desktop/systemd/{name}.service").read_text()
    assert "Restart=always\n" in unit


def test_no_unit_is_enabled_by_a_first_boot(tmp_path: Path) -> None:
    install.put(install.load(), tmp_path, compiled=False)
    units = tmp_path / "usr/lib/systemd/system"
    names = sorted(unit.name for unit in units.glob("*.service"))
    words = ["systemctl", f"--root={tmp_path}", "preset-all"]
    subprocess.run(words, check=True, capture_output=True, timeout=DEADLINE)
    assert names
    assert not [path for path in (tmp_path / "etc/systemd").rglob("*") if path.is_symlink()]


def test_a_recipe_that_the_table_does_not_know_is_refused(tmp_path: Path) -> None:
    text = (recipe.FOLDER / "packages.toml").read_text()
    (tmp_path / "a").write_text(text.replace("[guest]", "[proxy]"))
    with pytest.raises(ValueError, match="proxy"):
        recipe.load(tmp_path / "a")
    (tmp_path / "b").write_text(text.replace("ours =", "needs =", 1))
    with pytest.raises(ValueError, match="needs is not known"):
        recipe.load(tmp_path / "b")
