"""The command `bench`: runs the benchmarks of a checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tradefleet.cli.options import Json
from tradefleet.market.errors import ParameterError

_CHECKOUT = Path(__file__).parents[3]


def bench(names: list[str] | None = None, /, *, json: Json = None) -> None:
    """Measure beside other backtesters, in an environment of their own.

    Parameters
    ----------
    names
        Which benchmarks; all of them when none is named.
    """
    if not (_CHECKOUT / "benchmarks" / "run.py").is_file():
        cure = "clone the repository and run ./launcher.sh bench"
        raise ParameterError("the benchmarks are not installed", cure=cure)
    words = [sys.executable, "-m", "benchmarks.run", *(names or [])]
    if json is not None:
        words += ["--json", json if json == "-" else str(Path(json).absolute())]
    sys.exit(subprocess.run(words, cwd=_CHECKOUT, check=False).returncode)
