"""Bars to try indicators on, indicators with parameters, and the two ways of computing them."""

from __future__ import annotations

import json
import lzma
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from tradefleet.graph import Node, Plan, bars
from tradefleet.graph.plan import columns_of
from tradefleet.graph.talib_operation import AVERAGES
from tradefleet.indicators import IndicatorInfo, all_indicators, sin
from tradefleet.market.bars import Bars
from tradefleet.market.time import HOUR, MINUTE, SECOND

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
HOURLY = SHARED / "nfi-binance-5m" / "BTC_USDT-1h.json.xz"
INDICATORS = all_indicators()
IDS = [info.name for info in INDICATORS]
# How a stretch of random bars may look.
MOODS = ("walk", "flat", "dead", "jump", "ticks", "one_price", "gap")


def walk(seed: int, length: int, noise: float = 0.002, start: float = 100.0, interval: int = MINUTE) -> Bars:
    """Realistic bars: heavy tails, calm and busy times."""
    random = np.random.default_rng(seed)
    moves = noise * random.standard_t(4, length) * np.exp(0.5 * np.sin(np.arange(length) / 200))
    close = start * np.exp(np.cumsum(moves))
    open_ = np.concatenate([[start], close[:-1]])
    high = np.maximum(open_, close) * (1 + noise * np.abs(random.normal(size=length)))
    low = np.minimum(open_, close) * (1 - noise * np.abs(random.normal(size=length)))
    volume = random.lognormal(3, 1, length)
    return Bars(interval * np.arange(length), open_, high, low, close, volume, timeframe=f"{interval // MINUTE}m")


def hourly(length: int) -> Bars:
    """Real hourly bars of BTC; skips the test where the data is absent."""
    if not HOURLY.exists():
        pytest.skip(f"no real bars at {HOURLY}")
    return _hourly(length)


@cache
def _hourly(length: int) -> Bars:
    rows = np.array(json.loads(lzma.decompress(HOURLY.read_bytes()))[:length])
    return Bars((rows[:, 0] * 1e6).astype(np.int64), *rows[:, 1:6].T, timeframe="1h")


def strange(seed: int, moods: list[str], start: float) -> Bars:
    """Bars in stretches of some moods: flat, without volume, jumping, on a coarse grid, of one price."""
    random = np.random.default_rng(seed)
    closes, spreads, volumes, steps = [], [], [], []
    price = start
    for mood in moods:
        count = int(random.integers(5, 45))
        moves = {"walk": 0.01, "dead": 0.001, "ticks": 0.02, "gap": 0.01}.get(mood, 0.0) * random.normal(size=count)
        if mood == "jump":
            moves = random.choice([-3.0, 0.0, 3.0], count)
        stretch = price * np.exp(np.cumsum(moves))
        if mood == "ticks":
            stretch = start * np.maximum(np.round(stretch / start, 1), 0.1)
        still = mood in ("flat", "one_price")
        closes.append(stretch)
        spreads.append(np.zeros(count) if still else 0.01 * np.abs(random.normal(size=count)))
        volumes.append(np.zeros(count) if mood in ("dead", "one_price") else random.lognormal(3, 2, count))
        steps.append(random.integers(1, 300, count) if mood == "gap" else np.ones(count, np.int64))
        price = float(np.clip(stretch[-1], start * 1e-6, start * 1e6))
    close, spread = np.concatenate(closes), np.concatenate(spreads)
    open_ = np.where(spread == 0, close, np.concatenate([[close[0]], close[:-1]]))
    high, low = np.maximum(open_, close) * (1 + spread), np.minimum(open_, close) * (1 - np.minimum(spread, 0.9))
    time = (np.cumsum(np.concatenate(steps)) - 1) * 15 * MINUTE + int(random.integers(0, 96)) * 15 * MINUTE
    return Bars(time, open_, high, low, close, np.concatenate(volumes), timeframe="15m")


def strange_bars() -> st.SearchStrategy[Bars]:
    """Random bars of every mood, at ordinary, tiny and huge prices."""
    starts = st.sampled_from([100.0, 1.0, 30_000.0, 1e-7, 1e9, 1e-150, 1e150])
    return st.builds(
        strange, st.integers(0, 2**32 - 1), st.lists(st.sampled_from(MOODS), min_size=1, max_size=6), starts
    )


