"""How much memory a sweep needs."""

from __future__ import annotations

from collections.abc import Mapping

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.research.search.combinations import Combinations

_MB = 10**6
# What a process takes that has run a few backtests; of a bar its six columns and what is found on them once.
_PROCESS, _BAR = 225 * _MB, 130
# The part of what is allowed that evaluating always has, and the part of what it has that it fills.
_LEAST, _EVALUATING = 0.1, 0.7


def results_size(combinations: int, axes: int, columns: int) -> int:
    """The bytes of the results: eight a column, and four for the place on each axis."""
    return combinations * (8 * columns + 4 * axes)


def memory_needed(combinations: Combinations, columns: int, bars: Mapping[str, Bars], left: float) -> int:
    """About how many bytes a process takes that sweeps these combinations and makes a table of them.

    Evaluating takes a column of numbers a value of each axis, within what is `left` for it.
    """
    count = sum(map(len, bars.values()))
    results = results_size(len(combinations), len(combinations.names), columns)
    evaluating = min(_EVALUATING * left, 8 * count * sum(map(len, combinations.values)))
    return int(_PROCESS + _BAR * count + 2 * results + evaluating)


def check_memory(memory: float, combinations: int, axes: int, columns: int) -> float:
    """What is left for evaluating of so many bytes; raises ParameterError where the results alone need more.

    >>> check_memory(1e9, 1_000_000, 3, 32) < 1e9
    True
    """
    results = results_size(combinations, axes, columns)
    if results > memory:
        most = int(memory // results_size(1, axes, columns))
        raise ParameterError(
            f"memory is {memory / _MB:,.0f}MB: the results of {combinations:,} combinations take "
            f"{results / _MB:,.0f}MB",
            cure=f"give memory={_rounded(results)} (--memory {_rounded(results)}), or at most {most:,} combinations: "
            "take coarser steps, or random=1000 (--random 1000)",
        )
    return max(memory - results, memory * _LEAST)


def _rounded(size: float) -> str:
    """A size a good half larger, as it is written.

    >>> _rounded(2_600_000_000), _rounded(340_000_000)
    ('4GB', '511MB')
    """
    wanted = 1.5 * size
    return f"{-(-wanted // 10**9):.0f}GB" if wanted >= 10**9 else f"{wanted // _MB + 1:.0f}MB"
