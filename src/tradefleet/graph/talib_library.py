"""TA-Lib, imported without what it would drag in.

`import talib` also imports pandas and polars where they are installed: 40 MB and half a second that neither a
backtest's result nor a live bot needs.
"""

from __future__ import annotations

import sys
from functools import cache
from threading import Lock
from types import ModuleType
from typing import Any

_lock = Lock()


@cache
def library() -> ModuleType:
    """TA-Lib's compiled module: functions, streaming handles and their descriptions."""
    with _lock:
        return _imported()


def _imported() -> ModuleType:
    hidden = {name: sys.modules.get(name) for name in ("pandas", "polars")}
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        from talib import _ta_lib  # noqa: PLC0415 - imported under the shield above
    finally:
        for name, module in hidden.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return _ta_lib


@cache
def lookback(name: str, parameters: tuple[tuple[str, Any], ...]) -> int:
    """Bars TA-Lib needs before its first output."""
    module = library()
    described = module.Function(name, getattr(module, name), **dict(parameters))
    return int(described.lookback)
