"""What `qnet netvm make` would do on a machine, in words and in order, and what stands in its way. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.dom0.netvm_image import netvm_cfg, programs, sources
from qnet_gui.dom0.netvm_image.netvm_cfg import NotByMachine
from qnet_gui.dom0.netvm_image.packages import OURS, UNITS
from qnet_gui.dom0.netvm_image.survey import Survey
from qnet_gui.dom0.netvm_image.wanted import Places, Wanted
from qnet_gui.dom0.netvm_lifecycle import reach
from qnet_gui.dom0.netvm_lifecycle.netvm_file import boots
from qnet_gui.dom0.setup.plan import Obstacle, out_of_reach
from qnet_gui.hypervisor import xl_config
from qnet_gui.model.domain import DOM0_NAMES

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps`: what is done, in words, unless there are `obstacles`; `notes`: what to know.

    `configuration`: what the netvm's will say, None where it gets none.
    """

    obstacles: tuple[Obstacle, ...] = ()
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    configuration: str | None = None


def plan(wanted: Wanted, survey: Survey, places: Places) -> Plan:
    """What is to be done here."""
    obstacles = [
        *_of_machine(wanted, survey), *_of_root(wanted, survey), *_of_debian(wanted, survey),
        *_of_packages(wanted, survey), *_of_places(wanted, survey, places), *_of_space(wanted, survey),
    ]  # fmt: skip
    configuration = None
    if places.configuration is not None:
        try:
            configuration = _configuration(wanted, survey, places)
        except NotByMachine as error:
            wrong = f"{places.configuration} cannot be filled in, since {error}."
            obstacles.append(Obstacle(wrong, "Move it away; it is then written anew."))
    if obstacles:
        return Plan(tuple(obstacles))
    return Plan((), tuple(_steps(wanted, survey, places)), tuple(_notes(wanted, survey, places)), configuration)


# -- what stands in the way


def _of_machine(wanted: Wanted, survey: Survey) -> Iterator[Obstacle]:
    if not survey.is_root:
        yield Obstacle("This must be done by root.", "sudo qnet netvm make")
    if survey.managed_by:
        wrong = f"The domains of this host belong to {survey.managed_by}, so qnet makes none."
        yield Obstacle(wrong, f"Use the tools of {survey.managed_by}.")
    if not survey.is_dom0 and wanted.output is None:
        cure = "Run it in dom0; or make a disk alone here, and take it there: qnet netvm make --output FILE --xen 4.17"
        yield Obstacle("This is not dom0 of a Xen host.", cure)
    if wanted.name in DOM0_NAMES:
        yield Obstacle("dom0 itself cannot be made.", "Choose a name for the netvm: qnet netvm make netvm")
    for path in survey.missing:
        cure = f"Install it: {survey.distribution.value} install {programs.PACKAGES.get(path, '')}".rstrip()
        yield Obstacle(f"The program {Path(path).name} is missing.", cure)


def _of_root(wanted: Wanted, survey: Survey) -> Iterator[Obstacle]:
    given = survey.given
    if given is None:
        return
    if given.wrong:
        yield Obstacle(given.wrong, "Name a folder with a root, or an image that has no partitions.")
    elif given.is_image and wanted.packages:
        yield Obstacle("Nothing is put into an image.", "Name the folder that it was made of, or leave out --packages.")
    elif given.lacks:
        cure = "Put it in there. What is missing of qnet is installed by --packages DIR, into a folder's copy."
        yield Obstacle(f"{wanted.source} lacks: {', '.join(given.lacks)}.", cure)


def _of_debian(wanted: Wanted, survey: Survey) -> Iterator[Obstacle]:
    if wanted.source is not None:
        return
    debian = survey.debian
    if debian.repositories and not debian.suite:  # this is none, and a mirror has all of them
        yield Obstacle("It is not known which release of Debian is wanted.", "Say which one: --suite bookworm")
    if not debian.repositories:
        cure = (
            "Have it fetch its lists: sudo apt update. Or say which one it knows: --suite. Or where it is: --mirror."
            " Or --from a root that is there already."
        )
        yield Obstacle(f"apt here knows nothing of Debian's {debian.suite or 'suites'}.", cure)
    elif not survey.has_network and not all(source.local for source in debian.repositories):
        cure = (
            "Connect dom0: qnet dom0 up. Or make it of a root that somebody made elsewhere, by qnet netvm make --output"
            " FILE there: qnet netvm make --from FILE"
        )
        yield Obstacle("There is no network here, from which Debian's packages could come.", cure)
    if not survey.xen:
        cure = "Say which one dom0 has, as xl info tells it: --xen 4.17"
        yield Obstacle("The version of Xen is not known, whose xl the netvm needs.", cure)


