"""What all tabs are given."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.studio.studio import Studio

Component = Any
"""A part of the page; Gradio is an extra, so that its types are not known everywhere."""


@dataclass(frozen=True)
class ModelBar:
    """The fields that name the model to ask."""

    model: Component
    server: Component
    dialect: Component

    @property
    def parts(self) -> list[Component]:
        """In the order of ``Named``."""
        return [self.model, self.server, self.dialect]


@dataclass(frozen=True)
class Shared:
    """See the module.

    Attributes:
        studio: What the tabs work with.
        page: The whole page, for what happens when it is opened.
        tabs: The row of tabs, for going to another one.
        bar: Names the model.
        live: Where a run is shown.
    """

    studio: "Studio"
    page: Component
    tabs: Component
    bar: ModelBar
    live: Component


def model_bar(studio: "Studio") -> ModelBar:
    """The fields that name the model, filled with what is configured."""
    import gradio as gr

    config = studio.config
    with gr.Row():
        model = gr.Textbox(
            config.model, label="Model", placeholder="Qwen/Qwen2.5-VL-7B-Instruct, a folder, auto"
        )
        server = gr.Textbox(
            config.server,
            label="Server",
            placeholder="vllm, ollama, openai or an address; empty: load it here",
        )
        dialect = gr.Textbox(
            config.dialect if config.dialect != "auto" else "",
            label="Dialect",
            placeholder="by the model's name",
        )
    return ModelBar(model, server, dialect)


def made(paths: list[str] | None) -> Component:
    """Files to take along; nothing is shown where there are none."""
    import gradio as gr

    return gr.File(value=paths, visible=bool(paths))
