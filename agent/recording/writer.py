"""Writes a recording as the run goes on, so that a crash at any moment leaves all that happened.

A file is written before the event that names it; an event is one ``write`` of one line. What is
about to be done is on the disk before it is done. If the disk fills up, the torn line is taken back
and a little space kept for it holds the end of the run.
"""

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from pydantic import JsonValue

from agent.model import ImagePart, Reply
from agent.recording.alive import hold
from agent.recording.discretion import OPEN, Discretion
from agent.recording.folder import new_folder as new_folder
from agent.recording.format import (
    EVENTS_FILE,
    FORMAT_VERSION,
    FRAMES_FOLDER,
    SUMMARY_FILE,
    ActionIntent,
    Anchor,
    CheckDone,
    DecisionMade,
    Event,
    FileRef,
    MistakeMade,
    ModelPart,
    ModelRequest,
    ModelResponse,
    ObservationSeen,
    Origin,
    RunEnd,
    Rung,
    RungTaken,
    RunStart,
    StepResult,
    Summary,
    part_key,
)
from agent.recording.patch import cut_patch, find_target
from agent.sight import Transform
from agent.step import Decision, Episode, Step, Verdict
from tools.action import Action, points_of
from tools.clock import Clock
from tools.device import DeviceInfo, Observation
from tools.errors import RecordingError

_RESERVE_FILE = ".reserve"
_RESERVE_BYTES = 64 * 1024
_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Header:
    """What is known before the first look.

    Attributes:
        config: The configuration as JSON.
        model: Who is asked; empty if nobody is.
        dialect: How the model is spoken to.
        prompt_hash: Changes when the words of the prompts do.
        versions: Name to version of the parts that matter.
        origin: The recording that this run goes back to; ``None`` for a run of its own.
        supports: Kinds of action the device can perform; ``None`` if nobody asked.
    """

    goal: str
    policy: str
    device: DeviceInfo
    config: Mapping[str, JsonValue]
    versions: Mapping[str, str]
    model: str = ""
    dialect: str = ""
    prompt_hash: str = ""
    origin: Origin | None = None
    supports: frozenset[str] | None = None


