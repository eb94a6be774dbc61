"""How trade results are distributed, as an inline drawing."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.research.report.run import Run
from tradefleet.research.report.texts import number, percent

BINS = 40


def histogram(run: Run) -> str:
    """Bars of how many closed trades ended in each range of profit ratio; zero is an edge.

    The outermost hundredth on each side is gathered in the outermost bars.
    """
    ratios = run.trades.profit_ratio[run.trades.closed]
    ratios = ratios[np.isfinite(ratios)]
    if len(ratios) == 0:
        return '<p class="quiet">No closed trades.</p>'
    edges = _edges(ratios)
    counts, _ = np.histogram(np.clip(ratios, edges[0], edges[-1]), edges)
    bars = "".join(_bar(i, edges, counts) for i in range(len(counts)) if counts[i])
    zero = -edges[0] / (edges[-1] - edges[0]) * 100
    return (
        '<figure class="histogram"><svg viewBox="0 0 100 40" preserveAspectRatio="none" role="img"'
        f' aria-label="Distribution of {len(ratios)} trade results">{bars}'
        f'<line class="zero" x1="{zero:.3f}" x2="{zero:.3f}" y1="0" y2="40"/></svg>'
        f"<figcaption><span>{'≤ ' if ratios.min() < edges[0] else ''}{percent(float(edges[0]))}</span>"
        f"<span>steps of {percent(float(edges[1] - edges[0]))}; "
        f"median {percent(float(np.median(ratios)), signed=True)}, "
        f"average {percent(float(ratios.mean()), signed=True)}</span>"
        f"<span>{'≥ ' if ratios.max() > edges[-1] else ''}{percent(float(edges[-1]))}</span></figcaption></figure>"
    )


def _edges(ratios: np.ndarray) -> np.ndarray:
    low, high = (float(value) for value in np.quantile(ratios, (0.01, 0.99)))
    low, high = min(low, 0.0), max(high, 0.0)
    width = _round_up((high - low) / BINS) if high > low else 0.001
    return np.arange(math.floor(low / width), max(1, math.ceil(high / width)) + 1) * width


def _round_up(value: float) -> float:
    # To 1, 2 or 5 times a power of ten.
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value)


def _bar(i: int, edges: np.ndarray, counts: np.ndarray) -> str:
    width = 100 / len(counts)
    height = counts[i] / counts.max() * 39
    side = "rise" if edges[i] >= -1e-12 else "fall"
    return (
        f'<rect class="{side}" x="{i * width + width * 0.06:.3f}" y="{40 - height:.3f}" '
        f'width="{width * 0.88:.3f}" height="{height:.3f}"><title>{number(float(counts[i]), 0)} trades '
        f"from {percent(float(edges[i]))} to {percent(float(edges[i + 1]))}</title></rect>"
    )
