"""What the analyzer tries where no grid is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tradefleet.strategies.strategy import Strategy

_LEVELS = {"stop_loss": "0.005:0.03:0.005", "reward_risk": "1,1.5,2,2.5,3"}
_OWN: Mapping[str, Mapping[str, str]] = {"rsi_reversion": {"entry": "20:36:2"}}


def usual_grid(strategy: type[Strategy], fixed: Iterable[str]) -> dict[str, str]:
    """The grid of a strategy without those of its parameters that are fixed: its own, six stops, five reward:risk.

    >>> from tradefleet.strategies import RsiReversion
    >>> usual_grid(RsiReversion, ["reward_risk"])
    {'entry': '20:36:2', 'stop_loss': '0.005:0.03:0.005'}
    """
    grid = {**_OWN.get(strategy.name(), {}), **_LEVELS}
    left_out = set(fixed)
    if "take_profit" in left_out:
        # There is one target: a price or a ratio.
        left_out.add("reward_risk")
    return {name: values for name, values in grid.items() if name not in left_out}
