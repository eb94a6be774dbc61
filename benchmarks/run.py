"""`python -m benchmarks.run [NAME ...] [--json FILE]`: run benchmarks, print them, write them down."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from benchmarks import (
    backtest,
    exchange,
    import_data,
    large,
    memory,
    metrics,
    on_bar,
    portfolio,
    same_trades,
    search,
    simulators,
    start,
)
from benchmarks.machine import machine_facts
from benchmarks.report import Report
from benchmarks.search_work import CASES

BENCHMARKS: dict[str, Callable[[], Report]] = {
    module.NAME: module.run
    for module in (
        backtest,
        portfolio,
        simulators,
        on_bar,
        start,
        import_data,
        memory,
        large,
        metrics,
        same_trades,
        search,
        exchange,
    )
}

# Of tables in a file or a pipe, which has no width of its own.
WIDTH = 150


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them; exit status 1 when a promise is missed."""
    options = _options(arguments)
    to_output = options.json is not None and str(options.json) == "-"
    console = Console(stderr=to_output)
    if not console.is_terminal:
        console = Console(stderr=to_output, width=WIDTH)
    facts = machine_facts()
    console.print(f"{facts['cpu']}, {facts['cores']} cores, Python {facts['python']}", highlight=False)
    benchmarks: dict[str, Callable[[], Report]] = {**BENCHMARKS, search.NAME: partial(search.run, options.cases)}
    reports = {}
    for name in options.names or benchmarks:
        reports[name] = _measured_calmly(benchmarks[name])
        reports[name].print(console)
    if options.json is not None:
        outcome = {"machine": facts, "benchmarks": {name: report.to_json() for name, report in reports.items()}}
        text = json.dumps(outcome, indent=1)
        print(text) if to_output else options.json.write_text(text)
    return 0 if all(check.kept for report in reports.values() for check in report.checks) else 1


def _measured_calmly(benchmark: Callable[[], Report]) -> Report:
    # Wall times on cores that others use say little: the load before is part of the figures.
    load = os.getloadavg()[0]
    report = benchmark()
    report.facts["load_before"] = load
    if load > 0.5:
        report.notes.append(f"the machine was busy (load {load:.1f} before the start): times are too long")
    return report


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all if none is named")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE (- is standard output)")
    parser.add_argument(
        "--cases",
        type=_cases,
        default=CASES,
        metavar="N,...",
        help=f"of search: {_listed(CASES)}; all if none",
    )
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in BENCHMARKS:
            parser.error(f"no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    return options


def _cases(text: str) -> tuple[int, ...]:
    """The numbers of a list such as 1,2; argparse makes an error of what is none of them."""
    found = tuple(int(part) if part.strip().isdigit() else 0 for part in text.split(","))
    if not set(found) <= set(CASES):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of cases; there are {_listed(CASES)}")
    return found


def _listed(cases: Sequence[int]) -> str:
    return ", ".join(map(str, cases))


if __name__ == "__main__":
    sys.exit(main())
