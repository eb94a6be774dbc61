"""Every error tradefleet raises on purpose, as one tree.

TradefleetError
├── UserError            something the user can mend: exit 2, no traceback
│   ├── DataError            market data: a file, a bar, a series that is not there
│   ├── CatalogError         the bars on disk: not found, locked, disk full
│   ├── ParameterError       a name or a value that does not fit
│   └── StrategyError        a strategy that cannot be loaded or traced
└── InternalError        a fault of ours: exit 1, please report

A user error says what is wrong, where, and the cure; the class tells the caller whose turn it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class TradefleetError(Exception):
    """Base of all errors raised on purpose."""


class UserError(TradefleetError):
    """Something the user can mend.

    >>> print(ParameterError("fast is 3", where="ema_cross", cure="choose 5 to 50"))
    fast is 3, in ema_cross; choose 5 to 50
    """

    kind = "user"

    def __init__(self, message: str, *, where: str = "", cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.cure = cure

    def __str__(self) -> str:
        place = f", in {self.where}" if self.where else ""
        cure = f"; {self.cure}" if self.cure else ""
        return f"{self.message}{place}{cure}"

    def as_dict(self) -> dict[str, str]:
        """The error for machines: kind, message, where, cure."""
        return {"kind": self.kind, "message": self.message, "where": self.where, "cure": self.cure}


class DataError(UserError):
    """Market data that cannot be used: a file, a bar, a series."""

    kind = "data"


class CatalogError(UserError):
    """The bars on disk: not found, locked by another process, disk full."""

    kind = "catalog"


class ParameterError(UserError):
    """A parameter's name or value that does not fit."""

    kind = "parameter"


class StrategyError(UserError):
    """A strategy that cannot be found, loaded or traced."""

    kind = "strategy"


class InternalError(TradefleetError):
    """A fault of ours: the message asks for a report."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The cure for a misspelt name: the nearest known one, else the list.

    >>> did_you_mean("fsat", ["fast", "slow"])
    "did you mean 'fast'?"
    >>> did_you_mean("zzz", ["fast", "slow"])
    'choose one of: fast, slow'
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    return "choose one of: " + ", ".join(names)