def given_series(info: IndicatorInfo, source: Node | None = None) -> list[Node]:
    """The series an indicator must be given, in order."""
    fixed = {
        "condition": bars.close > bars.open,
        "first": bars.high if source is None else source,
        "second": bars.volume,
        "source": bars.close if source is None else source,
        "periods": 12 + 9 * sin(bars.time / HOUR * SECOND / 7),
    }
    needed = info.inputs if info.inputs[0] in ("first", "condition") or "periods" in info.inputs else ()
    return [fixed[name] for name in needed]


def nodes_of(info: IndicatorInfo, parameters: dict[str, Any] | None = None, source: Node | None = None) -> list[Node]:
    """All outputs of an indicator."""
    series = given_series(info, source)
    if source is not None and not series and "source" in signature(info.function).parameters:
        series = [source]
    result = info.function(*series, **(parameters or {}))
    return list(result) if isinstance(result, tuple) else [result]


def parameters_of(info: IndicatorInfo, longest: int = 30) -> st.SearchStrategy[dict[str, Any]]:
    """Random parameters of the right types; TA-Lib may still refuse them."""
    return st.fixed_dictionaries({name: _values(name, value, longest) for name, value in info.parameters.items()})


def _values(name: str, default: Any, longest: int) -> st.SearchStrategy[Any]:
    if name in ("session", "offset"):
        return st.sampled_from(["1h", "8h", "1d", "1w"])
    if isinstance(default, str):
        return st.sampled_from(sorted(AVERAGES))
    if isinstance(default, int):
        return st.integers(1, longest)
    return st.floats(0.0, 4.0) if default is None or default > 1 else st.floats(0.0, 1.0)


def streamed(plan: Plan, series: Bars) -> tuple[list[np.ndarray[Any, Any]], int]:
    """The plan one bar at a time, as columns, and its count of replaced inputs."""
    fields = {name: column.tolist() for name, column in columns_of(series).items()}
    stream = plan.stream()
    rows = [stream.update({name: column[i] for name, column in fields.items()}) for i in range(len(series))]
    columns = [np.array([row[i] for row in rows], dtype=kind_of(node)) for i, node in enumerate(plan.nodes)]
    return columns, stream.replaced


def kind_of(node: Node) -> type:
    """The element type of a node's column."""
    return bool if node.kind == "truth" else float


def differences(batch: Any, stream: Any) -> np.ndarray[Any, Any]:
    """The bars at which two columns are not the same bits (any NaN is the same NaN)."""
    if batch.dtype == bool:
        return np.flatnonzero(batch != stream)
    same = (np.ascontiguousarray(batch).view(np.int64) == stream.view(np.int64)) | (np.isnan(batch) & np.isnan(stream))
    return np.flatnonzero(~same)


def assert_both_ways_agree(nodes: list[Node], series: Bars) -> None:
    """Batch and stream give the same bits, the same count of replaced inputs, and never an infinity."""
    plan = Plan(nodes)
    batch = plan.over(series)
    columns, replaced = streamed(plan, series)
    for node, one, other in zip(nodes, batch.columns, columns, strict=True):
        assert one.shape == (len(series),), node
        assert one.dtype == kind_of(node), node
        at = differences(one, other)
        assert at.size == 0, f"{node!r} at bar {at[0]}: {one[at[0]]!r} over arrays, {other[at[0]]!r} bar by bar"
        assert not np.isinf(one).any(), node
    assert batch.replaced == replaced


def cut(series: Bars, start: int, end: int | None = None) -> Bars:
    """Some of the bars."""
    columns = ("time", "open", "high", "low", "close", "volume")
    return Bars(*(getattr(series, name)[start:end] for name in columns), timeframe=series.timeframe)


def dirty() -> Any:
    """Bars with every column unknown on bars without volume."""
    return type(bars)(*(getattr(bars, n) * (bars.volume / bars.volume) for n in bars.__dataclass_fields__))
