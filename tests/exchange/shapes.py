"""Compare what the exchange says with what Binance says: names of fields, and types of values, never the values.

A shape is the set of names and the kind of every value: whole number, number, true or false, null, text, and text that
is a number, with how many decimals. Elements of a list are merged: a name that only some of them have may be absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

K = TypeVar("K", int, str)

_NUMBER = re.compile(r"-?\d+(?:\.(\d+))?\Z")
# Elements of one list that differ by kind are compared kind by kind; this is what tells their kind.
_KINDS = ("filterType", "rateLimitType", "e")
# Ids of a client's choosing and the like: whether they look like numbers says nothing.
_FREE_TEXTS = frozenset({
    "clientOrderId", "origClientOrderId", "cancelOrigClientOrderId", "newClientOrderId", "listClientOrderId",
    "clientAlgoId", "asset", "coin", "name", "c", "C", "id",
})  # fmt: skip


@dataclass(slots=True)
class _Shape:
    """What was seen at one place: kinds of plain values, and what is inside of objects, rows and lists."""

    kinds: set[str] = field(default_factory=set)
    decimals: set[int] = field(default_factory=set)
    count: int = 0
    fields: dict[str, _Shape] = field(default_factory=dict)
    # A row is a list of fixed places, such as a candle.
    places: dict[int, _Shape] = field(default_factory=dict)
    elements: dict[str, _Shape] = field(default_factory=dict)


def differences(
    ours: object,
    recorded: object,
    *,
    optional: Mapping[str, str] | None = None,
    decimals: bool = True,
) -> list[str]:
    """How the shape of our answer differs from a recorded one; empty when it does not.

    `optional` allows differences: a place (`orders[].price`, with `*` for any text) and why it may differ there; what
    it names is not looked into. A reason that is never needed is a difference too, so that the table stays true.
    `decimals=False` for recordings whose numbers are not written as the exchange writes them (documentation).

    >>> differences({"price": "1.50", "id": 1}, {"price": "2.25", "time": 3})
    ['id: ours alone', 'time: missing']
    >>> differences([{"price": "1.5"}], [{"price": 2.25}])
    ['[].price: number text, recorded number']
    >>> differences({"a": 1, "b": 1}, {"a": 1}, optional={"b": "came later"})
    []
    """
    found = list(_compare(_shape([ours]), _shape([recorded]), "", decimals))
    allowed = {place: _pattern(place) for place in optional or {}}
    needed = {name for name, rule in allowed.items() for place, _ in found if rule.match(place)}
    rules = list(allowed.values())
    left = [f"{place or 'whole'}: {what}" for place, what in found if not any(rule.match(place) for rule in rules)]
    return left + [f"{name}: allowed to differ, but it does not" for name in allowed if name not in needed]


def _pattern(place: str) -> re.Pattern[str]:
    return re.compile(re.escape(place).replace(r"\*", ".*") + r"(?:[.\[].*)?\Z")


def _shape(values: Iterable[object], name: str = "") -> _Shape:
    shape = _Shape()
    for value in values:
        shape.count += 1
        _add(shape, value, name)
    return shape


def _add(shape: _Shape, value: object, name: str) -> None:
    if isinstance(value, dict):
        shape.kinds.add("object")
        for key, inner in value.items():
            _merge(shape.fields.setdefault(key, _Shape()), inner, key)
    elif isinstance(value, list | tuple):
        shape.kinds.add("list")
        _add_list(shape, value, name)
    else:
        kind, count = _kind(value, name)
        shape.kinds.add(kind)
        shape.decimals.update(count)


def _merge(shape: _Shape, value: object, name: str) -> None:
    shape.count += 1
    _add(shape, value, name)


def _add_list(shape: _Shape, values: Sequence[object], name: str) -> None:
    if _is_row(values):
        for place, inner in enumerate(values):
            _merge(shape.places.setdefault(place, _Shape()), inner, name)
        return
    for inner in values:
        _merge(shape.elements.setdefault(_tag(inner), _Shape()), inner, name)


def _is_row(values: Sequence[object]) -> bool:
    """Whether a list is a row of plain values of which some are numbers: a candle, a level of a book."""
    plain = not any(isinstance(value, dict | list | tuple) for value in values)
    return len(values) > 1 and plain and any(_kind(value, "")[0] != "text" for value in values)


def _tag(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    return next((str(value[key]) for key in _KINDS if key in value), "")


def _kind(value: object, name: str) -> tuple[str, tuple[int, ...]]:
    match value:
        case None:
            return "null", ()
        case bool():
            return "true or false", ()
        case int():
            return "whole number", ()
        case float():
            return "number", ()
        case str():
            found = None if name in _FREE_TEXTS else _NUMBER.match(value)
            return ("text", ()) if found is None else ("number text", (len(found[1] or ""),))
    raise TypeError(f"{value!r} is nothing that JSON has")


def _compare(ours: _Shape, theirs: _Shape, place: str, decimals: bool) -> Iterable[tuple[str, str]]:
    if ours.kinds - theirs.kinds:
        yield place, f"{_listed(ours.kinds - theirs.kinds)}, recorded {_listed(theirs.kinds)}"
    if decimals and theirs.decimals and ours.decimals - theirs.decimals:
        yield place, f"{_listed(ours.decimals)} decimals, recorded {_listed(theirs.decimals)}"
    yield from _compare_fields(ours, theirs, place, decimals)
    yield from _compare_inner(ours.places, theirs.places, f"{place}[{{}}]", decimals)
    shared = _compare_inner(ours.elements, theirs.elements, f"{place}[{{}}]", decimals)
    # A list that is empty in one recording says nothing; one that only ours leaves empty was not compared.
    yield from shared if theirs.elements else ()


def _compare_fields(ours: _Shape, theirs: _Shape, place: str, decimals: bool) -> Iterable[tuple[str, str]]:
    for name in sorted(ours.fields.keys() | theirs.fields.keys()):
        inside = f"{place}.{name}".lstrip(".")
        if name not in theirs.fields:
            if "object" in theirs.kinds:
                yield inside, "ours alone"
        elif name in ours.fields:
            yield from _compare(ours.fields[name], theirs.fields[name], inside, decimals)
        if _always(theirs, name) and "object" in ours.kinds and not _always(ours, name):
            yield inside, "missing"


def _always(shape: _Shape, name: str) -> bool:
    """Whether every object seen here has the field."""
    return name in shape.fields and shape.fields[name].count == shape.count


def _compare_inner(
    ours: Mapping[K, _Shape], theirs: Mapping[K, _Shape], place: str, decimals: bool
) -> Iterable[tuple[str, str]]:
    for key in sorted(ours.keys() | theirs.keys(), key=str):
        inside = place.format(key)
        if key not in ours:
            yield inside, "missing"
        elif key not in theirs:
            yield inside, "ours alone"
        else:
            yield from _compare(ours[key], theirs[key], inside, decimals)


def _listed(values: Iterable[object]) -> str:
    return " or ".join(sorted(str(value) for value in values))
