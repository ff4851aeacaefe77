"""The tab Chat: a conversation about pictures."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from agent.perception.families import manner_of
from agent.perception.messages import to_messages
from agent.perception.talking import talk
from agent.perception.thoughts import ThoughtEar
from agent.studio.asking import Named
from agent.studio.hearing import hearing
from agent.studio.tabs.shared import Shared, made
from agent.studio.telling import Told, note
from tools.errors import UsageError

Messages = list[dict[str, Any]]
"""As OpenAI's protocol writes them; kept in the page, so that each tab has its own."""


def chat_tab(shared: Shared) -> None:
    """Build the tab."""
    import gradio as gr

    private = {"api_visibility": "private"}
    with gr.Tab("Chat", id="chat"):
        system = gr.Textbox(label="System prompt", placeholder="none", max_lines=6)
        kept = gr.State([])
        shown = gr.Chatbot(
            label="Conversation", height=460, buttons=["copy"], elem_id="chat-shown",
            sanitize_html=True, allow_tags=False, latex_delimiters=[],
        )  # fmt: skip
        status = gr.HTML(elem_id="chat-status", padding=False)
        said = gr.MultimodalTextbox(
            label="Message",
            placeholder="Write, and add pictures or clips; Enter sends",
            file_count="multiple",
            elem_id="chat-said",
        )
        with gr.Row():
            stop = gr.Button("Stop")
            new = gr.Button("New conversation", elem_id="chat-new")
            save = gr.Button("Save", elem_id="chat-save")
        file = gr.File(label="Saved", interactive=False, visible=False)

    happening = said.submit(
        _answering(shared),
        [said, kept, system, *shared.bar.parts],
        [kept, shown, status, said],
        **private,
    )
    stop.click(lambda: note("Stopped."), None, [status], cancels=[happening], **private)
    new.click(lambda: ([], [], ""), None, [kept, shown, status], cancels=[happening], **private)
    save.click(_saving(shared), [kept, system], [file, status], **private)


def _answering(shared: Shared) -> Callable[..., Iterator[tuple[object, ...]]]:
    import gradio as gr

    def answer(
        said: dict[str, Any], kept: Messages, system: str, *bar: str
    ) -> Iterator[tuple[object, ...]]:
        with Told() as outcome:
            asked = [*kept, question_of(said)]
            seer = shared.studio.clients.get(Named(*bar)).seer
            opening: Messages = [{"role": "system", "content": system}] if system.strip() else []
            messages, notes = to_messages([*opening, *asked], seer)
            told = "".join(note(text) for text in notes)
            yield gr.skip(), _bubbles(asked), note("Asking …"), gr.MultimodalTextbox(value=None)
            thinking = manner_of(seer.dialect).begins_in_thought
            for heard in hearing(lambda hear: talk(seer, messages, on_text=hear)):
                if heard.result is None:
                    words = _words_of(heard.text, thinking=thinking)
                    now = [*asked, {"role": "assistant", "content": words or "…"}]
                    yield gr.skip(), _bubbles(now), note("Asking …"), gr.skip()
                    continue
                reply = heard.result
                done: Messages = [*asked, reply.message]
                told += "".join(note(text) for text in reply.notes)
                if reply.finish_reason in {"length", "loop"}:
                    told += note("The reply was cut.")
                yield done, _bubbles(done), told, gr.skip()
        if outcome.html:
            yield gr.skip(), _bubbles(kept), outcome.html, gr.skip()

    return answer


def _saving(shared: Shared) -> Callable[..., tuple[object, str]]:
    def write(kept: Messages, system: str) -> tuple[object, str]:
        with Told() as outcome:
            if not kept:
                raise UsageError("There is nothing to save yet.", hint="Say something first.")
            opening: Messages = [{"role": "system", "content": system}] if system.strip() else []
            target = shared.studio.folder / token_urlsafe(9)
            target.mkdir()
            path: Path = target / "conversation.json"
            path.write_text(json.dumps([*opening, *kept], ensure_ascii=False, indent=2), "utf-8")
            return made([str(path)]), ""
        return made(None), outcome.html

    return write


_CLIPS = {".mp4", ".mkv", ".mov", ".webm", ".avi", ".m4v"}


def question_of(said: dict[str, Any]) -> dict[str, Any]:
    """What was written and added, as a message.

    Raises:
        UsageError: Nothing was.
    """
    text, files = str(said.get("text") or "").strip(), said.get("files") or []
    if not text and not files:
        raise UsageError("The message is empty.", hint="Write something.")
    if not files:
        return {"role": "user", "content": text}
    parts: list[dict[str, Any]] = []
    for path in files:
        kind = "video" if Path(path).suffix.lower() in _CLIPS else "image"
        parts.append({"type": kind, kind: str(path)})
    return {"role": "user", "content": [*parts, {"type": "text", "text": text or "?"}]}


def _words_of(text: str, *, thinking: bool) -> str:
    """What is said aloud in a reply that is still being written."""
    ear = ThoughtEar(thinking=thinking)
    return "".join(piece for voice, piece in ear.hear(text) if voice == "answer").strip()


def _bubbles(messages: Sequence[dict[str, Any]]) -> Messages:
    """The conversation as Gradio shows it: a picture and words are bubbles of their own."""
    shown: Messages = []
    for message in messages:
        content = message["content"]
        if isinstance(content, str):
            shown.append({"role": message["role"], "content": content})
            continue
        for part in content:
            if part["type"] == "text":
                shown.append({"role": message["role"], "content": part["text"]})
            else:
                shown.append({"role": message["role"], "content": {"path": part[part["type"]]}})
    return shown
