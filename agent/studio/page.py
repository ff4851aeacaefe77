"""The page of the studio: its tabs and its looks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.studio.tabs.chat import chat_tab
from agent.studio.tabs.detect import detect_tab
from agent.studio.tabs.document import document_tab
from agent.studio.tabs.machine import machine_tab
from agent.studio.tabs.reason import reason_tab
from agent.studio.tabs.recordings import recordings_tab
from agent.studio.tabs.run import live_frame, run_tab
from agent.studio.tabs.shared import Shared, model_bar
from agent.studio.tabs.video import video_tab

if TYPE_CHECKING:
    from agent.studio.studio import Studio

_HERE = Path(__file__).parent
STYLE = _HERE / "look.css"
ICON = _HERE / "icon.svg"
_CLOSE_LISTS = """() => {
  addEventListener("focusout", ({target}) => {
    if (!target.matches("input[role=combobox]")) return;
    target.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
  });
}"""
"""Gradio leaves the list of a drop-down open, over what follows, when Tab leads away from it."""
_COLOURS = {
    "body_background_fill": "#f5f4f1",
    "body_background_fill_dark": "#16171a",
    "body_text_color": "#22242a",
    "body_text_color_dark": "#e8e6e1",
    "body_text_color_subdued": "#5f636c",
    "body_text_color_subdued_dark": "#a3a6af",
    "background_fill_primary_dark": "#1f2125",
    "background_fill_secondary_dark": "#16171a",
    "block_label_background_fill_dark": "#1f2125",
    "checkbox_background_color_dark": "#16171a",
    "checkbox_label_background_fill_dark": "#1f2125",
    "block_background_fill": "#ffffff",
    "block_background_fill_dark": "#1f2125",
    "block_label_text_color": "#5f636c",
    "block_label_text_color_dark": "#a3a6af",
    "block_title_text_color": "#5f636c",
    "block_title_text_color_dark": "#a3a6af",
    "input_background_fill": "#f5f4f1",
    "input_background_fill_dark": "#16171a",
    "input_border_color": "#d6d3cc",
    "input_border_color_dark": "#41454d",
    "input_border_width": "1px",
    "input_placeholder_color": "#6b6f78",
    "input_placeholder_color_dark": "#9a9da6",
    "border_color_primary": "#e2e0da",
    "border_color_primary_dark": "#33363d",
    "color_accent": "#1f6f5c",
    "color_accent_soft_dark": "#1d3a33",
    "border_color_accent_subdued_dark": "#2f5f53",
    "button_secondary_background_fill_hover": "#eeece7",
    "button_secondary_background_fill_hover_dark": "#2a2d33",
    "link_text_color": "#1f6f5c",
    "link_text_color_dark": "#6cc9ae",
    "link_text_color_hover": "#175747",
    "link_text_color_hover_dark": "#8ad6bf",
    "table_even_background_fill_dark": "#1f2125",
    "table_odd_background_fill_dark": "#16171a",
    "button_primary_background_fill": "#1f6f5c",
    "button_primary_background_fill_dark": "#6cc9ae",
    "button_primary_background_fill_hover": "#175747",
    "button_primary_background_fill_hover_dark": "#8ad6bf",
    "button_primary_text_color": "#ffffff",
    "button_primary_text_color_dark": "#10241e",
    "button_secondary_background_fill": "#ffffff",
    "button_secondary_background_fill_dark": "#1f2125",
    "button_secondary_border_color": "#d6d3cc",
    "button_secondary_border_color_dark": "#41454d",
    "button_border_width": "1px",
    "button_large_text_weight": "600",
    "button_large_text_size": "0.95rem",
}
"""As on the page of a run (``agent/person/page/page.css``)."""


def theme() -> Any:  # noqa: ANN401 - Gradio is an extra
    """Plain, with the letters of the person's own system: nothing is fetched."""
    import gradio as gr

    letters = [gr.themes.Font(name) for name in ("system-ui", "Noto Sans", "sans-serif")]
    mono = [gr.themes.Font(name) for name in ("ui-monospace", "monospace")]
    base = gr.themes.Base(
        primary_hue="emerald",
        secondary_hue="emerald",
        neutral_hue="stone",
        radius_size="md",
        font=letters,
        font_mono=mono,
    )
    return base.set(**_COLOURS)


def build_page(studio: "Studio") -> Any:  # noqa: ANN401 - as above
    """The page with all its tabs."""
    import gradio as gr

    with gr.Blocks(
        analytics_enabled=False,
        title="Tapwright studio",
        fill_width=True,
        delete_cache=(3600, 3600),
    ) as page:
        gr.HTML("<h1>Tapwright studio</h1>", elem_id="head", padding=False)
        with gr.Accordion("Model", open=False, elem_id="model-bar"):
            bar = model_bar(studio)
        live = live_frame()
        with gr.Tabs(elem_id="tabs") as tabs:
            shared = Shared(studio, page, tabs, bar, live)
            for build in (
                run_tab,
                recordings_tab,
                detect_tab,
                document_tab,
                video_tab,
                reason_tab,
                chat_tab,
                machine_tab,
            ):
                build(shared)
        page.load(None, js=_CLOSE_LISTS, api_visibility="private")
    return page
