"""Writes recordings as training data: a line for each step, pictures beside, and how it was made.

The same recordings and options give the same bytes.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from agent.dialects.choose import DIALECTS
from agent.dialects.dialect import Dialect
from agent.export.account import Exported, LeftOut, Plan, Taken, write_account
from agent.export.form import ROWS_FILE, Form
from agent.export.past import why_left_out
from agent.export.pictures import PictureFolder
from agent.export.qwen_tool_call import QWEN_TOOL_CALL
from agent.export.samples import Lesson, make_lesson
from agent.export.sharegpt import SHAREGPT
from agent.export.trl import TRL
from agent.recording.reader import Recording
from tools.errors import CaptureError, ConfigError, RecordingError, UnsayableError, UsageError
from tools.registry import Registry

FORMS: Final[Mapping[str, Form]] = {form.name: form for form in (SHAREGPT, TRL, QWEN_TOOL_CALL)}
"""Every format by name."""
Offered = Callable[[Recording], Registry]
"""The tools that were offered in a recording."""


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
    write_account(done, plan, out)
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
