"""Account: what a market, a venue and a broker ask for: margin, costs, steps, limits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tradefleet.market.errors import ParameterError, UserError, did_you_mean
from tradefleet.market.instrument import Instrument, Step, decimal_step
from tradefleet.market.timeframe import Timeframe

MARKETS = ("spot", "perpetual", "forex")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
# The maintenance margin of perpetual contracts, and the stop out of forex accounts, where none is named.
PERPETUAL_MAINTENANCE = 0.004
STOP_OUT = 0.5
ROLLOVER = "17:00 America/New_York"

Table = Mapping[str, Any]
Tier = tuple[float, float, float]

# The least and the most of each number; those of a table, a symbol each, too.
_BOUNDS: dict[str, tuple[float, float]] = {
    "leverage": (1.0, 1000.0),
    "stop_out": (0.01, 1.0),
    "liquidation_fee": (0.0, 0.5),
    "funding": (-1.0, 1.0),
    "maker": (-0.1, 0.5),
    "taker": (0.0, 0.5),
    "commission": (0.0, math.inf),
    "slippage": (0.0, 0.5),
    "slippage_bps": (0.0, 5000.0),
    "slippage_range": (0.0, 10.0),
    "slippage_impact": (0.0, 10.0),
    "spread": (0.0, math.inf),
    "swap_long": (-math.inf, math.inf),
    "swap_short": (-math.inf, math.inf),
    "contract_size": (1e-9, 1e12),
    "max_exposure": (0.0, math.inf),
    "max_symbol_exposure": (0.0, math.inf),
    "cash": (1e-9, math.inf),
    "fee": (0.0, 0.5),
}
_STEPS = ("lot", "tick", "min_notional")
_PER_SYMBOL = ("funding", "commission", "spread", "swap_long", "swap_short", "contract_size", *_STEPS)
# Those that a series, by its name or its file, can give as well.
_SERIES = ("funding", "spread")
# What only some markets have.
_ONLY = {
    "stop_out": ("forex",),
    "maintenance_margin": ("perpetual",),
    "funding": ("perpetual",),
    "swap_long": ("forex",),
    "swap_short": ("forex",),
}


@dataclass(frozen=True, kw_only=True, repr=False)
class Account:
    """The terms of trading, by the keys of docs/account.md; the usual ones are those of a spot market.

    Raises ParameterError for a value that does not fit, naming its key.

    >>> Account(market="perpetual", leverage=5, funding=0.0001)
    Account(market='perpetual', leverage=5.0, funding=0.0001)
    >>> Account(market="perpetual", leverage=5).tiers
    ((0.0, 0.004, 0.0),)
    """

    market: str = "spot"
    leverage: float = 1.0
    maintenance_margin: float | Sequence[Sequence[float]] | None = field(default=None, hash=False)
    stop_out: float | None = None
    liquidation_fee: float = 0.0
    funding: float | str | Table = field(default=0.0, hash=False)
    funding_interval: str = "8h"
    maker: float | None = None
    taker: float | None = None
    commission: float | Table = field(default=0.0, hash=False)
    slippage: float | None = None
    slippage_bps: float | None = None
    slippage_range: float = 0.0
    slippage_impact: float = 0.0
    spread: float | str | Table = field(default=0.0, hash=False)
    ask: Table | None = field(default=None, hash=False)
    swap_long: float | Table = field(default=0.0, hash=False)
    swap_short: float | Table = field(default=0.0, hash=False)
    swap_time: str = ROLLOVER
    swap_triple: str = "wednesday"
    contract_size: float | Table = field(default=1.0, hash=False)
    lot: Step | Table = field(default=None, hash=False)
    tick: Step | Table = field(default=None, hash=False)
    min_notional: Step | Table = field(default=None, hash=False)
    currency: str | None = None
    conversion: Table | None = field(default=None, hash=False)
    max_open_positions: int = 0
    max_exposure: float = 0.0
    max_symbol_exposure: float = 0.0
    cash: float | None = None
    fee: float | None = None

    def __post_init__(self) -> None:
        if self.market not in MARKETS:
            raise ParameterError(f"market is {self.market!r}", cure=did_you_mean(str(self.market), MARKETS))
        for name in [spec.name for spec in fields(self)]:
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, Mapping) and name in _PER_SYMBOL:
                value = {_symbol(name, key): _checked(name, item, f"{name} of {key}") for key, item in value.items()}
            else:
                value = _checked(name, value, name)
            object.__setattr__(self, name, value)
        self._check_market()
        self._check_together()

    def _check_market(self) -> None:
        if self.market == "spot" and self.leverage > 1.0:
            raise ParameterError(
                f"leverage is {self.leverage:g} on a spot market", cure='set market = "perpetual" or leverage = 1'
            )
        for name, markets in _ONLY.items():
            if name in self.given() and self.market not in markets:
                raise ParameterError(
                    f"{name} is set and market is {self.market}", cure=f'set market = "{markets[0]}" or leave it out'
                )

    def _check_together(self) -> None:
        if self.slippage is not None and self.slippage_bps is not None:
            raise ParameterError("both slippage and slippage_bps are set", cure="set one of them")
        for name in ("spread", "ask"):
            other = "ask" if name == "spread" else "spread"
            if name in self.given() and other in self.given():
                raise ParameterError("both spread and ask are set", cure="set one of them")
        rate = self.tiers[0][1]
        if self.leverage * rate >= 1.0:
            raise ParameterError(
                f"leverage is {self.leverage:g} with a maintenance margin of {rate:g}: every entry would be liquidated",
                cure=f"choose a leverage below {1.0 / rate:g}",
            )

    @property
    def liquidates(self) -> bool:
        """Whether positions are liquidated: on any market but spot."""
        return self.market != "spot"

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The maintenance tiers: from which notional, the rate, and the amount taken off."""
        if self.market == "forex":
            stop_out = STOP_OUT if self.stop_out is None else self.stop_out
            return ((0.0, stop_out / self.leverage, 0.0),)
        given = self.maintenance_margin
        if isinstance(given, tuple):
            return given
        if given is None:
            given = PERPETUAL_MAINTENANCE if self.market == "perpetual" else 0.0
        return ((0.0, float(given), 0.0),)  # type: ignore[arg-type]

    @property
    def slippage_fraction(self) -> float | None:
        """The slippage as a fraction, whichever key gave it; None where none did."""
        return self.slippage if self.slippage_bps is None else self.slippage_bps / 10_000.0

    @property
    def funding_length(self) -> int:
        """The funding interval in nanoseconds."""
        return Timeframe.parse(self.funding_interval).nanoseconds

    @property
    def rollover(self) -> tuple[time, str]:
        """When swaps fall due: a wall time and its zone."""
        clock, _, zone = self.swap_time.partition(" ")
        return time.fromisoformat(clock), zone

    @property
    def triple_weekday(self) -> int | None:
        """The weekday of the threefold swap, Monday is 0; None where there is none."""
        return None if self.swap_triple == "none" else WEEKDAYS.index(self.swap_triple)

    def of_symbol(self, name: str, symbol: str) -> Any:
        """What a key says about a symbol: its value, or the symbol's row of its table, or the usual value.

        >>> Account(market="forex", swap_long={"EUR/USD": -0.00006}).of_symbol("swap_long", "USD/JPY")
        0.0
        """
        value = getattr(self, name)
        return value.get(symbol, _DEFAULTS[name]) if isinstance(value, Mapping) else value

    def instrument(self, known: Instrument) -> Instrument:
        """The instrument with the steps this account names; a lot is in contracts.

        >>> Account(market="forex", lot=0.01, contract_size=100_000).instrument(Instrument("EUR/USD")).lot
        Decimal('1E+3')
        """
        symbol = known.symbol
        tick, lot, least = (
            decimal_step(self.of_symbol(name, symbol), name) for name in ("tick", "lot", "min_notional")
        )
        if lot is not None:
            lot *= Decimal(str(self.of_symbol("contract_size", symbol)))
        return Instrument(
            symbol,
            known.tick if tick is None else tick,
            known.lot if lot is None else lot,
            known.min_notional if least is None else least,
        )

    def commission_of(self, symbol: str) -> float:
        """The commission of a unit of the base currency, a side."""
        return float(self.of_symbol("commission", symbol) / self.of_symbol("contract_size", symbol))

    def given(self) -> dict[str, Any]:
        """The keys that differ from the usual values."""
        return {name: getattr(self, name) for name, usual in _DEFAULTS.items() if getattr(self, name) != usual}

    def __repr__(self) -> str:
        return f"Account({', '.join(f'{name}={value!r}' for name, value in self.given().items())})"


