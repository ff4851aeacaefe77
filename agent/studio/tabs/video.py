"""The tab Video: what happens in a clip, and when."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe

from agent.config import load_config
from agent.perception.video.plan import Plan, Wish, plan_frames
from agent.perception.video.recorded import open_clip
from agent.perception.video.sheet import draw_sheet
from agent.perception.video.subtitles import subtitles
from agent.perception.video.timecode import clock, require_seconds
from agent.perception.video.watch import Asking, Listener, Watched, frames_a_token, watch
from agent.recording.reader import find_recording
from agent.studio.asking import Named
from agent.studio.hearing import hearing
from agent.studio.tabs.shared import Shared, made
from agent.studio.tabs.sources import one_file
from agent.studio.telling import Told, note, table
from tools.errors import RecordingError, UsageError

_MANNERS = {
    "All events": Asking.EVENTS,
    "One moment": Asking.MOMENT,
    "An answer in words": Asking.ANSWER,
}


def video_tab(shared: Shared) -> None:
    """Build the tab."""
    import gradio as gr

    with gr.Tab("Video", id="video"), gr.Row():
        with gr.Column(scale=2, min_width=300):
            file = gr.File(label="Clip", type="filepath", height=150)
            place = gr.Textbox(
                label="Or from elsewhere", placeholder="a path, or a recording of ours: last",
                elem_id="video-place",
            )  # fmt: skip
            manner = gr.Radio(list(_MANNERS), value="All events", label="What is wanted")
            words = gr.Textbox(label="What to find or to ask", lines=2, elem_id="video-words")
            with gr.Row():
                begin = gr.Textbox("0", label="From", placeholder="mm:ss")
                end = gr.Textbox(label="To", placeholder="its end")
            with gr.Row():
                go = gr.Button("Watch", variant="primary", elem_id="video-button")
                stop = gr.Button("Stop")
            written = gr.File(
                label="Subtitles", file_count="multiple", interactive=False, visible=False
            )
        with gr.Column(scale=4, min_width=320):
            plan = gr.HTML(elem_id="video-plan", padding=False)
            status = gr.HTML(elem_id="video-status", padding=False)
            sheet = gr.Image(
                label="Frames and events", interactive=False, format="png", elem_id="video-sheet",
                buttons=["download", "fullscreen"],
            )  # fmt: skip

    fields = [file, place, manner, words, begin, end, *shared.bar.parts]
    private = {"api_visibility": "private"}
    happening = go.click(_watching(shared), fields, [plan, status, sheet, written], **private)
    stop.click(lambda: note("Stopped."), None, [status], cancels=[happening], **private)


def _watching(shared: Shared) -> Callable[..., Iterator[tuple[object, ...]]]:
    import gradio as gr

    def look(
        file: str | None, place: str, manner: str, words: str, begin: str, end: str, *bar: str
    ) -> Iterator[tuple[object, ...]]:
        with Told() as outcome, ExitStack() as stack:
            asking = _MANNERS[manner]
            if asking is not Asking.EVENTS and not words.strip():
                raise UsageError("There is no question.", hint="Write it below.")
            clip = open_clip(_source(one_file(file, place, "clip")))
            wish = Wish(
                begin_s=require_seconds(begin or "0", "From"),
                end_s=require_seconds(end, "To") if end.strip() else None,
            )
            seer = stack.enter_context(shared.studio.clients.asking(Named(*bar)))
            wish = replace(wish, frames_a_token=frames_a_token(seer))
            planned: Plan = plan_frames(clip.facts, seer.sizing, wish)
            said = note(planned.told(clip.facts))
            yield said, note("Looking at the clip …"), draw_sheet(clip, planned, ()), made(None)
            for heard in hearing(
                lambda hear: watch(
                    seer, clip, planned, words, asking=asking, listener=Listener(on_text=hear)
                )
            ):
                if heard.result is None:
                    yield gr.skip(), note(f"{heard.text[-300:]} …"), gr.skip(), gr.skip()
                    continue
                seen = heard.result
                files = _subtitles(seen, shared.studio.folder) if seen.events else None
                yield gr.skip(), _told(seen), draw_sheet(clip, planned, seen.events), made(files)
        if outcome.html:
            yield gr.skip(), outcome.html, gr.skip(), made(None)

    return look


def _source(named: str) -> Path:
    """A file, or the folder of a recording by its name."""
    path = Path(named).expanduser()
    if path.exists():
        return path
    try:
        return find_recording(named, load_config().config.record_dir)
    except RecordingError:
        return path


def _told(seen: Watched) -> str:
    told = note(seen.answer) if seen.answer else ""
    if seen.events:
        rows = [(clock(each.start_s), clock(each.end_s), each.description) for each in seen.events]
        told += table(("From", "To", "What happens"), rows)
    elif not seen.answer:
        told += note("No event was found.")
    return told + "".join(note(text) for text in seen.notes)


def _subtitles(seen: Watched, folder: Path) -> list[str]:
    target = folder / token_urlsafe(9)
    target.mkdir()
    paths = []
    for form in ("srt", "vtt"):
        path = target / f"events.{form}"
        path.write_text(subtitles(seen.events, form), encoding="utf-8")
        paths.append(str(path))
    return paths
