"""A part that is asked for and missing is a failure; one that is only missing is a skip."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.conftest import Tracing

_ROOT = Path(__file__).parents[1]
_SAMPLE = """
import pytest

@pytest.mark.{kind}
def test_needs_a_part() -> None:
    pass
"""
_MISSING = "import sys\nsys.modules.update(torch=None, fastapi=None, playwright=None)\n"


@pytest.mark.parametrize(
    ("kind", "required", "code", "said"),
    [
        ("adb", "", 0, "needs the adb binary"),
        ("adb", "adb", 1, "needs the adb binary"),
        ("adb", "browser", 0, "1 skipped"),
        ("local", "", 0, "needs torch, transformers and llguidance"),
        ("local", "adb,local", 1, "needs torch, transformers and llguidance"),
        ("browser", "adb", 0, "needs playwright and Chromium"),
        ("browser", "browser", 1, "needs playwright and Chromium"),
        ("desktop", "adb", 0, "needs an X server and applications"),
        ("desktop", "adb,desktop", 1, "needs an X server and applications"),
        ("serving", "adb,local", 0, "needs transformers serve"),
        ("serving", "local,serving", 1, "needs transformers serve"),
    ],
)
def test_a_missing_part(tmp_path: Path, kind: str, required: str, code: int, said: str) -> None:
    (tmp_path / "test_sample.py").write_text(_SAMPLE.format(kind=kind))
    (tmp_path / "conftest.py").write_text(
        _MISSING + (_ROOT / "tests" / "conftest.py").read_text().partition('"""\n')[2]
    )
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nmarkers = {kind}\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PATH": "/nonexistent", "TAPWRIGHT_REQUIRE": required},
    )
    assert done.returncode == code, done.stdout
    assert said in done.stdout


@pytest.mark.parametrize("profile", ["any_machine", "same_examples"])
def test_no_example_fails_for_how_long_it_takes(profile: str) -> None:
    chosen = settings.get_profile(profile)
    assert chosen.deadline is None
    assert HealthCheck.too_slow in chosen.suppress_health_check
    assert settings().deadline is None  # one of the two is in force


@pytest.mark.parametrize(
    ("name", "about_phones", "begun"),
    [("adb-server", False, False), ("adb-server", True, True), ("run", False, True)],
)
def test_which_threads_are_traced(
    monkeypatch: pytest.MonkeyPatch, name: str, about_phones: bool, begun: bool
) -> None:
    monkeypatch.setattr(Tracing, "about_phones", about_phones)
    seen: list[str] = []
    tracing = Tracing(lambda frame, *_: seen.append(frame.f_code.co_name))
    before = threading.gettrace()
    threading.settrace(tracing)
    try:
        thread = threading.Thread(target=lambda: None, name=name)
        thread.start()
        thread.join()
    finally:
        threading.settrace(before)
    assert bool(seen) is begun
