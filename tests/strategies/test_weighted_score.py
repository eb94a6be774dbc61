"""The weighted score: what each condition says, what the file says, and what is wrong with a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tradefleet.graph import Plan
from tradefleet.market.errors import ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.research import Settings, run_backtest
from tradefleet.strategies import WeightedScore, trace, trace_symbolic
from tradefleet.strategies.builtin.score_conditions import CONDITIONS

from . import plain_indicators as plain

BARS = generate_bars("1h", days=60, seed=5)
CLOSE, HIGH, LOW, VOLUME = (getattr(BARS, name).tolist() for name in ("close", "high", "low", "volume"))
ZEROS, FIFTIES = [0.0] * len(BARS), [50.0] * len(BARS)
# From here on all conditions but the slowest are known, also at the bar before.
START = 60
Both = Callable[[int], tuple[bool, bool]]


def versus(one: Any, other: Any) -> Both:
    return lambda i: (one[i] > other[i], one[i] < other[i])


def either(holds: Callable[[int], bool]) -> Both:
    return lambda i: (holds(i), holds(i))


@cache
def expected() -> dict[str, Both]:
    """Whether each condition holds at a bar, for long and short, by plain loops."""
    strength: Any = plain.rsi(CLOSE, 14)
    upper, middle, lower = (list(band) for band in plain.bands(CLOSE, 20, 2.0))
    trending: Any = plain.adx(HIGH, LOW, CLOSE, 14)
    busy: Any = plain.sma(VOLUME, 20)
    return {
        "above_sma_200": versus(CLOSE, plain.sma(CLOSE, 200)),
        "above_sma_50": versus(CLOSE, plain.sma(CLOSE, 50)),
        "ema_9_above_21": versus(plain.ema(CLOSE, 9), plain.ema(CLOSE, 21)),
        "supertrend_up": versus(plain.supertrend(HIGH, LOW, CLOSE, 10, 3.0), ZEROS),
        "rsi_above_50": versus(strength, FIFTIES),
        "rsi_recovers": lambda i: (
            strength[i] > 30 and min(strength[i - 4 : i + 1]) < 30,
            strength[i] < 70 and max(strength[i - 4 : i + 1]) > 70,
        ),
        "macd_rising": versus(plain.macd_histogram(CLOSE, 12, 26, 9), ZEROS),
        "strong_trend": either(lambda i: trending[i] > 25),
        "volume_above_average": either(lambda i: VOLUME[i] > busy[i]),
        "donchian_breakout": lambda i: (CLOSE[i] > max(HIGH[i - 20 : i]), CLOSE[i] < min(LOW[i - 20 : i])),
        "above_bollinger_middle": versus(CLOSE, middle),
        "beyond_bollinger": lambda i: (CLOSE[i] < lower[i], CLOSE[i] > upper[i]),  # type: ignore[operator]
    }


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_condition_holds_where_a_plain_loop_says(name: str) -> None:
    found = np.column_stack(Plan(CONDITIONS[name]()).over(BARS).columns)
    wanted = np.array([expected()[name](i) for i in range(200, len(BARS))])
    np.testing.assert_array_equal(found[200:], wanted)
    assert wanted.any(axis=0).all() and not wanted.all(axis=0).any()


def test_every_condition_has_a_plain_loop_and_says_what_it_is() -> None:
    assert sorted(expected()) == sorted(CONDITIONS)
    assert all(condition.__doc__ for condition in CONDITIONS.values())


TOML = """
[default]
threshold = 2.0
weights = { above_sma_50 = 1.0, rsi_above_50 = 1.0 }

