"""A document read by real models: weights in this process, and behind ``transformers serve``.

The weights are random, so what they write is no page; that is told, and everything up to the model
and back is the real thing.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from agent import Client
from agent.cli.app import run_command
from agent.perception.document.values import Document
from tests.agent.models.local.transformers_server import Served, serving
from tests.agent.perception.document.pdfs import PdfPage, pdf

pytestmark = pytest.mark.local
Checkpoint = Callable[[str], Path]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "two.pdf"
    path.write_bytes(pdf([PdfPage(100, 140), PdfPage(140, 100)]))
    return path


@pytest.fixture(scope="module")
def served(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(checkpoint("qwen2_5_vl"), tmp_path_factory.mktemp("serve")) as running:
        yield running


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl"])
def test_weights_in_this_process_read_a_pdf(family: str, checkpoint: Checkpoint, two: Path) -> None:
    with Client(model=str(checkpoint(family)), offline=True) as client:
        found = client.parse(two, dpi=72, max_tokens=24)
        again = client.parse(two, dpi=72, max_tokens=24)
    assert [page.number for page in found.pages] == [1, 2]
    assert [(page.size.width, page.size.height) for page in found.pages] == [(100, 140), (140, 100)]
    assert all(page.raw for page in found.pages)
    assert {page.finish_reason for page in found.pages} <= {"length", "stop", "loop"}
    assert not found.whole
    assert again == found


def test_the_page_is_what_the_model_sees(checkpoint: Checkpoint) -> None:
    from agent.perception.pictures import Picture

    with Client(model=str(checkpoint("qwen2_5_vl")), offline=True) as client:
        replies = {
            client.parse(Picture(colour, Image.new("RGB", (200, 280), colour)), max_tokens=24)
            .pages[0]
            .raw
            for colour in ("white", "navy", "orange")
        }
    assert len(replies) > 1


@pytest.mark.serving
def test_a_served_model_reads_a_pdf_from_the_command_line(
    served: Served, two: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_command(
        ["parse", str(two), "--dpi", "72", "--max-tokens", "16", "--format", "json",
         "--server", served.base_url, "--model", served.model, "--dialect", "qwen2_5_vl"]
    )  # fmt: skip
    said = capsys.readouterr()
    assert code == 1, said.err
    found = Document.model_validate_json(said.out)
    assert [page.number for page in found.pages] == [1, 2]
    assert all(page.raw for page in found.pages)
    assert "Page 2: The model answered words instead of a page" in said.err
