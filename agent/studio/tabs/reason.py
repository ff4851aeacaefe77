"""The tab Reason: a problem is thought through aloud."""

from collections.abc import Iterator
from contextlib import ExitStack

from agent.perception.aloud import Aloud
from agent.perception.families import manner_of
from agent.perception.reasoning import MAX_TOKENS, Reasoned, pose, solve
from agent.studio.asking import Named
from agent.studio.hearing import hearing
from agent.studio.tabs.shared import Shared
from agent.studio.tabs.sources import picture_fields, pictures_of
from agent.studio.telling import Told, note


def reason_tab(shared: Shared) -> None:
    """Build the tab."""
    import gradio as gr

    with gr.Tab("Reason", id="reason"), gr.Row():
        with gr.Column(scale=2, min_width=300):
            files, place = picture_fields()
            problem = gr.Textbox(
                label="Problem", lines=3, placeholder="How many cubes are there?",
                elem_id="reason-problem",
            )  # fmt: skip
            room = gr.Number(MAX_TOKENS, label="Room to think, tokens", precision=0, minimum=1)
            with gr.Row():
                go = gr.Button("Think", variant="primary", elem_id="reason-button")
                stop = gr.Button("Stop")
        with gr.Column(scale=4, min_width=320):
            status = gr.HTML(elem_id="reason-status", padding=False)
            answer = gr.Textbox(label="Answer", interactive=False, elem_id="reason-answer")
            thought = gr.Textbox(
                label="Thought aloud", lines=10, max_lines=30, interactive=False,
                elem_id="reason-thought",
            )  # fmt: skip

    def think(
        files: list[str] | None, place: str, problem: str, room: float | None, *bar: str
    ) -> Iterator[tuple[str, str, str]]:
        with Told() as outcome, ExitStack() as stack:
            yield "", "", note("Thinking …")
            pictures = pictures_of(files, place)
            seer = stack.enter_context(shared.studio.clients.asking(Named(*bar)))
            posed = pose(seer, problem, pictures, max_tokens=int(room or MAX_TOKENS))
            notes = "".join(note(text) for text in posed.notes)
            ear = Aloud(thinking=manner_of(seer.dialect).begins_in_thought)
            aloud = ""
            for heard in hearing(lambda hear: solve(seer, posed, on_text=hear)):
                if heard.result is not None:
                    done = heard.result
                    yield done.answer, done.reasoning, notes + _told(done)
                    continue
                aloud += "".join(map(ear.hear, heard.pieces))
                yield "", aloud, notes + note("Thinking …")
        if outcome.html:
            yield "", "", outcome.html

    fields = [files, place, problem, room, *shared.bar.parts]
    private = {"api_visibility": "private"}
    happening = go.click(think, fields, [answer, thought, status], **private)
    stop.click(lambda: note("Stopped."), None, [status], cancels=[happening], **private)


def _told(done: Reasoned) -> str:
    told = [] if done.outcome == "answered" else [f"No final answer: {done.why_not}."]
    if not told and done.boxed:
        told.append(f"Framed: {', '.join(done.boxed)}")
    tokens = done.usage.completion_tokens
    cost = f"{tokens} tokens, " if tokens else ""
    return "".join(note(text) for text in (*told, *done.notes, f"{cost}{done.latency_s:.1f} s"))
