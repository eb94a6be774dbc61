"""What a step may use, checked where it is defined.

Compiled and plain Python give the same bits only for some operations, and compiled code kept on disk is fresh only
while all it depends on is part of its key: the code, the functions it calls, and plain numbers. So what is allowed is
listed, by the code's instructions (CPython 3.11 to 3.13), and the rest is refused, naming the line.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Iterator
from dis import Instruction, get_instructions
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from tradefleet.market.errors import StrategyError

CURE = (
    "use + - * /, comparisons, abs, min, max, math.sqrt, plain numbers and tradefleet.graph's safe_div, safe_exp, "
    "safe_log, safe_pow, safe_sqrt; compute the rest as a node before the step and hand it in as an input"
)
_NUMBERS = (int, float, bool)
_BUILTINS = (abs, min, max, float, int, bool, range, len)
_MATH = {"sqrt": math.sqrt, "floor": math.floor, "inf": math.inf, "nan": math.nan}
_ARITHMETIC = {"+", "-", "*", "/", "+=", "-=", "*=", "/="}

_LOCALS = {
    "LOAD_FAST",
    "LOAD_FAST_CHECK",
    "LOAD_FAST_LOAD_FAST",
    "STORE_FAST",
    "STORE_FAST_LOAD_FAST",
    "STORE_FAST_STORE_FAST",
}
_STACK = {"RESUME", "NOP", "COPY", "SWAP", "POP_TOP", "PUSH_NULL", "COPY_FREE_VARS"}
_CALLS = {"PRECALL", "CALL", "CALL_KW", "KW_NAMES", "RETURN_VALUE"}
_VALUES = {
    "COMPARE_OP",
    "UNARY_NEGATIVE",
    "UNARY_NOT",
    "TO_BOOL",
    "BUILD_TUPLE",
    "UNPACK_SEQUENCE",
    "BINARY_SUBSCR",
    "BINARY_SLICE",
    "BUILD_SLICE",
}
_FLOW = {
    "GET_ITER",
    "FOR_ITER",
    "END_FOR",
    "JUMP_FORWARD",
    "JUMP_BACKWARD",
    "JUMP_IF_TRUE_OR_POP",
    "JUMP_IF_FALSE_OR_POP",
    "POP_JUMP_IF_TRUE",
    "POP_JUMP_IF_FALSE",
    "POP_JUMP_FORWARD_IF_TRUE",
    "POP_JUMP_FORWARD_IF_FALSE",
    "POP_JUMP_BACKWARD_IF_TRUE",
    "POP_JUMP_BACKWARD_IF_FALSE",
}
_PLAIN = _LOCALS | _STACK | _CALLS | _VALUES | _FLOW
_NAMES = {"LOAD_GLOBAL", "LOAD_DEREF"}
_CONSTANTS = {"LOAD_CONST", "RETURN_CONST"}
_ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD"}

# What to call the instructions that are refused, by the beginnings of their names.
_WORDS = {
    "IMPORT": "an import",
    "STORE_GLOBAL": "a global that it sets",
    "STORE_DEREF": "a name of the function around it that it sets",
    "STORE_SUBSCR": "an item that it sets",
    "MAKE_": "a function, lambda or comprehension inside it",
    "LOAD_CLOSURE": "a function, lambda or comprehension inside it",
    "LOAD_FAST_AND_CLEAR": "a comprehension",
    "BUILD_STRING": "text",
    "FORMAT": "text",
    "CONVERT_VALUE": "text",
    "BUILD_": "a list, set or dict",
    "LIST_": "a list",
    "RETURN_GENERATOR": "a generator",
    "YIELD": "a generator",
    "IS_OP": "`is`",
    "CONTAINS_OP": "`in`",
    "POP_JUMP": "`is None`",
    "RAISE": "raise or assert",
    "LOAD_ASSERTION": "raise or assert",
    "CALL_FUNCTION_EX": "a call with *",
    "UNARY_INVERT": "the operator ~",
    "UNPACK_EX": "unpacking with *",
    "DELETE": "del",
    "BEFORE_WITH": "with",
    "LOAD_BUILD_CLASS": "a class inside it",
    "PUSH_EXC_INFO": "try",
}


def check_step(function: object, name: str) -> None:
    """Raise StrategyError, naming the line, where a step, or a function that it calls, uses what it may not."""
    if not isinstance(function, FunctionType):
        raise StrategyError(f"the step {name} is {_kind(function)} and no plain function", cure="write it with def")
    _check_function(function, name, ())


def _check_function(function: FunctionType, step: str, above: tuple[FunctionType, ...]) -> None:
    """`above` are the functions on the way from the step to this one."""
    code = function.__code__
    if function in above:
        raise _refusal(f"{function.__name__}, which calls itself", step, code, code.co_firstlineno)
    for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        if not _is_number(value):
            raise _refusal(f"a default that is {_kind(value)}", step, code, code.co_firstlineno)
    holder: Any = None
    for instruction in _instructions(code):
        line = _line(instruction, code)
        if holder is math:
            if instruction.opname not in _ATTRIBUTES or instruction.argval not in _MATH:
                raise _refusal(_math_words(instruction), step, code, line)
            holder = None
        elif instruction.opname in _NAMES:
            holder = _check_name(function, instruction, step, above)
        else:
            _check_instruction(instruction, step, code, line)


def _instructions(code: CodeType) -> Iterator[Instruction]:
    return (i for i in get_instructions(code) if i.opname not in ("EXTENDED_ARG", "CACHE"))


def _line(instruction: Instruction, code: CodeType) -> int:
    found = instruction.positions.lineno if instruction.positions else None
    return found or code.co_firstlineno


def _check_name(function: FunctionType, instruction: Instruction, step: str, above: tuple[FunctionType, ...]) -> Any:
    """Check a name from around the function; gives its value."""
    name, code = str(instruction.argval), function.__code__
    line = _line(instruction, code)
    try:
        value = _value_of(function, instruction)
    except LookupError:
        raise StrategyError(
            f"the step {step} uses {name}, which is not there yet",
            where=f"{code.co_filename}:{line}",
            cure="write it above the step",
        ) from None
    if isinstance(value, FunctionType):
        _check_function(value, step, (*above, function))
    elif not (value is math or _is_number(value) or any(value is known for known in (*_BUILTINS, *_MATH.values()))):
        raise _refusal(f"{name}, which is {_kind(value)}", step, code, line)
    return value


def _value_of(function: FunctionType, instruction: Instruction) -> Any:
    """What the name stands for; raises LookupError where it stands for nothing."""
    name = instruction.argval
    if instruction.opname == "LOAD_GLOBAL":
        return function.__globals__[name] if name in function.__globals__ else vars(builtins)[name]
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    try:
        return cells[name].cell_contents
    except ValueError as error:
        raise LookupError(name) from error


def _check_instruction(instruction: Instruction, step: str, code: CodeType, line: int) -> None:
    name, value = instruction.opname, instruction.argval
    if name in _CONSTANTS:
        if not (value is None or _is_constant(value)):
            raise _refusal(_kind(value), step, code, line)
    elif name == "BINARY_OP":
        if instruction.argrepr not in _ARITHMETIC:
            raise _refusal(f"the operator {instruction.argrepr}", step, code, line)
    elif name in _ATTRIBUTES:
        raise _refusal(f"the attribute .{value}", step, code, line)
    elif name not in _PLAIN:
        raise _refusal(_words(name), step, code, line)


def _is_number(value: object) -> bool:
    """A plain number, or a tuple of them; NumPy's numbers divide by zero in another way."""
    return type(value) in _NUMBERS or (type(value) is tuple and all(_is_number(item) for item in value))


