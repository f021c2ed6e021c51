"""What the helper says as a service of the bus, and what is said where it does not answer."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code


class HelperCode(Code):
    """Of the helper itself, the bus, polkit."""

    # the sentence of another version's program, or of a program of this one that cannot say more
    SAID = "said", "{text}"

    # of a tool that speaks English only, since it is for developers: the lab, the installer
    PLAIN = "plain", "{text}"
    SENTENCES = "sentences", "{sentences}"
    UNEXPECTED = "unexpected", "An unexpected {kind}."
    JOB_FAILED = "job-failed", "A job failed: {kind}."
    HELPER_STARTING = "helper-starting", "The network helper is still starting."
    HELPER_FAILED = "helper-failed", "The network helper failed unexpectedly; its log says why."
    HELPER_AWAY = "helper-away", "The network helper is not running."
    HELPER_SILENT = "helper-silent", "The network helper does not answer."
    HELPER_OF_OTHER_VERSION = "helper-of-other-version", "The network helper is of another version. Restart it."
    HELPER_FORBIDDEN = "helper-forbidden", "The system bus does not let you talk to the network helper."
    HELPER_NOT_ASKED = "helper-not-asked", "The network helper cannot be asked ({why})."
    HELPER_NOT_ASKED_SILENT = "helper-not-asked-silent", "The network helper cannot be asked (no reason given)."
    HELPER_GONE = "helper-gone", "The network helper has stopped in the middle of this."
    HELPER_GONE_IN_ORDER = (
        "helper-gone-in-order",
        "The network helper has stopped in the middle of this. When it is back, it puts everything in order.",
    )
    HELPER_BACK = "helper-back", "The network helper has stopped in the middle of this. It is back: {text}"
    HELPER_BACK_AT_WORK = (
        "helper-back-at-work",
        "The network helper has stopped in the middle of this. It is back, and still putting things in order: {text}",
    )
    HELPER_NOT_BACK = (
        "helper-not-back",
        "The network helper has stopped in the middle of this. It was not back after {seconds} seconds. Start it: "
        "sudo systemctl start qnet-helper. It then puts everything in order.",
    )
    SNAPSHOT_UNREADABLE = "snapshot-unreadable", "The helper's snapshot cannot be read ({why})."
    NO_INTERFACE = "no-interface", "There is no such interface here."

    # polkit
    CALLER_GONE = "caller-gone", "The caller has gone."
    PASSWORD_NOT_GIVEN = "password-not-given", "The password was not given."
    PASSWORD_NOT_WANTED = (
        "password-not-wanted",
        "This needs a password, and the caller does not let anybody be asked for it.",
    )
    PASSWORD_OF_NOBODY = (
        "password-of-nobody",
        "This needs a password, and there is nobody who could be asked for it. "
        "Start a polkit agent in this session, or do it as root.",
    )
    PASSWORD_WRONG = "password-wrong", "No right password was given, or you are not allowed to do this."
    DIALOG_OPEN = (
        "dialog-open",
        "Another request waits for a password in its dialog. Answer or close that one first, then try it again.",
    )
    NOT_ALLOWED = "not-allowed", "You are not allowed to do this."
    POLKIT_SILENT = "polkit-silent", "polkit does not answer, so nobody can be authorised."

    # who asks for too much at once
    TEXT_TOO_LONG = "text-too-long", "A text is too long: at most {high} characters are taken."
    CALLS_TOO_MANY = (
        "calls-too-many",
        "You have asked the network helper for too much at once. Wait until some of it is answered.",
    )
    CALLS_OF_OTHERS = (
        "calls-of-others",
        "Others ask the network helper for very much at the moment. Try it again in a moment.",
    )
    QUESTIONS_TOO_MANY = (
        "questions-too-many",
        "Too many requests of yours wait for a password already. Answer or close those dialogs first.",
    )
    QUESTIONS_OF_OTHERS = (
        "questions-of-others",
        "Very many requests of others wait for a password at the moment. Try it again in a moment.",
    )

    # whoever is at another operation
    BUSY_CONNECTING = "busy-connecting", "{user} is connecting dom0 to the network. Wait until that is done."
    BUSY_DISCONNECTING = "busy-disconnecting", "{user} is disconnecting dom0 from the network. Wait until that is done."
    BUSY_RECOVERING = "busy-recovering", "{user} is going on where the last helper stopped. Wait until that is done."
    BUSY_CHOOSING = "busy-choosing", "{user} is choosing another netvm. Wait until that is done."
    BUSY_ATTACHING = "busy-attaching", "{user} is attaching a domain to the network. Wait until that is done."
    BUSY_DETACHING = "busy-detaching", "{user} is cutting a domain off the network. Wait until that is done."
    BUSY_CONTROLLING = "busy-controlling", "{user} is starting or stopping the netvm. Wait until that is done."
    BUSY_SERVICE = "busy-service", "The netvm is being started or stopped by another qnet netvm."
    BUSY_SETUP = "busy-setup", "Another qnet setup is at work here, or waits for an answer."

    # what is asked of the netvm's agent
    AGENT_NO_ANSWER = (
        "agent-no-answer",
        "The agent in netvm did not answer within {seconds} seconds. Restart qnet-agent in netvm, or restart netvm.",
    )
    AGENT_NONSENSE = (
        "agent-nonsense",
        "The agent in netvm answered with something that is not an answer. Restart netvm.",
    )
    AGENT_COULD_NOT = "agent-could-not", "The agent in netvm could not do it; its log says why."
    AGENT_TELLS_NO_TRAFFIC = (
        "agent-tells-no-traffic",
        "The agent in netvm does not tell what goes through it. It may be of an older version; else restart "
        "qnet-agent in netvm.",
    )
    ANSWER_INCOMPLETE = "answer-incomplete", "Piece {number} of the answer is missing."
    NETVM_STOPPED = "netvm-stopped", "netvm has stopped."
