"""`make bench`: every figure that the project promises, measured here and now. As root."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from figures import machine

HERE = Path(__file__).parent
BENCHES = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def main() -> int:
    """Run each benchmark in a process of its own, since they enter namespaces; 1 when one could not be run."""
    parser = argparse.ArgumentParser("make bench ARGS=…", description=__doc__)
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"of {', '.join(BENCHES)} (default: all)")
    chosen = parser.parse_args().benches or BENCHES
    if unknown := set(chosen) - set(BENCHES):
        parser.error(f"there is no {min(unknown)}; there are {', '.join(BENCHES)}")
    print(machine(), flush=True)
    status = 0
    for name in chosen:
        print(f"{name}:", flush=True)
        status |= subprocess.run([sys.executable, str(HERE / f"bench_{name}.py")], check=False).returncode != 0
    return status


if __name__ == "__main__":
    sys.exit(main())
