"""The compiled twin of a plain function: the same source, with the functions it calls compiled too.

Nothing is written twice: the twin has the plain function's code and a copy of its globals in which every plain
function is replaced by its own twin.
"""

from __future__ import annotations

from collections.abc import Callable
from dis import get_instructions
from functools import cache
from types import CellType, FunctionType
from typing import Any

from numba import njit

from tradefleet.kernels.cache import announce, enclosed, folder_for, save_if_possible, use


def twin(function: FunctionType, name: str, **replaced: FunctionType) -> Callable[..., Any]:
    """The compiled twin, kept on disk between runs; `name` tells it from other twins of the same source.

    `replaced` puts other plain functions in the place of globals of the function.
    """
    used = {**called(function), **replaced}
    parts = {function}.union(*(_family(part) for part in used.values()))
    if not use(folder_for(parts)):
        announce(name)
    return save_if_possible(njit(cache=True, nogil=True)(_copy(function, name, used)))  # type: ignore[no-any-return]


def called(function: FunctionType) -> dict[str, FunctionType]:
    """The plain functions that a function's globals, and what it is nested in, hold under names it uses."""
    values = function.__globals__
    # Not co_names, which also holds the names of attributes.
    names = {i.argval for i in get_instructions(function) if i.opname == "LOAD_GLOBAL"}
    found = {**{name: values.get(name) for name in names}, **enclosed(function)}
    return {name: value for name, value in sorted(found.items()) if isinstance(value, FunctionType)}


def _copy(function: FunctionType, name: str, used: dict[str, FunctionType]) -> FunctionType:
    compiled = {key: _inner(value) for key, value in used.items()}
    values = {**function.__globals__, **compiled}
    cells = tuple(CellType(compiled.get(key, value)) for key, value in enclosed(function).items())
    copy = FunctionType(function.__code__, values, function.__name__, function.__defaults__, cells)
    # Numba names its files by module and qualified name.
    copy.__qualname__ = name
    copy.__module__ = function.__module__
    return copy


@cache
def _inner(function: FunctionType) -> Any:
    """A twin that is part of others and not kept by itself."""
    return njit(nogil=True, forceinline=True)(_copy(function, function.__qualname__, called(function)))


def _family(function: FunctionType) -> set[FunctionType]:
    return {function}.union(*(_family(part) for part in called(function).values()))
