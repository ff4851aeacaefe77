"""The tab Chat: a conversation about pictures."""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from agent.model import CUT
from agent.perception.chat import Talk, Talker, Turn
from agent.perception.families import manner_of
from agent.perception.pictures import Picture, load_picture
from agent.perception.thoughts import ThoughtEar
from agent.studio.asking import Named
from agent.studio.chats import pack_chat, unpack_chat
from agent.studio.hearing import hearing
from agent.studio.tabs.shared import Component, Shared, made
from agent.studio.tabs.sources import one_file
from agent.studio.telling import Told, note
from tools.errors import UsageError

Bubbles = list[dict[str, Any]]
"""A conversation as Gradio shows it."""
_EMPTY = "Ask about pictures and clips: add them with the paper clip, or drop them here."


@dataclass(frozen=True)
class _Parts:
    """The parts of the tab that change while a conversation goes on."""

    kept: Component
    shown: Component
    status: Component
    said: Component
    system: Component


def chat_tab(shared: Shared) -> None:
    """Build the tab."""
    import gradio as gr

    with gr.Tab("Chat", id="chat"):
        system = gr.Textbox(label="System prompt", placeholder="none", max_lines=6)
        shown = gr.Chatbot(
            label="Conversation", height=460, buttons=["copy"], elem_id="chat-shown",
            sanitize_html=True, allow_tags=False, latex_delimiters=[], placeholder=_EMPTY,
        )  # fmt: skip
        status = gr.HTML(elem_id="chat-status", padding=False)
        said = gr.MultimodalTextbox(
            label="Message", placeholder="Write; Enter sends", file_count="multiple",
            elem_id="chat-said",
        )  # fmt: skip
        with gr.Row():
            stop = gr.Button("Stop", elem_id="chat-stop", min_width=100)
            new = gr.Button("New conversation", elem_id="chat-new", min_width=180)
            save = gr.Button("Save", elem_id="chat-save", min_width=100)
        file = gr.File(label="Saved", interactive=False, visible=False)
        parts = _Parts(gr.State(Talk()), shown, status, said, system)
        happening = said.submit(
            _answering(shared),
            [said, parts.kept, system, *shared.bar.parts],
            [parts.kept, shown, status, said],
            api_visibility="private",
        )
        _resume_part(shared, parts, happening)

    once = {"cancels": [happening], "api_visibility": "private"}
    stop.click(_stopping(shared), [parts.kept], [shown, status], **once)
    for end in (new.click, shown.clear):
        end(lambda: (Talk(), [], ""), None, [parts.kept, shown, status], **once)
    fields = [parts.kept, system, *shared.bar.parts]
    save.click(_saving(shared), fields, [file, status], api_visibility="private")


def _resume_part(shared: Shared, parts: _Parts, happening: Component) -> None:
    """What goes on with a conversation that was saved, here or by ``agent chat``."""
    import gradio as gr

    with gr.Accordion("Go on with a saved conversation", open=False, elem_id="chat-resume"):
        with gr.Row():
            file = gr.File(
                label="Saved conversation", type="filepath", file_types=[".json", ".zip"],
                height=150,
            )  # fmt: skip
            place = gr.Textbox(
                label="Or from elsewhere", placeholder="a path", elem_id="chat-place"
            )
        resume = gr.Button("Go on", elem_id="chat-go-on")

    def go_on(file: str | None, place: str) -> tuple[object, ...]:
        with Told() as outcome:
            named = one_file(file, place, "conversation")
            talk = unpack_chat(Path(named).expanduser(), shared.studio.folder)
            questions = sum(turn.role == "user" for turn in talk.turns)
            told = note(f"Goes on after {questions} question{'' if questions == 1 else 's'}.")
            return talk, bubbles(talk, shared.studio.folder), told, talk.system
        return gr.skip(), gr.skip(), outcome.html, gr.skip()

    changes = [parts.kept, parts.shown, parts.status, parts.system]
    resume.click(go_on, [file, place], changes, cancels=[happening], api_visibility="private")


