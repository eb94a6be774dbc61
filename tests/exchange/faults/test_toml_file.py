"""Rules of faults from files."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from tradefleet.exchange.faults.rules import Rule, When
from tradefleet.exchange.faults.toml_file import read_faults
from tradefleet.market.errors import UserError


def written(folder: Path, text: str) -> Path:
    file = folder / "faults.toml"
    file.write_text(dedent(text))
    return file


def test_the_documented_file_is_read(tmp_path: Path) -> None:
    documented = (read_faults.__doc__ or "").partition("A file:")[2]
    rules = read_faults(written(tmp_path, indent(dedent(documented), "")))
    assert rules == [
        Rule(what="answer_lost", where="POST /api/v3/order", when=When(probability=0.1), with_={"seconds": 20}),
        Rule(what="dropped", name="holes", where="user", account="first", when=When(after=2, every=3, times=3)),
        Rule(what="too_many_requests", market="spot", when=When(first=1), with_={"seconds": 7}),
    ]


def test_an_empty_file_has_no_rules(tmp_path: Path) -> None:
    assert read_faults(written(tmp_path, "")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[fault]]\nwhat = latency\n", ["is no TOML", "line 2"]),
        ("[[faults]]\nwhat = 'latency'", ["unknown section [faults]", "[[fault]]"]),
        ("[fault]\nwhat = 'latency'", ["[fault] is one table", "two brackets"]),
        ("fault = [3]", ["a rule is 3", "fault 1"]),
        ("[[fault]]\nwhat = 'latency'\n[[fault]]\nwhat = 'latnecy'", ["no fault 'latnecy'", "fault 2", "'latency'?"]),
        ("[[fault]]\nwhat = 'latency'\nwhere_ = '*'", ["unknown key 'where_'", "did you mean 'where'?"]),
        ("[[fault]]\nname = 'x'", ["missing required field `what`", "fault 1"]),
        ("[[fault]]\nwhat = 'latency'\nwhen = { probabilty = 1 }", ["unknown key 'probabilty'", "fault 1, when"]),
        ("[[fault]]\nwhat = 'latency'\nwhen = { probability = 2.5 }", ["when.probability is 2.5"]),
        ("[[fault]]\nwhat = 'latency'\nwhen = { first = 0 }", ["when.first is 0"]),
        ("[[fault]]\nwhat = 'latency'\nwith = { seconds = 'long' }", ["latency with", "Expected `float`"]),
        ("[[fault]]\nwhat = 'close'\nwith = { code = 1005 }", ["close with", "1005"]),
        ("[[fault]]\nwhat = 'latency'\nmarket = 'forex'", ["market is 'forex'"]),
        ("[[fault]]\nwhat = 'html'\nname = 'a'\n[[fault]]\nwhat = 'empty'\nname = 'a'", ["two rules are named 'a'"]),
    ],
)
def test_mistakes_name_the_file_the_place_and_the_cure(tmp_path: Path, text: str, said: list[str]) -> None:
    file = written(tmp_path, text)
    with pytest.raises(UserError) as error:
        read_faults(file)
    assert error.value.cure
    assert str(file) in str(error.value)
    for part in said:
        assert part in str(error.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_faults(tmp_path / "nothing.toml")