def _of_packages(wanted: Wanted, survey: Survey) -> Iterator[Obstacle]:
    named, folder = dict(survey.ours.files), wanted.packages
    if folder is None:
        if survey.given is None and not survey.ours.in_apt:
            cure = "Say where they are: --packages DIR. In a checkout of qnet, make deb makes them in build/deb."
            yield Obstacle(f"apt has no packages {' and '.join(OURS)}.", cure)
        return
    for name in OURS:
        if not named.get(name):
            yield Obstacle(f"There is no package {name} in {folder}.", "In a checkout of qnet, make deb makes it.")
        elif len(named[name]) > 1:
            yield Obstacle(f"There are several packages {name} in {folder}.", "Leave the newest one there.")
    for path in survey.ours.unreadable:
        yield Obstacle(f"{path} is no package that dpkg can read.", "In a checkout of qnet, make deb makes it.")
    if len({_version(path) for paths in named.values() for path in paths if len(paths) == 1}) > 1:
        cure = "Have both of one version there: in a checkout of qnet, make deb makes them."
        yield Obstacle(f"{' and '.join(OURS)} in {folder} are of different versions.", cure)


def _version(package: Path) -> str:
    """As a package's file is called: NAME_VERSION_ARCHITECTURE.deb."""
    return package.name.partition("_")[2].partition("_")[0]


def _of_places(wanted: Wanted, survey: Survey, places: Places) -> Iterator[Obstacle]:
    if survey.made:
        cure = f"Choose another name, or take it away: sudo qnet netvm make {wanted.name} --undo"
        yield Obstacle(f"{wanted.name} is made already.", cure)
        return
    if survey.left:
        return  # what is there is half of it, and goes first
    if places.configuration is not None and wanted.name == survey.chosen and not wanted.volume:
        disk = {"disk": (f"vdev=xvda,target={places.disk}",)}
        for kept_from in reach.out_of_reach(disk, survey.shown):
            wrong, cure = out_of_reach(kept_from, wanted.name)
            yield Obstacle(wrong, f"{cure}: --output.")
    for path in survey.there:
        yield Obstacle(f"{path} is there already.", "Move it away, or choose another name, or another place: --output.")
    if survey.configuration is not None:
        said = xl_config.settings(survey.configuration)
        if "\0" in survey.configuration or wanted.name != survey.chosen:
            yield Obstacle(f"{places.configuration} is there already.", "Move it away, or choose another name.")
        elif boots(said):
            cure = "Move it away, or make one of another name: qnet netvm make NAME"
            yield Obstacle(f"{places.configuration} says already what the netvm boots from.", cure)


def _of_space(wanted: Wanted, survey: Survey) -> Iterator[Obstacle]:
    if survey.barred and (wanted.source is None or wanted.packages):
        wrong = f"{survey.work} is mounted {','.join(survey.barred)}, and programs of the new root run there."
        otherwise = ",".join(word.removeprefix("no") for word in survey.barred)
        cure = f"Have it mounted otherwise meanwhile: sudo mount -o remount,{otherwise} {survey.work}"
        yield Obstacle(wrong, cure)
    for space in survey.spaces:
        if space.free < space.needed:
            wrong = f"{space.folder} has {size(space.free)} left, and {size(space.needed)} are needed there."
            elsewhere = "Make room, or choose another place: --output, --lvm."
            yield Obstacle(wrong, elsewhere if space.has_disk else "Make room there.")
    if survey.used > wanted.size * _GIB * 9 // 10:
        yield Obstacle(
            f"{size(survey.used)} do not fit into a disk of {wanted.size} GiB.", "Choose a larger one: --size"
        )
    if wanted.volume:
        group = wanted.volume.partition("/")[0]
        if survey.room is None:
            yield Obstacle(f"There is no volume group {group}.", "vgs tells which there are.")
        elif survey.room < wanted.size * _GIB:
            wrong = f"The volume group {group} has {size(survey.room)} left, and {wanted.size} GiB are needed."
            yield Obstacle(wrong, "Choose a smaller one: --size")


