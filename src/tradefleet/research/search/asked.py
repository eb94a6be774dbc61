"""Constraints as functions: `constraint=lambda p: p.fast < p.slow`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import ParameterError, UserError, did_you_mean
from tradefleet.research.search.code_text import code_text
from tradefleet.research.search.combinations import Codes
from tradefleet.research.search.rows import Bools, Rows, Values

# What calls have read: an answer, or the axis that is read next and what follows each of its codes.
_Tree = bool | tuple[int, dict[int, "_Tree"]]


class Asked:
    """A constraint that a function decides, given the parameters as attributes.

    It is called once for all combinations that agree in what it reads: `p.fast < p.slow` once a pair. Raises
    ParameterError, naming the combination, where the function fails or returns anything but True or False.
    """

    def __init__(self, function: Callable[[Any], object], values: Values) -> None:
        self._function = function
        self._values = values
        self._axes = {name: column for column, name in enumerate(values.axes)}
        # The axes read by any call so far, as columns of the codes.
        self._columns: list[int] = []
        self._tree: _Tree | None = None

    def holds(self, rows: Rows) -> Bools:
        """Whether each row satisfies it."""
        while True:
            columns = list(self._columns)
            firsts, groups = _groups(rows.codes, columns, [len(axis.values) for axis in self._values.axes.values()])
            answers = np.empty(len(firsts), dtype=np.bool_)
            for number, codes in enumerate(rows.codes[firsts].tolist()):
                answers[number] = self._answer(codes, rows, firsts[number])
                if len(self._columns) > len(columns):
                    # A call read more than the groups agree in.
                    break
            else:
                return answers[groups]

    @property
    def fingerprint(self) -> str:
        """Text of the function's code and of the values it holds."""
        return code_text(self._function)

    def _answer(self, codes: list[int], rows: Rows, row: int) -> bool:
        tree = self._tree
        while isinstance(tree, tuple):
            column, following = tree
            tree = following.get(codes[column])
        if tree is not None:
            return tree
        reads: dict[int, None] = {}
        answer = self._ask(_Parameters(self._values, self._axes, codes, reads), rows, row)
        self._keep(answer, list(reads), codes)
        return answer

    def _keep(self, answer: bool, reads: list[int], codes: list[int]) -> None:
        grown: _Tree = answer
        tree = self._tree
        known = []
        for column in reads:
            if not isinstance(tree, tuple):
                break
            known.append(tree[1])
            tree = tree[1].get(codes[column])
        for column in reversed(reads[len(known) :]):
            grown = (column, {codes[column]: grown})
        if known:
            known[-1][codes[reads[len(known) - 1]]] = grown
        else:
            self._tree = grown
        self._columns += [column for column in reads if column not in self._columns]

    def _ask(self, parameters: Any, rows: Rows, row: int) -> bool:
        try:
            answer = self._function(parameters)
        except UserError:
            raise
        except Exception as error:
            raise ParameterError(
                f"the constraint fails for {rows.text(row)}: {type(error).__name__}: {error}",
                cure="mend the function, or let it return False there",
            ) from error
        if not isinstance(answer, bool | np.bool_):
            raise ParameterError(f"the constraint gives {answer!r} for {rows.text(row)}", cure="return True or False")
        return bool(answer)


class _Parameters:
    """What a constraint is given: a combination's values as attributes; notes which axes are read."""

    def __init__(self, values: Values, axes: dict[str, int], codes: list[int], reads: dict[int, None]) -> None:
        self.__dict__["_kept"] = (values, axes, codes, reads)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        values, axes, codes, reads = self.__dict__["_kept"]
        if name in axes:
            reads[axes[name]] = None
            return values.axes[name].values[codes[axes[name]]]
        if name not in values.constants:
            raise ParameterError(
                f"there is no parameter '{name}'", where="the constraint", cure=did_you_mean(name, values.names)
            )
        return values.constants[name]

    def __setattr__(self, name: str, value: object) -> None:
        raise ParameterError(f"the constraint sets {name}", cure="let it read alone")


def _groups(codes: Codes, columns: list[int], lengths: list[int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first row of each group that agrees in the columns, and each row's group."""
    numbers = np.zeros(len(codes), dtype=np.int64)
    count = 1
    for column in columns:
        if count * lengths[column] >= 2**62:
            # Anew, by those that occur: there are no more of them than rows.
            found, numbers = np.unique(numbers, return_inverse=True)
            count = len(found)
        numbers = numbers * lengths[column] + codes[:, column]
        count *= lengths[column]
    _, firsts, groups = np.unique(numbers, return_index=True, return_inverse=True)
    return firsts, groups
