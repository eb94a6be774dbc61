"""Finding a strategy by what the user typed: a built-in's name, package.module:Class, or path/to/file.py:Class."""

from __future__ import annotations

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from tradefleet.market.errors import StrategyError, TradefleetError, did_you_mean
from tradefleet.strategies import builtin
from tradefleet.strategies.strategy import Strategy


def builtin_strategies() -> dict[str, type[Strategy]]:
    """The built-in strategies by name.

    >>> sorted(builtin_strategies())[:2]
    ['bollinger_reversion', 'donchian_breakout']
    """
    classes = [getattr(builtin, name) for name in builtin.__all__]
    return {found.name(): found for found in classes}


def load_strategy(text: str) -> type[Strategy]:
    """The strategy class that `ema_cross`, `package.module:Class` or `path/to/file.py:Class` names.

    Raises StrategyError that says what was looked for, where, and the cure.
    """
    place, _, name = text.rpartition(":")
    if not place and text.endswith(".py"):
        place, name = text, ""
    if not place:
        known = builtin_strategies()
        if text not in known:
            cure = f"{did_you_mean(text, known)} Or name your own: path/to/file.py:Class"
            raise StrategyError(f"there is no strategy '{text}'", cure=cure)
        return known[text]
    module = _from_file(Path(place)) if place.endswith(".py") else _from_module(place)
    return _class_in(module, name, place)


def _class_in(module: ModuleType, name: str, place: str) -> type[Strategy]:
    found = {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Strategy) and value.__module__ == module.__name__
    }
    if not name and len(found) == 1:
        return next(iter(found.values()))
    if name in found:
        return found[name]
    other = getattr(module, name, None) if name else None
    if isinstance(other, type) and issubclass(other, Strategy):
        return other
    if other is not None:
        raise StrategyError(f"{name} is not a strategy", where=place, cure=f"write class {name}(Strategy)")
    if not found:
        raise StrategyError("there is no strategy", where=place, cure="write a class that derives from Strategy")
    wanted = f"no class '{name}'" if name else "several strategies"
    raise StrategyError(f"there is {wanted}", where=place, cure=f"{did_you_mean(name, found)} Write {place}:Class")


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise StrategyError(
            f"there is no file {path}", cure="check the path, or write one with `tradefleet new strategy NAME`"
        )
    # The path is part of the name, so that two files of one name are two modules.
    name = f"tradefleet_strategy_{path.stem}_{abs(hash(str(path.resolve())))}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise StrategyError(f"{path} cannot be loaded as Python", cure="give a .py file")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        raise _load_error(error, str(path)) from error
    return module


def _from_module(place: str) -> ModuleType:
    try:
        return importlib.import_module(place)
    except Exception as error:
        raise _load_error(error, place) from error


def _load_error(error: BaseException, place: str) -> BaseException:
    if isinstance(error, SyntaxError):
        return StrategyError(
            f"Python cannot read it: {error.msg}", where=f"{error.filename}:{error.lineno}", cure="mend that line"
        )
    if isinstance(error, TradefleetError) or not isinstance(error, Exception):
        return error
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename.endswith(place)]
    where = f"{place}:{frames[-1].lineno}" if frames else place
    cure = "mend that line"
    if isinstance(error, ModuleNotFoundError):
        cure = "install it, or check the name: a built-in's name, package.module:Class or path/to/file.py:Class"
    return StrategyError(f"loading it raised {type(error).__name__}: {error}", where=where, cure=cure)
