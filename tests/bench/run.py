"""`make bench`: every figure that the project promises, measured here and now. As root."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from figures import machine

HERE = Path(__file__).parent


def main() -> int:
    """Run each benchmark in a process of its own, since they enter namespaces; 1 when one could not be run."""
    print(machine(), flush=True)
    status = 0
    for name in ("bench_vif.py", "bench_repair.py", "bench_agent.py", "bench_dom0.py", "bench_tray.py"):
        print(f"{name}:", flush=True)
        status |= subprocess.run([sys.executable, str(HERE / name)], check=False).returncode != 0
    return status


if __name__ == "__main__":
    sys.exit(main())
