"""Finding a strategy by what the user typed: a built-in's name, package.module:Class, or path/to/file.py:Class."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from hashlib import blake2b
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from tradefleet.market.errors import StrategyError, TradefleetError, UserError, did_you_mean
from tradefleet.strategies import builtin
from tradefleet.strategies.strategy import Strategy

# The modules beside a strategy file that it imported.
_NEIGHBOURS: dict[str, ModuleType] = {}


def builtin_strategies() -> dict[str, type[Strategy]]:
    """The built-in strategies by name.

    >>> sorted(builtin_strategies())[:2]
    ['bollinger_reversion', 'buy_and_hold']
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
        by_class = {found.__name__: found for found in known.values()}
        if text not in known and text not in by_class:
            cure = f"{_nearest(text, known)} Or name your own: path/to/file.py:Class"
            raise StrategyError(f"there is no strategy '{text}'", cure=cure)
        return known[text] if text in known else by_class[text]
    module = _from_file(Path(place)) if place.endswith(".py") else _from_module(place)
    return _class_in(module, name, place)


def _nearest(name: str, known: Iterable[str]) -> str:
    """As did_you_mean, without regard to case and `_`, and as a sentence that ends."""
    plain = {_plain(other): other for other in known}
    near = get_close_matches(_plain(name), plain, n=1)
    cure = did_you_mean(plain[near[0]] if near else name, plain.values())
    return cure if cure.endswith("?") else f"{cure}."


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _class_in(module: ModuleType, name: str, place: str) -> type[Strategy]:
    strategies = {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Strategy) and value is not Strategy
    }
    found = {key: value for key, value in strategies.items() if value.__module__ == module.__name__}
    if not name and len(found) == 1:
        return next(iter(found.values()))
    if name in found:
        return found[name]
    other = getattr(module, name, None) if name else None
    if isinstance(other, type) and issubclass(other, Strategy):
        return other
    if other is not None:
        raise StrategyError(f"{name} is not a strategy", where=place, cure=f"write class {name}(Strategy)")
    # By its name also a class that the module imported may be meant.
    candidates = strategies if name else found
    if not candidates:
        raise StrategyError("there is no strategy", where=place, cure="write a class that derives from Strategy")
    problem = f"there is no class '{name}'" if name else "there are several strategies"
    raise StrategyError(problem, where=place, cure=f"{_nearest(name, candidates)} Write {place}:Class")


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise StrategyError(
            f"there is no file {path}", cure="check the path, or write one with `tradefleet new strategy NAME`"
        )
    # The path is part of the name, so that two files of one name are two modules, and the same one in every run.
    digest = blake2b(str(path.resolve()).encode(), digest_size=8).hexdigest()
    name = f"tradefleet_strategy_{path.stem}_{digest}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise StrategyError(f"{path} cannot be loaded as Python", cure="give a .py file")
    module = module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        with _neighbours_of(path):
            spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before
        raise _load_error(error, str(path), path) from error
    return module


@contextmanager
def _neighbours_of(path: Path) -> Iterator[None]:
    """Let a strategy file import the files beside it, as Python lets a script.

    The neighbours that an earlier file brought are forgotten first: they may be edited, or be of another folder.
    """
    for name, module in _NEIGHBOURS.items():
        if sys.modules.get(name) is module:
            del sys.modules[name]
    _NEIGHBOURS.clear()
    folder = path.resolve().parent
    known = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(str(folder))
        _NEIGHBOURS.update({name: sys.modules[name] for name in set(sys.modules) - known if _is_beside(name, folder)})


def _is_beside(name: str, folder: Path) -> bool:
    """Whether a module is a file or a package of the folder itself; one installed deeper inside it is not."""
    file = getattr(sys.modules[name], "__file__", None)
    top = folder / name.partition(".")[0]
    return file is not None and (Path(file) == top.with_suffix(".py") or top in Path(file).parents)


def _from_module(place: str) -> ModuleType:
    try:
        return importlib.import_module(place)
    except (Exception, SystemExit) as error:
        raise _load_error(error, place) from error


def _load_error(error: BaseException, place: str, path: Path | None = None) -> BaseException:
    if isinstance(error, SyntaxError):
        if error.lineno is None:
            # What Python refuses as a whole, such as null bytes.
            return StrategyError(f"Python cannot read it: {error.msg}", where=place, cure="save it as UTF-8 text")
        where = f"{error.filename or place}:{error.lineno}"
        return StrategyError(f"Python cannot read it: {error.msg}", where=where, cure="mend that line")
    where = _where(error, place, path)
    if isinstance(error, SystemExit):
        cure = 'take it out, or put it under `if __name__ == "__main__":`'
        return StrategyError("loading it ends the program (sys.exit)", where=where, cure=cure)
    if isinstance(error, UserError):
        error.where = error.where or where
    if isinstance(error, TradefleetError) or not isinstance(error, Exception):
        return error
    cure = "mend that line"
    if isinstance(error, ModuleNotFoundError):
        cure = "install it, or check the name: a built-in's name, package.module:Class or path/to/file.py:Class"
        if path is not None:
            cure = "install it, or put its file beside this one"
    return StrategyError(f"loading it raised {type(error).__name__}: {error}", where=where, cure=cure)


def _where(error: BaseException, place: str, path: Path | None) -> str:
    """The last line reached in the file or in one beside it."""
    if path is None:
        return place
    file = path.resolve()
    for frame in reversed(extract_tb(error.__traceback__)):
        reached = Path(frame.filename).resolve()
        if reached == file:
            return f"{place}:{frame.lineno}"
        if reached.parent == file.parent:
            return f"{reached}:{frame.lineno}"
    return place
