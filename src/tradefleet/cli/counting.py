"""How far long work is: done, how many a second, how long the rest will take, and the best so far."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

# Seconds before it is worth showing.
_PATIENCE = 2.0


class Counted(Protocol):
    """Told of what is done, of how many, and the best value so far (NaN where there is none)."""

    def __call__(self, done: int, of: int, best: float = math.nan, /) -> None: ...


@contextmanager
def counting(what: str, count: int | None = None) -> Iterator[Counted]:
    """Show it on a terminal once it has taken two seconds; nothing where standard error is none."""
    if not sys.stderr.isatty():
        yield lambda done, of, best=math.nan: None
        return
    shown = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[best]}"),
        console=Console(stderr=True),
        transient=True,
        # A rate over a few chunks, however long they take.
        speed_estimate_period=60.0,
    )
    task = shown.add_task(what, total=count, rate="", best="")

    def told(done: int, of: int, best: float = math.nan, /) -> None:
        speed = shown.tasks[0].finished_speed or shown.tasks[0].speed
        shown.update(
            task,
            completed=done,
            total=of,
            rate="" if speed is None else f"{speed:,.0f} a second",
            best="" if math.isnan(best) else f"best {best:.4g}",
        )

    timer = Timer(_PATIENCE, shown.start)
    timer.daemon = True
    timer.start()
    try:
        yield told
    finally:
        timer.cancel()
        if shown.live.is_started:
            shown.stop()
