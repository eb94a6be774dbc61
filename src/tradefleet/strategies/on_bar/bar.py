"""Bar: what `on_bar` is given at a close."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from functools import cache
from keyword import iskeyword
from typing import Any, ClassVar, NamedTuple

from tradefleet.market.errors import StrategyError, did_you_mean


class _Prices(NamedTuple):
    time: int
    close_time: int
    symbol: str
    open: float
    high: float
    low: float
    close: float
    volume: float


class _UnknownValueError(StrategyError, AttributeError, KeyError):
    """A misspelt name; also the AttributeError or KeyError that Python raises for one."""

    # KeyError would show the message in quotes.
    __str__ = StrategyError.__str__


class Bar(_Prices):
    """A closed bar and the strategy's indicators at its close, each by its name: `bar.fast` or `bar["fast"]`.

    `time` is when it opened, `close_time` when it closed, in UTC nanoseconds; prices and volume are floats, an
    indicator's value is NaN where it has none.

    >>> bar = bar_type(("fast",))((0, 60, "X", 1.0, 2.0, 0.5, 1.5, 7.0, 1.25))
    >>> bar.close, bar.fast, bar["fast"]
    (1.5, 1.25, 1.25)
    """

    __slots__ = ()
    names: ClassVar[tuple[str, ...]] = _Prices._fields

    # Made whole from one row, as quickly as a tuple is.
    def __new__(cls, row: Sequence[Any]) -> Bar:
        """A bar from its values, in the order of `names`."""
        return tuple.__new__(cls, row)

    def __getattr__(self, name: str) -> Any:
        """Only asked for what is not there."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise _UnknownValueError(f"the bar has no '{name}'", cure=did_you_mean(name, self.names))

    def __getitem__(self, name: Any) -> Any:
        """A value by its name."""
        return getattr(self, name) if isinstance(name, str) else tuple.__getitem__(self, name)

    def __reduce__(self) -> tuple[Any, ...]:
        """What it is copied and pickled by: its type is made anew from the names."""
        return _rebuilt, (self.names[len(_Prices._fields) :], tuple(self))

    def __repr__(self) -> str:
        return f"Bar({', '.join(f'{name}={value!r}' for name, value in zip(self.names, self, strict=True))})"


@cache
def bar_type(names: tuple[str, ...]) -> type[Bar]:
    """The bars of a strategy with indicators of these names."""
    for name in names:
        if not name.isidentifier() or name.startswith("_") or iskeyword(name):
            raise StrategyError(f"an indicator is called {name!r}", cure="choose a plain name, such as fast")
        if name in vars(Bar) or name in dir(_Prices):
            raise StrategyError(f"an indicator cannot be called '{name}'", cure="choose another name")
    fields = vars(namedtuple("_Fields", [*_Prices._fields, *names]))
    return type("Bar", (Bar,), {"__slots__": (), "names": (*_Prices._fields, *names), **{n: fields[n] for n in names}})


def _rebuilt(names: tuple[str, ...], row: Sequence[Any]) -> Bar:
    return bar_type(names)(row)
