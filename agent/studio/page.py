"""The page of the studio: its tabs and its looks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.studio.tabs.machine import machine_tab
from agent.studio.tabs.recordings import recordings_tab
from agent.studio.tabs.run import live_frame, run_tab
from agent.studio.tabs.shared import Shared, model_bar

if TYPE_CHECKING:
    from agent.studio.studio import Studio

_HERE = Path(__file__).parent
STYLE = _HERE / "look.css"
ICON = _HERE / "icon.svg"


def theme() -> Any:  # noqa: ANN401 - Gradio is an extra
    """Plain, with the letters of the person's own system: nothing is fetched."""
    import gradio as gr

    letters = [gr.themes.Font(name) for name in ("system-ui", "Noto Sans", "sans-serif")]
    mono = [gr.themes.Font(name) for name in ("ui-monospace", "monospace")]
    return gr.themes.Base(
        primary_hue="emerald",
        secondary_hue="emerald",
        neutral_hue="stone",
        text_size="md",
        radius_size="md",
        font=letters,
        font_mono=mono,
    )


def build_page(studio: "Studio") -> Any:  # noqa: ANN401 - as above
    """The page with all its tabs."""
    import gradio as gr

    with gr.Blocks(
        analytics_enabled=False, title="Tapwright studio", delete_cache=(3600, 3600)
    ) as page:
        gr.HTML("<h1>Tapwright studio</h1>", elem_id="head", padding=False)
        with gr.Accordion("Model", open=False, elem_id="model-bar"):
            bar = model_bar(studio)
        live = live_frame()
        with gr.Tabs(elem_id="tabs") as tabs:
            shared = Shared(studio, page, tabs, bar, live)
            run_tab(shared)
            recordings_tab(shared)
            machine_tab(shared)
    return page
