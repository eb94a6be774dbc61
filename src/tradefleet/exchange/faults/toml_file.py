"""Rules of faults in a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from tradefleet.exchange.faults.rules import Rule, When, read_rule
from tradefleet.market.errors import DataError, ParameterError, did_you_mean

_SECTION = "fault"


def read_faults(path: str | Path) -> list[Rule]:
    """The rules of a TOML file, checked; raises DataError or ParameterError that names the file and the rule.

    A file:

        [[fault]]                       # a tenth of the orders: executed, but the answer comes after 20 seconds
        what = "answer_lost"
        where = "POST /api/v3/order"
        when = { probability = 0.1 }
        with = { seconds = 20 }

        [[fault]]                       # the third, sixth and ninth report of an account never comes
        name = "holes"
        what = "dropped"
        where = "user"
        account = "first"
        when = { after = 2, every = 3, times = 3 }

        [[fault]]                       # 429 to everything for 7 seconds, once
        what = "too_many_requests"
        market = "spot"
        when = { first = 1 }
        with = { seconds = 7 }
    """
    file = Path(path)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}", cure="give a TOML file of faults") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file} is no TOML: {error}", cure="mend that line") from None
    unknown = next((key for key in content if key != _SECTION), None)
    if unknown is not None:
        raise DataError(f"unknown section [{unknown}]", where=str(file), cure="write [[fault]] above each rule")
    rules = content.get(_SECTION, [])
    if not isinstance(rules, list):
        raise DataError("[fault] is one table", where=str(file), cure="write [[fault]], with two brackets")
    made = [rule_of(raw, f"{file}, fault {number}") for number, raw in enumerate(rules, start=1)]
    names = [rule.name for rule in made if rule.name]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"two rules are named {twice!r}", where=str(file), cure="give each a name of its own")
    return made


def rule_of(raw: object, where: str) -> Rule:
    """A rule from plain data, checked; raises ParameterError that says what, where and the cure."""
    if not isinstance(raw, dict):
        raise ParameterError(f"a rule is {raw!r}", where=where, cure='write a table, such as {"what": "latency"}')
    _check_keys(raw, Rule, where)
    if isinstance(raw.get("when"), dict):
        _check_keys(raw["when"], When, f"{where}, when")
    try:
        rule = msgspec.convert(raw, Rule)
    except msgspec.ValidationError as error:
        raise ParameterError(_said(error, raw), where=where, cure="see the file's documentation") from None
    read_rule(rule, where)
    return rule


def _check_keys(raw: dict[str, Any], form: type[msgspec.Struct], where: str) -> None:
    known = form.__struct_encode_fields__
    unknown = next((key for key in raw if key not in known), None)
    if unknown is not None:
        raise ParameterError(f"unknown key {unknown!r}", where=where, cure=did_you_mean(unknown, known))


def _said(error: msgspec.ValidationError, raw: dict[str, Any]) -> str:
    """msgspec's words, with the value they are about."""
    text, _, place = str(error).partition(" - at `$.")
    found: Any = raw
    for key in place.rstrip("`").split(".") if place else ():
        found = found.get(key) if isinstance(found, dict) else found
    return f"{place.rstrip('`')} is {found!r}: {text}" if place else text
