"""Studies on disk are whole, locked, and named with care."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradefleet.market.errors import CatalogError, DataError, ParameterError
from tradefleet.storage.studies import open_study

MARK = '{"op_code":2,"user_attr":{"trials":8}}'
LINE = '{"op_code":4,"study_id":0}'


def test_lines_are_read_back_in_order(tmp_path: Path) -> None:
    with open_study(tmp_path / "studies", "a") as study:
        assert study.lines() == []
        study.append([LINE, MARK])
        study.append([LINE, LINE, MARK])
    with open_study(tmp_path / "studies", "a") as study:
        assert study.lines() == [LINE, MARK, LINE, LINE, MARK]


@pytest.mark.parametrize("rest", ["", LINE, LINE + "\n", LINE + "\n" + MARK[:-1], "\0\0\0"])
def test_what_follows_the_last_mark_is_cut_off(tmp_path: Path, rest: str) -> None:
    path = tmp_path / "a.log"
    path.write_text(f"{LINE}\n{MARK}\n{rest}")
    with open_study(tmp_path, "a") as study:
        assert study.lines() == [LINE, MARK]
        study.append([MARK])
    assert path.read_text() == f"{LINE}\n{MARK}\n{MARK}\n"


def test_a_first_batch_that_was_torn_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(LINE[:9])
    with open_study(tmp_path, "a") as study:
        assert study.lines() == []


@pytest.mark.parametrize("content", ["my diary", "my diary\n", "[1, 2]\n", '{"diary": 1}\n', "7\n"])
def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.log").write_text(content)
    with (
        pytest.raises(DataError, match=r"this is no journal of a study, in .*a\.log; choose another name"),
        open_study(tmp_path, "a"),
    ):
        pass
    assert (tmp_path / "a.log").read_text() == content


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".a", "-a", "a b", "a" * 101, "a\n"])
def test_a_name_that_makes_no_file_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(ParameterError, match="the study's name is"), open_study(tmp_path, name):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_runs_cannot_be_opened(tmp_path: Path) -> None:
    with open_study(tmp_path, "a") as study:
        with pytest.raises(ParameterError, match="another process runs the study 'a'"), open_study(tmp_path, "a"):
            pass
        with open_study(tmp_path, "b"):
            pass
        study.append([MARK])
    with open_study(tmp_path, "a") as study:
        assert study.lines() == [MARK]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "studies").write_text("a file")
    with pytest.raises(CatalogError, match="cannot be written"), open_study(tmp_path / "studies", "a"):
        pass
