"""The command `bench`: runs the benchmarks of a checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tradefleet.cli.options import Json
from tradefleet.market.errors import ParameterError

_CHECKOUT = Path(__file__).parents[3]


def bench(name: str | None = None, /, *, json: Json = None) -> None:
    """Measure beside other backtesters, in an environment of their own.

    Parameters
    ----------
    name
        Which benchmark; all of them when none is named.
    """
    if not (_CHECKOUT / "benchmarks" / "run.py").is_file():
        raise ParameterError(
            "the benchmarks are not installed", cure="clone the repository and run ./launcher.sh bench"
        )
    words = [sys.executable, "-m", "benchmarks.run", *([name] if name else []), *(["--json", json] if json else [])]
    sys.exit(subprocess.run(words, cwd=_CHECKOUT, check=False).returncode)
