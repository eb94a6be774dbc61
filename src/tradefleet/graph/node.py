"""Nodes: what a strategy's expressions are made of.

A Call is one computation (an operation, its inputs, its parameters); a Node is one output of a Call. Calls
are hash-consed: asking for the same computation twice gives the same object, so a plan computes it once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from threading import Lock, RLock
from typing import Any, Literal, NoReturn
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.clock import BASE, Clock
from tradefleet.graph.symbolic import Symbolic
from tradefleet.market.errors import StrategyError, did_you_mean

Kind = Literal["number", "truth"]
Column = NDArray[Any]
Number = int | float | np.integer[Any] | np.floating[Any]
Parameter = Number | str | Symbolic | Clock
# A step's loop over arrays: (function, state, inputs n x k, parameters, outputs n x m), filling the outputs and giving
# the last state.
Loop = Callable[..., Any]
Stepper = Callable[..., tuple[float, ...]]


def number_kinds(outputs: Sequence[str]) -> tuple[Kind, ...]:
    """The kinds of an operation whose outputs are all numbers."""
    return tuple("number" for _ in outputs)


class Operation(ABC):
    """One computation, stated once and run two ways: over arrays and one bar at a time.

    Over arrays, inputs are float64 or bool arrays of one length (a constant comes as a NumPy scalar); one bar
    at a time, they are floats and bools. Both ways give the same bits: a finite number or NaN, never infinity.
    """

    name: str
    outputs: tuple[str, ...] = ("value",)
    kinds: tuple[Kind, ...] = ("number",)
    cumulative: bool = False
    negates_inputs: bool = False
    # Whether a bar's outputs depend on that bar's inputs alone: of constants it is then a constant.
    pointwise: bool = False
    # Whether `batch` lets other threads run meanwhile.
    releases_interpreter: bool = False

    @abstractmethod
    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        """All outputs over whole arrays."""

    @abstractmethod
    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        """A function that takes one bar's inputs and gives its outputs, keeping the state it needs."""

    def check(self, parameters: tuple[Any, ...]) -> tuple[Any, ...]:
        """The parameters in their exact types; raises ParameterError for those that do not fit."""
        return parameters

    def clock(self, common: Clock | None, parameters: tuple[Any, ...]) -> Clock | None:
        """The clock of the outputs, given that of all inputs; None for a constant, which goes with any clock."""
        return common if common is not None or self.pointwise else BASE

    def lookback(self, parameters: tuple[Any, ...]) -> int:
        """Bars needed before the first output, beyond what the inputs need."""
        return 0

    def settling(self, parameters: tuple[Any, ...]) -> int:
        """Bars after which where the series began no longer matters (error below 1e-4)."""
        return self.lookback(parameters)

    def settling_time(self, parameters: tuple[Any, ...]) -> float:
        """The same for computations that forget by the clock, such as a session's: seconds."""
        return 0.0

    def negate(self, call: Call, negations: Sequence[Node]) -> Node:
        """The node that is true where this one is known and false; truth operations override it.

        `negations` are those of the inputs where `negates_inputs` is set.
        """
        raise StrategyError(f"{call.nodes[0]!r} is a number", cure="compare it first: ~(x > 0)")

    def describe(self, inputs: Sequence[str], parameters: tuple[Any, ...]) -> str:
        """The call as text, given its inputs as text."""
        return f"{self.name}({', '.join([*inputs, *(parameter_text(p) for p in parameters)])})"


class Run:
    """What one evaluation hands to the operations of one clock: the fields, the loop for steps, and the counts.

    `timeframe` is the length of its bars in nanoseconds, 0 where it is not known; `alignments` say for each other clock
    which of its bars are closed. `replaced` counts inputs that were not finite and were replaced by the last finite
    value.
    """

    def __init__(
        self,
        length: int,
        fields: Mapping[str, Column],
        loop: Loop,
        timeframe: int = 0,
        alignments: Mapping[Clock, Any] | None = None,
    ) -> None:
        self.length = length
        self.fields = fields
        self.loop = loop
        self.timeframe = timeframe
        self.alignments = {} if alignments is None else alignments
        self.replaced = 0
        self._counting = Lock()

    def count_replaced(self, number: int) -> None:
        """Count inputs that were replaced; threads may do so at once."""
        with self._counting:
            self.replaced += number

    def is_field(self, column: Column) -> bool:
        """Whether a column is one of the bars' own, which are finite throughout."""
        return any(column is field for field in self.fields.values())


