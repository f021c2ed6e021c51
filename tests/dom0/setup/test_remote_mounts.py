"""What of dom0's own files comes over the network that it is about to give away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qnet_gui.dom0.setup.domain_files import DomainFile
from qnet_gui.dom0.setup.plan import plan
from qnet_gui.dom0.setup.remote_mounts import remote_mounts
from qnet_gui.dom0.setup.survey import Survey
from qnet_gui.hypervisor.pci import PciNic

MOUNTS = """\
sysfs /sys sysfs rw 0 0
/dev/mapper/vg-root / ext4 rw 0 0
server:/export/home /home nfs4 rw,vers=4.2 0 0
//nas/a\\040b /srv/a\\040b cifs rw 0 0
systemd-1 /net autofs rw 0 0
/dev/sdb1 /var/lib/xen ext4 rw 0 0
/dev/sdc1 /mnt ext4 rw 0 0
/dev/nbd0 /opt ext4 rw 0 0
not a mount
"""
CABLE = PciNic("0000:00:04.0", "e1000", "/sys/x")
WIFI = PciNic("0000:03:00.0", "iwlwifi", "/sys/y")
OWN = DomainFile(Path("/c"), "netvm", "name = 'netvm'\nkernel = '/k'\ndisk = ['/var/lib/xen/n.img,raw,xvda,w']\n")
WELL = Survey(nics=(CABLE,), iommu=True, netvm_file=OWN, boots=True)


def test_what_comes_over_the_network(tmp_path: Path) -> None:
    """By the kind of filesystem, and by the disk: of iSCSI's the kernel's tree says that a session has it."""
    real = tmp_path / "devices/platform/host6/session1/target6/block/sdb/sdb1"
    real.mkdir(parents=True)
    (tmp_path / "sdb1").symlink_to(real)
    assert remote_mounts(MOUNTS, tmp_path) == (
        ("/home", "nfs4"), ("/opt", "nbd"), ("/srv/a b", "cifs"), ("/var/lib/xen", "iSCSI"),
    )  # fmt: skip
    assert remote_mounts("", tmp_path) == ()


@pytest.mark.parametrize("place", ["/", "/usr", "/var", "/var/lib", "/var/lib/xen"])
def test_a_dom0_that_would_stand_still_without_its_card_keeps_it(place: str) -> None:
    """With its root on NFS it did so in the middle of it all, and nothing could give the card back."""
    (obstacle,) = plan(replace(WELL, remote=((place, "nfs4"),))).obstacles
    assert obstacle.wrong.startswith(f"{place} comes over the network (nfs4), ")


@pytest.mark.parametrize(
    "there",
    [
        replace(WELL, remote=(("/home", "nfs4"),)),
        # another card stays with dom0
        replace(
            WELL, remote=(("/", "nfs4"),), nics=(CABLE, WIFI),
            netvm_file=replace(OWN, text=f"{OWN.text}pci = ['03:00.0']\n"),
        ),
    ],
)  # fmt: skip
def test_what_it_can_do_without_is_told_of(there: Survey) -> None:
    planned = plan(there)
    assert planned.obstacles == []
    place = there.remote[0][0]
    assert [note for note in planned.notes if note.startswith(f"{place} comes over the network (nfs4)")]


@pytest.mark.parametrize("configuration", ["pci = []\n", ""])
def test_nothing_is_told_where_no_card_is_given_away(configuration: str) -> None:
    own = replace(OWN, text=OWN.text + configuration)
    running = frozenset() if configuration else frozenset({"netvm"})
    planned = plan(replace(WELL, remote=(("/", "nfs4"),), netvm_file=own, running=running))
    assert planned.obstacles == []
    assert not [note for note in planned.notes if "over the network" in note]
