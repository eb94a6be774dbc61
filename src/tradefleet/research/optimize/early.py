"""Early parts of the bars, on which a candidate is judged first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.research.search.evaluator import Span

# Of the bars: what is given up after the first costs a quarter of a trial.
FRACTIONS = (0.25, 0.5)


def early_spans(bars: Mapping[str, Bars], span: Span) -> tuple[Span, ...]:
    """The spans with the first quarter and the first half of the bars that are traded, of those that have any.

    >>> from tradefleet.market.generate import generate_bars
    >>> hours = generate_bars("1h", days=1)
    >>> [len(hours.between(until=part.until)) for part in early_spans({"A": hours}, Span())]
    [6, 12]
    """
    times = np.unique(np.concatenate([each.between(span.since, span.until).time for each in bars.values()]))
    ends = [int(len(times) * fraction) for fraction in FRACTIONS]
    return tuple(Span(span.since, int(times[end])) for end in ends if end > 0)
