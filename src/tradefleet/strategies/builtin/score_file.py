"""The file of a weighted score: weights, thresholds and levels by symbol, in TOML or JSON.

Only the entries that hold for a symbol are looked into, so that a file of a thousand symbols serves each of them
whatever stands in the others. The table `analysis` of an entry says how its params were found; nothing is read of it.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.strategies.builtin.score_conditions import CONDITIONS
from tradefleet.strategies.strategy import COMMON
from tradefleet.trading.size import parse_size

DEFAULT = "default"
ANALYSIS = "analysis"
_KEYS = ("threshold", "exit_threshold", "weights", "params", ANALYSIS)
_PARAMS = (*COMMON, "size")


class Score(NamedTuple):
    """What holds for a symbol; `exit_threshold` is None where the file does not say."""

    weights: Mapping[str, float]
    threshold: float
    exit_threshold: float | None
    params: Mapping[str, Any]

    @property
    def rounding(self) -> float:
        """What a sum of the weights may lack by rounding: three of 0.3 add up to less than 0.9."""
        return 1e-9 * sum(abs(weight) for weight in self.weights.values())


# What holds without a file.
USUAL = Score(
    weights={
        "above_sma_200": 2.0,
        "above_sma_50": 1.0,
        "ema_9_above_21": 1.0,
        "rsi_above_50": 1.0,
        "macd_rising": 1.0,
        "strong_trend": 1.0,
        "volume_above_average": 1.0,
        "donchian_breakout": 2.0,
    },
    threshold=6.0,
    exit_threshold=3.0,
    params={},
)


class _Found(NamedTuple):
    """A value and the entry of the file it stands in."""

    value: Any
    where: str


def read_score(path: Path, symbol: str) -> Score:
    """What the file says for a symbol: each key of its entry, else that of the entry `default`.

    Raises ParameterError that names the file, the entry, the key, the value and the cure.
    """
    return score_of(_entries(path), path, symbol)


def score_of(entries: Mapping[str, Any], path: Path, symbol: str) -> Score:
    """What the entries of a file say for a symbol; `path` is what errors name."""
    found: dict[str, _Found] = {}
    for name in (DEFAULT, symbol):
        if name in entries:
            where = f"{path} [{name}]"
            table = decoded(entries[name], where)
            _check_names("key", table, _KEYS, where)
            found.update({key: _Found(value, where) for key, value in table.items()})
    where = f"{path} [{symbol if symbol in entries else DEFAULT}]"
    for key in ("weights", "threshold"):
        if key not in found:
            raise ParameterError(_missing(key, entries, symbol), where=where, cure=_cure(key, entries, symbol))
    leave = found.get("exit_threshold")
    if ANALYSIS in found:
        _table(found[ANALYSIS].value, ANALYSIS, found[ANALYSIS].where)
    score = Score(
        weights=_weights(*found["weights"]),
        threshold=_number("threshold", *found["threshold"]),
        exit_threshold=None if leave is None else _number("exit_threshold", *leave),
        params=_params(*found["params"]) if "params" in found else {},
    )
    _check_together(score, where)
    return score


def _entries(path: Path) -> Mapping[str, Any]:
    try:
        status = path.stat()
        return _parsed(path, (status.st_ino, status.st_mtime_ns, status.st_size))
    except OSError as error:
        raise ParameterError(
            f"weights is '{path}', which cannot be read: {error.strerror}", cure="name a .toml or .json file"
        ) from error


@lru_cache(maxsize=8)
def _parsed(path: Path, version: tuple[int, ...]) -> Mapping[str, Any]:
    """The entries by symbol, those of JSON undecoded; the same file is not parsed again for every symbol."""
    return parsed(path.read_bytes(), path)


def parsed(content: bytes, path: Path) -> Mapping[str, Any]:
    """The entries in a file's content by symbol, those of JSON undecoded; the suffix of `path` says which it is."""
    try:
        if path.suffix.lower() == ".json":
            return msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        kind = "JSON" if path.suffix.lower() == ".json" else "TOML"
        raise ParameterError(f"it is not {kind}: {error}", where=str(path), cure="mend that place") from error


def decoded(entry: Any, where: str) -> dict[str, Any]:
    """An entry's keys and values; raises ParameterError where it is no table."""
    if isinstance(entry, msgspec.Raw):
        try:
            entry = msgspec.json.decode(entry)
        except msgspec.MsgspecError as error:
            raise ParameterError(f"it is not JSON: {error}", where=where, cure="mend that place") from error
    return _table(entry, "the entry", where)


def _table(value: Any, name: str, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ParameterError(f"{name} is {value!r}", where=where, cure="give keys and values: { ... }")
    return value


def _missing(key: str, entries: Mapping[str, Any], symbol: str) -> str:
    if symbol in entries or DEFAULT in entries:
        return f"there is no {key}"
    return f"there is no entry for {symbol}" if symbol else "the symbol is not known, and there is no default"


def _cure(key: str, entries: Mapping[str, Any], symbol: str) -> str:
    if symbol in entries or DEFAULT in entries:
        return "add threshold = 5.0" if key == "threshold" else "add weights = { above_sma_50 = 1.0 }"
    near = did_you_mean(symbol, entries) if symbol else ""
    return f"{near} Or add an entry [default]" if near.endswith("?") else "add one, or an entry [default]"


def _check_names(what: str, given: Iterable[str], known: Iterable[str], where: str) -> None:
    for name in given:
        if name not in known:
            raise ParameterError(f"there is no {what} '{name}'", where=where, cure=did_you_mean(name, known))


def _weights(value: Any, where: str) -> dict[str, float]:
    table = _table(value, "weights", where)
    _check_names("condition", table, CONDITIONS, where)
    return {name: _number(f"weights.{name}", weight, where) for name, weight in table.items()}


def _number(name: str, value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ParameterError(f"{name} is {value!r}", where=where, cure="give a number")
    return float(value)


def _check_together(score: Score, where: str) -> None:
    most = sum(max(weight, 0.0) for weight in score.weights.values())
    wrong = cure = ""
    if score.threshold <= 0:
        wrong, cure = f"threshold is {score.threshold:g}", "give a number above 0"
    elif score.threshold > most + score.rounding:
        wrong, cure = f"threshold is {score.threshold:g}, but the weights add up to {most:g}", "lower it"
    elif score.exit_threshold is not None and score.exit_threshold > score.threshold:
        wrong = f"exit_threshold is {score.exit_threshold:g}, above the threshold of {score.threshold:g}"
        cure = "lower it"
    if wrong:
        raise ParameterError(wrong, where=where, cure=cure)


def _params(value: Any, where: str) -> dict[str, Any]:
    table = _table(value, "params", where)
    _check_names("common parameter", table, _PARAMS, where)
    if "take_profit" in table and "reward_risk" in table:
        raise ParameterError("both reward_risk and take_profit are set", where=where, cure="set one of them")
    try:
        return {name: parse_size(v) if name == "size" else COMMON[name].exact(v) for name, v in table.items()}
    except ParameterError as error:
        error.where = where
        raise
