"""Funding: what longs pay shorts, several times a day."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tradefleet.exchange.engine.amounts import multiplied
from tradefleet.exchange.engine.events import Event
from tradefleet.exchange.engine.ledger import FUNDING
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.changes import tell
from tradefleet.exchange.engine.perpetual.income import IncomeKind


def pay_funding(
    accounting: PerpetualAccounting,
    symbol: str,
    rate: Decimal,
    mark: Decimal,
    time: int,
    emit: Callable[[Event], None],
) -> None:
    """Every open position of a symbol pays its notional at the mark price times the rate (shorts: gets it).

    An isolated position pays from its own margin. Told as FUNDING_FEE, an account at a time; as on Binance, cross
    positions are not part of that report.
    """
    terms = accounting.symbols[symbol]
    for position in accounting.positions.on(symbol):
        amount = -multiplied(position.notional(mark), rate)
        accounting.book(time, position.account, terms, IncomeKind.FUNDING_FEE, amount, FUNDING)
        if accounting.settings.isolated(position.account, symbol):
            position.isolated_wallet += amount
            accounting.touch(position)
    tell(accounting, time, "FUNDING_FEE", emit)