class Call:
    """One computation; built by `call`, which gives the same object for the same computation.

    `clock` says on whose bars it goes forward; None for a constant.
    """

    __slots__ = ("__weakref__", "clock", "inputs", "nodes", "operation", "parameters")

    def __init__(
        self, operation: Operation, inputs: tuple[Node, ...], parameters: tuple[Any, ...], clock: Clock | None
    ) -> None:
        self.operation = operation
        self.inputs = inputs
        self.parameters = parameters
        self.clock = clock
        self.nodes = tuple(Node(self, index) for index in range(len(operation.outputs)))

    @property
    def symbolic(self) -> bool:
        """Whether a parameter of this very call has no value yet."""
        return any(isinstance(p, Symbolic) for p in self.parameters)

    def text(self, depth: int) -> str:
        """The call as text, inputs more than `depth` levels down left out."""
        if depth == 0 and self.inputs:
            return "..."
        return self.operation.describe([node.text(depth - 1) for node in self.inputs], self.parameters)

    def __repr__(self) -> str:
        return self.text(_TEXT_DEPTH)

    def __copy__(self) -> Call:
        return self

    def __deepcopy__(self, memo: object) -> Call:
        return self

    def __reduce__(self) -> NoReturn:
        raise StrategyError(f"{self!r} cannot be pickled", cure="pickle the strategy's name and parameters instead")


# A graph may be deep, and a tree of text far larger than the graph that shares its nodes.
_TEXT_DEPTH = 8


class _Known(ref["Call"]):
    """A call that is known as long as somebody uses it, and its key."""

    __slots__ = ("key",)
    key: tuple[Any, ...]


_lock = RLock()
# What WeakValueDictionary does, at a third of the cost: nodes are made by the hundred thousand.
_calls: dict[tuple[Any, ...], _Known] = {}


def _forget(gone: ref[Call]) -> None:
    # Another one may have been made under its key meanwhile.
    if _calls.get(gone.key) is gone:  # type: ignore[attr-defined]
        del _calls[gone.key]


def call(operation: Operation, inputs: Sequence[Node], parameters: Sequence[Parameter] = ()) -> Call:
    """The one Call of this operation, inputs and parameters; inputs of several clocks are aligned to the base clock."""
    exact = operation.check(tuple(parameters))
    inputs, common = _on_one_clock(inputs)
    # Inputs are told apart by identity: a live call keeps them alive, so an id stands for one node only.
    key = (
        operation,
        tuple([id(node) for node in inputs]),
        tuple([p.key if isinstance(p, Symbolic) else (type(p), p) for p in exact]),
    )
    with _lock:
        known = _calls.get(key)
        found = None if known is None else known()
        if found is None:
            found = Call(operation, tuple(inputs), exact, operation.clock(common, exact))
            _calls[key] = weak = _Known(found, _forget)
            weak.key = key
    return found


def _on_one_clock(inputs: Sequence[Node]) -> tuple[Sequence[Node], Clock | None]:
    """The inputs, aligned where their clocks differ, and their common clock."""
    common = None
    for node in inputs:
        clock = node.call.clock
        if clock is None or clock is common:
            continue
        if common is not None and clock != common:
            return [ELEMENTWISE["align"](node) for node in inputs], BASE
        common = clock
    return inputs, common


# What Node's operators do, by symbol; filled by the modules that define the operations.
ELEMENTWISE: dict[str, Callable[..., Node]] = {}