_DEFAULTS: dict[str, Any] = {spec.name: spec.default for spec in fields(Account)}


def account_from(mapping: Mapping[str, Any], where: str = "") -> Account:
    """The account of an `[account]` table; `where` names its file in errors.

    >>> account_from({"market": "perpetual", "leverage": 3}, "run.toml").leverage
    3.0
    """
    place = f"[account] of {where}" if where else "[account]"
    for key in mapping:
        if key not in _DEFAULTS:
            raise ParameterError(f"there is no key '{key}'", where=place, cure=did_you_mean(str(key), _DEFAULTS))
    try:
        return Account(**mapping)
    except UserError as error:
        error.where = error.where or place
        raise


def _symbol(name: str, key: object) -> str:
    if not isinstance(key, str) or not key:
        raise ParameterError(f"{name} has the symbol {key!r}", cure='name it as "EUR/USD"')
    return key


def _checked(name: str, value: Any, called: str) -> Any:
    """A value as its key keeps it."""
    if name in _STEPS:
        if isinstance(value, bool) or not isinstance(value, Decimal | str | int | float):
            raise ParameterError(f"{called} is {value!r}", cure="give a positive number such as 0.01")
        return decimal_step(value, called)
    if name in _BOUNDS:
        if isinstance(value, str) and name in _SERIES and value:
            return value
        return _number(name, value, called)
    check = _CHECKS.get(name)
    return value if check is None else check(value, called)


