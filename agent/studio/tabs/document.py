"""The tab Document: pages are read, and shown as what they are."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from secrets import token_urlsafe

from agent.perception.document.as_html import as_html
from agent.perception.document.as_markdown import as_markdown
from agent.perception.document.as_text import as_text
from agent.perception.document.overlay import draw_page
from agent.perception.document.pages import open_sheets
from agent.perception.document.reader import for_pages, read_page
from agent.perception.document.tree import require_parser
from agent.perception.document.values import Document, Page
from agent.studio.asking import Named
from agent.studio.hearing import hearing
from agent.studio.tabs.shared import Component, Shared, made
from agent.studio.tabs.sources import one_file
from agent.studio.telling import Told, apart, blank, note

_DPI = 150
_EMPTY = blank("The document is shown here as it was read, page by page.")


def document_tab(shared: Shared) -> None:
    """Build the tab."""
    import gradio as gr

    with gr.Tab("Document", id="document"), gr.Row():
        with gr.Column(scale=2, min_width=300):
            file = gr.File(label="PDF or picture", type="filepath", height=150)
            place = gr.Textbox(
                label="Or from elsewhere", placeholder="a path, an address or clipboard",
                elem_id="document-place",
            )  # fmt: skip
            pages = gr.Textbox(label="Pages", placeholder="all; or 1-3,7")
            with gr.Row():
                go = gr.Button("Read", variant="primary", elem_id="document-button")
                stop = gr.Button("Stop")
            status = gr.HTML(elem_id="document-status", padding=False)
            written = gr.File(
                label="Files", file_count="multiple", interactive=False, visible=False
            )
        with gr.Column(scale=4, min_width=320), gr.Tabs():
            with gr.Tab("As a page"):
                shown = gr.HTML(_EMPTY, elem_id="document-shown", padding=False)
            with gr.Tab("Markdown"):
                markdown = gr.Textbox(
                    label="Markdown", lines=12, max_lines=40, interactive=False,
                    buttons=["copy"], elem_id="document-markdown",
                )  # fmt: skip
            with gr.Tab("Where it stands"):
                drawn = gr.Gallery(
                    label="Blocks", columns=1, height="auto", format="png", object_fit="contain",
                    elem_id="document-drawn",
                )  # fmt: skip

    outputs = [shown, markdown, drawn, status, written]
    private = {"api_visibility": "private"}
    happening = go.click(
        _reading(shared), [file, place, pages, *shared.bar.parts], outputs, **private
    )
    stop.click(lambda: note("Stopped."), None, [status], cancels=[happening], **private)


def _reading(shared: Shared) -> Callable[..., Iterator[tuple[object, ...]]]:
    import gradio as gr

    def read(
        file: str | None, place: str, pages: str, *bar: str,
        progress: Component = gr.Progress(),  # noqa: B008 - how Gradio is told
    ) -> Iterator[tuple[object, ...]]:  # fmt: skip
        with Told() as outcome, ExitStack() as stack:
            require_parser()
            source = one_file(file, place, "document")
            read_so_far: list[Page] = []
            pictures: list[str] = []
            target = shared.studio.folder / token_urlsafe(9)
            target.mkdir()
            with open_sheets(source, pages, _DPI) as sheets:
                seer = for_pages(stack.enter_context(shared.studio.clients.asking(Named(*bar))))
                total = len(sheets.numbers)
                empty = Document(source=sheets.name, model=seer.model.name, page_count=sheets.count)
                progress((0, total), desc="Reading pages")
                for sheet in sheets:
                    for heard in hearing(
                        lambda hear, sheet=sheet: read_page(seer, sheet, on_text=hear)  # type: ignore[misc]
                    ):
                        if heard.result is None:  # a chance to stop
                            yield gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip()
                    page = heard.result
                    assert page is not None  # noqa: S101 - the last is the result
                    read_so_far.append(page)
                    drawn = target / f"page-{page.number}.png"
                    draw_page(sheet, page).save(drawn)
                    pictures.append(str(drawn))
                    progress((len(read_so_far), total), desc="Reading pages")
                    now = empty.with_pages(read_so_far)
                    yield (
                        apart(as_html(now), "The document as it was read"), as_markdown(now),
                        list(pictures), _told(now, total), made(None),
                    )  # fmt: skip
                whole = empty.with_pages(read_so_far)
                files = _written(whole, target, Path(source).stem)
                yield gr.skip(), gr.skip(), gr.skip(), _told(whole, total), made(files)
        if outcome.html:
            yield gr.skip(), gr.skip(), gr.skip(), outcome.html, made(None)

    return read


def _told(document: Document, total: int) -> str:
    notes = [f"Page {page.number}: {text}" for page in document.pages for text in page.notes]
    head = f"{len(document.pages)} of {total} pages."
    return "".join(note(text) for text in (head, *notes))


def _written(document: Document, target: Path, stem: str) -> list[str]:
    """The document as files to take along."""
    name = "".join(letter for letter in stem if letter.isalnum() or letter in "-_")[:60]
    made = {
        "html": as_html(document),
        "md": as_markdown(document),
        "txt": as_text(document),
        "json": document.model_dump_json(indent=2),
    }
    paths = []
    for ending, text in made.items():
        path = target / f"{name or 'document'}.{ending}"
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    return paths
