"""Walking forward: choose in training, trade in the test, go on to the next window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tradefleet.market.errors import DataError, UserError
from tradefleet.research.result import Result
from tradefleet.research.search.evaluator import Evaluator
from tradefleet.research.walk_forward.choice import Choice, Search
from tradefleet.research.walk_forward.windows import Window

# Called with how many windows are done, of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Step:
    """A window, what was chosen in its training, and the result of that in its test.

    Where the window was skipped there is no result, and `skipped` says why.
    """

    window: Window
    choice: Choice
    result: Result | None
    skipped: str = ""


_NOT_SEARCHED = Choice(None, {}, np.empty(0))


def walk(
    evaluator: Evaluator, windows: Sequence[Window], search: Search, progress: Progress = lambda done, of: None
) -> list[Step]:
    """One step a window; after an interrupt (Ctrl-C) the steps finished by then, if there are any.

    Raises DataError where every window is skipped.
    """
    steps: list[Step] = []
    try:
        for step in _steps(evaluator, windows, search):
            steps.append(step)
            progress(len(steps), len(windows))
    except KeyboardInterrupt:
        if all(step.result is None for step in steps):
            raise
    if all(step.result is None for step in steps):
        raise DataError(
            f"all {len(steps)} windows are skipped, the first one because {steps[0].skipped}",
            cure="mend that, or give longer windows, more bars, or combinations that trade",
        )
    return steps


def _steps(evaluator: Evaluator, windows: Sequence[Window], search: Search) -> Iterator[Step]:
    for window in windows:
        yield _step(evaluator, window, search)


def _step(evaluator: Evaluator, window: Window, search: Search) -> Step:
    if window.too_short:
        return Step(window, _NOT_SEARCHED, None, window.too_short)
    choice = search(evaluator, window.train, window.number)
    if choice.parameters is None:
        return Step(window, choice, None, choice.reason)
    try:
        return Step(window, choice, evaluator.result(choice.parameters, window.test))
    except UserError as error:
        return Step(window, choice, None, f"the test failed: {error}")
