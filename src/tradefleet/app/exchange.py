"""The local exchange with a market of the user's choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tradefleet.app.sources import CatalogSource
from tradefleet.exchange.replay.bars import BarMarket
from tradefleet.exchange.replay.funding import Funding
from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.replay.liquidity import Liquidity
from tradefleet.exchange.replay.moments import DrivenMarket
from tradefleet.exchange.replay.recorded import RecordedMarket
from tradefleet.exchange.replay.recording import is_recording
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.time import TimeLike
from tradefleet.storage.catalog import Catalog, read_file

GENERATED, CATALOG = "generated", "catalog"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which market: `data` is `generated`, `catalog`, or a file of bars or of recorded messages.

    `symbols` and `timeframe` name the series of a catalog or a file of bars; `start` is where the replay begins,
    `count` how many symbols are generated. `now` is the time a generated market begins at without a `start`.
    """

    data: str = GENERATED
    symbols: Sequence[str] = ()
    timeframe: str = "1m"
    venue: str = "local"
    since: TimeLike | None = None
    until: TimeLike | None = None
    start: TimeLike | None = None
    count: int = 15
    seed: int = 1
    slippage: float = 0.0
    participation: float | None = None
    funding_rate: Decimal = Decimal("0.0001")


def make_market(wanted: Wanted, catalog: Catalog, now: int) -> tuple[DrivenMarket, bool]:
    """The market, and whether its own book is known: recorded messages have one, bars have not.

    Raises UserError for data that is not there or cannot be played.
    """
    liquidity, funding = Liquidity(wanted.slippage, wanted.participation), Funding(wanted.funding_rate)
    if wanted.data == GENERATED:
        if wanted.symbols:
            raise ParameterError(
                "a generated market chooses its own symbols",
                where="--symbol",
                cure=f"add --data {CATALOG}, or leave --symbol out",
            )
        return GeneratedMarket(
            seed=wanted.seed,
            count=wanted.count,
            start=now if wanted.start is None else wanted.start,
            timeframe=wanted.timeframe,
            liquidity=liquidity,
            funding=funding,
        ), False
    if wanted.data != CATALOG and is_recording(wanted.data):
        return RecordedMarket.of_files(wanted.data, funding=funding), True
    series = _from_catalog(wanted, catalog) if wanted.data == CATALOG else _from_file(wanted)
    return BarMarket(series, start=wanted.start, liquidity=liquidity, funding=funding), False


def _from_catalog(wanted: Wanted, catalog: Catalog) -> dict[str, Bars]:
    if not wanted.symbols:
        raise ParameterError("no symbol is named", where="--data catalog", cure="add --symbol BTC/USDT")
    source = CatalogSource(catalog, wanted.venue)
    return {name: source.bars(name, wanted.timeframe, wanted.since, wanted.until) for name in wanted.symbols}


def _from_file(wanted: Wanted) -> dict[str, Bars]:
    if not Path(wanted.data).is_file():
        raise ParameterError(
            f"there is no file {wanted.data}", where="--data", cure=f"name a file, or {GENERATED} or {CATALOG}"
        )
    if len(wanted.symbols) != 1:
        raise ParameterError(
            f"{len(wanted.symbols)} symbols for a file of bars", where="--data", cure="name one: --symbol BTC/USDT"
        )
    return {wanted.symbols[0]: read_file(wanted.data, symbol=wanted.symbols[0], timeframe=wanted.timeframe)}
