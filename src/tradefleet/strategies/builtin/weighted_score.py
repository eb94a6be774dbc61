"""Weighted scoring: conditions that each add their weight, and an entry where the sum is high enough."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from tradefleet.graph import Node, constant, shift, where
from tradefleet.strategies.builtin.score_conditions import CONDITIONS
from tradefleet.strategies.builtin.score_file import USUAL, Score, read_score
from tradefleet.strategies.parameters import param
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import COMMON, Strategy

# Two ways to set the target: who gives one of them does not want the other.
_TARGETS = frozenset({"take_profit", "reward_risk"})


class WeightedScore(Strategy):
    """Long when the score rises to `threshold` or above, out when it is below `exit_threshold`; short mirrored.

    The score is the sum of the weights of the conditions that hold; a short entry has a score of its own, of the
    mirrored conditions. `weights` is the path of a TOML or JSON file, read when the strategy is traced; without one
    built-in weights serve. A `threshold` or `exit_threshold` other than 0 takes the place of the file's; where nobody
    gives an exit threshold it is half of the threshold. The file has an entry for each symbol and one named default:

        [default]
        threshold = 5.0
        exit_threshold = 2.0
        weights = { above_sma_200 = 2.0, rsi_above_50 = 1.5, volume_above_average = 1.0, donchian_breakout = 2.0 }

        ["BTC/USDT"]
        threshold = 6.0
        params = { stop_loss = 0.02, take_profit = 0.05, size = "risk:0.01" }

    Each key of a symbol's entry takes the place of the default's. `params` are any of the parameters that all
    strategies have, and replace their defaults; one that the strategy was given stays. The conditions are those of
    `score_conditions`; a weight below 0 counts against the entry. The entries of other symbols are not looked into,
    nor is a symbol's table `analysis`, in which `tradefleet analyze` says how it found the params.
    """

    weights = param("")
    threshold = param(0.0, 0.0, 1_000_000.0)
    exit_threshold = param(0.0, -1_000_000.0, 1_000_000.0)

    def signals(self) -> Signals:
        score = self._score
        enter = _unless_zero(self.threshold, constant(score.threshold))
        leave = _unless_zero(
            self.exit_threshold, enter / 2 if score.exit_threshold is None else constant(score.exit_threshold)
        )
        long, short = (_sum(score, side) for side in ("long", "short"))
        return Signals(
            enter_long=_rises_to(long, enter - score.rounding),
            exit_long=long < leave - score.rounding,
            enter_short=_rises_to(short, enter - score.rounding),
            exit_short=short < leave - score.rounding,
            tag="weighted_score",
            size=self._params.get("size"),
        )

    @cached_property
    def _score(self) -> Score:
        return read_score(Path(self.weights), self.symbol) if self.weights else USUAL

    def read_parameter(self, name: str) -> Any:
        value = super().read_parameter(name)
        return self._params.get(name, value) if name in COMMON else value

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter's value by name, those of the file included once the symbol is known."""
        of_file = {name: value for name, value in self._params.items() if name != "size"} if self.symbol else {}
        return {**super().parameters, **of_file}

    @cached_property
    def _params(self) -> dict[str, Any]:
        """The parameters that the file sets, those aside that the strategy was given or is swept over."""
        own = self._given | frozenset(self._symbols)
        if own & _TARGETS:
            own |= _TARGETS
        return {name: value for name, value in self._score.params.items() if name not in own}


def _unless_zero(parameter: float, otherwise: Node) -> Node:
    """The parameter, also one that is swept, or what takes its place where it is 0."""
    value = constant(parameter)
    return where(value == 0, otherwise, value)


def _sum(score: Score, side: str) -> Node:
    total = constant(0.0)
    for name, weight in score.weights.items():
        if weight != 0:
            total = total + where(getattr(CONDITIONS[name](), side), weight, 0)
    return total


def _rises_to(score: Node, level: Node) -> Node:
    return shift(score < level, 1) & (score >= level)