["BTC/USDT"]
threshold = 0.9
exit_threshold = 0.3
weights = { above_sma_50 = 0.3, rsi_above_50 = 0.3, macd_rising = 0.3, beyond_bollinger = -0.5 }
params = { stop_loss = 0.02, take_profit = 0.05, max_bars = 10, side = "both", size = "risk:0.01" }
"""

DEFAULT = {"above_sma_50": 1.0, "rsi_above_50": 1.0}
OWN = {"above_sma_50": 0.3, "rsi_above_50": 0.3, "macd_rising": 0.3, "beyond_bollinger": -0.5}


def written(folder: Path, content: str | dict[str, Any], name: str = "scores.toml") -> str:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def held(strategy: WeightedScore, position: int) -> list[int]:
    """The bars at which one of the four conditions holds."""
    plan = Plan(trace(strategy).nodes)
    return [int(i) for i in np.flatnonzero(plan.over(BARS).columns[position]) if i >= START]


def entries(strategy: WeightedScore) -> list[int]:
    """The bars at which it would go long."""
    return held(strategy, 0)


def exits(strategy: WeightedScore) -> list[int]:
    """The bars at which it would leave a long position."""
    return held(strategy, 1)


def scores(weights: dict[str, float]) -> list[int]:
    """The exact sum of the weights at each bar, in thousandths."""
    conditions = expected()
    found = [0] * len(BARS)
    for i in range(START - 1, len(BARS)):
        found[i] = sum(round(1000 * weight) for name, weight in weights.items() if conditions[name](i)[0])
    return found


def rises(weights: dict[str, float], threshold: float) -> list[int]:
    """The bars at which the score rises to the threshold."""
    score, level = scores(weights), round(1000 * threshold)
    return [i for i in range(START, len(BARS)) if score[i - 1] < level <= score[i]]


def falls_below(weights: dict[str, float], threshold: float) -> list[int]:
    """The bars at which the score is below the threshold."""
    score, level = scores(weights), round(1000 * threshold)
    return [i for i in range(START, len(BARS)) if score[i] < level]


def test_symbol_is_scored_by_its_own_entry_and_others_by_the_default(tmp_path: Path) -> None:
    strategy = WeightedScore(weights=written(tmp_path, TOML))
    found = entries(strategy.for_symbol("BTC/USDT"))
    # 0.3 + 0.3 + 0.3 is a little less than 0.9.
    assert found == rises(OWN, 0.9) and len(found) > 10
    default = rises(DEFAULT, 2.0)
    assert entries(strategy.for_symbol("ETH/USDT")) == entries(strategy) == default != found


def test_json_says_the_same(tmp_path: Path) -> None:
    entry = {"threshold": 2, "weights": {"above_sma_50": 1, "rsi_above_50": 1}}
    strategy = WeightedScore(weights=written(tmp_path, {"default": entry}, "scores.json"))
    assert entries(strategy) == rises(DEFAULT, 2.0)


def test_params_of_a_symbol_replace_the_defaults_and_what_is_given_stays(tmp_path: Path) -> None:
    strategy = WeightedScore(weights=written(tmp_path, TOML))
    assert levels(strategy.for_symbol("BTC/USDT")) == (0.02, 0.05, 10, 0.01)
    assert levels(strategy.for_symbol("ETH/USDT")) == levels(strategy) == (0, 0, 0, 0.99)
    given = WeightedScore(weights=strategy.weights, stop_loss=0.1, reward_risk=3.0, size=0.5)
    # A target by the ratio takes the place of the file's target.
    assert levels(given.for_symbol("BTC/USDT")) == (0.1, pytest.approx(0.3), 10, 0.5)
    assert levels(WeightedScore(weights=strategy.weights, stop_loss=0, size=0.5).for_symbol("BTC/USDT"))[0] == 0
    for sure, symbol, stop, side in (
        ({}, "BTC/USDT", 0.02, "both"),
        ({}, "ETH/USDT", 0.0, "long"),
        ({"stop_loss": 0.1, "side": "short"}, "BTC/USDT", 0.1, "short"),
    ):
        shown = WeightedScore(weights=strategy.weights, **sure).for_symbol(symbol).parameters
        assert (shown["stop_loss"], shown["side"]) == (stop, side)


def levels(strategy: WeightedScore) -> tuple[float, ...]:
    """Stop, target, timer and size of its entries."""
    traced = trace(strategy).levels
    nodes = [traced.stop_loss, traced.take_profit, traced.max_bars, traced.size]
    return tuple(float(column[0]) for column in Plan(nodes).over(BARS).columns)


def test_side_of_the_file_is_traded(tmp_path: Path) -> None:
    traced = trace(WeightedScore(weights=written(tmp_path, TOML)).for_symbol("BTC/USDT"))
    assert Plan(traced.nodes).over(BARS).columns[2].any()
    traced = trace(WeightedScore(weights=written(tmp_path, TOML)).for_symbol("ETH/USDT"))
    assert not Plan(traced.nodes).over(BARS).columns[2].any()


def test_thresholds_given_take_the_place_of_the_files(tmp_path: Path) -> None:
    path = written(tmp_path, TOML)
    assert entries(WeightedScore(weights=path, threshold=1)) == rises(DEFAULT, 1.0)
    # Half of the threshold where nothing else is said, whoever said the threshold.
    for given, leave in (({}, 1.0), ({"threshold": 1.5}, 0.75), ({"exit_threshold": 1.5}, 1.5), ({"threshold": 4}, 2)):
        assert exits(WeightedScore(weights=path, **given)) == falls_below(DEFAULT, leave)
    bitcoin = WeightedScore(weights=path).for_symbol("BTC/USDT")
    assert exits(bitcoin) == falls_below(OWN, 0.3)


def test_thresholds_are_swept_in_one_trace(tmp_path: Path) -> None:
    strategy = WeightedScore(weights=written(tmp_path, TOML)).for_symbol("BTC/USDT")
    swept = frozenset({"threshold", "exit_threshold", "stop_loss"})
    traced, symbolic = trace_symbolic(strategy, swept)
    assert symbolic == swept
    values = {"threshold": 0.6, "exit_threshold": 0.0, "stop_loss": 0.1}
    given = WeightedScore(weights=strategy.weights, **values).for_symbol("BTC/USDT")
    assert traced.bind(values).conditions == trace(given).conditions
    assert traced.bind(values).levels.stop_loss is trace(given).levels.stop_loss


def test_file_is_read_once_by_a_strategy_and_anew_by_the_next(tmp_path: Path) -> None:
    path = written(tmp_path, TOML)
    strategy = WeightedScore(weights=path)
    before = entries(strategy)
    # As an atomic writer would: another file of the same name.
    Path(written(tmp_path, TOML.replace("threshold = 2.0", "threshold = 1.0"), "new.toml")).replace(path)
    assert entries(strategy) == before
    assert entries(WeightedScore(weights=path)) == rises(DEFAULT, 1.0)
    Path(path).unlink()
    assert entries(strategy) == before


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_nothing_but_the_entries_in_use_is_looked_into(tmp_path: Path, kind: str) -> None:
    names = [f"COIN{i}/USDT" for i in range(1000)]
    path = tmp_path / f"scores.{kind}"
    if kind == "toml":
        wrong = [f'["{name}"]\nthreshold = "high"\nwieghts = {{ rsi = true }}' for name in names]
        right = '["COIN500/USDT"]\nthreshold = 1.0\nweights = { rsi_above_50 = 1.0 }'
        path.write_text("\n".join([*(part for part in wrong if "COIN500/" not in part), right]))
    else:
        table: dict[str, Any] = {name: {"threshold": "high", "wieghts": []} for name in names}
        path.write_text(json.dumps({**table, names[500]: {"threshold": 1, "weights": {"rsi_above_50": 1}}}))
    strategy = WeightedScore(weights=str(path))
    assert entries(strategy.for_symbol("COIN500/USDT")) == rises({"rsi_above_50": 1.0}, 1.0)
    with pytest.raises(ParameterError, match=r"no key 'wieghts', in .*COIN7/USDT\]; did you mean 'weights'\?"):
        trace(strategy.for_symbol("COIN7/USDT"))


WRONG = [
    ("weights = { rsi_abov_50 = 1.0 }", r"no condition 'rsi_abov_50'.*; did you mean 'rsi_above_50'\?"),
    ("weights = { rsi_above_50 = 'big' }", r"weights.rsi_above_50 is 'big'.*; give a number"),
    ("weights = { rsi_above_50 = true }", r"weights.rsi_above_50 is True.*; give a number"),
    ("weights = { rsi_above_50 = nan }", r"weights.rsi_above_50 is nan.*; give a number"),
    ("weights = 3", r"weights is 3.*; give keys and values"),
    ("threshold = 'low'", r"threshold is 'low'.*; give a number"),
    ("threshold = 0", r"threshold is 0.*; give a number above 0"),
    ("threshold = 4.0", r"threshold is 4, but the weights add up to 3.*; lower it"),
    ("exit_threshold = 3.5", r"exit_threshold is 3.5, above the threshold of 3.*; lower it"),
    ("treshold = 4.0", r"no key 'treshold'.*; did you mean 'threshold'\?"),
    ("params = { stop_los = 0.1 }", r"no common parameter 'stop_los'.*; did you mean 'stop_loss'\?"),
    ("params = { stop_loss = 2 }", r"stop_loss is 2, out of bounds.*; choose 0.0 to 1.0"),
    ("params = { stop_loss = 0.1, take_profit = 0.2, reward_risk = 3 }", r"both reward_risk and take_profit are set"),
    ("params = { side = 'up' }", r"side is 'up'.*; choose one of: both, long, short"),
    ("params = { size = 'half' }", r"size is 'half'.*; write 0.99"),
]


@pytest.mark.parametrize(("line", "words"), WRONG)
def test_what_is_wrong_in_an_entry_is_named_with_its_cure(tmp_path: Path, line: str, words: str) -> None:
    usual = ["threshold = 3", "weights = { rsi_above_50 = 2.0, above_sma_50 = 1.0, strong_trend = -1.0 }"]
    lines = [other for other in usual if other.split(" = ")[0] != line.split(" = ")[0]]
    path = written(tmp_path, "\n".join(["['BTC/USDT']", *lines, line]))
    with pytest.raises(ParameterError, match=words) as raised:
        trace(WeightedScore(weights=path).for_symbol("BTC/USDT"))
    assert f"in {path} [BTC/USDT]; " in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("[default\n", "scores.toml", r"it is not TOML: .*line 1.*, in .*scores.toml; mend"),
        ("{", "scores.json", r"it is not JSON: .*, in .*scores.json; mend"),
        ("default = 3", "scores.toml", r"the entry is 3, in .*scores.toml \[default\]; give keys and values"),
        ("[default]\nthreshold = 1", "scores.toml", r"there is no weights, in .*; add weights = "),
        ("[default]\nweights = {}", "scores.toml", r"there is no threshold, in .*; add threshold = "),
        (
            "['BTC/USDC']",
            "scores.toml",
            r"no entry for BTC/USDT, in .*; did you mean 'BTC/USDC'\? Or add .*\[default\]",
        ),
        ("", "scores.toml", r"no entry for BTC/USDT, in .*; add one, or an entry \[default\]"),
    ],
)
def test_file_that_does_not_serve_says_why(tmp_path: Path, content: str, name: str, words: str) -> None:
    path = written(tmp_path, content, name)
    with pytest.raises(ParameterError, match=words):
        trace(WeightedScore(weights=path).for_symbol("BTC/USDT"))


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "absent.toml"
    with pytest.raises(ParameterError, match=rf"weights is '{path}', which cannot be read: No such file"):
        trace(WeightedScore(weights=str(path)))


def test_symbol_stays_with_the_strategy_and_changes_nothing_else() -> None:
    strategy = WeightedScore(threshold=5, size=0.5)
    bound = strategy.for_symbol("BTC/USDT")
    assert (strategy.symbol, bound.symbol) == ("", "BTC/USDT")
    assert bound.with_symbols({}).symbol == "BTC/USDT"
    assert (repr(bound), bound.parameters) == (repr(strategy), strategy.parameters)
    assert bound.given_and_unread("threshold") and not bound.given_and_unread("exit_threshold")


def test_stop_of_the_file_ends_trades(tmp_path: Path) -> None:
    path = written(tmp_path, "[default]\nthreshold = 1\nweights = { above_sma_50 = 1 }\nparams = { stop_loss = 0.005 }")
    with_stop = run_backtest(WeightedScore(weights=path), BARS, Settings()).ledger
    without = run_backtest(WeightedScore(weights=path, stop_loss=0), BARS, Settings()).ledger
    assert len(set(with_stop.reason.tolist())) > len(set(without.reason.tolist()))
