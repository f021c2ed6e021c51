"""Acting in a lab: the command moves into the lab's dom0, and everything else is as on a real machine.

dom0 has its own processes, and only what is started is among them; nor may a process that has asked for that have
another thread. So a child goes on, and the process that was called stands for it outside.
"""

from __future__ import annotations

import os
import signal

from qnet_gui.model.errors import NotAuthorised
from qnet_gui.model.messages.xen import XenCode
from qnet_gui.runtime.signals import ENDING

#: What is handed on, and what of it a terminal sends to both when its key is pressed.
_SIGNALS = frozenset({*ENDING, signal.SIGQUIT})
_OF_KEYS = frozenset({signal.SIGINT, signal.SIGQUIT})
#: Of asm-generic/siginfo.h: who has sent it is the kernel, for a terminal.
SI_KERNEL = 0x80


def go_in(name: str) -> None:
    """Be in the dom0 of a lab from now on."""
    if os.geteuid() != 0:
        raise NotAuthorised(XenCode.LAB_FOR_ROOT, lab=name)
    from qnet_gui.lab.box.enter import enter
    from qnet_gui.lab.box.syscalls import die_with_parent

    enter(name, "dom0")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {*_SIGNALS, signal.SIGCHLD})
    if child := os.fork():
        _stand_for(child)
    die_with_parent()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    # an address from outside means another bus, or none
    for variable in ("DBUS_SYSTEM_BUS_ADDRESS", "QNET_LAB"):
        os.environ.pop(variable, None)


def _stand_for(child: int) -> None:
    """Hand on what is sent, and end as the child does; never returns."""
    while True:
        told = signal.sigwaitinfo({*_SIGNALS, signal.SIGCHLD})
        if told.si_signo != signal.SIGCHLD:
            if told.si_signo not in _OF_KEYS or told.si_code != SI_KERNEL:
                os.kill(child, told.si_signo)
            continue
        ended, status = os.waitpid(child, os.WNOHANG)
        if not ended:
            continue
        code = os.waitstatus_to_exitcode(status)
        if code < 0:  # whoever waits is to see by which signal
            if -code not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(-code, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            os.kill(os.getpid(), -code)
        os._exit(code if code >= 0 else 128 - code)
