"""What somebody types from a dom0 and a domain without qnet to a domain that loads a page; README.md says it in words.

Needs no Xen to be read: tests/test_paper_commands.py looks whether the lines are understood.
"""

from __future__ import annotations

from typing import NamedTuple

#: Where the packages are, in dom0 and in the domain.
FOLDER = "/root/qnet"


class Line(NamedTuple):
    """What is typed, and in which domain."""

    domain: str
    text: str


#: Without the applet: there is no Qt, and no screen.
INSTALL = Line("dom0", "apt install ./qnet-common_*.deb ./qnet-dom0_*.deb")
#: The image was made elsewhere, and brought to dom0.
MAKE = Line("dom0", "qnet netvm make --from /var/lib/xen/netvm.img")
#: As the file says of a card that does not work otherwise, which is so of QEMU's.
PERMIT = Line("dom0", "sed -i s/^#pci_permissive/pci_permissive/ /etc/qnet/netvm.cfg")
LOOK = Line("dom0", "qnet setup --dry-run")
SET_UP = Line("dom0", "qnet setup --yes")
CREATE = Line("dom0", "xl create /etc/xen/work.cfg")
INSTALL_IN_DOMAIN = Line("work", "apt install ./qnet-common_*.deb ./qnet-guest_*.deb")
ENABLE = Line("work", "systemctl enable --now qnet-guest")
LOAD = Line("work", "curl http://www.test/")
TO_A_PAGE = (INSTALL, MAKE, PERMIT, LOOK, SET_UP, CREATE, INSTALL_IN_DOMAIN, ENABLE, LOAD)

TAKE_BACK = Line("dom0", "qnet setup --undo --yes")
UNMAKE = Line("dom0", "qnet netvm make --undo --yes")
#: apt asks.
REMOVE = Line("dom0", "yes | apt purge qnet-dom0 qnet-common")
BACK = (TAKE_BACK, UNMAKE, REMOVE)
