"""The tab Run: a goal, a device, who decides, and the run as it happens."""

from collections.abc import Callable

from agent.studio.runs import Run, begin_goal
from agent.studio.tabs.shared import Component, Shared
from agent.studio.telling import Told, frame, note
from agent.wiring.devices import VIRTUAL, attached_devices, desktops
from tools.errors import AutomationError

RULES, MODEL = "Rules (no model needed)", "Model"
_NOBODY = (
    "<div class='blank'><p>Nothing runs yet. Say what is to be done and press <b>Run</b>: the "
    "virtual phone and the rules need nothing else.</p><p>Here you will see the screen, each step "
    "and why it was taken; you can pause, stop, or touch the screen to take over.</p></div>"
)

LIVE = {"api_visibility": "private", "concurrency_id": "live", "concurrency_limit": 1}
"""What changes the run in sight happens one after the other: what was told of an earlier one, and
comes late, must not take the place of a new one."""
_INTO_SIGHT = """() => {
  const live = document.getElementById("live");
  if (live.getBoundingClientRect().top > innerHeight / 2) live.scrollIntoView();
}"""
"""On a narrow page the run is shown below the form."""

_KEYS = """() => document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !/^Key[PTSYN]$/.test(event.code)) return;
  const live = document.querySelector("iframe.live")?.contentDocument;
  if (!live) return;
  event.preventDefault();
  const { code } = event;
  live.dispatchEvent(new KeyboardEvent("keydown", { code, altKey: true, cancelable: true }));
})"""
"""The keys that steer a run are heard wherever the focus is on the page around it."""


def live_frame() -> Component:
    """Where a run is shown."""
    import gradio as gr

    return gr.HTML(elem_id="live", padding=False, render=False)


def shown(run: Run) -> str:
    """The page of a run, within the page."""
    return frame(f"/run/{run.key}/", "The run: screen, steps and buttons", "live")


def run_tab(shared: Shared) -> None:
    """Build the tab."""
    import gradio as gr

    config = shared.studio.config
    with gr.Tab("Run", id="run"), gr.Row(elem_id="run-row"):
        with gr.Column(scale=1, min_width=280, elem_id="run-form"):
            goal = gr.Textbox(
                "turn on airplane mode", label="Goal", lines=2, max_lines=6, elem_id="goal"
            )
            device = gr.Dropdown(
                label="Device",
                choices=[VIRTUAL],
                value=config.device or VIRTUAL,
                allow_custom_value=True,
                elem_id="device",
            )
            who = gr.Radio(
                [RULES, MODEL],
                value=MODEL if config.model or config.server else RULES,
                label="Who decides",
                elem_id="who",
            )
            with gr.Accordion("More", open=False):
                app = gr.Textbox(config.app, label="App to open first")
                scenario = gr.Textbox(
                    config.scenario if config.scenario != "default" else "",
                    label="Scenario of the virtual phone",
                    placeholder="dark,zh,popup",
                )
                seed = gr.Number(config.seed, label="Seed of the virtual phone", precision=0)
                steps = gr.Number(config.max_steps, label="Most steps", precision=0, minimum=1)
            begin = gr.Button("Run", variant="primary", elem_id="begin")
            status = gr.HTML(elem_id="run-status", padding=False)
        with gr.Column(scale=4, min_width=560):
            shared.live.render()

    fields = [goal, device, who, app, scenario, seed, steps, *shared.bar.parts]
    handler = _starting(shared)
    for happening in (begin.click, goal.submit):
        started = happening(handler, fields, [shared.live, status], **LIVE)
        started.then(None, js=_INTO_SIGHT)
    shared.page.load(None, js=_KEYS)
    # Apart: looking for devices takes a while, and a run begun meanwhile must stay in sight.
    shared.page.load(lambda: _latest(shared), None, shared.live, **LIVE)
    shared.page.load(
        lambda: gr.Dropdown(choices=device_names(shared)), None, device, api_visibility="private"
    )


def device_names(shared: Shared) -> list[str]:
    """The devices that a run can name here and now."""
    names = [VIRTUAL]
    try:
        names += [each.serial for each in attached_devices(shared.studio.config) if each.ready]
    except AutomationError:  # what is wrong is told by the doctor
        names += []
    return names + [each.serial for each in desktops()]


def _latest(shared: Shared) -> str:
    run = shared.studio.runs.latest
    return shown(run) if run is not None else _NOBODY


def in_the_way(shared: Shared) -> object:
    """The run that lets no other one begin, for a window that was opened before it began."""
    import gradio as gr

    run = shared.studio.runs.latest
    return shown(run) if run is not None and run.under_way else gr.skip()


def form_of(who: str, model: str, server: str, dialect: str) -> dict[str, object]:
    """What the page says of who decides, as settings."""
    if who == RULES:
        return {"policy": "rules"}
    return {"policy": "vlm", "model": model, "server": server, "dialect": dialect}


def _starting(shared: Shared) -> Callable[..., tuple[object, str]]:
    def start(  # noqa: PLR0913 - a field of the page each
        goal: str,
        device: str | None,
        who: str,
        app: str,
        scenario: str,
        seed: float | None,
        steps: float | None,
        model: str,
        server: str,
        dialect: str,
    ) -> tuple[object, str]:
        fields: dict[str, object] = {
            "device": device,
            "app": app,
            "scenario": scenario,
            "seed": seed if device == VIRTUAL else None,
            "max_steps": steps,
            **form_of(who, model, server, dialect),
        }
        with Told() as outcome:
            return shown(begin_goal(shared.studio.runs, goal, fields)), note("")
        return in_the_way(shared), outcome.html

    return start
