"""What commands search: the options `--grid`, `--where` and `--set`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from cyclopts import Parameter

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.grid import split_grid
from tradefleet.research.search.space import Space
from tradefleet.strategies.strategy import Strategy

Grids = Annotated[
    list[str],
    Parameter(
        name="--grid",
        negative=(),
        help="Values to try, such as fast=5:50:5 (50 is included), slow=20,25,30 or size=0.5,risk:0.01: a parameter, "
        "or cash, fee, slippage, leverage or the like; may be repeated.",
    ),
]
Where = Annotated[
    list[str],
    Parameter(
        name="--where",
        negative=(),
        help='What combinations must satisfy, such as "fast < slow"; may be repeated, and all must hold.',
    ),
]
Sets = Annotated[
    list[str], Parameter(name="--set", negative=(), help="A value for all, such as fast=12; may be repeated.")
]


def read_space(strategy: type[Strategy], grids: list[str], where: list[str], sets: list[str]) -> Space:
    """The space that the options describe.

    >>> from tradefleet.strategies import EmaCross
    >>> read_space(EmaCross, ["fast=5:15:5", "slow=10,20"], ["fast < slow"], ["stop_loss=0.02"]).size
    6
    """
    fixed = read_sets(sets)
    return Space.of(strategy, fixed, read_grids(grids, fixed), list(where))


def read_grids(texts: list[str], fixed: Mapping[str, str]) -> dict[str, str]:
    """The texts of the values by name; the type of each parameter says how to read them.

    Raises ParameterError where a name comes twice, or is set by `--set` as well.

    >>> read_grids(["fast=5:50:5", "side=long,both"], {})
    {'fast': '5:50:5', 'side': 'long,both'}
    """
    found: dict[str, str] = {}
    for name, values in map(split_grid, texts):
        if name in found:
            raise ParameterError(
                f"--grid gives {name} twice: {found[name]} and {values}", cure=f"write one: {name}={found[name]},..."
            )
        if name in fixed:
            raise ParameterError(
                f"{name} is given by --grid and by --set {name}={fixed[name]}", cure="leave out one of them"
            )
        found[name] = values
    return found


def read_sets(texts: list[str]) -> dict[str, str]:
    """The values of `--set` by name; raises ParameterError for a name that comes twice.

    >>> read_sets(["fast=12", "side=both"])
    {'fast': '12', 'side': 'both'}
    """
    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise ParameterError(f"--set {text}", cure="write it as --set fast=12")
        if name in values:
            raise ParameterError(f"--set gives {name} twice: {values[name]} and {value}", cure="give it once")
        values[name] = value
    return values
