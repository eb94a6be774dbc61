"""Constraints on one candidate at a time, whose values need not be of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.research.optimize.axis import Axis
from tradefleet.research.search.asked import Asked
from tradefleet.research.search.axes import Axis as Listed
from tradefleet.research.search.rows import Rows, Values
from tradefleet.research.search.where import Where

Constraint = str | Callable[[Any], object]


class Allowed:
    """A constraint, as text or as a function of the parameters, asked of one combination after another.

    `constants` are the parameters that are not searched. Raises ParameterError for text that cannot be understood.

    >>> from tradefleet.research.optimize.axis import Between
    >>> allowed = Allowed("fast < slow", [Between("fast", 2, 50)], {"slow": 20})
    >>> allowed({"fast": 9}), allowed({"fast": 20})
    (True, False)
    """

    def __init__(self, constraint: Constraint, axes: Sequence[Axis], constants: Mapping[str, Any]) -> None:
        known = Values.of([Listed(axis.name, axis.ends()) for axis in axes], constants)
        self._constants = constants
        if isinstance(constraint, str):
            where = Where(constraint, known)
            self._condition: Callable[[Values], Where | Asked] = lambda values: where
        elif callable(constraint):
            # One a candidate: an answer is remembered by the places of values in lists, and here each list is new.
            self._condition = lambda values: Asked(constraint, values)
        else:
            raise ParameterError(
                f"the constraint is {constraint!r}", cure='write "fast < slow", or lambda p: p.fast < p.slow'
            )
        self.fingerprint = self._condition(known).fingerprint

    def __call__(self, parameters: Mapping[str, Any]) -> bool:
        values = Values.of([Listed(name, (value,)) for name, value in parameters.items()], self._constants)
        rows = Rows(values, np.zeros((1, len(parameters)), dtype=np.int32))
        return bool(self._condition(values).holds(rows)[0])
