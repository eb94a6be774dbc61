"""Symbolic parameters: numbers that are not known yet.

A strategy traced with symbolic parameters gives one graph for all values. Arithmetic on a symbol stays
symbolic; whatever needs the number itself (a comparison, `int`, `range`, a dictionary key) raises
ConcreteRead, and the tracer then traces that parameter value by value.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

Number = int | float

_OPERATORS: dict[str, Callable[..., Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "negative": operator.neg,
    "absolute": operator.abs,
}
_UFUNCS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "floor_divide": "//",
    "remainder": "%",
}


class ConcreteRead(BaseException):
    """A symbolic parameter's value was needed; names the parameters.

    Not an Exception, so that a strategy's own `except Exception` cannot hide it.
    """

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = names


class Symbolic:
    """A strategy parameter, or arithmetic on some, whose value is bound later.

    >>> fast = Symbolic.parameter("fast")
    >>> (fast * 2 + 1).evaluate({"fast": 12})
    25
    """

    __slots__ = ("key", "names", "noticed", "operands", "operation")

    def __init__(self, operation: str, operands: tuple[Any, ...]) -> None:
        self.operation = operation
        self.operands = operands
        symbols = [o for o in operands if isinstance(o, Symbolic)]
        self.names: frozenset[str] = frozenset().union(*(s.names for s in symbols))
        # Names that were read, shared by all symbols of one tracing: an exception alone can be caught.
        self.noticed: set[str] = symbols[0].noticed if symbols else set()
        if operation == "parameter":
            self.names = frozenset(operands)
        # Type names keep 2 and 2.0 apart: 7 // 2 and 7 // 2.0 differ.
        self.key: tuple[Any, ...] = (
            operation,
            *(o.key if isinstance(o, Symbolic) else (type(o).__name__, o) for o in operands),
        )

    @classmethod
    def parameter(cls, name: str, noticed: set[str] | None = None) -> Symbolic:
        """The symbol of one parameter; every name whose value is read is added to `noticed`."""
        symbol = cls("parameter", (name,))
        if noticed is not None:
            symbol.noticed = noticed
        return symbol

    def evaluate(self, values: Mapping[str, Number]) -> Number:
        """The number, once every parameter has a value."""
        if self.operation == "parameter":
            return values[self.operands[0]]
        numbers = [o.evaluate(values) if isinstance(o, Symbolic) else o for o in self.operands]
        return _OPERATORS[self.operation](*numbers)

    def describe(self) -> str:
        """The expression as text, for people; it does not read the value."""
        if self.operation == "parameter":
            return str(self.operands[0])
        parts = [o.describe() if isinstance(o, Symbolic) else repr(o) for o in self.operands]
        if len(parts) == 1:
            return f"{self.operation}({parts[0]})"
        return f"({parts[0]} {self.operation} {parts[1]})"

    def _combine(self, operation: str, other: object, reverse: bool = False) -> Symbolic:
        if isinstance(other, np.integer | np.floating | np.bool_):
            other = other.item()
        if isinstance(other, bool):
            other = int(other)
        if not isinstance(other, int | float | Symbolic):
            return NotImplemented  # type: ignore[no-any-return]
        return Symbolic(operation, (other, self) if reverse else (self, other))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Symbolic:
        # NumPy's scalars call this for np.float64(2) * symbol.
        operation = _UFUNCS.get(ufunc.__name__)
        if operation is None or method != "__call__" or len(inputs) != 2 or options:
            self._read(next((i for i in inputs if isinstance(i, Symbolic) and i is not self), None))
        left, right = inputs
        return self._combine(operation, left if right is self else right, reverse=right is self)

    def __add__(self, other: object) -> Symbolic:
        return self._combine("+", other)

    def __radd__(self, other: object) -> Symbolic:
        return self._combine("+", other, reverse=True)

    def __sub__(self, other: object) -> Symbolic:
        return self._combine("-", other)

    def __rsub__(self, other: object) -> Symbolic:
        return self._combine("-", other, reverse=True)

    def __mul__(self, other: object) -> Symbolic:
        return self._combine("*", other)

    def __rmul__(self, other: object) -> Symbolic:
        return self._combine("*", other, reverse=True)

    def __truediv__(self, other: object) -> Symbolic:
        return self._combine("/", other)

    def __rtruediv__(self, other: object) -> Symbolic:
        return self._combine("/", other, reverse=True)

    def __floordiv__(self, other: object) -> Symbolic:
        return self._combine("//", other)

    def __rfloordiv__(self, other: object) -> Symbolic:
        return self._combine("//", other, reverse=True)

    def __mod__(self, other: object) -> Symbolic:
        return self._combine("%", other)

    def __rmod__(self, other: object) -> Symbolic:
        return self._combine("%", other, reverse=True)

    def __pos__(self) -> Symbolic:
        return self

    def __neg__(self) -> Symbolic:
        return Symbolic("negative", (self,))

    def __abs__(self) -> Symbolic:
        return Symbolic("absolute", (self,))

    def _read(self, other: object = None) -> NoReturn:
        names = self.names | (other.names if isinstance(other, Symbolic) else frozenset())
        self.noticed |= names
        raise ConcreteRead(names)

    def _compare(self, other: object) -> Any:
        # A node compares with a symbol by itself, staying symbolic.
        return NotImplemented if getattr(other, "accepts_symbols", False) else self._read(other)

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _compare

    # What is seldom done with a parameter is done with its value.
    __pow__ = __rpow__ = __divmod__ = __rdivmod__ = __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = _compare
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _compare

    def __hash__(self) -> int:
        self._read()

    def __str__(self) -> str:
        self._read()

    def __invert__(self) -> int:
        self._read()

    def __bool__(self) -> bool:
        self._read()

    def __int__(self) -> int:
        self._read()

    def __float__(self) -> float:
        self._read()

    def __index__(self) -> int:
        self._read()

    def __iter__(self) -> Any:
        self._read()

    def __format__(self, specification: str) -> str:
        self._read()

    def __repr__(self) -> str:
        return f"Symbolic({self.describe()})"

    def __round__(self, digits: int | None = None) -> int:
        self._read()

    def __trunc__(self) -> int:
        self._read()

    def __getattr__(self, name: str) -> Any:
        # An int's or a float's own attributes, such as is_integer.
        if not name.startswith("__") and (hasattr(int, name) or hasattr(float, name)):
            self._read()
        raise AttributeError(f"a parameter has no attribute {name!r}")
