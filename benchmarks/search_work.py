"""The searches that are measured, and what is promised of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tradefleet.research.search.grid import parse_values


@dataclass(frozen=True)
class Work:
    """One search: `bars` names its data, `worker` the program that runs it, `more` what else that is told.

    Of rounds where the time is a minute there is one, and what comes first in a process is what counts.
    """

    case: int
    title: str
    strategy: str
    grid: dict[str, str]
    bars: str
    seconds: float | None = None
    times_peer: float | None = None
    megabytes: float | None = None
    fee: float = 0.001
    worker: str = "search_ours"
    peers: bool = False
    once: bool = False
    compared: int = 1_000
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, tuple[Any, ...]]:
        """The values of each axis, as peers are given them."""
        return {name: parse_values(name, text) for name, text in self.grid.items()}

    @property
    def told(self) -> dict[str, Any]:
        """What workers are told."""
        return {"strategy": self.strategy, "grid": self.grid, "values": self.values, "fee": self.fee, **self.more}


REVERSION = {"entry": "20:36:2", "stop_loss": "0.005:0.03:0.005", "reward_risk": "1,1.5,2,2.5,3"}
CENT = "0.001:0.1:0.001"

WORKS = (
    Work(
        1, "270 combinations, 50,000 bars", "rsi_reversion", REVERSION, "minutes 50000",
        seconds=0.01, times_peer=400, megabytes=250, peers=True,
    ),
    Work(
        2, "1,000 averages, 100,000 bars", "ema_cross", {"fast": "5:29:1", "slow": "30:108:2"}, "minutes 100000",
        seconds=0.08, peers=True,
    ),
    Work(
        3, "1,000,000 combinations, two years", "rsi_reversion",
        {"entry": "20:39.8:0.2", "stop_loss": CENT, "take_profit": CENT, "exit": "100"}, "minutes",
        seconds=60, megabytes=2_000, fee=0.0, once=True,
    ),
    Work(
        3, "10,000, exit at 55, no target", "rsi_reversion",
        {"entry": "20:39.8:0.2", "stop_loss": CENT}, "minutes", fee=0.0, once=True,
    ),
    Work(
        4, "analyzer, 8 symbols x 3 timeframes x 270", "rsi_reversion", REVERSION, "coins",
        seconds=1, worker="search_analyze", more={"timeframes": ["5m", "15m", "1h"], "combinations": 270},
    ),
    Work(
        5, "walk forward 252/21 days, 5 years, 200 points", "ema_cross", {"fast": "5:50:5", "slow": "55:245:10"},
        "hours", seconds=5, worker="search_walk", more={"train": "252d", "test": "21d"},
    ),
)  # fmt: skip
CASES = tuple(dict.fromkeys(work.case for work in WORKS))
