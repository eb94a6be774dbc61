"""What the statistics of luck say, as a sentence for people."""

from __future__ import annotations

import math

# The customary confidence: what is below it is not told from luck.
CONFIDENT = 0.95


def verdict(trials: int, best: float, expected: float, deflated: float, overfitting: float) -> str:
    """One sentence: the best Sharpe ratio of so many trials, what luck alone would give, and what to think of it.

    Sharpe ratios are annualised; whatever is not known is NaN and is said or left out.

    >>> verdict(270, 1.9, 1.6, 0.71, math.nan)
    'The best of 270 trials has a Sharpe ratio of 1.90, and luck alone would give 1.60: deflated Sharpe ratio 0.71,
    which may well be luck (0.95 or more would hardly be).'
    """
    if trials == 0:
        return "There are no trials, so there is nothing to judge."
    if math.isnan(best):
        return f"{_trials(trials)} a Sharpe ratio, so skill cannot be told from luck."
    return f"{_finding(trials, best, expected, deflated)}{_overfitting(overfitting)}."


def _trials(trials: int) -> str:
    return "The one trial does not have" if trials == 1 else f"None of the {trials:,} trials has"


def _finding(trials: int, best: float, expected: float, deflated: float) -> str:
    if trials == 1:
        start = f"The one trial has a Sharpe ratio of {best:.2f}, and nothing was selected"
        return start if math.isnan(deflated) else f"{start}: it is above zero with probability {_share(deflated)}"
    start = f"The best of {trials:,} trials has a Sharpe ratio of {best:.2f}"
    if math.isnan(deflated):
        return f"{start}, and how much of it is luck cannot be told"
    luck = f"luck alone would give {expected:.2f}"
    return f"{start}, and {luck}: deflated Sharpe ratio {_share(deflated)}, {_what(deflated)}"


def _what(deflated: float) -> str:
    if deflated >= CONFIDENT:
        return "which is hardly luck alone"
    if deflated > 0.5:
        return f"which may well be luck ({CONFIDENT} or more would hardly be)"
    return "no more than luck gives"


def _overfitting(probability: float) -> str:
    if math.isnan(probability):
        return ""
    worse = f"no better than the median on the others in {probability:.0%} of splits"
    return f"; chosen on half of the days, the best is {worse}"


def _share(value: float) -> str:
    # Rounded down: 0.9496 does not look like 0.95, nor 0.9999 like certainty.
    return f"{math.floor(value * 100 + 1e-9) / 100:.2f}"