def _number(name: str, value: Any, called: str) -> float:
    least, most = _BOUNDS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        cure = "give a number, or the name or file of a series" if name in _SERIES else "give a number"
        raise ParameterError(f"{called} is {value!r}", cure=cure)
    if not least <= value <= most:
        if least > 0.0 and most == math.inf:
            raise ParameterError(f"{called} is {value!r}", cure="give a positive number")
        between = f"from {least:g} to {most:g}" if most < math.inf else f"{least:g} or more"
        raise ParameterError(f"{called} is {value!r}", cure=f"choose {between}")
    return float(value)


def _maintenance(value: Any, called: str) -> float | tuple[Tier, ...]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 0.0 <= value < 1.0:
            raise ParameterError(f"{called} is {value!r}", cure="give a fraction such as 0.004")
        return float(value)
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise ParameterError(f"{called} is {value!r}", cure="give a fraction such as 0.004, or a list of tiers")
    tiers: list[Tier] = []
    for number, row in enumerate(value, 1):
        tiers.append(_tier(row, tiers[-1] if tiers else None, f"tier {number} of {called}"))
    return tuple(tiers)


def _tier(row: Any, before: Tier | None, called: str) -> Tier:
    """A tier; an amount that is not given is the one that lets the margin rise without a jump."""
    cure = "write [notional from, rate] or [notional from, rate, amount], such as [50000, 0.005, 50]"
    if not isinstance(row, Sequence) or isinstance(row, str) or len(row) not in (2, 3):
        raise ParameterError(f"{called} is {row!r}", cure=cure)
    if not all(isinstance(x, int | float) and not isinstance(x, bool) and math.isfinite(x) for x in row):
        raise ParameterError(f"{called} is {row!r}", cure=cure)
    start, rate = float(row[0]), float(row[1])
    if not 0.0 <= rate < 1.0:
        raise ParameterError(f"{called} has a rate of {rate:g}", cure="give a fraction such as 0.005")
    if before is None:
        if start != 0.0:
            raise ParameterError(f"{called} starts at {start:g}", cure="let the first start at 0")
        return start, rate, float(row[2]) if len(row) == 3 else 0.0
    if start <= before[0]:
        raise ParameterError(f"{called} starts at {start:g}, not above the one before", cure="sort them by notional")
    if rate < before[1]:
        raise ParameterError(f"{called} has a rate of {rate:g}, less than the one before", cure="let rates rise")
    return start, rate, float(row[2]) if len(row) == 3 else start * (rate - before[1]) + before[2]


def _interval(value: Any, called: str) -> str:
    try:
        return str(Timeframe.parse(value))
    except ParameterError:
        raise ParameterError(f"{called} is {value!r}", cure="write it as 8h, 4h or 1h") from None


def _clock(value: Any, called: str) -> str:
    # An account without swaps needs no zone, and the system may have none.
    if value == ROLLOVER:
        return ROLLOVER
    clock, _, zone = str(value).strip().partition(" ")
    try:
        if time.fromisoformat(clock).tzinfo is None and ZoneInfo(zone.strip()):
            return f"{clock} {zone.strip()}"
    except (ValueError, KeyError, OSError):
        pass
    raise ParameterError(f"{called} is {value!r}", cure=f'write it as "{ROLLOVER}"')


def _weekday(value: Any, called: str) -> str:
    known = (*WEEKDAYS, "none")
    if str(value).lower() not in known:
        raise ParameterError(f"{called} is {value!r}", cure=did_you_mean(str(value).lower(), known))
    return str(value).lower()


def _ask(value: Any, called: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) and text for text in value.values()):
        raise ParameterError(f"{called} is {value!r}", cure='write { "EUR/USD" = "EUR/USD ask" }')
    return {_symbol(called, key): text for key, text in value.items()}


def _currency(value: Any, called: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ParameterError(f"{called} is {value!r}", cure='name it as "USD"')
    return value.strip()


def _conversion(value: Any, called: str) -> dict[str, float | str]:
    if not isinstance(value, Mapping):
        raise ParameterError(f"{called} is {value!r}", cure='write { JPY = "USD/JPY" } or { JPY = 0.0067 }')
    for currency, rate in value.items():
        good = bool(rate) if isinstance(rate, str) else _is_positive(rate)
        if not good:
            raise ParameterError(
                f"{called} of {currency} is {rate!r}", cure='give a symbol such as "USD/JPY", or a positive number'
            )
    return {str(currency): rate if isinstance(rate, str) else float(rate) for currency, rate in value.items()}


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0


def _count(value: Any, called: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ParameterError(f"{called} is {value!r}", cure="give a whole number, 0 for no limit")
    return value


_CHECKS = {
    "maintenance_margin": _maintenance,
    "funding_interval": _interval,
    "swap_time": _clock,
    "swap_triple": _weekday,
    "ask": _ask,
    "currency": _currency,
    "conversion": _conversion,
    "max_open_positions": _count,
}
