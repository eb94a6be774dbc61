"""The compiled twin of a plain function: the same source, with the functions it calls compiled too.

Nothing is written twice: the twin has the plain function's code and a copy of its globals in which every plain
function is replaced by its own twin.
"""

from __future__ import annotations

from collections.abc import Callable
from dis import get_instructions
from functools import cache, partial
from types import CellType, CodeType, FunctionType
from typing import Any

from numba import njit

from tradefleet.kernels.cache import announce, constants, enclosed, folder_for, keep_in

# Without counting references: nothing here makes an array, and counting those in a tuple at every call of a rule takes
# five times as long as the rule. NumPy's arrays are kept alive by the caller.
_compiler: Any = partial(njit, _nrt=False)


def twin(function: FunctionType, name: str, **replaced: FunctionType) -> Callable[..., Any]:
    """The compiled twin, kept on disk between runs; `name` tells it from other twins of the same source.

    `replaced` puts other plain functions in the place of globals of the function.
    """
    used = {**called(function), **replaced}
    parts = {function}.union(*(_family(part) for part in used.values()))
    compiled = _compiler(nogil=True)(_copy(function, name, used))
    if not keep_in(folder_for(parts), compiled):
        announce(name)
    return compiled  # type: ignore[no-any-return]


def numbers_in(function: FunctionType) -> str:
    """The numbers that are compiled into a function and those that it calls, as text: 1 and 1.0 are not the same."""
    family = sorted(_family(function), key=lambda part: (part.__module__, part.__qualname__))
    return repr([constants(part) for part in family])


def called(function: FunctionType) -> dict[str, FunctionType]:
    """The plain functions that a function's globals, and what it is nested in, hold under names it uses."""
    values = function.__globals__
    found = {**{name: values.get(name) for name in _globals_of(function.__code__)}, **enclosed(function)}
    return {name: value for name, value in sorted(found.items()) if isinstance(value, FunctionType)}


@cache
def _globals_of(code: CodeType) -> frozenset[str]:
    """The names of globals that code reads; co_names also holds those of attributes."""
    return frozenset(i.argval for i in get_instructions(code) if i.opname == "LOAD_GLOBAL")


def _copy(function: FunctionType, name: str, used: dict[str, FunctionType]) -> FunctionType:
    compiled = {key: _inner(value, numbers_in(value)) for key, value in used.items()}
    values = {**function.__globals__, **compiled}
    cells = tuple(CellType(compiled.get(key, value)) for key, value in enclosed(function).items())
    copy = FunctionType(function.__code__, values, function.__name__, function.__defaults__, cells)
    copy.__kwdefaults__ = function.__kwdefaults__
    # Numba names its files by module and qualified name.
    copy.__qualname__ = name
    copy.__module__ = function.__module__
    return copy


@cache
def _inner(function: FunctionType, numbers: str) -> Any:
    """A twin that is part of others and not kept by itself; another one for other numbers."""
    # Python does not call it: what would let it costs half of the time to compile.
    options = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return _compiler(nogil=True, **options)(_copy(function, function.__qualname__, called(function)))


def _family(function: FunctionType) -> set[FunctionType]:
    return {function}.union(*(_family(part) for part in called(function).values()))
