"""What becomes of rows with errors: the import stops, they are dropped, or the last of a time stays."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from tradefleet.market.errors import DataError, ParameterError, did_you_mean
from tradefleet.storage.catalog.findings import Finding, Findings
from tradefleet.storage.catalog.quality import DUPLICATE, FAULTS, ORDER, UNREADABLE, Rows, repeated, rising
from tradefleet.storage.catalog.rows import Table

# A file this short may be mostly bad and still be what it seems.
_TELLING = 20


class OnBad(StrEnum):
    """The policies of `--on-bad`."""

    ERROR = "error"
    DROP = "drop"
    KEEP_LAST = "keep-last"

    @classmethod
    def parse(cls, text: str) -> OnBad:
        """Read a policy; raises ParameterError for an unknown one."""
        try:
            return cls(text)
        except ValueError:
            names = [policy.value for policy in cls]
            raise ParameterError(f"on_bad is {text!r}", cure=did_you_mean(str(text), names)) from None


class BadRowsError(DataError):
    """Rows that are no bars; `findings` has them all, by kind."""

    def __init__(self, findings: list[Findings], first: Finding) -> None:
        others = sum(map(len, findings)) - 1
        more = "" if others == 0 else f" (and {others} more bad row{'s' if others > 1 else ''})"
        super().__init__(
            first.reason + more,
            where=first.where,
            cure="mend the file, or leave bad rows out with --on-bad drop",
        )
        self.findings = findings


def judge(table: Table, policy: OnBad) -> Rows:
    """The rows that stay, rising in time; marks the others in `table.faults`.

    Of a time that is there twice the first stays, by "keep-last" the last.
    """
    valid = np.flatnonzero(table.faults == 0)
    if len(valid) == 0:
        return valid
    time = table.columns.time[valid]
    if (np.diff(time) > 0).all():
        return valid
    first, last = repeated(time)
    stays = last if policy is OnBad.KEEP_LAST else first
    table.faults[valid] = DUPLICATE
    in_order = rising(time[first])
    table.faults[valid[stays]] = np.where(in_order, 0, ORDER)
    return valid[stays[in_order]]


def found_faults(table: Table) -> list[Findings]:
    """The bad rows of a table, by kind."""
    found = []
    for fault in range(UNREADABLE, len(FAULTS)):
        rows = np.flatnonzero(table.faults == fault)
        if len(rows):
            found.append(
                Findings(FAULTS[fault], len(rows), lambda k, rows=rows: table.finding(int(rows[k])))  # type: ignore[misc]
            )
    return found


def refuse_bad_rows(tables: list[Table], policy: OnBad) -> None:
    """Raise BadRowsError, naming the first row, when the policy does not allow what is marked."""
    if policy is OnBad.DROP:
        return
    findings: list[Findings] = []
    first: Finding | None = None
    for table in tables:
        bad = table.faults != 0
        if policy is OnBad.KEEP_LAST:
            bad &= table.faults != DUPLICATE
        if not bad.any():
            continue
        allowed = FAULTS[DUPLICATE] if policy is OnBad.KEEP_LAST else ""
        findings += [found for found in found_faults(table) if found.kind != allowed]
        rows = np.flatnonzero(bad)
        first = first or table.finding(int(rows[np.argmin(table.lines[rows])]))
    if first is not None:
        raise BadRowsError(findings, first)


def refuse_mostly_bad(tables: list[Table]) -> None:
    """Raise DataError for a file whose rows are mostly no bars: it is not what it was taken for.

    Dropping bad rows would leave the few that fit by chance.
    """
    for table in tables:
        rows = len(table.faults)
        bad = int(((table.faults != 0) & (table.faults < ORDER)).sum())
        if rows >= _TELLING and 2 * bad > rows:
            raise DataError(
                f"{bad} of {rows} rows are no bars",
                where=table.file,
                cure="check the format, the columns and the scale; dropping is for a few bad rows",
            )
