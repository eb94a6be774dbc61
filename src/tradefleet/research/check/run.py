"""The whole check of strategies: each on each symbol, every kind of finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.metrics.performance import Integers
from tradefleet.research.check.finding import Finding, count
from tradefleet.research.check.foresight import foresight_findings
from tradefleet.research.check.look_ahead import LookAhead
from tradefleet.research.check.meaning import cumulative_findings, flat_market_findings
from tradefleet.research.check.on_bar import Decision, on_bar_findings
from tradefleet.research.check.repeatability import repeatability_findings, unrepeatable
from tradefleet.research.check.result import CheckResult, Examined
from tradefleet.research.check.streaming import Streamed, stream_columns, stream_findings
from tradefleet.research.check.subject import Subject, descendants, subject_of
from tradefleet.research.check.warm_up import LaterStarts, later_starts, warm_up_findings
from tradefleet.research.data import Data
from tradefleet.research.settings import Settings
from tradefleet.strategies.strategy import Strategy

# Bars that are looked at, besides those it takes to settle.
MOST_BARS = 20_000
# Of the bars at which a column differs one at a time those at which it is cut too.
_SUSPECTED = 12
_ORDER = ("look_ahead", "repeatability", "stream", "warm_up", "cumulative", "flat_market")


def run_check(
    strategies: Sequence[Strategy],
    bars: Mapping[str, Bars],
    settings: Settings | None = None,
    data: Data | None = None,
    *,
    most: int = MOST_BARS,
    seed: int = 1,
) -> CheckResult:
    """Look for look-ahead and for what cannot be trusted at the start, in every strategy on every symbol.

    Nothing is read off the source: columns are computed over cut bars, over bars with another future, one bar at a
    time, from later starts and twice, and compared. The first `most` bars are used, and as many more as it takes to
    settle. `seed` chooses the cuts. Raises DataError where there are too few bars, StrategyError for what the
    strategy's own code raises.
    """
    if not strategies or not bars:
        raise ParameterError("there is no strategy or no bars", cure="give at least one of each")
    known = replace(data, bars={**data.bars, **bars}) if data is not None else Data(bars)
    findings: list[Finding] = []
    examined: list[Examined] = []
    for strategy in strategies:
        for each in bars.values():
            found, looked = _check(strategy, each, settings or Settings(), known, most, seed)
            findings += found
            examined.append(looked)
    findings.sort(key=lambda finding: (finding.severity != "error", _ORDER.index(finding.kind)))
    return CheckResult(tuple(findings), tuple(examined))


def _check(
    strategy: Strategy, bars: Bars, settings: Settings, data: Data, most: int, seed: int
) -> tuple[list[Finding], Examined]:
    subject, random = subject_of(strategy, bars, data, most), np.random.default_rng(seed)
    differing = unrepeatable(subject)
    found = repeatability_findings(subject, differing)
    # What is another each time can be compared with nothing.
    left_out = descendants(subject.nodes, differing)
    nodes = tuple(node for node in subject.nodes if node not in left_out)
    streamed = stream_columns(subject, nodes)
    search = LookAhead(subject, nodes, random)
    if nodes:
        search.search({node: _suspected(rows) for node, rows in streamed.differences.items()})
    leaking = descendants(subject.nodes, search.leaks)
    later = later_starts(subject)
    found += search.findings()
    found += stream_findings(subject, streamed, search.leaks)
    found += warm_up_findings(subject, later, left_out | leaking | descendants(subject.nodes, streamed.differences))
    found += cumulative_findings(subject, later)
    found += flat_market_findings(subject)
    decisions: list[Decision] = []
    cuts = search.cuts
    if subject.strategy.acts_on_bars():
        # Where an indicator looks ahead, so does what is decided by it.
        more, decisions, tried = on_bar_findings(subject, data, settings, random, cut_too=not search.leaks)
        found, cuts = found + more, cuts + tried
    if not any(finding.kind == "repeatability" for finding in found):
        # What is known to look ahead needs no second proof.
        accused = {name for finding in found if _proves(finding) for name in (finding.column, *finding.affects)}
        found += [each for each in foresight_findings(subject, data, settings) if each.column not in accused]
    name = type(strategy).__name__
    named = [replace(finding, strategy=name, symbol=bars.symbol) for finding in _merged(found)]
    return named, _examined(name, subject, streamed, later, cuts, decisions, search.failed)


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """One finding for columns of one text, such as those of two operations of one class."""
    kept: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.kind, finding.message)
        affects = (*kept[key].affects, *finding.affects) if key in kept else finding.affects
        kept[key] = replace(finding, affects=tuple(dict.fromkeys(affects)))
    return list(kept.values())


def _proves(finding: Finding) -> bool:
    return finding.severity == "error" and finding.kind == "look_ahead"


def _suspected(rows: Integers) -> list[int]:
    """The first of some bars, and some spread over the rest."""
    spread = np.linspace(0, len(rows) - 1, min(_SUSPECTED, len(rows))).astype(int)
    return list(dict.fromkeys(rows[spread].tolist()))


def _examined(
    name: str,
    subject: Subject,
    streamed: Streamed,
    later: LaterStarts,
    cuts: int,
    decisions: Sequence[Decision],
    failed: Sequence[Exception],
) -> Examined:
    bars, notes = subject.bars, []
    if subject.available > len(bars):
        notes.append(f"the first {len(bars):,} of {subject.available:,} bars were used")
    if subject.nodes and not later.starts:
        notes.append(
            f"warm-up was not checked: more than the {subject.settling:,} bars to settle must be left to compare"
        )
    if failed:
        notes.append(f"{count(len(failed), 'cut')} could not be tried: {failed[0]}")
    return Examined(
        strategy=name,
        symbol=bars.symbol,
        timeframe=str(bars.timeframe),
        first=bars.first,
        last=bars.last,
        bars=len(bars),
        available=subject.available,
        columns=len(subject.nodes),
        cuts=cuts,
        streamed=streamed.bars if subject.nodes else 0,
        decisions=len(decisions),
        notes=tuple(notes),
    )
