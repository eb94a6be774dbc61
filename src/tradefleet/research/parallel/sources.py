"""Strategies of files that no import finds: other processes load them by their text.

A strategy of `path/to/file.py`, or of the script that runs, goes to another process as its file's text and the texts of
the modules beside it. There the file itself is loaded where it still has that text, and else a copy: on another
machine, or when it was edited meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tradefleet.market.errors import StrategyError
from tradefleet.strategies.load import load_strategy
from tradefleet.strategies.strategy import Strategy

# File names, relative to the strategy's folder, and what is in them; the strategy's own first.
Texts = tuple[tuple[str, bytes], ...]


def reduced(found: type[Strategy]) -> tuple[Any, ...] | None:
    """How to make a strategy class again in another process; None where importing its module does.

    Raises StrategyError for a class that other processes cannot come by.
    """
    module, name = sys.modules.get(found.__module__), found.__qualname__
    if module is None or not _is_loose(module):
        return None
    if "." in name:
        cure = "define it at the top of its file"
        raise StrategyError(f"{found.__name__} is defined inside {name.split('.')[0]}", cure=cure)
    spec = getattr(module, "__spec__", None)
    if module.__name__ == "__main__" and spec is not None:
        # Of `python -m package.module`.
        return _attribute, (spec.name, name)
    path = Path(getattr(module, "__file__", None) or "")
    if not path.is_file():
        raise StrategyError(
            f"{name} is defined in a notebook or on a command line, where other processes cannot load it",
            cure=f"put it into a file and name it path/to/file.py:{name}, or use one worker",
        )
    path = path.resolve()
    return strategy_of, (module.__name__, name, str(path), _texts(path))


def _is_loose(module: ModuleType) -> bool:
    """Whether a module came by its file rather than by its name: a script, a strategy file or one beside it."""
    if module.__name__ == "__main__" or module.__name__.startswith("tradefleet_strategy_"):
        return True
    file = getattr(module, "__file__", None)
    if file is None or "." in module.__name__ or getattr(module, "__path__", None) is not None:
        return False
    return Path(file).resolve().parent not in {Path(folder).resolve() for folder in sys.path}


def _texts(path: Path) -> Texts:
    files = [path, *sorted(_beside(path) - {path})]
    return tuple((str(file.relative_to(path.parent)), file.read_bytes()) for file in files)


def _beside(path: Path) -> set[Path]:
    """The loaded modules that are files of the strategy's folder, or of packages in it."""
    found = set()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        top = path.parent / name.partition(".")[0]
        if file is None or not file.endswith(".py") or top.name == "tradefleet":
            continue
        if (Path(file) == top.with_suffix(".py") or top in Path(file).parents) and Path(file).is_file():
            found.add(Path(file))
    return found


def strategy_of(module: str, name: str, path: str, texts: Texts) -> Any:
    """The strategy class: the one this process has, else loaded from its file or from a copy of it."""
    present = getattr(sys.modules.get(module), name, None)
    return _loaded(name, Path(path), texts) if present is None else present


@cache
def _loaded(name: str, path: Path, texts: Texts) -> type[Strategy]:
    # Once in a process: each time a file is loaded makes other classes.
    if not all(_has(path.parent / file, text) for file, text in texts):
        path = _copy(texts) / path.name
    return load_strategy(f"{path}:{name}")


def _has(file: Path, text: bytes) -> bool:
    return file.is_file() and file.read_bytes() == text


def _copy(texts: Texts) -> Path:
    """A folder with these files, named by what is in them."""
    folder = _own_folder() / hashlib.blake2b(repr(texts).encode(), digest_size=12).hexdigest()
    for file, text in texts:
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        # Others may be writing the same.
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as copy:
            copy.write(text)
        Path(copy.name).replace(target)
    return folder


def _own_folder() -> Path:
    """A folder for temporary files that is this user's alone: what is in it is run."""
    folder = Path(tempfile.gettempdir()) / f"tradefleet-sources-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder if folder.stat().st_uid == os.getuid() else Path(tempfile.mkdtemp())


def _attribute(module: str, name: str) -> Any:
    return getattr(import_module(module), name)
