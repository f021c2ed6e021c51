"""Somebody on the bus: makes the calls that come as lines of JSON, and says how each ended. Argument: the bus.

The caller of a test has to be a process of its own, since polkit looks at whose process it is and at its session.
"""

import json
import sys

import dbus
from dbus.lowlevel import MethodCallMessage

NAME, PATH = "org.qnet.Helper1", "/org/qnet/Helper1"

bus = dbus.bus.BusConnection(sys.argv[1])
print(bus.get_unique_name(), flush=True)
for line in sys.stdin:
    member, signature, arguments, interactive = json.loads(line)
    message = MethodCallMessage(NAME, PATH, NAME, member)
    message.append(*arguments, signature=signature)
    message.set_allow_interactive_authorization(interactive)
    ended = "", ""
    try:
        bus.send_message_with_reply_and_block(message, 60)
    except dbus.DBusException as error:
        ended = error.get_dbus_name(), error.get_dbus_message()
    print(json.dumps(ended), flush=True)
