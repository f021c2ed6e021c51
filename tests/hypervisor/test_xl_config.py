"""What xl reads of a configuration, and where it gives up: as libxlutil of Xen 4.17 does."""

from __future__ import annotations

import pytest

from qnet_gui.hypervisor import xl_config

READ = (
    "", "\n", "name = 'x'", "name='x';;kernel=\"y\"\n", "\tname = 'x' # mine\n", "# für\nname='x'\n", "name='Büro'\n",
    "memory=0x10\n", "vif=[]\n", "vif=['a','b',]\n", "vif=['a'\n,\n'b' # c\n]\n", "vif=[['a','b'],'c']\n",
    "vif += ['a']\n", "name='x\\'y'\n", "name='x'\n\x1a",
)  # fmt: skip
#: Beside each the line.
REFUSED = (
    ("\ufeffname='x'\n", 1), ("name='x'\r\nkernel='y'\r\n", 1), ("name=x\n", 1), ("\nkernel=/boot/x\n", 2),
    ("on_reboot = restart\n", 1), ("NAME='x'\n", 1), ("vif=[ 'a' 'b' ]\n", 1), ("name='a''b'\n", 1), ("# c\n# c", 2),
    ("vif=['a',\n", 2), ("name='x\n'\n", 1), ("name = 'x' + 'y'\n", 1), ("name =\n'x'\n", 1), ("name\n", 1),
    ("vif=['a']]\n", 1), ("vif=[,'a']\n", 1), ("name='x' kernel='y'\n", 1), ("# c\n[dom0]\n", 2), ("name='x'\0\n", 1),
)  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_what_xl_reads(text: str) -> None:
    assert xl_config.refused_line(text) == 0


@pytest.mark.parametrize(("text", "line"), REFUSED)
def test_what_xl_does_not_read_is_known_with_its_line(text: str, line: int) -> None:
    assert xl_config.refused_line(text) == line


@pytest.mark.parametrize(
    ("disk", "path"),
    [
        ("format=raw,vdev=xvda,access=rw,target=/a/b.img", "/a/b.img"),
        ("/dev/vg/x,raw,xvda,rw", "/dev/vg/x"),
        (" /dev/vg/x , raw, xvda, rw", "/dev/vg/x"),
        ("phy:/dev/vg/x,xvda,w", "/dev/vg/x"),
        ("tap:qcow2:/x.qcow,xvda,w", "/x.qcow"),
        ("vdev=xvda, target=/with,comma", "/with,comma"),
        ("phy:vg/x,xvda,w", ""),
        ("script=block-iscsi,vdev=xvda,target=/iqn", ""),
        ("backend=storage,vdev=xvda,target=/x", ""),
        ("vdev=xvdc,cdrom,target=", ""),
        ("", ""),
    ],
)
def test_what_a_disk_is_in_dom0(disk: str, path: str) -> None:
    assert xl_config.disk_file(disk) == path
