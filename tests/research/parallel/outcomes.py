"""Tasks by their payloads, and outcomes in the order of tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tradefleet.research.parallel import Outcome, Task


def tasks(payloads: Iterable[Any]) -> list[Task]:
    return [Task(number, f"task {payload}", payload) for number, payload in enumerate(payloads)]


def results(outcomes: Iterable[Outcome]) -> list[tuple[Any, str | None]]:
    ordered = sorted(outcomes, key=lambda outcome: outcome.number)
    return [(outcome.value, outcome.error) for outcome in ordered]
