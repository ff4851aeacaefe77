"""The tab Recordings: what was recorded, as a report; replayed, forked, taken along."""

from collections.abc import Callable, Iterator
from pathlib import Path

from agent.dialects.choose import DIALECTS
from agent.export.account import Exported
from agent.export.training import FORMS
from agent.studio.reports import Form, Lesson, OnPart, listed
from agent.studio.runs import begin_again, begin_fork
from agent.studio.tabs.run import LIVE, MODEL, RULES, form_of, in_the_way, shown
from agent.studio.tabs.shared import Component, Shared, made
from agent.studio.telling import Told, frame, note
from tools.errors import UsageError

_NONE = "There are no recordings yet. Every run makes one."
_FORMS: dict[str, Form] = {"Film (GIF)": "gif", "Film (MP4)": "mp4", "All its files (ZIP)": "zip"}
_RECORDED = "as recorded"
_PRIVATE = {"api_visibility": "private"}


def recordings_tab(shared: Shared) -> None:
    """Build the tab."""
    import gradio as gr

    with gr.Tab("Recordings", id="recordings") as tab:
        with gr.Row(equal_height=True):
            chosen = gr.Dropdown(
                label="Recording", choices=[], value=None, filterable=True, scale=5,
                min_width=320, elem_id="recording",
            )  # fmt: skip
            again = gr.Button("Look again", scale=0, min_width=130)
        with gr.Row():
            report = gr.Button("Report", variant="primary", elem_id="report-button")
            replay = gr.Button("Replay on a device", elem_id="replay-button")
        status = gr.HTML(elem_id="recordings-status", padding=False, render=False)
        newest = gr.State("")
        _fork_part(shared, chosen, status)
        _export_part(shared, chosen, status)
        several = _training_part(shared, chosen, status)
        status.render()
        page = gr.HTML(elem_id="report", padding=False)

    def look(before: str | None, marked: list[str] | None, newest: str) -> tuple[object, ...]:
        with Told() as outcome:
            choices, problems = listed()
            there = [value for _, value in choices]
            latest = next(iter(there), "")
            # What was chosen stays, unless there is a newer one: it was made to be looked at.
            value = before if before in there and latest == newest else latest or None
            left = note(f"Left out: {'; '.join(problems)}") if problems else ""
            one = gr.Dropdown(choices=choices, value=value)
            kept = [each for each in marked or () if each in there]
            many = gr.Dropdown(choices=choices, value=kept)
            return one, many, latest, left or note("" if choices else _NONE)
        return gr.skip(), gr.skip(), gr.skip(), outcome.html

    def write(name: str | None, progress: Component = gr.Progress()) -> tuple[object, str]:  # noqa: B008 - how Gradio is told
        with Told() as outcome:
            key = shared.studio.reports.make(_required(name), _passed_on(progress))
            return frame(f"/report/{key}", "Report of the recording", "report"), note("")
        return "", outcome.html

    def perform(name: str | None, model: str, server: str, dialect: str) -> tuple[object, ...]:
        with Told() as outcome:
            who = MODEL if model or server else RULES
            fields = form_of(who, model, server, dialect)
            run = begin_again(shared.studio.runs, _required(name), fields)
            return shown(run), gr.Tabs(selected="run"), note("It runs under Run.")
        return in_the_way(shared), gr.skip(), outcome.html

    for happening in (tab.select, again.click):
        happening(look, [chosen, several, newest], [chosen, several, newest, status], **_PRIVATE)
    report.click(write, [chosen], [page, status], **_PRIVATE)
    lead = [shared.live, shared.tabs, status]
    replay.click(perform, [chosen, *shared.bar.parts], lead, **LIVE)


def _fork_part(shared: Shared, chosen: Component, status: Component) -> None:
    """What goes on from a step of the recording, under Run."""
    import gradio as gr

    with gr.Accordion("Fork: go on from a step, otherwise", open=False, elem_id="fork"):
        with gr.Row():
            # Not gr.Number: an empty one becomes 0, which is no step.
            step = gr.Textbox(label="First step to decide anew", placeholder="at its end")
            goal = gr.Textbox(label="Goal", placeholder="as recorded")
            who = gr.Radio([RULES, MODEL], value=RULES, label="Who decides")
        fork = gr.Button("Fork", elem_id="fork-button")

    def go_on(name: str | None, step: str, goal: str, who: str, *bar: str) -> tuple[object, ...]:
        with Told() as outcome:
            fields = form_of(who, *bar)
            number = step_of(step)
            run = begin_fork(shared.studio.runs, _required(name), number, goal.strip(), fields)
            return shown(run), gr.Tabs(selected="run"), note("It runs under Run.")
        return in_the_way(shared), gr.skip(), outcome.html

    lead = [shared.live, shared.tabs, status]
    fork.click(go_on, [chosen, step, goal, who, *shared.bar.parts], lead, **LIVE)


