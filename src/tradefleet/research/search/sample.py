"""Drawing combinations at random: without replacement, each that satisfies the constraint as likely as any other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.combinations import Codes
from tradefleet.research.search.points import Numbers, Points

# Spaces up to here are listed, and drawn from the list.
MOST_LISTED = 10**7
_BATCH = 2**15
# Draws in vain that are gone through before it is said that almost nothing is left.
_DRAWS, _DRAWS_EACH = 1_000_000, 1_000


def draw_listed(points: Points, numbers: Numbers | int, count: int, generator: np.random.Generator) -> Codes:
    """So many of the numbers, or of the first so many; all of them in random order where there are fewer."""
    total = numbers if isinstance(numbers, int) else len(numbers)
    chosen = generator.choice(total, min(count, total), replace=False)
    return points.codes(chosen if isinstance(numbers, int) else numbers[chosen])


def draw_rejecting(points: Points, keep: Callable[[Codes], Codes], count: int, generator: np.random.Generator) -> Codes:
    """So many different ones that `keep` keeps, drawn until there are enough."""
    found: dict[bytes, None] = {}
    drawn = 0
    while len(found) < count:
        if drawn >= _DRAWS + _DRAWS_EACH * count:
            raise ParameterError(
                f"of {drawn:,} random combinations only {len(found):,} different ones satisfy the constraint",
                cure="loosen the constraint, give grids that fit it, or ask for fewer",
            )
        drawn += _BATCH
        found.update(dict.fromkeys(row.tobytes() for row in keep(points.random(_BATCH, generator))))
    columns = points.codes(np.zeros(1, dtype=np.int64)).shape[1]
    return np.frombuffer(b"".join(found), dtype=np.int32).reshape(-1, columns)[:count].copy()
