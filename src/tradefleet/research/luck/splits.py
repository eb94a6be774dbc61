"""Sharpe ratios of many trials on every half of the blocks and on the other half."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.luck.moments import Floats

# Values an array of a chunk of splits holds: a few such arrays stay in the processor's cache.
_CHUNK = 65_536
# What is left of the sum of squares around the mean, below this share of that around zero, is rounding noise.
_NOISE = 1e-12


def halves(returns: Floats, blocks: int) -> Iterator[tuple[Floats, Floats]]:
    """Yields Sharpe ratios, a split a row and a trial a column, of one half of the blocks and of the other.

    `returns` has a period a row and is finite. All halves are there once on either side, in chunks; periods that do not
    fill the blocks are left out at the beginning. A trial that does not vary has 0.
    """
    length = len(returns) // blocks
    sums, squares = _block_sums(returns[len(returns) - length * blocks :], blocks)
    # A half is some of the lower blocks and some of the upper: two look-ups and an addition. A trial's sums come about
    # by the same additions in whatever column, so that equal trials have equal ratios to the bit.
    lower = blocks // 2
    tables = [_subset_sums(part) for part in (sums[:lower], squares[:lower], sums[lower:], squares[lower:])]
    chosen = _half_masks(blocks)
    every = (1 << blocks) - 1
    step = max(1, _CHUNK // max(1, returns.shape[1]))
    for start in range(0, len(chosen), step):
        part = chosen[start : start + step]
        one, other = (_sharpe(tables, masks, lower, length * lower) for masks in (part, every - part))
        yield one, other
        yield other, one


def split_count(blocks: int) -> int:
    """Number of ways to choose half of the blocks.

    >>> split_count(16)
    12870
    """
    return math.comb(blocks, blocks // 2)


def _half_masks(blocks: int) -> NDArray[np.int64]:
    # The halves with the first block; the others are what these leave.
    rest = itertools.combinations(range(1, blocks), blocks // 2 - 1)
    return np.array([1 + sum(1 << block for block in some) for some in rest], dtype=np.int64)


def _block_sums(returns: Floats, blocks: int) -> tuple[Floats, Floats]:
    sums, squares = np.empty((2, blocks, returns.shape[1]))
    for place, block in enumerate(np.split(returns, blocks)):
        sums[place] = block.sum(axis=0)
        squares[place] = (block * block).sum(axis=0)
    return sums, squares


def _subset_sums(rows: Floats) -> Floats:
    # Row m is the sum of those rows whose bits are set in m.
    table = np.zeros((1, rows.shape[1]))
    for row in rows:
        table = np.concatenate((table, table + row))
    return table


def _sharpe(tables: list[Floats], masks: NDArray[np.int64], lower: int, count: int) -> Floats:
    low, high = masks & ((1 << lower) - 1), masks >> lower
    mean = tables[0][low]
    mean += tables[2][high]
    squares = tables[1][low]
    squares += tables[3][high]
    away = mean * mean
    mean /= count
    away /= -count
    away += squares
    squares *= _NOISE
    still = away <= squares
    away /= count - 1
    away[still] = 1.0
    mean[still] = 0.0
    ratios: Floats = np.divide(mean, np.sqrt(away, out=away), out=mean)
    return ratios