def _is_constant(value: object) -> bool:
    """A constant of the code: a number, a tuple or slice of numbers, or the names of a call's keywords."""
    if isinstance(value, slice):
        return all(part is None or _is_number(part) for part in (value.start, value.stop, value.step))
    words = type(value) is tuple and all(isinstance(item, str) for item in value)
    return words or _is_number(value)


def _refusal(what: str, step: str, code: CodeType, line: int) -> StrategyError:
    return StrategyError(f"the step {step} may not use {what}", where=f"{code.co_filename}:{line}", cure=CURE)


def _math_words(instruction: Instruction) -> str:
    return f"math.{instruction.argval}" if instruction.opname in _ATTRIBUTES else "math as a value"


def _words(name: str) -> str:
    """What an instruction that is refused is called."""
    return next((words for start, words in _WORDS.items() if name.startswith(start)), f"what Python calls {name}")


def _kind(value: object) -> str:
    if isinstance(value, str | bytes):
        return "text"
    if isinstance(value, CodeType):
        return _WORDS["MAKE_"]
    if isinstance(value, ModuleType):
        return f"the module {value.__name__}"
    if isinstance(value, BuiltinFunctionType | type):
        return f"not one of the functions it may call ({value.__module__}.{value.__qualname__})"
    return f"of type {type(value).__module__}.{type(value).__name__}"
