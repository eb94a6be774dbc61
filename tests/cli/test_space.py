"""The options that say what is searched."""

from __future__ import annotations

import pytest
from cyclopts import App

from tradefleet.cli.space import Grids, Sets, Where, read_grids, read_sets, read_space
from tradefleet.market.errors import ParameterError
from tradefleet.strategies import EmaCross, RsiReversion


def parsed(*words: str) -> tuple[list[str], list[str], list[str]]:
    app = App(result_action="return_value")

    @app.default
    def command(*, grid: Grids = [], where: Where = [], sets: Sets = []) -> object:  # noqa: B006 - never changed
        return grid, where, sets

    found = app(list(words))
    assert isinstance(found, tuple)
    return found


def test_options_are_repeated_and_keep_their_commas() -> None:
    words = ["--grid", "fast=5,10", "--grid=slow=20:40:10", "--where", "fast < slow", "--where", "fast > -5"]
    grids, where, sets = parsed(*words, "--set", "side=both")
    assert grids == ["fast=5,10", "slow=20:40:10"]
    assert where == ["fast < slow", "fast > -5"]
    assert sets == ["side=both"]
    assert parsed() == ([], [], [])


def test_space_of_options() -> None:
    space = read_space(
        EmaCross,
        ["fast=5:50:5", "slow=20:200:20", "side=long,both", "leverage=1,2", "size=0.5,risk:0.01"],
        ["fast < slow", "slow < 50"],
        ["stop_loss=0.02", "session=08:00-17:00"],
    )
    assert space.size == 10 * 10 * 2 * 2 * 2
    assert space.fixed == {"stop_loss": 0.02, "session": "08:00-17:00"}
    assert space.settings == ("leverage",)
    assert {(row["fast"], row["slow"]) for row in space.combinations()} == {
        (fast, slow) for fast in range(5, 51, 5) for slow in (20, 40) if fast < slow
    }


def test_grid_of_the_must_hold_line() -> None:
    grids = ["entry=20:36:2", "stop_loss=0.005:0.03:0.005", "reward_risk=1,1.5,2,2.5,3"]
    space = read_space(RsiReversion, grids, [], [])
    assert space.size == 270
    assert [axis.values for axis in space.axes] == [
        (20.0, 22.0, 24.0, 26.0, 28.0, 30.0, 32.0, 34.0, 36.0),
        (0.005, 0.01, 0.015, 0.02, 0.025, 0.03),
        (1.0, 1.5, 2.0, 2.5, 3.0),
    ]


@pytest.mark.parametrize(
    ("grids", "where", "sets", "part"),
    [
        ([], [], [], "there is nothing to search"),
        (["fast"], [], [], "write it as fast=5:50:5"),
        (["fast="], [], [], "the grid of fast is empty"),
        (["fast=5:60:5", "fast=1,2"], [], [], "--grid gives fast twice"),
        (["fast=5:60:5"], [], ["fast=5"], "--grid and by --set fast=5"),
        (["fsat=5:60:5"], [], [], "did you mean 'fast'?"),
        (["fast=5:60:5"], ["fast < slwo"], [], "did you mean 'slow'?"),
        (["fast=5:60:5"], [""], [], "the constraint is empty"),
        (["fast=5:60:5"], [], ["slow"], "write it as --set fast=12"),
        (["fast=5:60:5"], [], ["slow="], "write it as --set fast=12"),
        (["fast=5:60:5"], [], ["slow=5", "slow=6"], "--set gives slow twice: 5 and 6"),
        (["fast=5:60:5"], [], ["side=lnog"], "did you mean 'long'?"),
    ],
)
def test_errors_are_one_line_with_the_cure(grids: list[str], where: list[str], sets: list[str], part: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_space(EmaCross, grids, where, sets)
    assert part in str(caught.value)
    assert caught.value.cure
    assert "\n" not in str(caught.value)


def test_texts_may_have_spaces_and_equals_signs() -> None:
    assert read_grids([" fast = 5:50:5 ", "size=kelly:0.5,cap=0.2"], {}) == {
        "fast": "5:50:5", "size": "kelly:0.5,cap=0.2",
    }  # fmt: skip
    assert read_sets([" size = kelly:0.5,cap=0.2 "]) == {"size": "kelly:0.5,cap=0.2"}
