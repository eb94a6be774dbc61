"""What a figure depends on: the machine and the versions."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OURS = ("tradefleet", "numpy", "numba", "TA-Lib", "polars")
PEERS = ("vectorbt", "vectorbt-rust", "backtesting", "backtrader", "numpy", "numba", "pandas", "TA-Lib")


def machine_facts() -> dict[str, object]:
    """Processor, cores, memory, Python and the versions of our environment."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in OURS},
    }


def peer_versions(python: Path) -> dict[str, str]:
    """The versions installed in the environment of the peers."""
    script = (
        "import json, sys; from importlib.metadata import version;"
        "print(json.dumps({name: version(name) for name in sys.argv[1:]}))"
    )
    answer = subprocess.run([python, "-c", script, *PEERS], capture_output=True, text=True, check=True)
    versions: dict[str, str] = json.loads(answer.stdout)
    return versions


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
