"""Makes a copy of a recording without certain words, which still reads and verifies."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue, ValidationError

from agent.recording.alive import is_held
from agent.recording.events import read_events
from agent.recording.folder import new_name, slug
from agent.recording.format import (
    EVENTS,
    EVENTS_FILE,
    FORMAT_VERSION,
    FRAMES_FOLDER,
    SUMMARY_FILE,
    AnyEvent,
    part_key,
)
from agent.recording.mask import Masks, find_masks, paint, redact_tree
from agent.recording.reader import Recording, read_recording
from agent.recording.redact import SHORTEST, Redactor
from tools.errors import RecordingError

_REF = frozenset({"path", "sha256", "size_bytes"})


@dataclass
class Scrubbed:
    """What was done.

    Attributes:
        folder: The new recording.
        values: Texts in events that were changed.
        files: Trees and other text files that were changed.
        masked: Pictures that were painted over in part.
        unchecked: Pictures of screens without a UI tree: a term may still be seen there.
        left_out: Files that were not taken over, each with the reason.
        names: Names of members in which a term stays, since names have a meaning.
    """

    folder: Path
    values: int = 0
    files: int = 0
    masked: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


def scrub(recording: Recording, terms: dict[str, str], into: Path | None = None) -> Scrubbed:
    """Write ``recording`` without ``terms`` into a new folder; the old one stays as it is.

    The copy is of this format. Nothing is in ``into`` until all of it is there.

    Args:
        recording: What to copy; its run must be over.
        terms: Each term, in any case, and what stands in its place.
        into: The new folder, not there yet; beside the old one by default.

    Raises:
        RecordingError: A file was changed since it was recorded, a term is a word of the format
            itself, or the new folder is there already or cannot be written.
        UsageError: A term is too short.
    """
    redactor = Redactor(terms, any_case=True)
    if is_held(recording.folder):
        raise RecordingError(
            f"{str(recording.folder)!r} cannot be scrubbed: the run still goes on.",
            hint="Wait until it is over.",
        )
    name = new_name(recording.start.started, redactor.text(recording.start.goal))
    target = into if into is not None else recording.folder.absolute().parent / name
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RecordingError(f"{str(target)!r} is there already.", hint="Name a new folder.")
    fresh = target.parent / f".{target.name}.part"
    try:
        shutil.rmtree(fresh, ignore_errors=True)  # of a scrub that was killed
        (fresh / FRAMES_FOLDER).mkdir(parents=True)
        report = _Copy(recording, redactor, fresh, target.name).make()
        fresh.replace(target)
    except OSError as error:
        why = error.strerror or error
        raise RecordingError(f"{str(target)!r} cannot be written: {why}.") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    report.folder = target
    return report


class _Copy:
    def __init__(self, recording: Recording, redactor: Redactor, folder: Path, name: str) -> None:
        self._old, self._redactor, self._folder, self._name = recording, redactor, folder, name
        self._refs: dict[str, JsonValue] = {}
        self._same: dict[str, str] = {}
        """Hashes and keys, by what they were before."""
        self._report = Scrubbed(folder)
        slugs = {slug(term): "redacted" for term in redactor.terms}
        usable = {term: instead for term, instead in slugs.items() if len(term) >= SHORTEST}
        self._names = Redactor(usable)

    def make(self) -> Scrubbed:
        masks = find_masks(self._old, self._redactor)
        self._copy_files(masks)
        self._report.unchecked = sorted(masks.unchecked & self._refs.keys())
        before = hashlib.sha256()
        with (self._folder / EVENTS_FILE).open("wb") as file:
            for event in read_events(self._old.folder).events:
                line = self._event(event, masks, before.hexdigest())
                before.update(line)
                file.write(line)
        new = read_recording(self._folder)
        summary = new.summary().model_dump_json(indent=2)
        (self._folder / SUMMARY_FILE).write_text(f"{summary}\n", encoding="utf-8")
        for path in self._others():
            self._copy_other(path)
        return self._report

    def _copy_files(self, masks: Masks) -> None:
        for ref in self._old.refs:
            if not self._old.file(ref).is_file():
                continue  # the copy will say so too
            data = self._old.read(ref)
            if ref.path.endswith(".xml"):
                fresh = redact_tree(data, self._redactor)
                self._report.files += fresh != data
            elif boxes := masks.boxes.get(ref.path):
                fresh = paint(data, boxes)
                self._report.masked.append(ref.path)
            else:
                fresh = data
            place = self._folder / ref.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(fresh)
            digest = hashlib.sha256(fresh).hexdigest()
            self._same[ref.sha256] = digest
            self._refs[ref.path] = {"path": ref.path, "sha256": digest, "size_bytes": len(fresh)}

    def _event(self, event: AnyEvent, masks: Masks, seal: str) -> bytes:
        value: dict[str, JsonValue] = json.loads(event.model_dump_json())
        clean = {
            name: each if name == "event" else self._clean(each) for name, each in value.items()
        }
        match value["event"]:
            case "run.start":
                clean |= {"format": FORMAT_VERSION, "run": self._name}
                clean["origin"] = _with_run(clean["origin"], self._names)
            case "run.end":
                clean["events_sha256"] = seal
            case "observation" if isinstance(value["frame"], dict):
                boxes = masks.seen.get(str(value["frame"]["path"]), set())
                painted = [box.model_dump() for box in sorted(boxes, key=str)]
                old = value["masked"]
                clean["masked"] = [*(old if isinstance(old, list) else []), *painted]
            case "decision" if isinstance(clean["call"], dict):
                arguments = self._redactor.value(clean["call"]["arguments"], numbers=True)
                clean["call"] = {**clean["call"], "arguments": arguments}
            case "model.part" if isinstance(clean["value"], dict):
                clean["key"] = part_key(clean["value"])
                self._same[str(value["key"])] = str(clean["key"])
        line = json.dumps(clean, ensure_ascii=False, separators=(",", ":"))
        try:
            return EVENTS.validate_json(line).model_dump_json().encode() + b"\n"
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise RecordingError(
                f"Event {event.seq}: a term is a word of the format itself ({where}).",
                hint="Take more around it, or leave it out.",
            ) from None

    def _clean(self, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            if value.keys() == _REF:
                return self._refs.get(str(value["path"]), value)
            self._report.names.update(filter(self._redactor.finds, value))
            return {name: self._clean(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._clean(each) for each in value]
        if not isinstance(value, str):
            return value
        if value in self._same:
            return self._same[value]
        clean = self._redactor.text(value)
        self._report.values += clean != value
        return clean

    def _others(self) -> Iterator[Path]:
        known = {*self._refs, EVENTS_FILE, SUMMARY_FILE, ".reserve"}
        for path in sorted(self._old.folder.rglob("*")):
            name = path.relative_to(self._old.folder).as_posix()
            if path.is_symlink():
                self._report.left_out.append(f"{name}: a link")
            elif path.is_file() and name not in known:
                yield path

    def _copy_other(self, path: Path) -> None:
        """A text file, such as the final state of the virtual phone."""
        inside = path.relative_to(self._old.folder)
        text = _text(path.read_bytes())
        if text is None:
            self._report.left_out.append(f"{inside.as_posix()}: no text, and no event names it")
            return
        if self._redactor.finds(inside.as_posix()):
            self._report.left_out.append("a file with a term in its name")
            return
        clean = _redacted(text, self._redactor)
        self._report.files += clean != text
        place = self._folder / inside
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(clean, encoding="utf-8", newline="")


def _with_run(origin: JsonValue, names: Redactor) -> JsonValue:
    """An origin whose folder's name, made from the goal, does not give a term away."""
    if not isinstance(origin, dict):
        return origin
    return {**origin, "run": names.text(str(origin["run"]))}


def _text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _redacted(text: str, redactor: Redactor) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return redactor.text(text)
    clean = redactor.value(value, keys=True, numbers=True)
    return text if clean == value else json.dumps(clean, ensure_ascii=False, indent=2) + "\n"
