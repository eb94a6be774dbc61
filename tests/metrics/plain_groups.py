"""Trades summed up by a plain loop: what the vectorised one must equal to the bit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

HOUR = 3600 * 10**9


def plain_groups(keys: Iterable[int], trades: Any) -> dict[int, dict[str, float]]:
    """Every figure of every group, one trade after the other."""
    columns = (trades.profit, trades.profit_ratio, trades.fees, trades.entry_time, trades.exit_time)
    groups: dict[int, dict[str, float]] = {}
    names = ("trades", "profit", "won", "ratio", "gained", "lost", "fees", "lasted")
    for key, profit, ratio, fee, entry, leave in zip(keys, *(column.tolist() for column in columns), strict=True):
        group = groups.get(key)
        if group is None:
            group = groups[key] = {**dict.fromkeys(names, 0.0), "best": -math.inf, "worst": math.inf}
        group["trades"] += 1
        group["profit"] += profit
        group["won"] += profit > 0
        group["ratio"] += ratio
        group["gained"] += max(profit, 0.0)
        group["lost"] += max(-profit, 0.0)
        group["fees"] += fee
        group["lasted"] += leave - entry
        group["best"] = max(group["best"], ratio)
        group["worst"] = min(group["worst"], ratio)
    total = 0.0
    for key in sorted(groups):
        total += groups[key]["profit"]
    return {key: _figures(groups[key], total) for key in sorted(groups)}


def _figures(group: dict[str, float], total: float) -> dict[str, float]:
    count, gained, lost = group["trades"], group["gained"], group["lost"]
    return {
        "trades": count,
        "profit": group["profit"],
        "share": group["profit"] / abs(total) if total else math.nan,
        "win_rate": group["won"] / count,
        "average": group["ratio"] / count,
        "best": group["best"],
        "worst": group["worst"],
        "profit_factor": gained / lost if lost else math.inf if gained else math.nan,
        "expectancy": group["profit"] / count,
        "fees": group["fees"],
        "average_duration_hours": group["lasted"] / count / HOUR,
    }
