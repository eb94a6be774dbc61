"""Putting tables into TOML text so that the rest of it, comments included, stays as it is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

_WIDTH = 110
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class _Section(NamedTuple):
    """The lines from a table's header, or from the comment above it, to the next; `name` is its first key."""

    name: str | None
    comment: str
    text: str


def with_tables(text: str, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """The text with some of its first-level tables put in place of those of the same name, or at its end.

    Where a table cannot be told from the text around it (it is written inline, say), all is written anew: every value
    is kept, comments are lost. Raises tomllib.TOMLDecodeError for text that is no TOML.

    >>> print(with_tables("# Old.\\n[a]\\nx = 1\\n\\n# Mine.\\n[b]\\ny = 2 # two\\n", {"a": {"x": 3}}))
    # Old.
    [a]
    x = 3
    <BLANKLINE>
    # Mine.
    [b]
    y = 2 # two
    <BLANKLINE>
    """
    wanted = {**tomllib.loads(text), **tables}
    edited = _edited(text, tables)
    try:
        if tomllib.loads(edited) == wanted:
            return edited
    except tomllib.TOMLDecodeError:
        pass
    values = {name: value for name, value in wanted.items() if not isinstance(value, Mapping)}
    lines = [f"{_key(name)} = {_value(value)}\n" for name, value in values.items()]
    named = [_table(name, value) for name, value in wanted.items() if name not in values]
    return "\n".join(["".join(lines)] * bool(lines) + named)


def _edited(text: str, tables: Mapping[str, Mapping[str, Any]]) -> str:
    pieces: list[str] = []
    written: set[str] = set()
    for section in _sections(text):
        if section.name is None or section.name not in tables:
            pieces.append(section.comment + section.text)
        elif section.name not in written:
            written.add(section.name)
            pieces.append(section.comment + _table(section.name, tables[section.name]) + "\n")
    found = "".join(pieces).rstrip("\n")
    rest = [_table(name, table) for name, table in tables.items() if name not in written]
    return "\n\n".join([*([found] if found else []), *(each.rstrip("\n") for each in rest)]) + "\n"


def _sections(text: str) -> Iterator[_Section]:
    """The text's sections; what precedes the first table has no name."""
    name, comment = None, ""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        found = _header(line)
        if found is None:
            lines.append(line)
            continue
        begin = len(lines)
        while begin > 0 and lines[begin - 1].lstrip().startswith("#"):
            begin -= 1
        yield _Section(name, comment, "".join(lines[:begin]))
        name, comment, lines = found, "".join(lines[begin:]), [line]
    yield _Section(name, comment, "".join(lines))


def _header(line: str) -> str | None:
    """The first key of a table's header; None for another line."""
    if not line.lstrip().startswith("["):
        return None
    try:
        return next(iter(tomllib.loads(line)), None)
    except tomllib.TOMLDecodeError:
        return None


def _table(name: str, table: Mapping[str, Any]) -> str:
    """A table with its values first, then its long tables, each with a header of its own."""
    own = {key: value for key, value in table.items() if not _stands_apart(value)}
    lines = [f"[{_key(name)}]", *(f"{_key(key)} = {_value(value)}" for key, value in own.items())]
    for key, value in table.items():
        if key not in own:
            lines += ["", f"[{_key(name)}.{_key(key)}]", *(f"{_key(k)} = {_value(v)}" for k, v in value.items())]
    return "\n".join(lines) + "\n"


def _stands_apart(value: Any) -> bool:
    """Whether it is a table that is too long for a line."""
    return isinstance(value, Mapping) and len(_value(value)) > _WIDTH


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    # JSON's escapes are TOML's; it leaves one character as it is that TOML does not allow.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case datetime() | date() | time():
            return value.isoformat()
        case Mapping():
            inside = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            # An int, a float, inf and nan are written as Python does.
            return repr(value)
