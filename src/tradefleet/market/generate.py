"""A generated market: reproducible bars that behave like a market, for demos and tests."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import Bars, frozen
from tradefleet.market.errors import ParameterError
from tradefleet.market.instrument import Instrument
from tradefleet.market.time import DAY, HOUR, TimeLike, parse_time
from tradefleet.market.timeframe import Timeframe

Floats = NDArray[np.float64]

_DAILY_VOLATILITY = 0.03
# Two speeds of volatility clustering: (half-life in hours, standard deviation of the logarithm).
_CLUSTERS = ((6.0, 0.35), (24.0 * 12, 0.45))
_JUMPS_A_DAY, _JUMP_SIZE = 0.15, 0.015
_TICK = Decimal("0.01")


def generate_bars(
    timeframe: str | Timeframe = "1h",
    *,
    days: float = 365,
    seed: int = 1,
    symbol: str = "GEN/USD",
    start: TimeLike = "2024-01-01",
    price: float = 100.0,
) -> Bars:
    """Bars of a made-up market: volatility clusters, prices jump, days have a rhythm, volume follows the moves.

    The same arguments give the same bars. Prices move in ticks of 0.01; no bar is absent.

    >>> bars = generate_bars("1h", days=10, seed=7)
    >>> len(bars), bars.first, bars == generate_bars("1h", days=10, seed=7)
    (240, '2024-01-01T00:00:00Z', True)
    """
    step = Timeframe.parse(timeframe)
    count = int(days * DAY // step.nanoseconds)
    if count < 1:
        raise ParameterError(f"days is {days}, less than one bar of {step}", cure="generate more days")
    random = np.random.default_rng(seed)
    time = step.start(parse_time(start, "start")) + np.arange(count, dtype=np.int64) * step.nanoseconds
    volatility = _volatility(time, step, random)
    moves = random.standard_normal(count) * volatility + _jumps(count, step, random)
    # A slow pull towards the first price keeps years of bars in a believable range.
    logarithm = _mean_reverting(moves, step)
    close = price * np.exp(logarithm)
    open_ = np.concatenate(([price], close[:-1]))
    high, low = _extremes(open_, close, volatility, random)
    volume = _volume(moves, volatility, step, random)
    open_, high, low, close = (np.maximum(np.round(column, 2), 0.01) for column in (open_, high, low, close))
    columns = frozen(time, open_, high, low, close, volume)
    return Bars(*columns, timeframe=step, symbol=Instrument(symbol, tick=_TICK))


def _volatility(time: NDArray[np.int64], step: Timeframe, random: np.random.Generator) -> Floats:
    """Standard deviation of each bar's log return."""
    hours = np.arange(time[0] // HOUR, time[-1] // HOUR + 2)
    logarithm = np.zeros(len(hours))
    for half_life, deviation in _CLUSTERS:
        keep = 0.5 ** (1.0 / half_life)
        shocks = random.standard_normal(len(hours)) * deviation * np.sqrt(1.0 - keep * keep)
        logarithm += _autoregressive(shocks, keep)
    hour_of_day = hours % 24
    # Busiest in the afternoon (UTC), quietest in the small hours.
    logarithm += 0.35 * np.cos((hour_of_day - 15) * np.pi / 12)
    by_bar = np.interp(time / HOUR, hours, logarithm)
    scale: Floats = _DAILY_VOLATILITY * np.sqrt(step.nanoseconds / DAY) * np.exp(by_bar - 0.16)
    return scale


def _autoregressive(shocks: Floats, keep: float) -> Floats:
    values, value = [], 0.0
    for shock in shocks.tolist():
        value = keep * value + shock
        values.append(value)
    return np.array(values)


def _jumps(count: int, step: Timeframe, random: np.random.Generator) -> Floats:
    rate = _JUMPS_A_DAY * step.nanoseconds / DAY
    number = random.poisson(rate, count)
    jumps: Floats = np.sqrt(number) * random.standard_normal(count) * _JUMP_SIZE
    return jumps


def _mean_reverting(moves: Floats, step: Timeframe) -> Floats:
    """The sum of the moves, pulled back with a half-life of two years."""
    pull = 1.0 - 0.5 ** (step.nanoseconds / (730 * DAY))
    total = np.cumsum(moves)
    centre = np.cumsum(total) * pull / np.maximum(1.0, np.arange(1, len(total) + 1) * pull)
    reverting: Floats = total - 0.5 * centre
    return reverting


def _extremes(open_: Floats, close: Floats, volatility: Floats, random: np.random.Generator) -> tuple[Floats, Floats]:
    """High and low of a Brownian path from each open to its close."""
    change = np.log(close / open_)
    spread = 2.0 * volatility**2
    up = (change + np.sqrt(change**2 - spread * np.log(1.0 - random.random(len(change))))) / 2
    down = (change - np.sqrt(change**2 - spread * np.log(1.0 - random.random(len(change))))) / 2
    return open_ * np.exp(up), open_ * np.exp(down)


def _volume(moves: Floats, volatility: Floats, step: Timeframe, random: np.random.Generator) -> Floats:
    usual = _DAILY_VOLATILITY * np.sqrt(step.nanoseconds / DAY)
    activity = 0.4 + volatility / usual + 0.6 * np.abs(moves) / usual
    noise = np.exp(0.5 * random.standard_normal(len(moves)))
    volume: Floats = np.round(1000.0 * step.nanoseconds / DAY * 100 * activity * noise, 4)
    return volume
