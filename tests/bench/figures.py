"""What every benchmark prints: the machine once, then a line a figure with N, median, p99 and its limit or floor."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path


def machine() -> str:
    """The machine in one line."""
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown processor")  # fmt: skip
    load = os.getloadavg()[0]
    versions = f"Linux {platform.release()}, Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {versions}, load {load:.1f}"


def timed(call: Callable[[], object], count: int) -> list[float]:
    """How long each of `count` calls took, in milliseconds."""
    milliseconds = []
    for _ in range(count):
        start = time.perf_counter()
        call()
        milliseconds.append((time.perf_counter() - start) * 1000)
    return milliseconds


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return sorted(values)[len(values) // 2]


def p99(values: Sequence[float]) -> float:
    """The one that 99 of 100 do not exceed."""
    return sorted(values)[min(len(values) - 1, len(values) * 99 // 100)]


def show_worst(values: Sequence[float], limit: float, unit: str = "ms") -> None:
    """Print the worst of what `show` has told the middle of."""
    worst = max(values)
    print(
        f"    worst {worst:.1f} {unit}   limit {limit:g} {unit}: {'kept' if worst <= limit else 'MISSED'}", flush=True
    )


def show(what: str, values: Sequence[float], limit: float | None = None, unit: str = "ms") -> float:
    """Print one figure and return its median; the limit is for the median."""
    middle = median(values)
    verdict = "" if limit is None else f"   limit {limit:g} {unit}: {'kept' if middle <= limit else 'MISSED'}"
    print(
        f"  {what:58} n={len(values):<5} median {middle:8.3f} {unit}  p99 {p99(values):8.3f} {unit}{verdict}",
        flush=True,
    )
    return middle
