"""A function's code as text that is the same in every process: bytecode, constants, and the values it holds."""

from __future__ import annotations

import hashlib
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np


def code_text(value: Any) -> str:
    """A hash of a function, by what it does and not by where it lies in memory; another Python may give another.

    >>> code_text(lambda p: p.fast < p.slow) == code_text(lambda p: p.fast < p.slow)
    True
    >>> code_text(lambda p: p.fast < p.slow) == code_text(lambda p: p.fast < 2 * p.slow)
    False
    """
    return hashlib.sha256(_text(value, ()).encode()).hexdigest()


def _text(value: Any, above: tuple[int, ...]) -> str:
    if id(value) in above:
        # A function that names itself.
        return f"above {above.index(id(value))}"
    above = (*above, id(value))
    match value:
        case None | bool() | int() | float() | str() | bytes():
            return f"{type(value).__name__} {value!r}"
        case tuple() | list():
            return f"[{', '.join(_text(item, above) for item in value)}]"
        case set() | frozenset():
            return f"{{{', '.join(sorted(_text(item, above) for item in value))}}}"
        case dict():
            return f"{{{', '.join(f'{_text(key, above)}: {_text(item, above)}' for key, item in value.items())}}}"
        case np.ndarray():
            return f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
        case np.generic():
            return f"{value.dtype} {value!r}"
        case CodeType():
            return _code(value, above)
        case FunctionType():
            return _function(value, above)
        case MethodType():
            return f"method {_text(value.__func__, above)} of {_text(value.__self__, above)}"
        case partial():
            return f"partial {_text([value.func, value.args, value.keywords], above)}"
        case ModuleType():
            return f"module {value.__name__}"
    return _object(value, above)


def _code(code: CodeType, above: tuple[int, ...]) -> str:
    return f"code {code.co_code.hex()} {code.co_names} {_text(code.co_consts, above)}"


def _function(function: FunctionType, above: tuple[int, ...]) -> str:
    code = function.__code__
    held = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    names = {name: function.__globals__[name] for name in code.co_names if name in function.__globals__}
    parts = [code, held, names, function.__defaults__, function.__kwdefaults__]
    return f"function {_text(parts, above)}"


def _object(value: Any, above: tuple[int, ...]) -> str:
    if isinstance(value, type) or not hasattr(value, "__dict__"):
        named = value if hasattr(value, "__qualname__") else type(value)
        return f"{named.__module__}.{named.__qualname__}"
    call = vars(type(value)).get("__call__")
    return f"{type(value).__qualname__} {_text(vars(value), above)} {_text(call, above)}"


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False
