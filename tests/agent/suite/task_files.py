"""Task files for the tests: written to a folder, and collected from there."""

from collections.abc import Mapping
from pathlib import Path

from agent.suite.language.cases import Case, Collected, collect

NOTHING: Mapping[str, str] = {}


def gather(
    folder: Path,
    text: str | bytes,
    environment: Mapping[str, str] = NOTHING,
    **others: str,
) -> Collected:
    """What ``t.task.yaml`` with ``text`` comes to; ``others`` lie beside it, by their names."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    (folder / "t.task.yaml").write_bytes(data)
    for name, content in others.items():
        (folder / f"{name}.task.yaml").write_text(content, encoding="utf-8")
    return collect(["t.task.yaml"], root=folder, environment=environment.get)


def unset(_: str) -> str | None:
    """An environment in which nothing is set."""
    return None


def told(found: Collected) -> list[str]:
    """The problems, one line each."""
    return [str(each) for each in found.problems]


def only_case(found: Collected) -> Case:
    """The one case there is."""
    assert told(found) == []
    (case,) = found.cases
    return case
