"""Remembers how a goal was reached, so that reaching it again need not be thought about.

An entry is a recording whose success was verified, with all that must be the same for its steps to
mean the same: the goal, the device's kind, size class, language and theme, and the versions of the
apps it went through. It is written only after checks have passed, and dropped when a run that
followed it fails its checks.
"""

import errno
import hashlib
import json
import re
import secrets
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from agent.recording.format import EVENTS_FILE, SUMMARY_FILE, FileRef
from agent.recording.reader import RecordedStep, Recording, read_recording
from agent.step import ToolCall
from tools.device import DeviceInfo
from tools.errors import RecordingError
from tools.geometry import Frozen, Size

_ENTRY_FILE = "entry.json"
_RECORDING = "recording"
_BASE_DPI = 160
_WIDTHS_DP = ((600, "compact"), (840, "medium"))
_HEIGHTS_DP = ((480, "compact"), (900, "medium"))
"""Android's window size classes, from its documentation of adaptive layouts."""
_PUT_TRIES = 5
_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY})
_FromJson = Annotated[datetime, Field(strict=False)]
Versions = Callable[[str], str]
"""Tells the version of an app on the device now; empty if it is not there."""


class Facts(Frozen):
    """What must be the same for recorded steps to mean the same.

    Attributes:
        goal: The person's sentence, without differences of white space.
        app: The app that is opened first; empty for none.
        kind: Of device: ``android`` or ``desktop``.
        size_class: Width and height in words, such as ``compact x expanded``.
        locale: BCP 47 tag; empty if unknown.
        theme: ``light`` or ``dark``; empty if unknown.
        case: The test case whose goal it is, and which of its goals; empty for none.
    """

    goal: str
    app: str
    kind: str
    size_class: str
    locale: str
    theme: str
    case: str = ""

    @property
    def key(self) -> str:
        """Equal for equal facts; 16 hexadecimal digits."""
        said = {name: value for name, value in self.model_dump().items() if value or name != "case"}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Span(Frozen):
    """The part of a recording in which a goal was reached, where the recording holds more.

    Attributes:
        first: Index of the first step towards the goal.
        until: Index of the step at which it was said to be reached.
        answer: What was said then.
    """

    first: int
    until: int
    answer: str


class Entry(Frozen):
    """One goal that was reached once.

    Attributes:
        facts: What must be the same.
        apps: Version of every app it went through, by its name.
        run: Name of the recording it was taken from.
        kept: When, UTC.
        steps: How many steps that took.
        span: Which part of the recording it is; ``None`` for all of it.
    """

    facts: Facts
    apps: dict[str, str]
    run: str
    kept: _FromJson
    steps: int
    span: Span | None = None


@dataclass(frozen=True)
class Lookup:
    """What a look into the cache gave.

    Attributes:
        entry: What was found and still fits; ``None`` for a miss.
        why: Why it hit or missed, in one line.
    """

    entry: Entry | None
    why: str


def facts_of(goal: str, app: str, info: DeviceInfo, case: str = "") -> Facts:
    """The facts of a run, or of a goal of a test case, that is about to begin."""
    plain = " ".join(unicodedata.normalize("NFKC", goal).split())
    return Facts(
        goal=plain,
        app=app,
        kind=info.kind,
        size_class=size_class(info.size, info.density_dpi),
        locale=info.locale,
        theme=info.theme,
        case=case,
    )


def size_class(size: Size, density_dpi: int) -> str:
    """``size`` in device px as Android's window size classes, width first."""
    width = _class_of(size.width * _BASE_DPI / density_dpi, _WIDTHS_DP)
    height = _class_of(size.height * _BASE_DPI / density_dpi, _HEIGHTS_DP)
    return f"{width} x {height}"


def _class_of(extent_dp: float, classes: tuple[tuple[int, str], ...]) -> str:
    return next((name for limit, name in classes if extent_dp < limit), "expanded")


