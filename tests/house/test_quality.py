"""Style, types and dependencies, as part of the suite."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tradefleet

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "words",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "--no-incremental"],
        ["deptry", "src"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_tool_finds_nothing(words: list[str]) -> None:
    result = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_shell_scripts_are_sound() -> None:
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        pytest.skip("shellcheck is not installed")
    scripts = [str(ROOT / name) for name in ("launcher.sh", ".ci/run")]
    result = subprocess.run([shellcheck, *scripts], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_root_has_the_names_the_readme_lists() -> None:
    text = (ROOT / "README.md").read_text()
    listed = re.search(r"The names at the package root: (.*?)\.\n", text, re.DOTALL)
    assert listed is not None
    assert sorted(re.findall(r"`(\w+)`", listed[1])) == sorted(tradefleet.__all__)
    assert all(getattr(tradefleet, name) is not None for name in tradefleet.__all__)


def test_ci_runs_the_command_of_the_readme() -> None:
    assert "./launcher.sh test" in (ROOT / "README.md").read_text()
    last = (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1]
    assert last == "exec ./launcher.sh test"


DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_and_paths_in_the_documents_exist(name: str) -> None:
    document = ROOT / name
    text = document.read_text()
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    named = re.findall(r"`(src/[\w/.]+|tests/\w+|tools/[\w.]+|docs/[\w/.]+)`", text)
    missing = [path for path in linked if not (document.parent / path).exists()]
    missing += [path for path in named if "NAME" not in path and not (ROOT / path).exists()]
    assert missing == []
