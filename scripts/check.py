"""Everything that must hold before a change goes in: format, lint, types, architecture, tests.

Run it as ``python scripts/check.py``, or ``make check``. Arguments are passed on to pytest. It goes
on after a failure, so that one run tells all there is to mend, and exits 1 if anything failed.
"""

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ["agent", "tools", "tests", "benchmarks", "scripts"]
# The tests start hundreds of programs of ours. Where Python keeps nothing that it compiled, as with
# PYTHONDONTWRITEBYTECODE in many containers, each would spend half of its start on compiling.
COMPILED = ["compileall", "-q", "-j", "0", "agent", "tools"]
CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("format", ["ruff", "format", "--check", *SOURCES]),
    ("lint", ["ruff", "check", *SOURCES]),
    ("types", ["mypy", *SOURCES]),
    ("architecture", ["importlinter"]),
    ("compiled", COMPILED),
    (
        "tests",
        [
            "pytest",
            "-n",
            "auto",
            "--hypothesis-profile=same_examples",
            "--cov",
            "--cov-report=term",
        ],
    ),
)
# What no test can reach where torch is not installed. It is measured where torch is, as in CI; the
# variable is read by [tool.coverage.run] in pyproject.toml.
WITHOUT_TORCH = {"TAPWRIGHT_COVERAGE_OMIT": "agent/models/local/*"}
# The modules that are commands under another name than their own.
ENTRY = {
    "importlinter": [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as c; c()",
    ]
}


def main() -> int:
    """Run every check; return the exit code."""
    failed: list[str] = []
    without = {} if importlib.util.find_spec("torch") else WITHOUT_TORCH
    for left_out in without.values():
        print(f"Not in the coverage, because torch is not installed: {left_out}", flush=True)
    for name, (module, *options) in CHECKS:
        extra = sys.argv[1:] if name == "tests" else []
        command = [*ENTRY.get(module, [sys.executable, "-m", module]), *options, *extra]
        print(f"== {name}: {' '.join([module, *options, *extra])}", flush=True)
        started = time.monotonic()
        if subprocess.run(command, cwd=ROOT, env={**os.environ, **without}, check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - started:.0f} s", flush=True)
    print(f"FAILED: {', '.join(failed)}" if failed else "all checks passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