class StepCache:
    """The entries in one folder; each is a folder of its own, so that two runs never mix.

    Args:
        folder: Where they are; made when the first one is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, facts: Facts, version_of: Versions) -> Lookup:
        """Look for a way to reach the same goal under the same circumstances."""
        entry = self._read(facts.key)
        if entry is None:
            return Lookup(None, self._why_not(facts))
        for app, version in entry.apps.items():
            now = version_of(app)
            if now != version:
                what = f"is version {now} now, not {version}" if now else "is not there any more"
                return Lookup(None, f"Miss: {app} {what}.")
        return Lookup(entry, f"Hit: reached in {entry.steps} steps on {entry.kept:%Y-%m-%d %H:%M}.")

    def recording(self, entry: Entry) -> Recording:
        """The recording of ``entry``: its steps, and at their end the claim that it is done.

        Raises:
            RecordingError: It was damaged, or another run has forgotten it just now.
        """
        found = read_recording(self.folder / entry.facts.key / _RECORDING)
        return found if entry.span is None else _part(found, entry.facts.goal, entry.span)

    def keep(
        self, facts: Facts, recording: Recording, version_of: Versions, span: Span | None = None
    ) -> Entry:
        """Keep how a goal was reached, in place of what was known before.

        Args:
            facts: What must be the same next time.
            recording: How it was reached.
            version_of: Tells the versions of the apps.
            span: In which part of the recording; ``None`` for all of it.

        Raises:
            RecordingError: The disk refuses, or there is no such part.
        """
        part = recording if span is None else _part(recording, facts.goal, span)
        apps = dict.fromkeys(
            step.observation.app
            for step in part.steps
            if step.observation is not None and step.observation.app
        )
        entry = Entry(
            facts=facts,
            apps={app: version_of(app) for app in apps},
            run=recording.start.run,
            kept=datetime.now(UTC),
            steps=sum(step.decision is not None for step in part.steps),
            span=span,
        )
        fresh = self.folder / f".{facts.key}-{secrets.token_hex(4)}"
        try:
            _copy(part, fresh / _RECORDING)
            text = entry.model_dump_json(indent=2) + "\n"
            (fresh / _ENTRY_FILE).write_text(text, encoding="utf-8")
            self._put(fresh, facts.key)
        except OSError as error:
            shutil.rmtree(fresh, ignore_errors=True)
            raise RecordingError(
                f"The step cache {str(self.folder)!r} cannot be written: "
                f"{error.strerror or error}.",
                hint="Name another folder with AGENT_CACHE_DIR.",
            ) from error
        return entry

    def _put(self, fresh: Path, key: str) -> None:
        """Put a folder in its place; another process or thread may do the same at this moment."""
        for _ in range(_PUT_TRIES):
            self.drop(key)
            try:
                fresh.replace(self.folder / key)
            except OSError as error:
                if error.errno not in _TAKEN:
                    raise
            else:
                return
        shutil.rmtree(fresh)  # others keep the same goal faster than this: theirs is as good

    def drop(self, key: str) -> bool:
        """Forget one entry.

        Returns:
            Whether there was one.

        Raises:
            OSError: It cannot be removed.
        """
        # Moved away first: who reads it sees all of it or nothing, and two that drop do not mix.
        aside = self.folder / f".{key}-{secrets.token_hex(4)}"
        try:
            (self.folder / key).rename(aside)
        except FileNotFoundError:
            return False
        shutil.rmtree(aside)
        return True

    def entries(self) -> tuple[Entry, ...]:
        """All that are kept, oldest first."""
        if not self.folder.is_dir():
            return ()
        keys = [
            each.name for each in self.folder.iterdir() if re.fullmatch("[0-9a-f]{16}", each.name)
        ]
        found = [entry for entry in map(self._read, keys) if entry is not None]
        return tuple(sorted(found, key=lambda entry: entry.kept))

    def _read(self, key: str) -> Entry | None:
        """An entry; one that another version has written, or that was damaged, is none."""
        try:
            text = (self.folder / key / _ENTRY_FILE).read_bytes()
            entry = Entry.model_validate_json(text)
        except (OSError, ValidationError):
            return None
        return entry if entry.facts.key == key else None

    def _why_not(self, facts: Facts) -> str:
        """What the nearest entry differs in."""
        same_goal = [entry for entry in self.entries() if entry.facts.goal == facts.goal]
        if not same_goal:
            return "Miss: this goal was not reached yet."
        wanted = facts.model_dump()
        nearest = min(
            (
                {
                    name: value
                    for name, value in entry.facts.model_dump().items()
                    if value != wanted[name]
                }
                for entry in same_goal
            ),
            key=len,
        )
        said = ", ".join(
            f"{name.replace('_', ' ')} {wanted[name] or 'unknown'!r}, not {value or 'unknown'!r}"
            for name, value in nearest.items()
        )
        return f"Miss: it was reached under other circumstances (now {said})."


def _copy(part: Recording, target: Path) -> None:
    """What a replay reads; the phone's final state, logs and other frames stay behind."""
    target.mkdir(parents=True)
    for name in (EVENTS_FILE, SUMMARY_FILE):
        shutil.copyfile(part.folder / name, target / name)
    for ref in _files(part.steps):
        copied = target / ref.path
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(part.file(ref), copied)


def _files(steps: Iterable[RecordedStep]) -> Iterator[FileRef]:
    """The frames, UI trees and patches of steps."""
    for step in steps:
        if step.observation is not None:
            yield step.observation.frame
            if step.observation.ui_tree is not None:
                yield step.observation.ui_tree
        if step.intent is not None and step.intent.anchor is not None:
            yield step.intent.anchor.patch


def _part(whole: Recording, goal: str, span: Span) -> Recording:
    """A part of a recording as a recording of its own, which ends with the claim that it is done.

    Raises:
        RecordingError: There is no such part.
    """
    steps = [step for step in whole.steps if span.first <= step.index <= span.until]
    last = steps[-1] if steps else None
    if last is None or last.decision is None or last.index != span.until:
        name = whole.folder.name
        raise RecordingError(f"The recording {name!r} has no steps {span.first} to {span.until}.")
    call = ToolCall(name="finish", arguments={"success": True, "answer": span.answer})
    said = last.decision.model_copy(update={"call": call})
    start = whole.start.model_copy(update={"goal": goal})
    steps[-1] = replace(last, decision=said, intent=None)
    return replace(whole, start=start, steps=tuple(steps), checks=())
