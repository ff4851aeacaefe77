"""A part that is asked for and missing is a failure; one that is only missing is a skip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_SAMPLE = """
import pytest

@pytest.mark.adb
def test_needs_adb() -> None:
    pass
"""


@pytest.mark.parametrize(
    ("required", "code", "said"),
    [("", 0, "1 skipped"), ("adb", 1, "needs the adb binary"), ("browser", 0, "1 skipped")],
)
def test_a_missing_part(tmp_path: Path, required: str, code: int, said: str) -> None:
    (tmp_path / "test_sample.py").write_text(_SAMPLE)
    (tmp_path / "conftest.py").write_text((_ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = adb\n")
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