def step_of(typed: str) -> int | None:
    """The step that was typed; ``None`` for nothing.

    Raises:
        UsageError: It is no number.
    """
    if not typed.strip():
        return None
    try:
        return int(typed)
    except ValueError:
        raise UsageError(f"{typed.strip()!r} is no step.", hint="Name its number, as 3.") from None


def _export_part(shared: Shared, chosen: Component, status: Component) -> None:
    """What makes a film or an archive of the recording."""
    import gradio as gr

    with gr.Accordion("Export", open=False, elem_id="export"):
        form = gr.Radio(list(_FORMS), value="Film (GIF)", label="As")
        export = gr.Button("Export", elem_id="export-button")
        file = gr.File(label="File", interactive=False, visible=False)
    export.click(_exporting(shared), [chosen, form], [file, status], **_PRIVATE)


def _exporting(shared: Shared) -> Callable[..., tuple[object, str]]:
    import gradio as gr

    def take_along(
        name: str | None,
        form: str,
        progress: Component = gr.Progress(),  # noqa: B008 - how Gradio is told
    ) -> tuple[object, str]:
        with Told() as outcome:
            path: Path = shared.studio.reports.export(
                _required(name), _FORMS[form], _passed_on(progress)
            )
            return made([str(path)]), note(f"{path.name}, {path.stat().st_size / 1e6:.2f} MB")
        return made(None), outcome.html

    return take_along


def _training_part(shared: Shared, chosen: Component, status: Component) -> Component:
    """What makes samples to train models on; gives the field that names the recordings."""
    import gradio as gr

    with gr.Accordion("Training data", open=False, elem_id="training"):
        several = gr.Dropdown(
            label="Recordings (none: the one above)", choices=[], value=[], multiselect=True,
            elem_id="training-recordings",
        )  # fmt: skip
        with gr.Row():
            form = gr.Dropdown(list(FORMS), value=next(iter(FORMS)), label="Format")
            dialect = gr.Dropdown(
                [_RECORDED, *DIALECTS], value=_RECORDED, label="Dialect", min_width=240
            )
            everything = gr.Checkbox(label="Take runs that did not end well, too")
        write = gr.Button("Write samples", elem_id="training-button")
        file = gr.File(label="Samples", interactive=False, visible=False)
    fields = [chosen, several, form, dialect, everything]
    write.click(_training(shared), fields, [file, status], **_PRIVATE)
    return several


def _training(shared: Shared) -> Callable[..., tuple[object, str]]:
    import gradio as gr

    def train(
        name: str | None, several: list[str] | None, form: str, dialect: str,
        everything: bool,  # noqa: FBT001 - as Gradio gives it
        progress: Component = gr.Progress(),  # noqa: B008 - how Gradio is told
    ) -> tuple[object, str]:  # fmt: skip
        with Told() as outcome:
            names = several or [_required(name)]
            lesson = Lesson(form, "" if dialect == _RECORDED else dialect, everything)
            path, done = shared.studio.reports.train(names, lesson, _passed_on(progress))
            return made([str(path)]), "".join(map(note, _lines_of(done)))
        return made(None), outcome.html

    return train


def _lines_of(done: Exported) -> Iterator[str]:
    """What became of an export."""
    taken = len(done.taken)
    yield f"Samples: {done.samples}; pictures: {done.pictures}; recordings: {taken}."
    for each in done.left_out:
        yield f"Left out: {each.run}: {each.why}."
    if done.masked:
        yield f"Pictures in which a secret is painted over: {done.masked}."


def _required(name: str | None) -> str:
    if not name:
        raise UsageError("No recording is chosen.", hint="Choose one above, or make one under Run.")
    return name


def _passed_on(progress: Component) -> OnPart:
    """What is told of the parts that are done."""

    def part(done: int, total: int) -> None:
        progress((done, total))

    return part
