"""Settings: the money, the costs and the account of a backtest."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.trading.account import Account


@dataclass(frozen=True)
class Settings:
    """Cash, costs and account of a backtest: `fee` and `slippage` are fractions, a side.

    What the account names itself (maker, taker, slippage) comes before `fee` and `slippage`.
    """

    cash: float = 10_000.0
    fee: float = 0.001
    slippage: float = 0.0
    account: Account = field(default_factory=Account)

    def __post_init__(self) -> None:
        _check_number("cash", self.cash, 0.0, math.inf, "give a positive amount of money")
        _check_number("fee", self.fee, -0.01, 1.0, "give a fraction such as 0.001")
        _check_number("slippage", self.slippage, 0.0, 1.0, "give a fraction such as 0.0005")
        if self.cash == 0.0:
            raise ParameterError("cash is 0", cure="give a positive amount of money")
        if not isinstance(self.account, Account):
            raise ParameterError(f"account is {self.account!r}", cure="give tf.Account(leverage=3) or the like")

    @property
    def maker(self) -> float:
        """The fee of limit orders, a fraction."""
        return float(self.fee if self.account.maker is None else self.account.maker)

    @property
    def taker(self) -> float:
        """The fee of market orders, a fraction."""
        return float(self.fee if self.account.taker is None else self.account.taker)

    @property
    def slipping(self) -> float:
        """The slippage, a fraction."""
        own = self.account.slippage_fraction
        return float(self.slippage if own is None else own)


def _check_number(name: str, value: object, low: float, high: float, cure: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not low <= value < high:
        raise ParameterError(f"{name} is {value!r}", cure=cure)
