"""Finding strategies by what the user typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.strategies import EmaCross, Signals, Strategy, builtin_strategies, load_strategy

ONE = """
from tradefleet import Signals, Strategy, param
class One(Strategy):
    fast = param(12, 5, 50)
    def signals(self):
        return Signals()
"""
TWO = ONE + "class Two(One):\n    pass\n"


def write(folder: Path, text: str, name: str = "mine.py") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("name", sorted(builtin_strategies()))
def test_builtin_is_found_by_name(name: str) -> None:
    assert load_strategy(name).name() == name


def test_unknown_name_is_met_with_the_nearest_builtin() -> None:
    with pytest.raises(
        StrategyError, match=r"no strategy 'ema_corss'; did you mean 'ema_cross'\?.*path/to/file.py:Class"
    ):
        load_strategy("ema_corss")


@pytest.mark.parametrize("text", ["", ":", ":One", "nonsense"])
def test_nonsense_is_met_with_a_list(text: str) -> None:
    with pytest.raises(StrategyError, match="bollinger_reversion"):
        load_strategy(text)


def test_class_of_a_module_is_found() -> None:
    assert load_strategy("tradefleet.strategies.builtin.ema_cross:EmaCross") is EmaCross
    # Also where it was imported from elsewhere.
    assert load_strategy("tradefleet.strategies:EmaCross") is EmaCross


def test_class_of_a_file_is_found(tmp_path: Path) -> None:
    found = load_strategy(write(tmp_path, TWO) + ":Two")
    assert (found.__name__, found().parameters["fast"]) == ("Two", 12)


def test_only_class_of_a_file_needs_no_name(tmp_path: Path) -> None:
    path = write(tmp_path, ONE)
    assert load_strategy(path).__name__ == "One"
    assert load_strategy(f"{path}:").__name__ == "One"


def test_two_files_of_one_name_are_two_modules(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = load_strategy(write(tmp_path / "a", ONE))
    other = load_strategy(write(tmp_path / "b", ONE.replace("12, 5", "20, 5")))
    assert (one().parameters["fast"], other().parameters["fast"]) == (12, 20)


def test_edited_file_is_read_again(tmp_path: Path) -> None:
    assert load_strategy(write(tmp_path, ONE))().parameters["fast"] == 12
    assert load_strategy(write(tmp_path, ONE.replace("12, 5", "25, 5")))().parameters["fast"] == 25


def test_several_classes_ask_for_a_choice(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    with pytest.raises(StrategyError, match=r"several strategies, in .*choose one of: One, Two\. Write .*:Class"):
        load_strategy(path)


def test_missing_class_is_met_with_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    with pytest.raises(StrategyError, match=r"no class 'Tow', in .*mine.py; did you mean 'Two'\?"):
        load_strategy(f"{path}:Tow")


def test_class_that_is_no_strategy_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, ONE + "class Other:\n    pass\n")
    with pytest.raises(StrategyError, match=r"Other is not a strategy, in .*; write class Other\(Strategy\)"):
        load_strategy(f"{path}:Other")
    with pytest.raises(StrategyError, match="param is not a strategy"):
        load_strategy(f"{path}:param")


def test_file_without_a_strategy_says_what_to_write(tmp_path: Path) -> None:
    # An imported strategy is not the file's own.
    path = write(tmp_path, "from tradefleet.strategies import EmaCross\n")
    with pytest.raises(StrategyError, match=r"there is no strategy, in .*write a class that derives from Strategy"):
        load_strategy(path)


def test_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1\ny = (\nclass\n")
    with pytest.raises(StrategyError, match=rf"Python cannot read it: .*, in {path}:[23]; mend that line"):
        load_strategy(path)


def test_error_while_loading_names_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1\ny = x / 0\n")
    with pytest.raises(StrategyError, match=rf"ZeroDivisionError: division by zero, in {path}:2"):
        load_strategy(path)


def test_missing_import_says_what_to_install(tmp_path: Path) -> None:
    path = write(tmp_path, "import not_there_at_all\n")
    with pytest.raises(StrategyError, match=rf"not_there_at_all.*, in {path}:1; install it"):
        load_strategy(path)


NEIGHBOUR = "from own_numbers import FAST\n" + ONE.replace("12, 5", "FAST, 5")


def test_files_beside_it_can_be_imported(tmp_path: Path) -> None:
    before = list(sys.path)
    found = []
    for name, fast in (("a", 12), ("b", 20)):
        (tmp_path / name).mkdir()
        write(tmp_path / name, f"FAST = {fast}\n", "own_numbers.py")
        found.append(load_strategy(write(tmp_path / name, NEIGHBOUR))().parameters["fast"])
    # Each its own neighbour, although both have one name.
    assert found == [12, 20]
    write(tmp_path / "b", "FAST = 3 * 10\n", "own_numbers.py")
    assert load_strategy(f"{tmp_path}/b/mine.py")().parameters["fast"] == 30
    assert sys.path == before


def test_neighbour_found_already_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "FAST = 12\n", "known_numbers.py")
    monkeypatch.setitem(sys.modules, "known_numbers", SimpleNamespace(FAST=14))
    path = write(tmp_path, NEIGHBOUR.replace("own_numbers", "known_numbers"))
    assert [load_strategy(path)().parameters["fast"] for _ in range(2)] == [14, 14]


def test_error_in_a_neighbour_names_its_line(tmp_path: Path) -> None:
    neighbour = write(tmp_path, "FAST = 1\nSLOW = FAST / 0\n", "own_numbers.py")
    with pytest.raises(StrategyError, match=rf"division by zero, in {neighbour}:2"):
        load_strategy(write(tmp_path, NEIGHBOUR))


def test_end_of_the_program_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, ONE + "import sys\nsys.exit()\n")
    with pytest.raises(StrategyError, match=rf"ends the program \(sys.exit\), in {path}:8; take it out"):
        load_strategy(path)


def test_module_has_one_name_in_every_run(tmp_path: Path) -> None:
    path = write(tmp_path, ONE)
    script = f"from tradefleet.strategies import load_strategy; print(load_strategy({path!r}).__module__)"
    names = [
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert names[0] == names[1] == load_strategy(path).__module__.encode() + b"\n"


def test_failed_load_leaves_no_module_behind(tmp_path: Path) -> None:
    before = set(sys.modules)
    with pytest.raises(StrategyError):
        load_strategy(write(tmp_path, "x = 1 / 0\n"))
    assert set(sys.modules) == before


def test_bad_parameter_in_a_file_keeps_its_own_message(tmp_path: Path) -> None:
    path = write(tmp_path, ONE.replace("12, 5, 50", "3, 5, 50"))
    with pytest.raises(ParameterError, match=rf"default is 3, out of bounds, in {path}:4; choose 5 to 50"):
        load_strategy(path)


def test_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(StrategyError, match=r"there is no file .*tradefleet new strategy NAME"):
        load_strategy(f"{tmp_path}/absent.py:One")


def test_missing_module_is_named() -> None:
    with pytest.raises(StrategyError, match="no_such_package"):
        load_strategy("no_such_package.module:One")


def test_directory_is_no_strategy(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(StrategyError, match="there is no file"):
        load_strategy(f"{tmp_path}/folder.py:One")
    with pytest.raises(StrategyError):
        load_strategy(f"{tmp_path}:One")


def test_relative_path_is_read_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, ONE)
    monkeypatch.chdir(tmp_path)
    assert issubclass(load_strategy("mine.py:One"), Strategy)
    assert issubclass(load_strategy("./mine.py:One"), Strategy)


def test_builtin_is_found_by_its_class_name() -> None:
    assert load_strategy("EmaCross") is EmaCross


@pytest.mark.parametrize("text", ["EMACROSS", "Ema_Cross", "emacros"])
def test_case_and_underscores_do_not_hide_what_is_meant(text: str) -> None:
    with pytest.raises(StrategyError, match=r"did you mean 'ema_cross'\? Or name your own"):
        load_strategy(text)


def test_imported_strategies_are_offered_too() -> None:
    with pytest.raises(StrategyError, match=r"no class 'EmaCros', in tradefleet.strategies; did you mean 'EmaCross'\?"):
        load_strategy("tradefleet.strategies:EmaCros")


def test_list_of_names_ends_in_a_full_stop() -> None:
    with pytest.raises(StrategyError, match=r"weighted_score\. Or name your own"):
        load_strategy("zzzz")


def test_null_bytes_name_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1\0")
    with pytest.raises(StrategyError, match=rf"null bytes, in {path}"):
        load_strategy(path)


def test_misspelt_signal_is_met_with_the_nearest() -> None:
    with pytest.raises(StrategyError, match=r"no 'entr_long'; did you mean 'enter_long'\?"):
        Signals(**{"entr_long": True})