class RecordingWriter:
    """Writes the events of one run into ``folder``.

    Args:
        folder: As made by ``new_folder``.
        header: What the first event says.
        clock: Gives ``at_s``.
        discretion: Takes secrets out of every text that is written.

    Raises:
        RecordingError: From every method, if the disk refuses; nothing is dropped silently.
    """

    def __init__(
        self, folder: Path, header: Header, clock: Clock, discretion: Discretion = OPEN
    ) -> None:
        self.folder = folder
        self._discretion = discretion
        self._clock = clock
        self._started_s = clock.now()
        self._seq = 0
        self._size = 0
        self._step = 0
        self._stored: dict[str, FileRef] = {}
        self._parts: set[str] = set()
        self.model_calls = 0
        """Replies of models so far."""
        self.tokens = 0
        """Tokens of these and of their questions, as far as the models tell."""
        self.transforms: Callable[[], tuple[Transform, ...]] = tuple
        """How the policy's last point became device px; the policy's owner sets it."""
        with self._writing():
            (folder / _RESERVE_FILE).write_bytes(bytes(_RESERVE_BYTES))
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND
            self._events = os.open(folder / EVENTS_FILE, flags, 0o644)
            hold(self._events)
        try:
            self._start(header)
        except RecordingError:
            self.close()
            raise

    def observation(
        self, step: int, seen: Observation, *, frame_key: str = "", feedback: str = ""
    ) -> None:
        """Write one look: the frame, the UI tree, what is in front."""
        self._step = step
        settle, tree = seen.settle, seen.ui_tree
        kind, data = seen.screenshot.file()
        frame = self._store(f"{step:04d}-before.{kind}", data)
        source = self._discretion.text(tree.source) if tree is not None else ""
        self._append(
            ObservationSeen(
                **self._stamp(),
                step=step,
                frame=frame,
                size=seen.size,
                app=seen.app,
                activity=seen.activity,
                ui_tree=self._store(f"{step:04d}-tree.xml", source.encode()) if source else None,
                settle=settle.reason if settle is not None else "",
                frames_taken=settle.frames if settle is not None else 1,
                changed=settle.changed if settle is not None else None,
                source=seen.screenshot.source,
                frame_key=frame_key,
                feedback=feedback,
                masked=seen.masked,
                device_time=seen.device_time,
            )
        )

    def sent(
        self, model: str, request: dict[str, JsonValue], images: tuple[ImagePart, ...]
    ) -> None:
        """Write what is about to be sent; messages sent before are named, not repeated."""
        settings = self._part({key: part for key, part in request.items() if key != "messages"})
        messages = cast("list[dict[str, JsonValue]]", request["messages"])
        keys = [self._part(message) for message in messages]
        stored = [
            self._store(f"{self._step:04d}-sent-{image.sha256[:8]}.jpg", image.data)
            for image in images
        ]
        self._append(
            ModelRequest(
                **self._stamp(),
                step=self._step,
                model=model,
                messages=tuple(keys),
                settings=settings,
                images=tuple(stored),
            )
        )

    def received(self, model: str, reply: Reply) -> None:
        """Write what came back, verbatim."""
        self.model_calls += 1
        self.tokens += reply.usage.prompt_tokens + reply.usage.completion_tokens
        self._append(ModelResponse(**self._stamp(), step=self._step, model=model, reply=reply))

    def _part(self, value: dict[str, JsonValue]) -> str:
        key = part_key(value := self._discretion.part(value))  # a hash is a trace too
        if key not in self._parts:
            self._append(ModelPart(**self._stamp(), key=key, value=value))
            self._parts.add(key)
        return key

    def decision(self, step: int, decision: Decision, duration_s: float) -> None:
        """Write what the policy decided."""
        self._append(
            DecisionMade(
                **self._stamp(),
                step=step,
                thought=decision.thought,
                call=decision.call,
                duration_s=duration_s,
            )
        )

    def mistake(self, step: int, error: Exception, *, counts: bool) -> None:
        """Write what was wrong with a reply or decision."""
        self._append(
            MistakeMade(
                **self._stamp(),
                step=step,
                kind=type(error).__name__,
                message=str(error),
                counts=counts,
            )
        )

    def rung(
        self,
        source: int,
        rung: Rung,
        reason: str,
        *,
        tiles: int | None = None,
        likeness: float | None = None,
    ) -> None:
        """Write how the step that was looked at last found its recorded one; see ``RungTaken``."""
        self._append(
            RungTaken(
                **self._stamp(),
                step=self._step,
                source=source,
                rung=rung,
                tiles=tiles,
                likeness=likeness,
                reason=reason,
            )
        )

    def intent(self, step: int, action: Action, seen: Observation) -> None:
        """Write what is about to be done; on the disk when this returns."""
        points = points_of(action)
        anchor = None
        if points and points[0].within(seen.size):
            box, patch = cut_patch(seen.screenshot.image, points[0])
            anchor = Anchor(
                box=box,
                patch=self._store(f"{step:04d}-anchor.jpg", patch),
                target=find_target(seen.ui_tree, points[0]),
            )
        self._append(
            ActionIntent(
                **self._stamp(),
                step=step,
                action=action,
                transforms=self.transforms(),
                anchor=anchor,
            ),
            sync=True,
        )

    def result(self, step: Step, *, error: str = "") -> None:
        """Write how the step came out."""
        self._append(
            StepResult(
                **self._stamp(),
                step=step.index,
                ok=not error,
                result=step.result,
                error=error,
                timing=step.timing,
            )
        )

    def check(self, name: str, verdict: Verdict, evidence: str) -> None:
        """Write what one check came to."""
        self._append(
            CheckDone(**self._stamp(), name=name, verdict=verdict, evidence=evidence), sync=True
        )

    def end(self, episode: Episode, *, traceback: str = "") -> None:
        """Write why the run ended, sync, and bring ``run.json`` up to date."""
        self._make_room()
        end = RunEnd(
            **self._stamp(),
            stop=episode.stop,
            answer=episode.answer,
            verdict=episode.verdict,
            steps=len(episode.steps),
            duration_s=episode.duration_s,
            error=episode.error,
            traceback=traceback,
            events_sha256=self._digest(),
        )
        self._append(end, sync=True)
        self._write_summary(self._summary.ended(end))

    def close(self) -> None:
        """Let go of the files. May be called twice."""
        if self._events >= 0:
            os.close(self._events)
            self._events = -1
        with contextlib.suppress(OSError):
            self._make_room()

    def _start(self, header: Header) -> None:
        start = RunStart(
            **self._stamp(),
            format=FORMAT_VERSION,
            run=self.folder.name,
            started=datetime.now(UTC),
            goal=header.goal,
            policy=header.policy,
            model=header.model,
            dialect=header.dialect,
            prompt_hash=header.prompt_hash,
            config=dict(header.config),
            device=header.device,
            supports=tuple(sorted(header.supports)) if header.supports is not None else None,
            versions=dict(header.versions),
            origin=header.origin,
        )
        self._append(start, sync=True)
        self._summary = Summary.begun(start)
        self._write_summary(self._summary)

    def _stamp(self) -> dict[str, Any]:
        self._mend()
        return {"seq": self._seq, "at_s": round(self._clock.now() - self._started_s, 6)}

    def _append(self, event: Event, *, sync: bool = False) -> None:
        line = self._discretion.json(event).encode() + b"\n"
        with self._writing():
            written = self._write(line)
            if written != len(line):  # the disk is full: take the torn line back
                os.ftruncate(self._events, self._size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._size += written
            self._seq += 1
            if sync:
                os.fsync(self._events)

    def _write(self, line: bytes) -> int:
        return os.write(self._events, line)

    def _digest(self) -> str:
        """Read back from the open file, which may be gone from its folder by now."""
        digest = hashlib.sha256()
        with self._writing():
            os.lseek(self._events, 0, os.SEEK_SET)  # what is written goes to the end all the same
            while piece := os.read(self._events, _PIECE_BYTES):
                digest.update(piece)
        return digest.hexdigest()

    def _make_room(self) -> None:
        (self.folder / _RESERVE_FILE).unlink(missing_ok=True)

    def _mend(self) -> None:
        """Agree with the file again after an interrupt fell between the write and the count."""
        with self._writing():
            state = os.fstat(self._events)
            gone = state.st_nlink == 0 and not (self.folder / EVENTS_FILE).exists()
            if gone:  # what is written now nobody will ever read
                raise OSError(errno.ENOENT, f"{EVENTS_FILE} was deleted while the run went on")
            if state.st_size > self._size:
                self._size = state.st_size
                self._seq += 1

    def _store(self, name: str, data: bytes) -> FileRef:
        digest = hashlib.sha256(data).hexdigest()
        known = self._stored.get(digest)
        if known is not None:
            return known
        path = f"{FRAMES_FOLDER}/{name}"
        with self._writing():
            (self.folder / path).write_bytes(data)
        ref = FileRef(path=path, sha256=digest, size_bytes=len(data))
        self._stored[digest] = ref
        return ref

    def _write_summary(self, summary: Summary) -> None:
        fresh = self.folder / f"{SUMMARY_FILE}.new"
        with self._writing():
            fresh.write_text(self._discretion.json(summary, indent=2) + "\n", encoding="utf-8")
            fresh.replace(self.folder / SUMMARY_FILE)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RecordingError(
                f"The recording {str(self.folder)!r} cannot be written: {error.strerror or error}.",
                hint="Name another folder with --record-dir.",
            ) from error
