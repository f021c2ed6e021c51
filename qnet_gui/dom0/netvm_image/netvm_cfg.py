"""The configuration that xl makes a netvm of: filled into what is there, or written anew. Pure.

Changed is what has to be, and nothing else of what stands there. Source of the grammar: xl.cfg(5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from qnet_gui.dom0.netvm_image.wanted import MEMORY, Places, Wanted
from qnet_gui.hypervisor import xl_config
from qnet_gui.model.netvm_screen.screen import Geometry

Written = str | int | tuple[str, ...]
_HEAD = "# What xl makes this netvm of; written by qnet netvm make. See xl.cfg(5).\n"
#: What a netvm needs where nothing says otherwise.
_USUAL: dict[str, Written] = {
    "type": "pv", "memory": MEMORY, "vcpus": 1, "driver_domain": 1,
    "on_poweroff": "destroy", "on_reboot": "restart", "on_crash": "restart",
}  # fmt: skip
#: iommu=soft: the frontend of its PCI devices needs memory that these can reach.
_WORDS = "root=/dev/xvda ro console=hvc0 iommu=soft"
#: What gives a domain a screen and a keyboard of dom0's, and says which program is dom0's end of them.
SCREEN = ("vfb", "device_model_override")
#: Where `qnet-display` is: desktop/files.toml.
DISPLAY = "/usr/lib/qnet/qnet-display"
#: A value that is wholly on its line, and a remark behind it.
_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[\w.-]+|\[[^\[\]\n]*\])[ \t]*(?:\#[^\n]*)?"""


class NotByMachine(ValueError):
    """The text cannot be changed with certainty; the message says what stands in the way."""


def kernel_words(screen: Geometry) -> str:
    """What tells a kernel how large its screen is: MiB, width, height; and that no cursor blinks on it.

    Source: drivers/video/fbdev/xen-fbfront.c of Linux, which takes a size of its own where this does not fit.
    """
    return f"xen-fbfront.video={screen.mebibytes},{screen.width},{screen.height} vt.global_cursor_default=0"


def settings(wanted: Wanted, places: Places, screen: Geometry | None = None) -> dict[str, Written]:
    """What must be said of a netvm with this disk and kernel; `screen`: how large it is, None for no screen."""
    said: dict[str, Written] = {
        "name": wanted.name,
        "type": "pv",
        "kernel": str(places.kernel),
        "ramdisk": str(places.ramdisk),
        "extra": f"{_WORDS} {kernel_words(screen)}" if screen else _WORDS,
        "disk": (f"format=raw,vdev=xvda,access=rw,target={places.disk}",),
    }
    if screen is not None:
        # no server of VNC: nobody but dom0's own window sees it
        said |= dict(zip(SCREEN, (("vnc=0",), DISPLAY), strict=True))
    if wanted.memory is not None:
        said["memory"] = wanted.memory
    if wanted.pci:
        said["pci"] = wanted.pci
    return said


def written_anew(said: Mapping[str, Written]) -> str:
    """A whole configuration."""
    return _HEAD + "".join(f"{_line(key, value)}\n" for key, value in {**_USUAL, **said}.items())


def needed_too(text: str) -> dict[str, Written]:
    """What a netvm needs, and a configuration does not say."""
    said = xl_config.settings(text)
    otherwise = {"memory"} if "maxmem" in said else set[str]()
    return {key: value for key, value in _USUAL.items() if key not in said and key not in otherwise}


def filled_in(text: str, said: Mapping[str, Written]) -> str:
    """The same configuration which says this too; `NotByMachine` where it is not certain what a change would do."""
    before = xl_config.settings(text)
    for key, value in said.items():
        text = _with(text, key, value, key in before)
    after = xl_config.settings(text)
    expected = {**before, **{key: _read(value) for key, value in said.items()}}
    if after != expected:
        raise NotByMachine("it is written in a way that is not understood for certain")
    return text


def _with(text: str, key: str, value: Written, is_said: bool) -> str:
    """With one setting: in the place of what is said already, of a remark that shows it, or at the end."""
    line = _line(key, value)
    if is_said:
        lines = re.findall(rf"^{key}[ \t]*\+?=", text, re.MULTILINE)
        whole = re.compile(rf"^{key}[ \t]*=[ \t]*{_VALUE}$", re.MULTILINE)
        if len(lines) != 1 or not whole.search(text):
            raise NotByMachine(f"{key} is set in a way that is not understood for certain")
        return whole.sub(lambda _: line, text)
    shown = re.compile(rf"^#{key}[ \t]*=[^\n]*$", re.MULTILINE)
    if shown.search(text):
        return shown.sub(lambda _: line, text, count=1)
    return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{line}\n"


def _line(key: str, value: Written) -> str:
    if isinstance(value, tuple):
        return f"{key} = [ {', '.join(map(repr, value))} ]"
    return f"{key} = {value}" if isinstance(value, int) else f'{key} = "{value}"'


def _read(value: Written) -> xl_config.Value:
    """How it is read again."""
    return value if isinstance(value, tuple) else str(value)
