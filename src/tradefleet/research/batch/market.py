"""The terms of a market that many combinations are run on."""

from __future__ import annotations

from dataclasses import dataclass

from tradefleet.market.time import TimeLike
from tradefleet.research.batch.ground import Ground
from tradefleet.research.calendar import periods_per_year
from tradefleet.research.data import Data
from tradefleet.research.settings import Settings
from tradefleet.research.terms import ask_of, carry_of, check_currencies, limits_of, market_terms, rate_of
from tradefleet.simulation.state import Limits, Market


@dataclass(frozen=True, eq=False)
class Place:
    """A market and the settings that its account has."""

    market: Market
    settings: Settings


def place_of(ground: Ground, settings: Settings, data: Data, until: TimeLike | None) -> Place | None:
    """The market of some bars; None where more than a position's own levels and signals may end it or change its worth.

    That is a spread, another currency, funding, swaps, liquidation, and limits of the account.
    """
    bars, account = ground.bars, settings.account
    check_currencies([bars.symbol], account)
    market = market_terms(bars, settings, periods_per_year(bars))
    rate, carry = rate_of(bars, account, data, until), carry_of(bars, account, data)
    steady = len(rate) == 1 and rate[0] == 1.0 and ask_of(bars, account, data, until) is None
    # The last row of a carry never falls due.
    if steady and len(carry.time) == 1 and not market.margin.liquidates and limits_of(account) == Limits(0, 0.0, 0.0):
        return Place(market, settings)
    return None
