"""The tab Devices and models: what is attached, what is in the way, which model fits."""

from collections.abc import Iterator

from agent.studio.tabs.shared import Component, Shared
from agent.studio.telling import Told, note, table
from agent.wiring.devices import VIRTUAL, attached_devices, desktops
from agent.wiring.findings import Grade, examine
from agent.wiring.model_facts import examine_server, needs_of, precisions
from tools.errors import ConfigError

_MARKS = {Grade.GOOD: "✓", Grade.NOTE: "·", Grade.BAD: "✗"}
_WORDS = {Grade.GOOD: "good", Grade.NOTE: "note", Grade.BAD: "to mend"}


def machine_tab(shared: Shared) -> None:
    """Build the tab."""
    import gradio as gr

    private = {"api_visibility": "private"}
    with gr.Tab("Devices and models", id="machine") as tab:
        gr.HTML("<h2>Devices</h2>", padding=False)
        devices = gr.HTML(elem_id="devices", padding=False)
        gr.HTML("<h2>This machine</h2>", padding=False)
        doctor = gr.Button("Look at everything", variant="primary", elem_id="doctor-button")
        findings = gr.HTML(elem_id="findings", padding=False)
        gr.HTML("<h2>Which model fits</h2>", padding=False)
        with gr.Row(equal_height=True):
            name = gr.Textbox(label="Model", placeholder="all that are known", min_width=200)
            gpu = gr.Textbox(label="Memory of the card", placeholder="24GB")
            context = gr.Number(8192, label="Context in tokens", precision=0, minimum=1)
            fit = gr.Button("Fit", scale=0, min_width=110, elem_id="fit-button")
        needs = gr.HTML(elem_id="needs", padding=False)
        gr.HTML("<h2>Try out and calibrate a server</h2>", padding=False)
        gr.HTML(
            note("Asks the server above under Model a dozen small questions: whether it sees, and "
            "what its coordinates mean."), padding=False,
        )  # fmt: skip
        calibrate = gr.Button("Calibrate", elem_id="calibrate-button")
        facts = gr.HTML(elem_id="facts", padding=False)

    tab.select(lambda: _devices(shared), None, [devices], **private)
    doctor.click(_examined, None, [findings], **private)
    fit.click(_fitting, [name, gpu, context], [needs], **private)

    def ask(
        model: str,
        server: str,
        dialect: str,
        progress: Component = gr.Progress(),  # noqa: B008 - how Gradio is told
    ) -> str:
        with Told() as outcome:
            if not server:
                raise ConfigError(
                    "No server is named.", hint="Name one above under Model, such as vllm."
                )
            lines = examine_server(
                server, model, dialect=dialect or "auto", tell=lambda text: progress(0, text)
            )
            kinds = ["bad" if label == "warning" else "" for label, _ in lines]
            return table(("What", "Found"), lines, kinds=kinds)
        return outcome.html

    calibrate.click(ask, shared.bar.parts, [facts], **private)


def _devices(shared: Shared) -> str:
    rows = [(VIRTUAL, "starts by itself, needs nothing")]
    with Told() as outcome:
        rows += [
            (each.serial, " ".join(filter(None, (each.model, each.state))))
            for each in attached_devices(shared.studio.config)
        ]
    rows += [(each.serial, each.model) for each in desktops()]
    return table(("Name", "What it is"), rows) + outcome.html


def _examined() -> Iterator[str]:
    """The findings of the doctor, as they come."""
    rows: list[tuple[str, str, str]] = []
    kinds: list[str] = []
    heads = ("", "What", "Found, and how to mend it")
    yield note("Looking …")
    for finding in examine():
        mend = f" → {finding.mend}" if finding.mend else ""
        mark = f"{_MARKS[finding.grade]} {_WORDS[finding.grade]}"
        rows.append((mark, finding.about, finding.what + mend))
        kinds.append(finding.grade.value)
        yield table(heads, rows, kinds=kinds) + note("Looking …")
    bad = kinds.count(Grade.BAD.value)
    yield table(heads, rows, kinds=kinds) + note(f"{bad} to mend." if bad else "Ready.")


def _fitting(name: str, gpu: str, context: float | None) -> str:
    with Told() as outcome:
        found = needs_of(name.strip(), gpu=gpu.strip(), context=int(context or 1))
        kinds = ["good" if each.fits else "" for each in found]
        heads = ("Model", *(f"{kind}, GiB" for kind in precisions()), "Fits", "Smallest card")
        rows = []
        for each in found:
            totals = [each.total_gib.get(kind) for kind in precisions()]
            cells = [f"{total:.1f}" if total is not None else "" for total in totals]
            fits = ", ".join(each.fits) if gpu.strip() else "–"
            rows.append((each.model, *cells, fits or "no", each.smallest_card or "several cards"))
        return table(heads, rows, kinds=kinds)
    return outcome.html
