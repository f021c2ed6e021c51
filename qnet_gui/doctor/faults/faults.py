"""All that `qnet doctor` may find on a machine by itself. Pure.

What the helper finds are problems, declared in `model/messages/problems.py`. These are what keeps a helper, an agent or
a domain's own set-up from working at all, so they are found without any of them.
"""

from __future__ import annotations

from qnet_gui.doctor.faults.fault import Fault, Finding
from qnet_gui.doctor.faults.installation_faults import InstallationFault
from qnet_gui.doctor.faults.network_faults import NetworkFault
from qnet_gui.doctor.faults.screen_faults import ScreenFault
from qnet_gui.doctor.faults.service_faults import ServiceFault
from qnet_gui.doctor.faults.setting_faults import SettingFault
from qnet_gui.doctor.faults.xen_faults import XenFault

FAULTS: tuple[Fault, ...] = (
    *InstallationFault, *ServiceFault, *SettingFault, *XenFault, *NetworkFault, *ScreenFault,
)  # fmt: skip
_BY_WORD = {fault.value.word: fault for fault in FAULTS}


def silences(finding: Finding) -> bool:
    """Whether with it no helper can answer, so that none need be asked."""
    return finding.code in _BY_WORD and _BY_WORD[finding.code].value.silences


def tells_of_helper(finding: Finding) -> bool:
    """Whether it says already that the helper does not run, or why."""
    return silences(finding) or (finding.code.startswith("unit-") and "qnet-helper" in finding.wrong)


def helper_tells(finding: Finding) -> bool:
    """Whether a helper that answers tells it too."""
    return finding.code in _BY_WORD and _BY_WORD[finding.code].value.helper_tells
