"""The generated table, the list of indicators, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.indicators.samples import INDICATORS, nodes_of

from tradefleet import indicators
from tradefleet.graph.talib_library import library

ROOT = Path(__file__).parents[2]


def test_table_is_what_the_generator_writes() -> None:
    generator = ROOT / "tools" / "generate_indicators.py"
    check = subprocess.run([sys.executable, str(generator), "--check"], capture_output=True, text=True, cwd=ROOT)
    assert check.returncode == 0, check.stderr


def test_every_talib_function_is_there_once() -> None:
    ours = [info.talib_name for info in INDICATORS if info.talib_name]
    assert sorted(ours) == sorted(library().__TA_FUNCTION_NAMES__)
    assert len(ours) == 201


def test_every_indicator_is_exported_listed_and_described() -> None:
    for info in INDICATORS:
        assert getattr(indicators, info.name) is info.function
        assert info.name in indicators.__all__
        assert info.summary.endswith((".", "?")), info.summary
        assert "\n" not in info.summary
        assert info.outputs == (nodes_of(info)[0].call.operation.outputs if info.talib_name else info.outputs)
        assert ">>> " in (info.function.__doc__ or "")


def test_all_names_exist() -> None:
    assert len(set(indicators.__all__)) == len(indicators.__all__)
    for name in indicators.__all__:
        assert getattr(indicators, name) is not None


def test_import_brings_no_heavy_library() -> None:
    code = (
        "import sys, tradefleet.indicators as i\n"
        "heavy = {'talib', 'talib._ta_lib', 'numba', 'pandas', 'polars'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "i.rsi()\n"
        "assert not (heavy - {'talib', 'talib._ta_lib'}) & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