_ROLLING = "a node is one value per bar: write {0}(x, 20), from tradefleet.{1} import {0}"
_SHIFT = "use shift(k) for the value k bars earlier"
# What pandas and NumPy call things, and what to write here.
_HABITS = {
    "rolling": _ROLLING.format("rolling_mean", "graph").replace("(x, 20)", "(close, 20)"),
    "mean": _ROLLING.format("rolling_mean", "graph"),
    "max": _ROLLING.format("rolling_max", "graph"),
    "min": _ROLLING.format("rolling_min", "graph"),
    "sum": _ROLLING.format("rolling_sum", "graph"),
    "std": _ROLLING.format("standard_deviation", "indicators"),
    "ewm": _ROLLING.format("ema", "indicators"),
    "iloc": _SHIFT,
    "loc": _SHIFT,
    "values": _SHIFT,
    "diff": "write x - x.shift(1)",
    "pct_change": "write x / x.shift(1) - 1, that is (x - x.shift(1)) / x.shift(1)",
}
# Python's methods for what NumPy's functions do: with the node at the left, and with it at the right.
_UFUNCS = {
    "add": ("__add__", "__radd__"),
    "subtract": ("__sub__", "__rsub__"),
    "multiply": ("__mul__", "__rmul__"),
    "divide": ("__truediv__", "__rtruediv__"),
    "floor_divide": ("__floordiv__", "__rfloordiv__"),
    "remainder": ("__mod__", "__rmod__"),
    "power": ("__pow__", "__rpow__"),
    "less": ("__lt__", "__gt__"),
    "less_equal": ("__le__", "__ge__"),
    "greater": ("__gt__", "__lt__"),
    "greater_equal": ("__ge__", "__le__"),
    "equal": ("__eq__", "__eq__"),
    "not_equal": ("__ne__", "__ne__"),
    "bitwise_and": ("__and__", "__rand__"),
    "bitwise_or": ("__or__", "__ror__"),
}
_OURS = {
    "log": "from tradefleet.indicators import ln",
    "log10": "from tradefleet.indicators import log10",
    "maximum": "from tradefleet.graph import maximum",
    "minimum": "from tradefleet.graph import minimum",
    "where": "from tradefleet.graph import where",
    "absolute": "write abs(x)",
}


