"""What bars cannot tell: which of two levels was touched first inside one."""

from __future__ import annotations

from collections.abc import Mapping

# Counts of a result: exits of bars that touched both levels, with the worse one taken; those finer bars decided.
AMBIGUOUS, RESOLVED = "ambiguous_exits", "resolved_exits"


def ambiguity(counts: Mapping[str, int], *, detailed: bool = False) -> str:
    """A sentence on exits whose order inside the bar is not known, "" when there was none.

    `detailed`: finer bars were used already.

    >>> ambiguity({"ambiguous_exits": 3})
    '3 exits were ambiguous inside the bar: the worse was taken; --detail 1m looks inside'
    >>> ambiguity({"ambiguous_exits": 1, "resolved_exits": 2}, detailed=True)
    '1 exit was ambiguous inside the bar: the worse was taken; finer bars decided 2 more'
    """
    ambiguous, resolved = counts.get(AMBIGUOUS, 0), counts.get(RESOLVED, 0)
    decided = f"finer bars decided {resolved:,}" if resolved else ""
    if ambiguous == 0:
        return f"{decided} exit{'s' * (resolved != 1)} inside the bar" if decided else ""
    subject = "1 exit was" if ambiguous == 1 else f"{ambiguous:,} exits were"
    told = f"{subject} ambiguous inside the bar: the worse was taken"
    if decided:
        return f"{told}; {decided} more"
    return told if detailed else f"{told}; --detail 1m looks inside"
