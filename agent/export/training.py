"""Writes recordings as training data: a line for each step, pictures beside, and how it was made.

The same recordings and options give the same bytes.
"""

import importlib.metadata
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import PIL
from pydantic import JsonValue

from agent.dialects.choose import DIALECTS
from agent.dialects.dialect import Dialect
from agent.export.form import ROWS_FILE, Form
from agent.export.past import why_left_out
from agent.export.pictures import PictureFolder
from agent.export.qwen_tool_call import QWEN_TOOL_CALL
from agent.export.samples import Lesson, make_lesson
from agent.export.sharegpt import SHAREGPT
from agent.export.trl import TRL
from agent.prompt import Prompt
from agent.recording.reader import Recording
from tools.errors import CaptureError, ConfigError, RecordingError, UnsayableError, UsageError
from tools.registry import Registry

FORMS: Final[Mapping[str, Form]] = {form.name: form for form in (SHAREGPT, TRL, QWEN_TOOL_CALL)}
"""Every format by name."""
REPORT_FILE: Final = "export.json"
README_FILE: Final = "README.md"
_WORDS: Final = Path(__file__).parent / "words"
Offered = Callable[[Recording], Registry]
"""The tools that were offered in a recording."""


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


def require_empty(out: Path) -> None:
    """Refuse a folder in which something is: an export never mixes with what was there.

    Raises:
        UsageError: It is not empty, or is no folder.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        what = "is not empty" if out.is_dir() else "is no folder"
        raise UsageError(f"{str(out)!r} {what}.", hint="Name a new folder with --out.")


def sort_out(
    recordings: Sequence[Recording], *, everything: bool = False, unread: Sequence[LeftOut] = ()
) -> tuple[list[Recording], list[LeftOut]]:
    """The recordings to learn from, and the others with the reason.

    Args:
        recordings: Those that were named.
        everything: Whether runs that went wrong are taken too.
        unread: Recordings that were named and could not be read.

    Raises:
        UsageError: There is none to learn from.
    """
    whys = [why_left_out(each, everything=everything) for each in recordings]
    good = [each for each, why in zip(recordings, whys, strict=True) if not why]
    rest = [LeftOut(each.start.run, why) for each, why in zip(recordings, whys, strict=True) if why]
    left_out = [*unread, *rest]
    if not good:
        hint = "" if everything or not rest else "Runs that did not end well are taken with --all."
        raise _nothing(left_out, hint)
    return good, left_out


def recorded_dialect(form: Form, recordings: Sequence[Recording]) -> str:
    """The dialect that is meant where nobody named one; it is never guessed.

    Raises:
        ConfigError: The recordings do not tell.
    """
    if form.native:
        return "tools"
    used = {each.start.dialect for each in recordings}
    if len(used) == 1 and used <= DIALECTS.keys():
        return used.pop()
    told = ", ".join(sorted(filter(None, used))) or "none, as no model decided"
    raise ConfigError(
        f"For which family of models is this? Dialects in these recordings: {told}.",
        hint=f"Add --dialect, one of {', '.join(DIALECTS)}.",
    )


def require_fitting(dialect: Dialect, form: Form) -> None:
    """Refuse a dialect whose replies ``form`` does not hold.

    Raises:
        ConfigError: It answers with tool calls and the format holds texts, or the other way.
    """
    if dialect.native == form.native:
        return
    if form.native:
        raise ConfigError(
            f"{form.name} holds tool calls, and {dialect.name} writes its call as text.",
            hint="Use --format sharegpt or trl, or --dialect tools.",
        )
    raise ConfigError(
        f"{form.name} holds replies as text, and {dialect.name} answers with tool calls.",
        hint="Use --format qwen-tool-call, or --dialect tools_text.",
    )


def export_training(
    recordings: Iterable[Recording],
    plan: Plan,
    offered: Offered,
    out: Path,
    *,
    left_out: Sequence[LeftOut] = (),
) -> Exported:
    """Write the samples of ``recordings`` into ``out``.

    Args:
        recordings: Those to learn from, in the order in which they are to be written; each once.
        plan: What to write.
        offered: Tells the tools of each.
        out: A new or empty folder.
        left_out: Those that are not in ``recordings``, to be told.

    Raises:
        UsageError: The folder is not empty, or no recording can be exported; the message says why.
        ConfigError: Dialect, format and size of pictures do not fit together.
    """
    require_empty(out)
    require_fitting(plan.dialect, plan.form)
    plan.dialect.sizing.budget(max_pixels=plan.max_pixels)
    taken: list[Taken] = []
    missing = list(left_out)
    pictures = PictureFolder(out)
    for recording in recordings:
        found = _lesson_or_why(recording, plan, offered(recording))
        if isinstance(found, Taken):
            _write_rows(found.lesson, plan.form, out, pictures)
            taken.append(found)
        else:
            missing.append(LeftOut(recording.start.run, found))
    if not taken:
        raise _nothing(missing, "")
    samples = sum(len(each.lesson.samples) for each in taken)
    done = Exported(tuple(taken), tuple(missing), samples, len(pictures))
    _write_beside(done, plan, out)
    return done


def _nothing(left_out: Sequence[LeftOut], hint: str) -> UsageError:
    told = "; ".join(f"{each.run}: {each.why}" for each in left_out)
    return UsageError(f"There is nothing to export. {told}.", hint=hint)


def _lesson_or_why(recording: Recording, plan: Plan, tools: Registry) -> Taken | str:
    try:
        lesson = make_lesson(recording, plan.dialect, tools, max_pixels=plan.max_pixels)
    except (UnsayableError, RecordingError) as error:
        return error.message.rstrip(".")
    except CaptureError as error:
        return str(error).rstrip(".")
    return Taken(recording, lesson) if lesson.samples else "no step of it is worth learning"


def _write_rows(lesson: Lesson, form: Form, out: Path, pictures: PictureFolder) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / ROWS_FILE).open("a", encoding="utf-8", newline="\n") as file:
        for sample in lesson.samples:
            row = form.row(sample, pictures.keep)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_beside(done: Exported, plan: Plan, out: Path) -> None:
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
    masked = sum(each.lesson.masked for each in done.taken)
    not_learned = sum(sum(each.lesson.skipped.values()) for each in done.taken)
    return _words("readme").fill(
        format=plan.form.name,
        dialect=plan.dialect.name,
        samples=str(done.samples),
        pictures=str(done.pictures),
        recordings=str(len(done.taken)),
        left_out=str(len(done.left_out)),
        not_learned=str(not_learned),
        masked=str(masked),
        space=_words(f"space_{plan.dialect.space.value}").text,
        use=_words(plan.form.name).text,
    )


def _words(name: str) -> Prompt:
    return Prompt(name, (_WORDS / f"{name}.md").read_text(encoding="utf-8").rstrip("\n"))
