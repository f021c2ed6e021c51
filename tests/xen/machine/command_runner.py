"""Runs the tests' commands inside the Xen machine.

The host speaks to dom0 over a virtio port, a line of JSON each way: {"domain", "script", "seconds"} there, {"status",
"output"} back. dom0 runs it itself, or has another domain run it through xenstore: dom0 writes `data/test/command`
there, the domain answers in pieces below `data/test/output`, then `data/test/done`.
"""

import base64
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from qnet_gui.store.client import Store

PORT_NAME = "qnet"
PIECE = 1900
#: Of what a command says, the end; xenstore gives a domain a few hundred nodes.
OUTPUT_LIMIT = 24000


def execute(script: str, seconds: float) -> tuple[int, bytes]:
    """Run a shell script; a status of 124 is a deadline, as timeout(1) has it."""
    with tempfile.TemporaryFile() as output:  # not a pipe, which whoever stays behind would keep open
        process = subprocess.Popen(
            ["/bin/bash", "-c", script], stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = 124
        output.seek(0)
        return status, output.read()


# -- in a domain


def run_for_dom0() -> None:
    """Run what dom0 writes, for ever."""
    with Store() as store:
        store.mkdir("data/test")
        store.watch("data/test/command")
        last = b""
        while True:
            select.select([store], [], [])
            store.events()
            command = store.read("data/test/command") or b""
            if command in (b"", last):
                continue
            last = command
            request = json.loads(command)
            status, output = execute(request["script"], request["seconds"])
            # in letters, because the client under `Store` takes no newlines
            letters = base64.b64encode(output[-OUTPUT_LIMIT:]).decode()
            pieces = [letters[at : at + PIECE] for at in range(0, len(letters), PIECE)]
            for index, piece in enumerate(pieces):
                store.write(f"data/test/output/{index}", piece)
            store.write("data/test/done", f"{request['serial']} {status} {len(pieces)}")


# -- in dom0


def _find(store: Store, name: str) -> str:
    for domid in store.children("/local/domain"):
        if store.read(f"/local/domain/{domid}/name") == name.encode():
            return f"/local/domain/{domid}/data/test"
    raise LookupError(f"there is no domain {name}")


def _ask(name: str, script: str, seconds: float, serial: int) -> tuple[int, bytes]:
    """Have a domain run a script; it may still be booting, which counts."""
    until = time.monotonic() + seconds + 2
    with Store() as store:
        home = _find(store, name)
        store.watch(f"{home}/done")
        store.write(f"{home}/command", json.dumps({"script": script, "seconds": seconds, "serial": serial}))
        while time.monotonic() < until:
            select.select([store], [], [], max(0.0, until - time.monotonic()))
            store.events()
            done = (store.read(f"{home}/done") or b"").split()
            if done and int(done[0]) == serial:
                pieces = [store.read(f"{home}/output/{index}") or b"" for index in range(int(done[2]))]
                return int(done[1]), base64.b64decode(b"".join(pieces))
    return 124, b"(the domain did not answer in time)\n"


def _port() -> int:
    for port in Path("/sys/class/virtio-ports").iterdir():
        if (port / "name").read_text().strip() == PORT_NAME:
            return os.open(f"/dev/{port.name}", os.O_RDWR)
    raise LookupError("there is no port to the host")


def _line(port: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        read = os.read(port, 65536)
        if not read:  # nobody has connected on the other side yet
            time.sleep(0.05)
        line += read
    return line


def run_for_host() -> None:
    """Run what the host asks for, for ever."""
    port, serial = _port(), int(time.time())
    while True:
        request = json.loads(_line(port))
        serial += 1
        try:
            if request["domain"] == "dom0":
                status, output = execute(request["script"], request["seconds"])
            else:
                status, output = _ask(request["domain"], request["script"], request["seconds"], serial)
        except Exception as error:  # whatever it is, the test has to hear of it
            status, output = 125, repr(error).encode()
        answer = json.dumps({"status": status, "output": output.decode("utf-8", "replace")}).encode() + b"\n"
        while answer:
            answer = answer[os.write(port, answer) :]
