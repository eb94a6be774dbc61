"""How fast a market is played."""

from __future__ import annotations

from dataclasses import dataclass

from tradefleet.market.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Pace:
    """Steps on request, or a speed: so many times real time, 0 for as fast as it goes.

    `hold` is how many milliseconds of real time the market stands after it has told the closed bars.

    >>> Pace.parse("10"), Pace.parse("max", hold=5)
    (Pace(speed=10.0, hold=0.0, steps=False), Pace(speed=0.0, hold=5.0, steps=False))
    """

    speed: float = 1.0
    hold: float = 0.0
    steps: bool = False

    def __post_init__(self) -> None:
        for name in ("speed", "hold"):
            value = getattr(self, name)
            if not 0.0 <= value < float("inf"):
                raise ParameterError(f"{name} is {value}", where="pace", cure="give 0 or more")

    @property
    def flows(self) -> bool:
        """Whether time is waited for."""
        return self.speed > 0.0 and not self.steps

    @classmethod
    def parse(cls, text: str, hold: float = 0.0) -> Pace:
        """Read `step`, `max` or a number; raises ParameterError for anything else."""
        if text == "step":
            return cls(0.0, float(hold), steps=True)
        if text == "max":
            return cls(0.0, float(hold))
        try:
            speed = float(text)
        except ValueError:
            speed = 0.0
        if not 0.0 < speed < float("inf"):
            raise ParameterError(f"speed is {text!r}", cure="give step, max, or a number such as 1 or 60")
        return cls(speed, float(hold))
