"""What may be wrong with what is installed. Declared with their cures; pure."""

from __future__ import annotations

from qnet_gui.doctor.faults.fault import Declared, Fault


class InstallationFault(Fault):
    """What may be wrong with what is installed."""

    FILE_MISSING = Declared(
        "file-missing",
        "A file of qnet is missing: {path}.",
        "Install it again, {where}",
        ("sudo {again}",),
    )
    FILE_CHANGED = Declared(
        "file-changed",
        "{path} is not as qnet has it, and does not do what it should.",
        "Install it again, {where}",
        ("sudo mv {path} {path}.old", "sudo {again}"),
    )
    FILE_NOT_EXECUTABLE = Declared(
        "file-not-executable",
        "{path} cannot be run, since it is not marked as a program, or not for everybody.",
        "Mark it",
        ("sudo chmod 755 {path}",),
    )
    FILE_UNREADABLE = Declared(
        "file-unreadable",
        "{path} can be read by root alone, and who needs it is another user.",
        "Have everybody read it, and the system bus and polkit read theirs again",
        ("sudo chmod a+r {path}", "sudo systemctl reload dbus", "sudo systemctl restart polkit"),
    )
    CODE_CHANGED = Declared(
        "code-changed",
        "Files of {package} are not as they were installed: {names}.",
        "Install it again, {where}",
        ("sudo {again}",),
    )
    FILE_OWNER = Declared(
        "file-owner",
        "Files that root runs or goes by do not belong to root: {names}.",
        "Give them to root",
        ("sudo chown -R root:root {paths}",),
    )
    FILE_WRITABLE = Declared(
        "file-writable",
        "Files that root runs or goes by can be written by others than root: {names}.",
        "Take that away",
        ("sudo chmod -R go-w {paths}",),
    )
    CODE_TWICE = Declared(
        "code-twice",
        "{path} is another qnet, as pip installs it, and is run in the place of the one that is installed.",
        "Remove it",
        ("sudo rm -r {path}",),
    )
    PACKAGE_HALF = Declared(
        "package-half",
        "The package {package} is installed by half: dpkg calls it {value}.",
        "Have it end what was interrupted",
        ("sudo dpkg --configure -a", "sudo apt install --fix-broken"),
    )
    HELPER_NOT_INSTALLED = Declared(
        "helper-not-installed",
        "This dom0 has no network helper: of qnet, it has the command line alone.",
        "Install it, {where}",
        ("sudo {again}", "sudo qnet setup --dry-run"),
        silences=True,
    )
    NOTHING_INSTALLED = Declared(
        "nothing-installed",
        "This domain has neither qnet-guest, which sets up its network, nor qnet-netvm, by which it serves others.",
        "Install what it is to be, {where}",
        ("sudo {again}", "sudo systemctl enable --now qnet-guest"),
    )
    MODULE_MISSING = Declared(
        "module-missing",
        "The Python module {module} is missing.",
        "Install its package",
        ("sudo {apt} install {package}",),
    )
    MODULE_OF_OURS_MISSING = Declared(
        "module-of-ours-missing",
        "The Python module {module} is missing, whose package comes with qnet's.",
        "Install it, in the folder with qnet's packages",
        ("sudo {apt} install ./{package}-*.rpm",),
    )
    PROGRAM_MISSING = Declared(
        "program-missing",
        "The program {program} is missing.",
        "Install its package",
        ("sudo {apt} install {package}",),
    )
