"""Columns as lists: reading one value of an array makes an object that is slow to reckon with."""

from __future__ import annotations

from typing import Any

from tradefleet.simulation.columns import BarColumns, DecisionColumns, Detail, LegColumns
from tradefleet.simulation.rules.carry import Carry


def listed_carry(carry: Carry) -> Carry:
    """Funding and swaps as lists."""
    return Carry(*(_list(column) for column in carry))


def listed(columns: LegColumns, begin: int, end: int, carry: Carry) -> LegColumns:
    """Some of the bars of a leg's columns, as lists; its funding stays whole."""

    def part(values: Any) -> Any:
        return _list(values if len(values) == 1 and len(columns.bid.time) != 1 else values[begin:end])

    bid = BarColumns(*map(part, columns.bid))
    ask = bid if columns.ask is columns.bid else BarColumns(*map(part, columns.ask))
    decisions = DecisionColumns(*map(part, columns.decisions))
    detail = _listed_detail(columns.detail, begin, end)
    return LegColumns(bid, ask, part(columns.volume), part(columns.rate), carry, detail, decisions)


def _listed_detail(detail: Detail, begin: int, end: int) -> Detail:
    if len(detail.start) == 0:
        return detail
    first, last = int(detail.start[begin]), int(detail.start[end])
    bars = BarColumns(*(_list(column[first:last]) for column in detail.bars))
    return Detail(bars, _list(detail.start[begin : end + 1] - first))


def _list(values: Any) -> Any:
    return values.tolist()
