"""What the documents show is true: commands exist, examples run, sizes are kept."""

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from agent.cli.app import run_command

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short_and_shows_code_early() -> None:
    lines = README.splitlines()
    assert len(lines) <= 200
    assert any(line.startswith("```sh") for line in lines[:15])
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 60


def run_example(text: str, folder: Path) -> str:
    """What the first Python example of a document prints, run in ``folder``."""
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert example is not None
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example[1]],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_example_of_the_readme_runs(tmp_path: Path) -> None:
    assert "finished" in run_example(README, tmp_path)
    assert len(list((tmp_path / "recordings").iterdir())) == 1


def test_a_policy_and_a_device_of_ones_own_run_as_shown(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "own-code.md").read_text(encoding="utf-8")
    assert run_example(page, tmp_path).splitlines() == [
        "finished com.android.settings is in front.",
        "finished fake is in front.",
    ]
    assert len(list((tmp_path / "recordings").iterdir())) == 2


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CONTRIBUTING.md",
        *(f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md"))),
    ],
)
def test_every_command_and_option_that_a_document_shows_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    shown = re.findall(r"^\s*(?:.*&& )?agent ((?:[a-z]+ ?)+)[^\n]*", text, re.MULTILINE)
    lines = re.findall(r"^(?:.*&& )?(agent [a-z][^\n#]*)", text, re.MULTILINE)
    for line in lines:
        words = line.split()
        command = [word for word in words[1:3] if word.isalpha() and word.islower()]
        help_text = command_help(command)
        for option in re.findall(r"(?<!\S)--[a-z-]+", line):
            # Whole: "--dev" is no option because "--device" is one.
            assert re.search(rf"(?<!\S){option}(?![a-z-])", help_text), (
                f"{document}: {line!r} shows {option}, which `agent {command}` does not know"
            )
    assert not lines or shown


@cache
def help_of(*command: str) -> str:
    """What ``agent COMMAND --help`` prints; nothing if there is no such command."""
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(io.StringIO()):
        code = run_command([*command, "--help"])
    return printed.getvalue() if code == 0 else ""


def command_help(command: list[str]) -> str:
    """The help of ``agent`` and the given subcommands; a word that is no subcommand is dropped."""
    for length in range(len(command), 0, -1):
        text = help_of(*command[:length])
        if text and (length == len(command) or " COMMAND [ARGS]" not in text):
            return text
    raise AssertionError(f"agent {' '.join(command)} is no command")


@pytest.mark.parametrize(
    "document", sorted(path.name for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
)
def test_links_inside_the_project_lead_somewhere(document: str) -> None:
    path = next(found for found in (ROOT / document, ROOT / "docs" / document) if found.exists())
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{document} links to {target}"
