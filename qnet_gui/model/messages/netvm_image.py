"""A netvm that is made: `qnet netvm make`, and the way back."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code


class ImageCode(Code):
    """About `qnet netvm make`."""

    BUSY_MAKE = "busy-make", "Another qnet netvm make is at work here."
    DISK_FULL = "disk-full", "There is no more room in {path}. What was made is taken away again."
    THERE_ALREADY = "there-already", "{path} is there already, and is not overwritten."
    LEADS_OUT = "leads-out", "{path} leads out of the root that it is in."
    ROOT_UNREADABLE = "root-unreadable", "{path} is neither a folder with a root nor the image of an ext4 filesystem."
    ROOT_LACKS = "root-lacks", "What {name} was to be made of lacks: {names}."
    MADE_NONE = "made-none", "qnet netvm make has made no {name} here."
    RUNS_STILL = "runs-still", "{name} is there as a domain. Stop it first: {command}"
    STARTED_AT_BOOT = "started-at-boot", "{name} is started at every boot. Take that back first: {command}"
