"""The agreed sizes and habits that no linter holds."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path
    for folder in ("agent", "tools", "benchmarks", "scripts")
    for path in (ROOT / folder).rglob("*.py")
)
BANNED = {"utils", "helpers", "common", "manager", "base", "core"}


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_files_and_functions_keep_to_their_size(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, f"{path} has outgrown 400 lines"
    long = [
        f"{node.name} ({(node.end_lineno or 0) - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert not long, f"{path}: {long}"


def test_no_file_is_named_for_nothing() -> None:
    assert [path for path in SOURCES if path.stem in BANNED or path.parent.name in BANNED] == []


def blind_handlers(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.walk(node.type) if node.type is not None else ()
            named = {part.id for part in caught if isinstance(part, ast.Name)}
            if node.type is None or named & {"Exception", "BaseException"}:
                yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_exception_is_caught_at_the_edge_of_an_episode_only() -> None:
    product = [
        path
        for path in SOURCES
        if path.is_relative_to(ROOT / "agent") or path.is_relative_to(ROOT / "tools")
    ]
    found = [place for path in product for place in blind_handlers(path)]
    assert [place.rpartition(":")[0] for place in found] == ["agent/loop.py"]
