"""Strategy: parameters and the signals made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from tradefleet.market.errors import ParameterError, StrategyError, UserError, did_you_mean
from tradefleet.strategies.parameters import Parameter, cannot_be_set, param
from tradefleet.strategies.signals import Signals
from tradefleet.trading.size import Size, parse_size

if TYPE_CHECKING:
    from tradefleet.graph.node import Node


class Strategy:
    """A rule to trade by: a subclass names its parameters and writes `signals`, or `on_bar`.

    Every strategy also has the parameters below. Fractions are of the entry price (0 is none); `size` is a fraction
    of equity, `amount(...)` of money, `risk(...)`, `volatility(...)` or `kelly(...)`; `reward_risk` sets the
    take-profit to so many times the stop-loss. `break_even` moves the stop to the entry price once a close is so far
    ahead; `max_bars` ends a position, `cooldown` waits after one, in bars; `pyramiding` is how often a position may
    be added to; `session` is when entries are decided, such as "08:00-17:00 Europe/London mon-fri".

    >>> from tradefleet.graph import close, crossed_above, crossed_below
    >>> from tradefleet.indicators import sma
    >>> class Cross(Strategy):
    ...     period = param(50, 2, 500)
    ...     def signals(self):
    ...         average = sma(close, self.period)
    ...         return Signals(crossed_above(close, average), crossed_below(close, average))
    >>> Cross(period=20, stop_loss=0.02)
    Cross(period=20, stop_loss=0.02)
    """

    side = param("long", choices=("long", "short", "both"))
    stop_loss = param(0.0, 0.0, 1.0)
    take_profit = param(0.0, 0.0, 100.0)
    reward_risk = param(0.0, 0.0, 1000.0)
    trailing_stop = param(0.0, 0.0, 1.0)
    break_even = param(0.0, 0.0, 100.0)
    max_bars = param(0, 0, 1_000_000_000)
    cooldown = param(0, 0, 1_000_000_000)
    pyramiding = param(0, 0, 1000)
    session = param("")

    _declared: ClassVar[dict[str, Parameter[Any]]] = {}
    _usual_size: ClassVar[Size] = Size("fraction", 0.99)

    def __init_subclass__(cls) -> None:
        if "__init__" in vars(cls):
            raise StrategyError(
                f"{cls.__name__} has an __init__ of its own", cure="declare parameters instead: fast = param(12, 5, 50)"
            )
        if "signals" in vars(cls) and "on_bar" in vars(cls):
            raise StrategyError(f"{cls.__name__} has both signals and on_bar", cure="keep the one it is to decide by")
        cls._declared = {**cls._declared, **_own_parameters(cls)}
        if "size" in vars(cls):
            cls._usual_size = parse_size(vars(cls)["size"])
            del cls.size

    def __init__(self, *, size: Size | float | str | None = None, **values: object) -> None:
        declared = self.declared()
        for name in values:
            if name not in declared:
                raise ParameterError(
                    f"{self.name()} has no parameter '{name}'", cure=did_you_mean(name, [*declared, "size"])
                )
        self._values: dict[str, Any] = {name: parameter.default for name, parameter in declared.items()}
        self._given = frozenset(values) | (frozenset() if size is None else frozenset({"size"}))
        self._read: set[str] = set()
        self._symbols: Mapping[str, Any] = {}
        self._market = ""
        try:
            self._values.update({name: declared[name].exact(value) for name, value in values.items()})
            self._size = self._usual_size if size is None else parse_size(size)
            self._check_together()
        except UserError as error:
            error.where = error.where or self.name()
            raise

    def _check_together(self) -> None:
        if self._values["reward_risk"] == 0:
            return
        if self._values["take_profit"] != 0:
            raise ParameterError("both reward_risk and take_profit are set", cure="set one of them")

    def signals(self) -> Signals:
        """What to do at each close; a subclass writes it, purely from parameters and nodes."""
        if self.acts_on_bars():
            raise StrategyError(
                f"{type(self).__name__} decides in on_bar, at one bar after another",
                cure="write signals for what needs all bars at once",
            )
        raise StrategyError(f"{type(self).__name__} has no signals", cure="write def signals(self) -> Signals")

    def indicators(self) -> Mapping[str, Node]:
        """What `on_bar` reads of a bar besides its prices, by name; purely from parameters and nodes."""
        return {}

    def start(self) -> None:
        """Called before the first bar of every run: the place for what `on_bar` keeps on `self`."""

    def on_bar(self, bar: Any, account: Any) -> None:
        """Act at the close of a bar; a subclass writes it where conditions alone do not say what to do.

        It is called for every simulated bar from the first at which all indicators have a value. `bar` has prices and
        indicators, `account` what is held, and `enter`, `exit`, `limit` and `cancel`, by the rules for signals.

        >>> class Dip(Strategy):
        ...     def on_bar(self, bar, account):
        ...         if bar.close < 0.99 * bar.open and not account.position:
        ...             account.enter("long", stop_loss=0.02, max_bars=24)
        """
        raise StrategyError(f"{type(self).__name__} has no on_bar", cure="write def on_bar(self, bar, account)")

    @classmethod
    def acts_on_bars(cls) -> bool:
        """Whether it decides in `on_bar` rather than by signals; of two that it inherits the nearer counts."""
        decides = next(base for base in cls.__mro__ if "on_bar" in vars(base) or "signals" in vars(base))
        return decides is not Strategy and "on_bar" in vars(decides)

    @classmethod
    def declared(cls) -> dict[str, Parameter[Any]]:
        """The parameters by name: the strategy's own first, then the common ones; `size` stands apart."""
        own = {name: p for name, p in cls._declared.items() if name not in COMMON}
        return {**own, **{name: cls._declared.get(name, p) for name, p in COMMON.items()}}

    @classmethod
    def name(cls) -> str:
        """The name in commands and reports: the class's, in snake case.

        >>> from tradefleet.strategies import EmaCross
        >>> EmaCross.name()
        'ema_cross'
        """
        return snake_case(cls.__name__)

    @property
    def size(self) -> Size:
        """How much an entry buys or sells."""
        self._read.add("size")
        return self._size

    @size.setter
    def size(self, value: object) -> None:
        raise cannot_be_set(type(self).__name__, "size", value)

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter's value by name; `size` is a fraction, or text such as amount:1000."""
        self._read.update(self._symbols)
        size = self._size.value if self._size.kind == "fraction" else str(self._size)
        return {**self._values, **self._symbols, "size": size}

    def read_parameter(self, name: str) -> Any:
        """A parameter's value, or its symbol while the strategy is traced for many values."""
        self._read.add(name)
        return self._symbols[name] if name in self._symbols else self._values[name]

    def forget_reads(self) -> None:
        """From here on it is noted anew which parameters are read."""
        self._read.clear()

    def given_and_unread(self, name: str) -> bool:
        """Whether a value was given for a parameter that nothing has read."""
        return (name in self._given or name in self._symbols) and name not in self._read

    @property
    def symbol(self) -> str:
        """The symbol it is to trade, such as BTC/USDT; empty while that is not known."""
        return self._market

    def for_symbol(self, symbol: str) -> Self:
        """The same strategy for a symbol, whose signals may depend on it."""
        other = self._copy()
        other._market = symbol
        return other

    def with_symbols(self, symbols: Mapping[str, Any]) -> Self:
        """The same strategy, some parameters read as symbols."""
        other = self._copy()
        other._symbols = dict(symbols)
        return other

    def _copy(self) -> Self:
        values = {name: value for name, value in self._values.items() if name in self._given}
        other = type(self)(size=self._size if "size" in self._given else None, **values)
        other._symbols, other._market = self._symbols, self._market
        return other

    def __repr__(self) -> str:
        for symbol in self._symbols.values():
            # Reads the value, which a symbol does not have.
            format(symbol)
        given = [f"{name}={self._values[name]!r}" for name in self._values if name in self._given]
        if "size" in self._given:
            given.append(f"size='{self._size}'")
        return f"{type(self).__name__}({', '.join(given)})"


COMMON: dict[str, Parameter[Any]] = {
    name: value for name, value in vars(Strategy).items() if isinstance(value, Parameter)
}
# What a parameter cannot be called: the strategy's own attributes.
_TAKEN = {*vars(Strategy), "size"} - {*COMMON}


def _own_parameters(cls: type[Strategy]) -> dict[str, Parameter[Any]]:
    """The parameters a class declares: with `param`, or as a new default (`stop_loss = 0.02`) of one it inherits."""
    own: dict[str, Parameter[Any]] = {}
    for name, value in list(vars(cls).items()):
        if isinstance(value, Parameter):
            if name in _TAKEN:
                raise StrategyError(
                    f"a parameter cannot be called '{name}'", where=cls.__name__, cure=_other_name(name)
                )
            own[name] = value
        elif name in cls.declared():
            own[name] = cls.declared()[name].with_default(value)
            setattr(cls, name, own[name])
    return own


def _other_name(name: str) -> str:
    return "give its default alone: size = 0.5" if name == "size" else "choose another name"


def snake_case(name: str) -> str:
    """`EmaCross` as `ema_cross`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
