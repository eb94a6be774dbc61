"""TA-Lib's compiled module, loaded by itself.

`import talib` also imports pandas and polars where they are installed: 40 MB and half a second that neither a
backtest's result nor a live bot needs. The user's own `import talib` works as ever, before or after; only
`talib.abstract` does not know frames of a library that was not yet loaded when ours was.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from threading import Lock
from types import ModuleType
from typing import Any

from tradefleet.market.errors import InternalError

_NAME = "talib._ta_lib"
_loading = Lock()


@cache
def library() -> ModuleType:
    """TA-Lib's compiled module: functions, streaming handles and their descriptions."""
    # Two threads may ask first.
    with _loading:
        known = sys.modules.get(_NAME)
        return _load() if known is None else known


def _load() -> ModuleType:
    package = find_spec("talib")
    spec = None if package is None else PathFinder.find_spec(_NAME, package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise InternalError("TA-Lib is not installed, though tradefleet depends on it")
    module = module_from_spec(spec)
    # Where `import talib` will find it, so that it is loaded once.
    sys.modules[_NAME] = module
    hidden = [name for name in ("pandas", "polars") if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        spec.loader.exec_module(module)
        module._ta_initialize()
    except BaseException:
        del sys.modules[_NAME]
        raise
    finally:
        for name in hidden:
            del sys.modules[name]
    return module


@cache
def lookback(name: str, parameters: tuple[tuple[str, Any], ...]) -> int:
    """Bars TA-Lib needs before its first output."""
    module = library()
    described = module.Function(name, getattr(module, name), **dict(parameters))
    return int(described.lookback)