class Node:
    """One output of a computation over bars: a number or a truth value at every bar's close.

    Combine numbers with + - * / and compare them with < <= > >= == !=; combine truths with & | ~.
    A comparison with NaN, and its negation, is false. `shift(k)` is the value k bars earlier.
    """

    __slots__ = ("__weakref__", "call", "index")
    accepts_symbols = True

    def __init__(self, call: Call, index: int) -> None:
        self.call = call
        self.index = index

    @property
    def kind(self) -> Kind:
        """`number` or `truth`."""
        return self.call.operation.kinds[self.index]

    def text(self, depth: int) -> str:
        """The node as text, inputs more than `depth` levels down left out."""
        outputs = self.call.operation.outputs
        suffix = f".{outputs[self.index]}" if len(outputs) > 1 else ""
        return f"{self.call.text(depth)}{suffix}"

    def __repr__(self) -> str:
        return self.text(_TEXT_DEPTH)

    # There is one node of each computation: a copy is the node itself.
    def __copy__(self) -> Node:
        return self

    def __deepcopy__(self, memo: object) -> Node:
        return self

    def __reduce__(self) -> NoReturn:
        self.call.__reduce__()

    def __hash__(self) -> int:
        return id(self)

    def __getattr__(self, name: str) -> NoReturn:
        # Private names are asked for by copy, pickle and NumPy, which need Python's own answer. The slots get here
        # only where they are not filled yet.
        if name.startswith("_") or name in Node.__slots__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        cure = _HABITS.get(name) or did_you_mean(name, ("shift",))
        raise StrategyError(f"Node has no attribute '{name}', in {self!r}.{name}", cure=cure)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object, **options: object) -> Any:
        """What NumPy's functions do with a node: as Python's operators where there is one, else the cure."""
        name = ufunc.__name__
        if name in _UFUNCS and method == "__call__" and len(inputs) == 2 and not options:
            # NumPy makes arrays of its own numbers first.
            left, right = (value[()] if isinstance(value, np.ndarray) else value for value in inputs)
            forward, reflected = _UFUNCS[name]
            return getattr(left, forward)(right) if isinstance(left, Node) else getattr(right, reflected)(left)
        cure = _OURS.get(name, "the functions that take nodes are in tradefleet.graph and tradefleet.indicators")
        raise StrategyError(f"NumPy's {name} does not take a node", cure=cure)

    def shift(self, bars: int | Symbolic) -> Node:
        """The value `bars` bars earlier (0 or more); NaN or false before the first bar."""
        return ELEMENTWISE["shift"](self, bars)

    def __add__(self, other: object) -> Node:
        return ELEMENTWISE["+"](self, other)

    def __radd__(self, other: object) -> Node:
        return ELEMENTWISE["+"](other, self)

    def __sub__(self, other: object) -> Node:
        return ELEMENTWISE["-"](self, other)

    def __rsub__(self, other: object) -> Node:
        return ELEMENTWISE["-"](other, self)

    def __mul__(self, other: object) -> Node:
        return ELEMENTWISE["*"](self, other)

    def __rmul__(self, other: object) -> Node:
        return ELEMENTWISE["*"](other, self)

    def __truediv__(self, other: object) -> Node:
        return ELEMENTWISE["/"](self, other)

    def __rtruediv__(self, other: object) -> Node:
        return ELEMENTWISE["/"](other, self)

    def __pow__(self, other: object) -> NoReturn:
        raise StrategyError("a node has no **", cure="multiply: x * x")

    def __mod__(self, other: object) -> NoReturn:
        raise StrategyError(
            "a node has no %", cure="write x - y * floor_divide(x, y), from tradefleet.graph import floor_divide"
        )

    def __floordiv__(self, other: object) -> NoReturn:
        raise StrategyError(
            "a node has no //", cure="write floor_divide(x, y), from tradefleet.graph import floor_divide"
        )

    __rpow__, __rmod__, __rfloordiv__ = __pow__, __mod__, __floordiv__

    def __neg__(self) -> Node:
        return ELEMENTWISE["negative"](self)

    def __abs__(self) -> Node:
        return ELEMENTWISE["absolute"](self)

    def __lt__(self, other: object) -> Node:
        return self._ordered("<", other)

    def __le__(self, other: object) -> Node:
        return self._ordered("<=", other)

    def __gt__(self, other: object) -> Node:
        return self._ordered(">", other)

    def __ge__(self, other: object) -> Node:
        return self._ordered(">=", other)

    def __eq__(self, other: object) -> Node:  # type: ignore[override]
        return ELEMENTWISE["=="](self, other)

    def __ne__(self, other: object) -> Node:  # type: ignore[override]
        return ELEMENTWISE["!="](self, other)

    def __and__(self, other: object) -> Node:
        return ELEMENTWISE["&"](self, other)

    def __rand__(self, other: object) -> Node:
        return ELEMENTWISE["&"](other, self)

    def __or__(self, other: object) -> Node:
        return ELEMENTWISE["|"](self, other)

    def __ror__(self, other: object) -> Node:
        return ELEMENTWISE["|"](other, self)

    def __invert__(self) -> Node:
        return ELEMENTWISE["~"](self)

    def _ordered(self, symbol: str, other: object) -> Node:
        node = ELEMENTWISE[symbol](self, other)
        if node is NotImplemented:
            cure = "compare with a number or an expression"
            raise StrategyError(f"{self!r} {symbol} {other!r} compares with no number", cure=cure)
        return node

    def __bool__(self) -> NoReturn:
        cure = "combine conditions with & | ~ and parentheses: (30 < x) & (x < 70), not 30 < x < 70"
        if self.call.operation.name in ("==", "!="):
            cure = f"{cure}; to ask whether two names are one expression write `is`, also instead of `in`"
        raise StrategyError(f"{self!r} has a value at every bar, so it is neither true nor false here", cure=cure)

    def __getitem__(self, position: object) -> NoReturn:
        raise StrategyError(f"{self!r}[{position!r}] has no meaning", cure="use shift(k) for the value k bars earlier")

    def __iter__(self) -> NoReturn:
        raise StrategyError(f"{self!r} cannot be looped over", cure="use shift(k) for the value k bars earlier")

    def __float__(self) -> NoReturn:
        cure = "keep it an expression; the logarithm is `from tradefleet.indicators import ln`"
        raise StrategyError(f"{self!r} has no single value", cure=cure)

    __int__ = __index__ = __float__


def parameter_text(parameter: object) -> str:
    """A parameter as text, short where nothing is lost."""
    if isinstance(parameter, Symbolic):
        return parameter.describe()
    if isinstance(parameter, float):
        short = f"{parameter:g}"
        return short if float(short) == parameter else repr(parameter)
    return repr(parameter) if isinstance(parameter, str) else str(parameter)
