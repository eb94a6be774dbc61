"""Writing the file of a weighted score, which `strategies.builtin.score_file` reads.

Writers take turns by a lock beside the file. Readers need none: the file is replaced as a whole, so that whoever is
killed, and when, what is there is the old one or the new one.
"""

from __future__ import annotations

import glob
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

from tradefleet.market.errors import CatalogError, ParameterError
from tradefleet.research.analyze.entry import Entry
from tradefleet.storage.catalog.disk import TEMPORARY, disk_error, sync_folder, write_file
from tradefleet.storage.score_text import with_tables
from tradefleet.strategies.builtin.score_file import ANALYSIS, DEFAULT, USUAL, decoded, parsed, score_of

WAIT = 30.0
_TARGETS = ("take_profit", "reward_risk")


def check_scores(path: Path) -> None:
    """Raise ParameterError for a file that could not be written: no folder, a device, or content that is no TOML."""
    if not path.parent.is_dir():
        raise ParameterError(f"there is no folder {path.parent}", where=str(path), cure="make it, or name another")
    before = _content(path)
    if before is not None:
        parsed(before, path)


def write_scores(path: Path, found: Mapping[str, Entry], wait: float = WAIT) -> None:
    """Put what was found for symbols into a TOML or JSON file; the suffix says which.

    A symbol's other params stay, those of the entry `default` where it has none; a target that was found takes the
    place of either kind. All other entries stay as they are, in TOML with their comments. A new file begins with the
    usual weights as its default; without a default, a symbol that has neither weights nor a threshold gets those.

    Raises ParameterError where the file is no TOML or JSON, or where `WeightedScore` could not read what would be
    written, and CatalogError where it cannot be written, or another process keeps it locked for `wait` seconds.
    """
    # The file itself, not a link to it: one lock, and the link stays.
    path = path.resolve()
    if not found:
        return
    with _turn(path, wait):
        content = merged(_content(path) or b"", path, found)
        after = parsed(content, path)
        for symbol in found:
            score_of(after, path, symbol)
        for left in path.parent.glob(f".{glob.escape(path.name)}.*{TEMPORARY}"):
            # Of a writer that was killed; none is at work now.
            left.unlink(missing_ok=True)
        write_file(path, content)
        sync_folder(path.parent)


def merged(before: bytes, path: Path, found: Mapping[str, Entry]) -> bytes:
    """The content with what was found.

    >>> some = {"BTC/USDT": Entry({"stop_loss": 0.02}, {}, {"timeframe": "1h"})}
    >>> before = b"# Mine.\\n[default]\\nthreshold = 1\\nweights = { macd_rising = 1 }"
    >>> print(merged(before, Path("s.toml"), some).decode())
    # Mine.
    [default]
    threshold = 1
    weights = { macd_rising = 1 }
    <BLANKLINE>
    ["BTC/USDT"]
    params = { stop_loss = 0.02 }
    analysis = { timeframe = "1h" }
    <BLANKLINE>
    """
    is_json = path.suffix.lower() == ".json"
    entries = parsed(before, path) if before.strip() else {}
    changed: dict[str, dict[str, Any]] = {} if entries else {DEFAULT: _usual()}
    default = changed.get(DEFAULT) or _entry(entries, DEFAULT, path)
    for symbol, each in found.items():
        changed[symbol] = _merged_entry(_entry(entries, symbol, path), default, each)
    if is_json:
        raw = {**entries, **{name: msgspec.Raw(msgspec.json.encode(entry)) for name, entry in changed.items()}}
        return msgspec.json.format(msgspec.json.encode(raw), indent=2) + b"\n"
    return with_tables(before.decode(), changed).encode()


def _entry(entries: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    return decoded(entries[name], f"{path} [{name}]") if name in entries else {}


def _usual() -> dict[str, Any]:
    return {
        "threshold": USUAL.threshold,
        "exit_threshold": USUAL.exit_threshold,
        "weights": dict(USUAL.weights),
    }


def _merged_entry(own: Mapping[str, Any], default: Mapping[str, Any], found: Entry) -> dict[str, Any]:
    known = {**default, **own}
    bare = {} if "weights" in known or "threshold" in known else _usual()
    before = known.get("params", {})
    kept = dict(before) if isinstance(before, dict) else {}
    targets = [name for name in _TARGETS if name in found.params]
    for name in _TARGETS if targets else ():
        kept.pop(name, None)
    # Both at once are an error for a reader, though one of them be 0.
    new = {name: value for name, value in found.params.items() if name not in _TARGETS or value != 0}
    return {**bare, **own, **found.score, "params": {**kept, **new}, ANALYSIS: dict(found.analysis)}


def _content(path: Path) -> bytes | None:
    """What is in the file, None where there is none yet."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ParameterError(f"{path} is no file", cure="name a .toml or .json file")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(error, path) from error


@contextmanager
def _turn(path: Path, wait: float) -> Iterator[None]:
    """Hold the writers' lock; the operating system frees that of a process that dies."""
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=wait)
    try:
        lock.acquire()
    except Timeout:
        raise CatalogError(
            f"another process has been writing this file for {wait:g} s",
            where=str(path),
            cure="wait for it to end, or end it, and run this again",
        ) from None
    except OSError as error:
        raise disk_error(error, path) from error
    try:
        yield
    finally:
        lock.release()