def _answering(shared: Shared) -> Callable[..., Iterator[tuple[object, ...]]]:
    import gradio as gr

    folder = shared.studio.folder

    def answer(
        said: dict[str, Any], kept: Talk, system: str, *bar: str
    ) -> Iterator[tuple[object, ...]]:
        with Told() as outcome, ExitStack() as stack:
            text, pictures, clips = question_of(said)
            clips = tuple(_kept(each, folder) for each in clips)
            asked = replace(kept, system=system.strip()).asked(text, pictures, clips)
            seer = stack.enter_context(shared.studio.clients.asking(Named(*bar)))
            told = "".join(note(each) for picture in pictures for each in picture.notes)
            before = bubbles(asked, folder)
            yield gr.skip(), before, told + note("Asking …"), gr.MultimodalTextbox(value=None)
            ear = ThoughtEar(thinking=manner_of(seer.dialect).begins_in_thought)
            talker, words = Talker(seer), ""
            for heard in hearing(lambda hear: talker.answer(asked, on_text=hear)):
                if heard.result is None:
                    words = (words + _aloud(ear, heard.pieces)).lstrip()
                    # Whoever stops it keeps what was said until then.
                    stopped = asked.answered(words, stopped=True) if words else gr.skip()
                    now = [*before, {"role": "assistant", "content": no_tags(words) or "…"}]
                    yield stopped, now, told + note("Asking …"), gr.skip()
                    continue
                done, reply = heard.result.talk, heard.result.reply
                told += "".join(note(each) for each in (*heard.result.notes, *reply.notes))
                if reply.finish_reason in CUT:
                    told += note("The reply was cut.")
                if not reply.text:
                    told += note("The model said nothing.")
                yield done, bubbles(done, folder), told, gr.skip()
        if outcome.html:
            back = gr.MultimodalTextbox(value=said)
            yield kept, bubbles(kept, folder), outcome.html, back

    return answer


def _stopping(shared: Shared) -> Callable[[Talk], tuple[Bubbles, str]]:
    def stop(kept: Talk) -> tuple[Bubbles, str]:
        partly = bool(kept.turns) and kept.turns[-1].stopped
        told = "Stopped; what it said so far is kept." if partly else "Stopped."
        return bubbles(kept, shared.studio.folder), note(told)

    return stop


def _saving(shared: Shared) -> Callable[..., tuple[object, str]]:
    def write(kept: Talk, system: str, *bar: str) -> tuple[object, str]:
        with Told() as outcome:
            talk = replace(kept, system=system.strip())
            path = pack_chat(talk, shared.studio.folder, model=Named(*bar).model)
            return made([str(path)]), ""
        return made(None), outcome.html

    return write


_CLIPS = {".mp4", ".mkv", ".mov", ".webm", ".avi", ".m4v"}


def question_of(said: dict[str, Any]) -> tuple[str, tuple[Picture, ...], tuple[Path, ...]]:
    """What was written, and the pictures and clips that were added.

    Raises:
        UsageError: Nothing was, or a picture cannot be used.
    """
    text = str(said.get("text") or "").strip()
    files = [Path(each) for each in said.get("files") or []]
    if not text and not files:
        raise UsageError("The message is empty.", hint="Write something.")
    clips = tuple(each for each in files if each.suffix.lower() in _CLIPS)
    pictures = (load_picture(str(each)) for each in files if each not in clips)
    named = tuple(Picture(Path(each.name).name, each.image, each.notes) for each in pictures)
    return text or "?", named, clips


def _aloud(ear: ThoughtEar, pieces: Sequence[str]) -> str:
    """What of the pieces of a reply is no thought."""
    heard = (each for piece in pieces for each in ear.hear(piece))
    return "".join(text for voice, text in heard if voice == "answer")


def bubbles(talk: Talk, folder: Path) -> Bubbles:
    """The conversation as Gradio shows it: a picture and words are bubbles of their own.

    Args:
        talk: What was said.
        folder: Pictures are written there, to be shown.
    """
    return [each for turn in talk.turns for each in _bubbles_of(turn, folder)]


def _bubbles_of(turn: Turn, folder: Path) -> Bubbles:
    paths = [*(_as_file(each, folder) for each in turn.pictures), *turn.clips]
    shown: Bubbles = [{"role": turn.role, "content": {"path": str(each)}} for each in paths]
    return [*shown, {"role": turn.role, "content": no_tags(turn.text) or "…"}]


_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)


def no_tags(markdown: str) -> str:
    """The same Markdown, in which HTML is text; Gradio would show what it takes for harmless."""
    parts = _CODE.split(markdown)
    return "".join(part if _CODE.fullmatch(part) else part.replace("<", "&lt;") for part in parts)


def _as_file(picture: Picture, folder: Path) -> Path:
    image = picture.image
    name = sha256(f"{image.size}{image.mode}".encode() + image.tobytes()).hexdigest()[:32]
    path = folder / f"{name}.png"
    if not path.is_file():
        part = folder / f"{token_urlsafe(9)}.part"
        image.save(part, "PNG")
        part.replace(path)
    return path


def _kept(clip: Path, folder: Path) -> Path:
    """A copy that is there as long as the studio; Gradio deletes uploads after a while."""
    target = folder / token_urlsafe(9)
    target.mkdir()
    return Path(shutil.copy2(clip, target / clip.name))
