"""Arithmetic of constraints: what Python's operators give for floats, over whole columns.

A division by zero, or a power too large or not real, is an error of the first row that has it, as it is in Python.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
Operator = Callable[[Column, Column], Column]


class NoValueError(ArithmeticError):
    """An operation without a value, and the row it is in."""

    def __init__(self, message: str, row: int) -> None:
        super().__init__(message)
        self.row = row


def _dividing(divide: Operator) -> Operator:
    def apply(left: Column, right: Column) -> Column:
        zero = np.flatnonzero(right == 0.0)
        if len(zero):
            raise NoValueError("divides by zero", int(zero[0]))
        return divide(left, right)

    return apply


def power(left: Column, right: Column) -> Column:
    """Python's own power, number by number: numpy's differs by a bit from one processor to another."""
    lefts, rights = np.broadcast_arrays(left, right)
    found = np.empty(lefts.size)
    for row, (base, exponent) in enumerate(zip(lefts.ravel().tolist(), rights.ravel().tolist(), strict=True)):
        try:
            value = base**exponent
        except ZeroDivisionError:
            raise NoValueError("divides by zero", row) from None
        except OverflowError:
            raise NoValueError("has a power that is too large", row) from None
        if isinstance(value, complex):
            raise NoValueError("has a power that is no real number", row)
        found[row] = value
    return found.reshape(lefts.shape)


def least(left: Column, right: Column) -> Column:
    """Python's `min` of two: the first of equals."""
    return np.where(right < left, right, left)


def greatest(left: Column, right: Column) -> Column:
    """Python's `max` of two: the first of equals."""
    return np.where(right > left, right, left)


BINARY: dict[type[ast.operator], Operator] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: _dividing(np.true_divide),
    ast.FloorDiv: _dividing(np.floor_divide),
    ast.Mod: _dividing(np.mod),
    ast.Pow: power,
}
UNARY: dict[type[ast.unaryop], Callable[[Column], Column]] = {ast.USub: np.negative, ast.UAdd: np.positive}
COMPARE: dict[type[ast.cmpop], Operator] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
