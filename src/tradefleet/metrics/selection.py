"""The lowest values in order and a quantile, without sorting all of them; no memory is taken.

Hoare (1961), Algorithm 65: Find, Communications of the ACM 4(7), with values equal to the pivot taken out, since most
days of a strategy that seldom trades have the same return.
"""

from __future__ import annotations

from tradefleet.metrics.performance import Floats

# So few are sorted by insertion.
_FEW = 12


def rank(values: Floats, begin: int, end: int, place: int, guess: float) -> None:
    """Move within [begin, end) until `place` holds what it would in sorted order, lower ones before, higher ones after.

    `guess` is a value thought to be near; a good one saves most of the time, a bad one changes nothing.

    >>> import numpy as np
    >>> values = np.array([5.0, 3.0, 4.0, 1.0, 2.0])
    >>> rank(values, 0, 5, 1, 2.5)
    >>> float(values[1])
    2.0
    """
    pivot = guess
    while True:
        middle = lower_first(values, begin, end, pivot)
        if place < middle:
            end = middle
        else:
            begin = _equal_first(values, middle, end, pivot)
            if place < begin:
                return
        if end - begin <= _FEW:
            break
        pivot = _median(values[begin], values[begin + (end - begin) // 2], values[end - 1])
    sort(values, begin, end)


def sort(values: Floats, begin: int, end: int) -> None:
    """Sort [begin, end) in place, by insertion: for few values.

    >>> import numpy as np
    >>> values = np.array([5.0, 3.0, 4.0, 1.0])
    >>> sort(values, 0, 3)
    >>> values.tolist()
    [3.0, 4.0, 5.0, 1.0]
    """
    for index in range(begin + 1, end):
        value, place = values[index], index
        while place > begin and values[place - 1] > value:
            values[place] = values[place - 1]
            place -= 1
        values[place] = value


def lower_first(values: Floats, begin: int, end: int, pivot: float) -> int:
    """Move what is lower than the pivot to the front of [begin, end); gives where the others begin.

    >>> import numpy as np
    >>> lower_first(np.array([5.0, 3.0, 4.0, 1.0]), 0, 4, 4.0)
    2
    """
    middle = begin
    for index in range(begin, end):
        # Swapped in any case: a branch would be guessed wrong every other time.
        value = values[index]
        values[index] = values[middle]
        values[middle] = value
        middle += 1 if value < pivot else 0
    return middle


def _equal_first(values: Floats, begin: int, end: int, pivot: float) -> int:
    middle = begin
    for index in range(begin, end):
        value = values[index]
        values[index] = values[middle]
        values[middle] = value
        middle += 1 if value <= pivot else 0
    return middle


def _median(one: float, two: float, three: float) -> float:
    return max(min(one, two), min(max(one, two), three))
