"""A task file from a recording: finds what the virtual phone held, and writes the file."""

import os
import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from agent.phone_process import STATE_FILE, PhoneOptions, running_phone
from agent.recording.reader import Recording
from agent.suite.derive.derive import Derived, derive_task, virtual_phone_of
from agent.suite.derive.phone_state import PhoneState, read_state
from agent.suite.derive.row_checks import Phones
from agent.suite.language.library import SUFFIXES
from tools.errors import TaskError

_OTHERS = 3
"""Seeds that are compared with the recorded one. Names are drawn from lists: on one other seed half
of them may stand again by chance."""
_SCHEMA = "task.schema.json"


def task_of_recording(
    recording: Recording,
    *,
    name: str = "",
    out: Path | None = None,
    notice: Callable[[str], None] = lambda _: None,
) -> Derived:
    """Make a task of a recording.

    Of a run on a virtual phone, untouched ones are started for a moment, to tell what the run
    changed and what another seed changes.

    Args:
        recording: As read.
        name: What the task is called; empty for a name from the goal.
        out: Where it will be written, for the path of the schema; ``None`` for nowhere.
        notice: Told what takes some seconds.

    Raises:
        RecordingError: There is nothing in it to make a task of, or a file of it is damaged.
        TaskError: ``name`` cannot be a name, or ``out`` cannot be written.
    """
    if out is not None:
        _check_free(_file_of(out, name or "x"))
    if name and (re.search(r"[\[\]${}#\x00-\x1f]|::", name) or not 1 <= len(name.strip()) <= 100):
        raise TaskError(
            f"A task cannot be called {name!r}.",
            hint="One line of at most 100 characters, without [ ] { } # $ and ::",
        )
    phones = _phones(recording, notice)
    schema = _schema_beside(out) if out is not None else ""
    return derive_task(recording, phones, name=name.strip(), schema=schema)


def write_task(derived: Derived, out: Path) -> Path:
    """Write the file, new; ``out`` may be a folder, which is made if it has no suffix.

    Raises:
        TaskError: It cannot be written, or something is there already.
    """
    path = _file_of(out, derived.task.name)
    _check_free(path)
    text = derived.text.encode()
    with ExitStack() as undo:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                undo.callback(path.unlink, missing_ok=True)  # half a task would be in the way
                file.write(text)
        except OSError as error:
            raise TaskError(f"{str(path)!r} cannot be written: {error.strerror}.") from None
        except UnicodeEncodeError as error:
            raise TaskError(
                f"{str(path)!r} is no name of a file where names are {error.encoding}.",
                hint="Give another --name.",
            ) from None
        undo.pop_all()
    return path


def _file_of(out: Path, name: str) -> Path:
    if out.is_dir() or not (out.suffix or out.exists()):
        return out / (re.sub(r"[^\w.+-]+", "-", name) + SUFFIXES[0])
    if not out.name.endswith(SUFFIXES):
        raise TaskError(
            f"{str(out)!r} is no name of a task file.", hint=f"Call it {out.stem}{SUFFIXES[0]}"
        )
    return out


def _check_free(path: Path) -> None:
    if path.exists():
        raise TaskError(
            f"{str(path)!r} is there already.", hint="Give another --out, or remove it first."
        )


def _schema_beside(out: Path) -> str:
    """The nearest schema at or above the file's folder, as seen from there; empty if none."""
    folder = _file_of(out, "x").parent.absolute()
    for above in (folder, *folder.parents[:3]):
        if (above / _SCHEMA).is_file():
            return Path(os.path.relpath(above / _SCHEMA, folder)).as_posix()
    return ""


def _phones(recording: Recording, notice: Callable[[str], None]) -> Phones | None:
    phone, written = virtual_phone_of(recording), recording.folder / STATE_FILE
    if phone is None or not written.is_file():
        return None
    after = read_state(written)
    notice(f"Looking at {_OTHERS + 1} untouched virtual phones to tell what the run changed …")
    fresh = _untouched(phone.scenario, phone.seed)
    others = (_untouched(phone.scenario, phone.seed + more) for more in range(1, _OTHERS + 1))
    return Phones(after, fresh, tuple(others))


def _untouched(scenario: str, seed: int) -> PhoneState:
    """The state of a virtual phone on which nothing was done."""
    with tempfile.TemporaryDirectory() as folder:
        with running_phone(PhoneOptions(scenario=scenario, seed=seed, folder=Path(folder))):
            pass
        return read_state(Path(folder) / STATE_FILE)
