"""An agent of a netvm that says yes to every request of dom0. Argument: the netvm's xenstore."""

import select
import sys

from qnet_gui.netvm.requests import answer
from qnet_gui.store import keys
from qnet_gui.store.client import Store

with Store(sys.argv[1]) as store:
    store.watch(keys.REQUEST.at())
    while select.select([store.fileno()], [], []):
        store.events()
        request = store.read(keys.REQUEST.at())
        if request is not None:
            store.atomically(answer(int(request.split()[0]), "ok", []))
