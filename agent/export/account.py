"""What an export is made of, and how it is told in the folder itself."""

import importlib.metadata
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import PIL
from pydantic import JsonValue

from agent.dialects.dialect import Dialect
from agent.export.form import Form
from agent.export.samples import Lesson
from agent.prompt import Prompt
from agent.recording.reader import Recording

REPORT_FILE: Final = "export.json"
README_FILE: Final = "README.md"
_WORDS: Final = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Plan:
    """What is to be written.

    Attributes:
        form: The format.
        dialect: How the model to be trained is spoken to.
        max_pixels: Largest area of a picture; 0 for the dialect's own.
    """

    form: Form
    dialect: Dialect
    max_pixels: int = 0


@dataclass(frozen=True)
class Taken:
    """A recording that is in the export."""

    recording: Recording
    lesson: Lesson


@dataclass(frozen=True)
class LeftOut:
    """A recording that is not.

    Attributes:
        run: Its name.
        why: In words for people.
    """

    run: str
    why: str


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        taken: In the order in which they were named.
        left_out: The others.
        samples: How many lines.
        pictures: How many different pictures.
    """

    taken: tuple[Taken, ...]
    left_out: tuple[LeftOut, ...]
    samples: int
    pictures: int

    @property
    def masked(self) -> int:
        """In how many pictures a secret is painted over."""
        return sum(each.lesson.masked for each in self.taken)


def write_account(done: Exported, plan: Plan, out: Path) -> None:
    """Write what goes beside the samples: how they were made, and how they are loaded."""
    _write_json(out / REPORT_FILE, _report(done, plan))
    for name, content in plan.form.beside.items():
        _write_json(out / name, content)
    (out / README_FILE).write_text(_readme(done, plan) + "\n", encoding="utf-8", newline="\n")


def _write_json(path: Path, content: JsonValue) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _report(done: Exported, plan: Plan) -> dict[str, JsonValue]:
    dialect = plan.dialect
    return {
        "format": plan.form.name,
        "dialect": dialect.name,
        "space": dialect.space.value,
        "prompt_hash": dialect.prompt_hash,
        "made_by": {"tapwright": _version(), "pillow": PIL.__version__},
        "samples": done.samples,
        "pictures": done.pictures,
        "recordings": [_account(each) for each in done.taken],
        "left_out": [{"run": each.run, "why": each.why} for each in done.left_out],
    }


def _account(taken: Taken) -> dict[str, JsonValue]:
    start, end, lesson = taken.recording.start, taken.recording.end, taken.lesson
    return {
        "run": start.run,
        "goal": start.goal,
        "policy": start.policy,
        "model": start.model,
        "stop": end.stop.value if end is not None else None,
        "verdict": end.verdict.value if end is not None else None,
        "samples": len(lesson.samples),
        "replies": "the model's own" if lesson.own_words else "said in the dialect's words",
        "window": lesson.window,
        "max_pixels": lesson.max_pixels,
        "prompt_hash": start.prompt_hash,
        "steps_not_learned": dict(sorted(lesson.skipped.items())),
        "pictures_with_masks": lesson.masked,
    }


def _version() -> str:
    try:
        return importlib.metadata.version("tapwright")
    except importlib.metadata.PackageNotFoundError:
        return "from a folder"


def _readme(done: Exported, plan: Plan) -> str:
    not_learned = sum(sum(each.lesson.skipped.values()) for each in done.taken)
    return _words("readme").fill(
        format=plan.form.name,
        dialect=plan.dialect.name,
        samples=str(done.samples),
        pictures=str(done.pictures),
        recordings=str(len(done.taken)),
        left_out=str(len(done.left_out)),
        not_learned=str(not_learned),
        masked=str(done.masked),
        space=_words(f"space_{plan.dialect.space.value}").text,
        use=_words(plan.form.name).text,
    )


def _words(name: str) -> Prompt:
    return Prompt(name, (_WORDS / f"{name}.md").read_text(encoding="utf-8").rstrip("\n"))
