"""The hypervisor and its tools: Xen's, and those of a lab."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code


class XenCode(Code):
    """About the hypervisor."""

    NO_HYPERVISOR_HERE = "no-hypervisor-here", "There is no hypervisor here. qnet-helper runs in dom0 only."
    NO_DOMAIN = "no-domain", "There is no domain {id}."
    NOT_OURS_TO_PAUSE = (
        "not-ours-to-pause",
        "The domains of this host belong to {manager}, so qnet does not pause them. Use the tools of {manager}.",
    )
    NOT_OURS_TO_RESUME = (
        "not-ours-to-resume",
        "The domains of this host belong to {manager}, so qnet does not resume them. Use the tools of {manager}.",
    )
    NOT_OURS_TO_ATTACH = (
        "not-ours-to-attach",
        "The domains of this host belong to {manager}, so qnet does not attach cards to them. Use the tools of "
        "{manager}.",
    )
    NOT_OURS_TO_DETACH = (
        "not-ours-to-detach",
        "The domains of this host belong to {manager}, so qnet does not detach cards from them. Use the tools of "
        "{manager}.",
    )
    ATTACHED_CARD_GONE = "attached-card-gone", "xl has attached a card, which then went away."
    XL_LIST_UNREADABLE = "xl-list-unreadable", "xl list cannot be understood: {value}."
    XL_LIST_WRONG = "xl-list-wrong", "xl list cannot be understood: {why}"
    LAB_SLOW = "lab-slow", "The lab's machine did not answer within {seconds} s ({command})."
    LAB_UNREACHABLE = "lab-unreachable", "The lab's machine cannot be reached: {why}."
    LAB_LOST = "lab-lost", "The lab's machine dropped the connection ({command})."
    LAB_FOR_ROOT = "lab-for-root", "Acting in a lab needs root: sudo qnet --lab {lab} …"
