"""How each measure is shown: its label, its unit, its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tradefleet.metrics import MEASURES
from tradefleet.research.report.texts import ascii_only, duration, escape, money, number, percent, words

Shown = Callable[[float], str]


def _count(value: float) -> str:
    return number(value, 0)


def _days(value: float) -> str:
    return f"{number(value, 0)} days" if value == value else number(value)


# Names of measures in the order and groups of the page, with how their unit is written.
GROUPS: dict[str, dict[str, Shown]] = {
    "Return": {
        "final_equity": money,
        "total_return": percent,
        "cagr": percent,
        "best_day": percent,
        "worst_day": percent,
        "exposure": percent,
        "fees": money,
    },
    "Risk": {
        "volatility": percent,
        "max_drawdown": percent,
        "max_drawdown_days": _days,
        "ulcer_index": percent,
        "value_at_risk": percent,
        "expected_shortfall": percent,
        "skew": number,
        "kurtosis": number,
    },
    "Return for risk": {
        "sharpe": number,
        "sortino": number,
        "calmar": number,
        "recovery_factor": number,
        "tail_ratio": number,
        "sqn": number,
    },
    "Trades": {
        "trades": _count,
        "open_trades": _count,
        "win_rate": percent,
        "profit_factor": number,
        "payoff_ratio": number,
        "expectancy": money,
        "average_trade": percent,
        "best_trade": percent,
        "worst_trade": percent,
        "losing_streak": _count,
        "average_duration_hours": duration,
    },
}
LABELS = {
    "cagr": "CAGR",
    "sqn": "SQN",
    "sharpe": "Sharpe",
    "sortino": "Sortino",
    "calmar": "Calmar",
    "max_drawdown_days": "longest drawdown",
    "value_at_risk": "value at risk (95%)",
    "expected_shortfall": "expected shortfall (95%)",
    "average_duration_hours": "average duration",
}
# What a trader looks at first.
KEY = ("total_return", "cagr", "sharpe", "sortino", "max_drawdown", "profit_factor", "win_rate", "trades")
SIGNED = {"total_return", "cagr", "sharpe", "sortino", "calmar", "expectancy", "average_trade"}
# Percents of the page that say which way they go, a rise with a plus.
PLUS = {"total_return", "cagr", "best_day", "worst_day", "average_trade", "best_trade", "worst_trade"}

_SHOWN = {name: shown for group in GROUPS.values() for name, shown in group.items()}


def label(name: str) -> str:
    """The measure's name for readers."""
    return LABELS.get(name, words(name))


def shown(name: str, value: float) -> str:
    """The measure's value with its unit.

    >>> shown("total_return", 0.1234), shown("sharpe", 1.5)
    ('+12.34%', '1.50')
    """
    return percent(value, signed=True) if name in PLUS else _SHOWN.get(name, number)(value)


def printed(name: str, value: float) -> str:
    """The measure's value with its unit, as a terminal of any alphabet shows it.

    >>> printed("total_return", 0.1234), printed("sharpe", float("nan")), printed("profit_factor", float("inf"))
    ('12.34 %', '-', 'inf')
    """
    return ascii_only(_SHOWN.get(name, number)(value))


def promise(name: str) -> str:
    """What the measure is, in its own first sentence."""
    measure = MEASURES.get(name)
    if measure is None:
        return ""
    return " ".join(str(measure.__doc__).split("\n\n")[0].split())


def tone(name: str, value: float) -> str:
    """The colour of a value: rise or fall for those where the sign matters, else none."""
    if name not in SIGNED or value == 0 or value != value:
        return ""
    return "rise" if value > 0 else "fall"


def cards(metrics: Mapping[str, float]) -> str:
    """The key measures as cards."""
    return '<div class="cards">' + "".join(_card(n, metrics[n]) for n in KEY if n in metrics) + "</div>"


def _card(name: str, value: float) -> str:
    return (
        f'<div class="card" title="{escape(promise(name))}"><span>{escape(label(name))}</span>'
        f'<b class="{tone(name, value)}">{shown(name, value)}</b></div>'
    )


def measure_tables(metrics: Mapping[str, float]) -> str:
    """All measures, in groups; names that are not known come last."""
    groups = {title: list(names) for title, names in GROUPS.items()}
    groups["Other"] = [name for name in metrics if name not in _SHOWN]
    return (
        '<div class="columns">'
        + "".join(
            f"<div><h3>{title}</h3><dl>{''.join(_row(n, metrics[n]) for n in names if n in metrics)}</dl></div>"
            for title, names in groups.items()
            if any(name in metrics for name in names)
        )
        + "</div>"
    )


def _row(name: str, value: float) -> str:
    return (
        f'<div title="{escape(promise(name))}"><dt>{escape(label(name))}</dt>'
        f'<dd class="{tone(name, value)}">{shown(name, value)}</dd></div>'
    )
