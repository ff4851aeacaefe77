"""The tab Detect: find things, describe a picture, or ask about it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

from agent.model import OnText
from agent.perception.ask import ask, caption
from agent.perception.draw import draw_things
from agent.perception.ground import Grounding, ground, wanted
from agent.perception.seer import Seer
from agent.perception.zoom import ground_closely
from agent.studio.asking import Named
from agent.studio.hearing import heard_seer, hearing
from agent.studio.tabs.shared import Shared
from agent.studio.tabs.sources import one_picture, picture_fields, pictures_of
from agent.studio.telling import Told, note, table
from tools.errors import UsageError

BOXES, POINTS, DESCRIBE, ASK = "Find, as boxes", "Find, as points", "Describe", "Ask"
Outcome = tuple[object, object, str]
FindSeer = Callable[[], Seer]
"""Finds the model; called when everything else is in order."""


def detect_tab(shared: Shared) -> None:
    """Build the tab."""
    import gradio as gr

    with gr.Tab("Detect and reason in space", id="detect"), gr.Row():
        with gr.Column(scale=2, min_width=300):
            files, place = picture_fields()
            what = gr.Radio([BOXES, POINTS, DESCRIBE, ASK], value=BOXES, label="What to do")
            words = gr.Textbox(
                label="What to find, or to ask",
                placeholder="all motorcyclists, sub_label wearing helmet or not wearing helmet",
                lines=2,
                elem_id="detect-words",
            )
            zoom = gr.Checkbox(label="Look again, enlarged, for small things")
            with gr.Row():
                go = gr.Button("Look", variant="primary", elem_id="detect-button")
                stop = gr.Button("Stop")
        with gr.Column(scale=4, min_width=320):
            status = gr.HTML(elem_id="detect-status", padding=False)
            text = gr.Textbox(
                label="What the model says", lines=3, max_lines=16, interactive=False,
                elem_id="detect-text",
            )  # fmt: skip
            drawn = gr.Image(
                label="Found", interactive=False, format="png", buttons=["download", "fullscreen"],
                elem_id="detect-drawn",
            )  # fmt: skip

    def look(
        files: list[str] | None, place: str, what: str, words: str, zoom: bool,  # noqa: FBT001 - as Gradio gives it
        *bar: str,
    ) -> Iterator[Outcome]:  # fmt: skip
        with Told() as outcome, ExitStack() as stack:
            yield None, "", note("Asking …")

            def find() -> Seer:
                return stack.enter_context(shared.studio.clients.asking(Named(*bar)))

            if what in {BOXES, POINTS}:
                yield from _find(find, files, place, words, what == POINTS, zoom)
            else:
                yield from _speak(find, files, place, what, words)
        if outcome.html:
            yield None, "", outcome.html

    fields = [files, place, what, words, zoom, *shared.bar.parts]
    private = {"api_visibility": "private"}
    happenings = [
        happening(look, fields, [drawn, text, status], **private)
        for happening in (go.click, words.submit)
    ]
    stop.click(lambda: note("Stopped."), None, [status], cancels=happenings, **private)


def _find(
    find: FindSeer, files: list[str] | None, place: str, words: str,
    point: bool, zoom: bool,  # noqa: FBT001 - as Gradio gives it
) -> Iterator[Outcome]:  # fmt: skip
    import gradio as gr

    picture, words = one_picture(files, place), wanted(words)
    seer = find()

    def look(hear: OnText) -> Grounding:
        if zoom:
            return ground_closely(heard_seer(seer, hear), picture, words, point=point)
        return ground(seer, picture, words, point=point, on_text=hear)

    yield picture.image, "", note("Asking …")
    for heard in hearing(look):
        found = heard.result
        if found is None:
            yield gr.skip(), heard.text, note("Asking …")
            continue
        told = note(" ".join((*picture.notes, *found.notes)))
        if not found.formed:
            told += note("The model gave no boxes; it said what stands below.")
        elif not found.found:
            told += note("Nothing was found.")
        else:
            rows = [
                (str(number), each.label, each.sub_label, _place(each.box, each.point))
                for number, each in enumerate(found.found, 1)
            ]
            told += table(("", "What", "More", "Pixels"), rows)
        yield draw_things(picture.image, found.drawn), found.reply, told


def _place(box: object, point: object) -> str:
    return str(box) if box is not None else str(point)


def _speak(
    find: FindSeer, files: list[str] | None, place: str, what: str, words: str
) -> Iterator[Outcome]:
    import gradio as gr

    pictures = pictures_of(files, place)
    if not pictures:
        raise UsageError("No picture is chosen.", hint="Upload one, or name where it is.")
    if what == ASK and not words.strip():
        raise UsageError("There is no question.", hint="Write it below the picture.")
    seer = find()
    yield pictures[0].image, "", note("Asking …")
    said: list[str] = []
    several = [[each] for each in pictures] if what == DESCRIBE else [pictures]
    for shown in several:
        for heard in hearing(
            lambda hear, shown=shown: (  # type: ignore[misc]
                caption(seer, shown[0], on_text=hear).text
                if what == DESCRIBE
                else ask(seer, shown, words, on_text=hear).text
            )
        ):
            now = heard.text if heard.result is None else heard.result
            yield gr.skip(), "\n\n".join([*said, now]), note("Asking …")
            if heard.result is not None:
                said.append(heard.result)
    notes = note(" ".join(text for each in pictures for text in each.notes))
    spoken = "\n\n".join(said)
    yield gr.skip(), spoken, notes if spoken.strip() else note("The model said nothing.")
