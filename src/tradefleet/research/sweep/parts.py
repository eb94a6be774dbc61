"""The two parts of the bars: one to choose by, one kept back to confirm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.time import TimeLike, merged_times, parse_time
from tradefleet.research.search.evaluator import Span


@dataclass(frozen=True)
class Parts:
    """The bars that combinations are chosen by, and those that were kept back, if any."""

    training: Span
    confirmation: Span | None = None


def parts_of(
    bars: Mapping[str, Bars], since: TimeLike | None, until: TimeLike | None, confirm: float | None = None
) -> Parts:
    """All bars that open in [since, until) for training, but the last share `confirm` of their number.

    Raises ParameterError for a share that is not between 0 and 1, DataError where a part would have no bar.

    >>> import tradefleet as tf
    >>> bars = tf.generate_bars("1h", days=10, symbol="GEN/USD")
    >>> parts = parts_of({"GEN/USD": bars}, None, None, confirm=0.3)
    >>> len(bars.between(parts.confirmation.since)), parts.training.until == parts.confirmation.since
    (72, True)
    """
    if confirm is None:
        return Parts(Span(since, until))
    if isinstance(confirm, bool) or not isinstance(confirm, int | float) or not 0 < confirm < 1:
        raise ParameterError(f"confirm is {confirm!r}", cure="give the share of bars to keep back, such as 0.3")
    times = merged_times([each.time for each in bars.values()])
    begin = 0 if since is None else int(np.searchsorted(times, parse_time(since)))
    end = len(times) if until is None else int(np.searchsorted(times, parse_time(until)))
    kept = round((end - begin) * confirm)
    if not 0 < kept < end - begin:
        raise DataError(
            f"of {max(0, end - begin):,} bars {confirm:g} cannot be kept back", cure="give more bars, or another share"
        )
    cut = int(times[end - kept])
    return Parts(Span(since, cut), Span(cut, until))