# -- what is done


def _configuration(wanted: Wanted, survey: Survey, places: Places) -> str:
    if survey.configuration is None:
        return netvm_cfg.written_anew(netvm_cfg.settings(wanted, places, survey.screen))
    there = survey.configuration
    there += "" if there.endswith("\n") else "\n"  # to xl, a remark ends with its line, and not with the file
    if line := xl_config.refused_line(there):
        raise NotByMachine(f"xl does not read its line {line}")
    # who has given it a screen of his own keeps that
    own = set(netvm_cfg.SCREEN) & set(xl_config.settings(survey.configuration))
    said = netvm_cfg.settings(wanted, places, None if own else survey.screen)
    return netvm_cfg.filled_in(there, {**netvm_cfg.needed_too(there), **said})


def _steps(wanted: Wanted, survey: Survey, places: Places) -> Iterator[str]:
    if survey.left:
        yield "take away what a run that was killed has left"
    image = survey.given is not None and survey.given.is_image
    if survey.given is None:
        by, where = Path(survey.debian.program).name, " and ".join(_hosts(survey.debian.repositories))
        yield f"fetch Debian {survey.debian.suite} from {where}, by {by}: some 300 MB, and minutes"
    elif not image:
        yield f"copy {wanted.source}"
    if wanted.packages:
        yield f"install {' and '.join(OURS)} of {wanted.packages} in it"
    if not image:
        started = " and ".join(unit.partition(".")[0] for unit in UNITS)
        yield f"have it be {wanted.name}, and start {started} at its boot"
    if wanted.volume:
        yield f"make the logical volume {wanted.volume} of {wanted.size} GiB, and write the root to it"
    elif image:
        yield f"copy {wanted.source} to {places.disk}"
    else:
        yield f"write it to {places.disk}, a disk of {wanted.size} GiB that takes {size(survey.used)} at first"
    if places.kernel is not None:
        yield f"copy its kernel and initrd to {places.kernel} and {places.ramdisk}, for xl"
    if places.configuration is not None:
        verb = "write" if survey.configuration is None else "fill in"
        yield f"{verb} {places.configuration}"


def _hosts(repositories: tuple[sources.Source, ...]) -> list[str]:
    return list(dict.fromkeys(source.shown for source in repositories))


def _notes(wanted: Wanted, survey: Survey, places: Places) -> Iterator[str]:
    debian = survey.debian
    if survey.given is None and not sources.has_firmware(debian.repositories):
        yield "apt knows no non-free-firmware, so most Wi-Fi cards will not work in it."
    if survey.given is None and (debian.program == programs.DEBOOTSTRAP or len(debian.repositories) == 1):
        yield "It comes without Debian's updates, security's too: run apt update and apt upgrade in it."
    for source in (one for one in debian.repositories if one.has_password and survey.given is None):
        yield f"The password for {source.shown} will stand in its /etc/apt/sources.list, for all in it to read."
    for space in survey.spaces:
        if places.disk.is_relative_to(space.folder) and space.free < wanted.size * _GIB and not wanted.volume:
            yield f"The disk may grow to {wanted.size} GiB, and {space.folder} has {size(space.free)} left."
    if survey.given is not None and wanted.packages:
        yield f"For the packages, programs of {wanted.source} are run here, as root: only of a root that you trust."
    if not survey.is_dom0:
        yield f"Take {places.disk} to dom0. There: qnet netvm make {wanted.name} --from FILE"
        return
    yield f"root has no password in it; xl console {wanted.name} shows a shell, and nmtui joins a Wi-Fi there."
    if wanted.name != survey.chosen:
        yield (
            f"{survey.chosen} is the netvm that qnet starts. {wanted.name} is started by xl create"
            f" {places.configuration}, and chosen by qnet netvm set {wanted.name}, once it runs."
        )
        if not wanted.pci:
            yield f"It has no network card: name those in {places.configuration}, pci = [ '03:00.0' ], or by --pci."
    elif wanted.pci:
        yield f"It gets these devices and no other network card: {', '.join(wanted.pci)}"
    else:
        yield "It gets every PCI network card of dom0 when it is started: qnet setup, or qnet netvm start."


def size(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / _GIB:.1f} GiB" if count >= _GIB else f"{count >> 20} MiB"
