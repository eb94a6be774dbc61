"""How much an entry buys or sells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from tradefleet.market.errors import ParameterError, did_you_mean

SizeKind = Literal["fraction", "amount", "risk", "volatility", "kelly"]

# What a kind takes besides its number: the usual value, the least and the most.
_OPTIONS: dict[str, dict[str, tuple[float, float, float]]] = {
    "volatility": {"bars": (100.0, 2.0, 1_000_000.0), "most": (1.0, 0.0, 1000.0)},
    "kelly": {"cap": (0.25, 0.0, 1.0), "trades": (30.0, 1.0, 1_000_000.0), "floor": (0.01, 0.0, 1.0)},
}
_MOST = {"fraction": 1000.0, "risk": 1.0, "kelly": 1.0, "volatility": 100.0}


@dataclass(frozen=True)
class Size:
    """How large entries are: five kinds, each a number and, for two of them, options.

    A fraction of equity; an `amount` of money; the fraction of equity at `risk` if the stop is hit; a yearly
    `volatility`; a multiple of `kelly`'s fraction. Options that are not given have their usual values.

    >>> str(amount(1000)), str(risk(0.01)), str(Size("fraction", 0.5)), str(kelly(0.5, cap=0.3))
    ('amount:1000', 'risk:0.01', '0.5', 'kelly:0.5,cap=0.3')
    """

    kind: SizeKind
    value: float
    options: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        value = self.value
        if not _is_finite(value) or value <= 0:
            raise ParameterError(f"size is {value!r}", cure="give a positive number")
        if value > _MOST.get(self.kind, math.inf):
            raise _too_large(self.kind, value)
        object.__setattr__(self, "value", float(value))
        object.__setattr__(self, "options", _complete(self.kind, dict(self.options)))

    def option(self, name: str) -> float:
        """An option's value, such as `cap` of kelly."""
        return dict(self.options)[name]

    def __str__(self) -> str:
        if self.kind == "fraction":
            return f"{self.value:g}"
        usual = _OPTIONS.get(self.kind, {})
        given = [f",{name}={value:g}" for name, value in self.options if value != usual[name][0]]
        return f"{self.kind}:{self.value:g}{''.join(given)}"

    def __repr__(self) -> str:
        options = f", options={self.options!r}" if self.options else ""
        return f"Size(kind={self.kind!r}, value={self.value!r}{options})"


def amount(money: float) -> Size:
    """Entries of a fixed amount of money.

    >>> amount(1000)
    Size(kind='amount', value=1000.0)
    """
    return Size("amount", money)


def risk(fraction: float) -> Size:
    """Entries that lose this fraction of equity if stopped out; the strategy needs a stop-loss.

    Slippage and fees come on top.

    >>> risk(0.01)
    Size(kind='risk', value=0.01)
    """
    return Size("risk", fraction)


def volatility(target: float, *, bars: int = 100, most: float = 1.0) -> Size:
    """Entries whose volatility is this fraction of equity a year, by the returns of the last `bars` bars.

    An entry is at most `most` times the equity; there is none while the volatility is not known or zero.

    >>> str(volatility(0.2))
    'volatility:0.2'
    """
    return Size("volatility", target, (("bars", bars), ("most", most)))


def kelly(multiple: float, *, cap: float = 0.25, trades: int = 30, floor: float = 0.01) -> Size:
    """Entries of a fraction of equity by Kelly's criterion over the closed trades so far, times `multiple`.

    It is `floor` before there are `trades` of them or where they lost on the whole, and never above `cap`. The formula
    is W - (1 - W) / R: W is the share of trades that won, R the average win over the average loss.

    >>> kelly(0.5)
    Size(kind='kelly', value=0.5, options=(('cap', 0.25), ('trades', 30.0), ('floor', 0.01)))
    """
    return Size("kelly", multiple, (("cap", cap), ("trades", trades), ("floor", floor)))


def parse_size(value: object) -> Size:
    """A size from a Size, a number (fraction of equity) or text.

    Text is `0.5`, `amount:1000`, `risk:0.01`, `volatility:0.2` or `kelly:0.5`, the last two with options:
    `volatility:0.2,bars=50`, `kelly:0.5,cap=0.2,trades=20,floor=0`.

    >>> parse_size("risk:0.01") == risk(0.01), parse_size("kelly:0.5,cap=0.2") == kelly(0.5, cap=0.2)
    (True, True)
    """
    if isinstance(value, Size):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Size("fraction", value)
    kind, _, rest = str(value).rpartition(":")
    number, *texts = rest.split(",")
    try:
        options = tuple((name.strip(), float(text)) for name, _, text in (given.partition("=") for given in texts))
        match kind:
            case "":
                return Size("fraction", float(number), options)
            case "amount" | "risk" | "volatility" | "kelly":
                return Size(kind, float(number), options)
    except ValueError:
        pass
    raise ParameterError(f"size is {value!r}", cure="write 0.99, amount:1000, risk:0.01, volatility:0.2 or kelly:0.5")


def _complete(kind: str, given: dict[str, float]) -> tuple[tuple[str, float], ...]:
    """The options of a kind in their order, each checked."""
    known = _OPTIONS.get(kind, {})
    for name in given:
        if name not in known:
            cure = did_you_mean(name, known) if known else "leave it out"
            raise ParameterError(f"size {kind} has no option '{name}'", cure=cure)
    options = {name: given.get(name, usual) for name, (usual, _, _) in known.items()}
    for name, value in options.items():
        _, least, most = known[name]
        if not _is_finite(value) or not least <= value <= most:
            raise ParameterError(f"{name} of size {kind} is {value!r}", cure=f"choose from {least:g} to {most:g}")
        if name in ("bars", "trades") and value != int(value):
            raise ParameterError(f"{name} of size {kind} is {value!r}", cure="give a whole number")
    if kind == "kelly" and options["floor"] > options["cap"]:
        raise ParameterError(
            f"floor of size kelly is {options['floor']:g}, above its cap of {options['cap']:g}",
            cure="give a smaller floor or a larger cap",
        )
    return tuple((name, float(value)) for name, value in options.items())


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _too_large(kind: str, value: float) -> ParameterError:
    if kind == "volatility":
        return ParameterError(f"size is volatility:{value:g}", cure="give a fraction a year, such as volatility:0.2")
    if kind == "kelly":
        return ParameterError(
            f"size is kelly:{value:g}, more than all that Kelly's criterion gives", cure="give 0.5 for half of it"
        )
    return ParameterError(
        f"size is {value:g}, no fraction of the equity", cure="give a fraction such as 0.99, or amount(1000)"
    )
