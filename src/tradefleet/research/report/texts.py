"""Numbers and times as a reader wants them."""

from __future__ import annotations

import html
import math
from datetime import UTC, datetime

from tradefleet.market.time import format_time

NONE = "–"


def escape(value: object) -> str:
    """Any value as text that is safe inside HTML, attributes included."""
    return html.escape(str(value), quote=True)


def number(value: float, decimals: int = 2) -> str:
    """A number with thousands apart; a dash when undefined.

    >>> number(12345.678), number(float("nan")), number(float("inf"))
    ('12,345.68', '–', '∞')
    """
    if math.isnan(value):
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if abs(value) >= 1e15:
        return f"{value:.3e}"
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text


def money(value: float) -> str:
    """An amount, with more decimals when it is small.

    >>> money(12345.678), money(0.00012346)
    ('12,345.68', '0.0001235')
    """
    if value == 0 or not math.isfinite(value) or abs(value) >= 1:
        return number(value)
    return number(value, min(12, 3 - math.floor(math.log10(abs(value)))))


def percent(value: float, *, signed: bool = False) -> str:
    """A fraction in per cent.

    >>> percent(0.1234, signed=True), percent(-0.00012), percent(65_220.0)
    ('+12.34%', '-0.01%', '6.52e+06%')
    """
    if not math.isfinite(value):
        return number(value)
    sign = "+" if signed and round(value, 4) > 0 else ""
    if abs(value) >= 10_000:
        return f"{sign}{value * 100:.2e}%"
    return f"{sign}{number(value * 100, 2 if abs(value) < 10 else 0)}%"


def date(nanoseconds: int) -> str:
    """The UTC date of a time."""
    return format_time(nanoseconds)[:10]


def year_month(nanoseconds: int) -> tuple[int, int]:
    """The UTC year and month of a time."""
    moment = datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC)
    return moment.year, moment.month


def share(value: float, decimals: int = 1) -> str:
    """A part of a whole in per cent.

    >>> share(0.12345)
    '12.3%'
    """
    return f"{number(value * 100, decimals)}%" if math.isfinite(value) else NONE


def duration(hours: float, *, short: bool = False) -> str:
    """A length of time in its natural unit.

    >>> duration(0.5), duration(30.0), duration(24 * 40.0), duration(24 * 800.0)
    ('30 minutes', '30.0 hours', '40 days', '2.2 years')
    """
    if math.isnan(hours):
        return NONE
    if hours < 1:
        return f"{hours * 60:.3g} {'min' if short else 'minutes'}"
    if hours < 48:
        return f"{hours:.1f} {'h' if short else 'hours'}"
    if hours < 24 * 730:
        return f"{hours / 24:.0f} {'d' if short else 'days'}"
    return f"{hours / 24 / 365:.1f} {'y' if short else 'years'}"


def ascii_only(text: str) -> str:
    """A number's text for a terminal: no letters it may lack, and a space before the per cent sign."""
    return text.replace(NONE, "-").replace("∞", "inf").replace("%", " %")


def words(name: str) -> str:
    """A name in code as words: `stop_loss` is "stop loss"."""
    return name.replace("_", " ")
