"""Runs in a domain of the lab: prints JSON with the processor time, in ms a second, that a program takes."""

from __future__ import annotations

import json
import sys
import time

from watch_rest import find_process


def main(seconds: float, program: str) -> None:
    """Measure."""
    tasks = find_process(program) / "task"

    def used() -> int:
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir())

    before, begun = used(), time.monotonic()
    time.sleep(seconds)
    print(json.dumps((used() - before) / 1_000_000 / (time.monotonic() - begun)))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])
