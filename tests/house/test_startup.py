"""What is not needed is not loaded."""

import subprocess
import sys

import pytest

HEAVY = ("numba", "pandas", "polars", "ccxt", "plotly", "numpy", "talib")


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(result.stderr.split())


def test_the_root_loads_nothing_heavy() -> None:
    assert loaded_after("import tradefleet; tradefleet.__version__; dir(tradefleet)") == set()


@pytest.mark.parametrize("words", [["--help"], ["data", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    assert loaded_after(f"from tradefleet.cli.main import run; assert run({words!r}) == 0") == set()


def test_simulation_and_graph_stay_free_of_compilers_and_frames() -> None:
    code = (
        "from tradefleet.strategies import EmaCross, trace\n"
        "from tradefleet.graph import Plan\n"
        "from tradefleet.market.generate import generate_bars\n"
        "import tradefleet.simulation.walk\n"
        "bars = generate_bars('1h', days=10)\n"
        "stream = Plan(trace(EmaCross()).nodes).stream()\n"
        "stream.update({'open': 1.0, 'high': 1.0, 'low': 1.0, 'close': 1.0, 'volume': 1.0, 'time': 0.0})\n"
    )
    assert loaded_after(code) == {"numpy"}


def test_the_users_own_talib_still_takes_frames() -> None:
    code = (
        "from tradefleet.graph.talib_library import library\n"
        "ours = library()\n"
        "import talib, talib.abstract, pandas, polars\n"
        "numbers = [float(n) for n in range(40)]\n"
        "assert talib.SMA(pandas.Series(numbers), 5).iloc[-1] == 37.0\n"
        "assert talib.SMA(polars.Series(numbers), 5)[-1] == 37.0\n"
        "assert talib.abstract._ta_lib is ours\n"
    )
    assert "pandas" in loaded_after(code)
