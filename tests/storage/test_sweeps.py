"""Sweeps on disk: parts come back as they were, and what is torn or foreign does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tradefleet.market.errors import ParameterError
from tradefleet.research.sweep import Part
from tradefleet.storage.sweeps import MOST_KEPT, open_sweep

COLUMNS = ("sharpe", "trades")
IDENTITY = {"strategy": "ema_cross"}


def part(begin: int, end: int, value: float = 1.0, errors: dict[int, str] | None = None) -> Part:
    values = np.full((2, end - begin), value)
    for row in errors or {}:
        values[:, row] = np.nan
    return Part(begin, end, values, errors or {})


@pytest.fixture
def told() -> list[str]:
    return []


def opened(root: Path, told: list[str], *, resume: bool = True, count: int = 100, name: str = "abc"):  # type: ignore[no-untyped-def]
    return open_sweep(root, IDENTITY, name, COLUMNS, count, resume=resume, told=told.append)


def test_parts_come_back_with_values_and_errors(tmp_path: Path, told: list[str]) -> None:
    with opened(tmp_path, told) as folder:
        folder.keep(part(0, 10, 0.1 + 0.2))
        folder.keep(part(10, 13, np.inf, {1: "it failed"}))
    with opened(tmp_path, told) as folder:
        first, second = folder.parts()
    assert (first.begin, first.end, second.begin, second.end) == (0, 10, 10, 13)
    assert first.values.tolist() == [[0.1 + 0.2] * 10] * 2
    np.testing.assert_array_equal(second.values, part(10, 13, np.inf, {1: "it failed"}).values)
    assert second.errors == {1: "it failed"}
    assert first.errors == {}
    assert told == []


def test_without_resume_earlier_parts_are_removed_and_counted(tmp_path: Path, told: list[str]) -> None:
    with opened(tmp_path, told) as folder:
        folder.keep(part(0, 10))
        folder.keep(part(10, 30))
    with opened(tmp_path, told, resume=False) as folder:
        assert list(folder.parts()) == []
    assert len(told) == 1
    assert "30 of 100 combinations; --resume" in told[0]


@pytest.mark.parametrize("how", ["torn", "foreign", "renamed", "beyond", "other columns", "again"])
def test_a_part_that_is_not_one_is_named_and_left_out(tmp_path: Path, told: list[str], how: str) -> None:
    with opened(tmp_path, told) as folder:
        folder.keep(part(0, 10))
        folder.keep(part(10, 20))
    path = tmp_path / "abc" / "000000000010-000000000020.parquet"
    if how == "torn":
        path.write_bytes(path.read_bytes()[:-20])
    elif how == "foreign":
        path.write_text("not Parquet")
    elif how == "renamed":
        path = path.rename(path.with_name("000000000010-000000000021.parquet"))
    elif how == "beyond":
        path = path.rename(path.with_name("000000000095-000000000105.parquet"))
    elif how == "again":
        path = path.rename(path.with_name("000000000005-000000000015.parquet"))
    else:
        with open_sweep(tmp_path, IDENTITY, "other", ("a", "b"), 100, resume=True) as other:
            other.keep(part(10, 20))
        path.write_bytes((tmp_path / "other" / path.name).read_bytes())
    with opened(tmp_path, told) as folder:
        assert [(each.begin, each.end) for each in folder.parts()] == [(0, 10)]
    assert len(told) == 1
    assert str(path) in told[0]


def test_one_process_runs_a_sweep_at_a_time(tmp_path: Path, told: list[str]) -> None:
    with (
        opened(tmp_path, told),
        pytest.raises(ParameterError, match="another process runs the same sweep"),
        opened(tmp_path, told),
    ):
        pass
    with opened(tmp_path, told):
        pass


def test_a_temporary_file_of_a_killed_process_is_no_part(tmp_path: Path, told: list[str]) -> None:
    with opened(tmp_path, told) as folder:
        folder.keep(part(0, 10))
        (tmp_path / "abc" / ".000000000010-000000000020.parquet.77.tmp").write_bytes(b"half")
        assert len(list(folder.parts())) == 1
    assert told == []


def test_the_oldest_sweeps_are_removed(tmp_path: Path, told: list[str]) -> None:
    names = [f"sweep{number}" for number in range(MOST_KEPT + 3)]
    for name in names:
        with opened(tmp_path, told, name=name) as folder:
            folder.keep(part(0, 10))
    left = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert left == names[2:]
