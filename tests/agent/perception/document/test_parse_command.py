"""``agent parse`` and ``Client.parse`` against a real server on loopback."""

import base64
import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image

from agent import Client
from agent.cli.app import run_command
from agent.perception.document.values import Document, Page
from agent.perception.pictures import Picture
from tests.agent.models.fault_server import (
    USAGE,
    Answer,
    FaultServer,
    chunk,
    refuse,
    serving,
    stream,
    words,
)
from tests.agent.perception.document.pdfs import PdfPage, pdf
from tests.terminal import agent_on_a_terminal
from tools.errors import ModelError, UsageError

Run = Callable[..., tuple[int, str, str]]
MODEL = "Qwen2.5-VL-7B-Instruct"


def page(text: str) -> Answer:
    return words("```html\n<html><body>", f'<p data-bbox="28 28 280 56">{text}</p>',
                 "</body></html>\n```")  # fmt: skip


def cut(text: str) -> Answer:
    return stream(chunk(content=f"<p>{text}"), chunk(finish="length"), USAGE)


@pytest.fixture
def serve() -> Iterator[Callable[..., FaultServer]]:
    with ExitStack() as stack:
        yield lambda *answers: stack.enter_context(serving(*answers))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(*arguments: object) -> tuple[int, str, str]:
        code = run_command(["parse", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "three.pdf"
    path.write_bytes(pdf([PdfPage()] * 3))
    return path


def at(server: FaultServer) -> tuple[str, ...]:
    return ("--server", server.base_url, "--model", MODEL)


def test_a_pdf_is_read_page_by_page(
    run: Run, three: Path, serve: Callable[..., FaultServer]
) -> None:
    server = serve(page("one"), page("two"), page("three"))
    code, out, err = run(three, *at(server))
    assert (code, out) == (0, "one\n\n---\n\ntwo\n\n---\n\nthree\n")
    assert "Page 2 of 3: 1 paragraph." in err
    request = server.requests[0]
    assert request["max_tokens"] == 4096
    (image,) = [part for part in request["messages"][1]["content"] if part["type"] == "image_url"]
    data = base64.b64decode(image["image_url"]["url"].partition(",")[2])
    with Image.open(io.BytesIO(data)) as sent:
        assert sent.size == (616, 840)  # 300 x 400 points at 150 dpi, in steps of 28


def test_json_has_boxes_in_pixels_of_the_page(
    run: Run, three: Path, serve: Callable[..., FaultServer]
) -> None:
    code, out, _ = run(three, "--pages", "2", "--format", "json", *at(serve(page("two"))))
    assert code == 0
    found = Document.model_validate_json(out)
    assert (found.source, found.page_count, found.model) == (str(three), 3, MODEL)
    (only,) = found.pages
    assert only.number == 2
    assert (only.size.width, only.size.height) == (625, 834)
    box = only.blocks[0].box
    assert box is not None
    assert (box.left, box.top, box.right, box.bottom) == (28, 28, 284, 56)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (("--format", "text"), "one\n"),
        (("--format", "md"), "one\n"),
        (
            ("--raw",),
            '```html\n<html><body><p data-bbox="28 28 280 56">one</p></body></html>\n```\n',
        ),
    ],
)
def test_forms(
    run: Run, three: Path, serve: Callable[..., FaultServer], form: tuple[str, ...], written: str
) -> None:
    assert run(three, "--pages", 1, *form, *at(serve(page("one")))) == (0, written, "")


def test_files_with_pictures_and_drawings(
    run: Run, three: Path, tmp_path: Path, serve: Callable[..., FaultServer]
) -> None:
    answer = words('<div class="image caption" data-bbox="0 0 308 420"><p>Fig</p></div>')
    (tmp_path / "out").mkdir()
    code, out, _ = run(
        three, "--pages", "1,3", "--out", "out/doc.html", "--format", "html", "--images",
        "out/cut", "--draw", "drawn.png", *at(serve(answer)),
    )  # fmt: skip
    assert (code, out) == (0, "")
    html = (tmp_path / "out" / "doc.html").read_text(encoding="utf-8")
    assert 'src="cut/page-1-image-1.png"' in html
    assert 'src="cut/page-3-image-1.png"' in html
    with Image.open(tmp_path / "out" / "cut" / "page-3-image-1.png") as crop:
        assert crop.size == (312, 417)
    with Image.open(tmp_path / "drawn-1.png") as drawn:
        assert drawn.width == 625
    assert (tmp_path / "drawn-3.png").exists()
    assert not (tmp_path / "drawn.png").exists()


def test_pages_before_a_failure_are_kept_and_the_way_on_is_told(
    run: Run, three: Path, tmp_path: Path, serve: Callable[..., FaultServer]
) -> None:
    server = serve(page("one"), page("two"), refuse(401, "no key"))
    code, out, err = run(three, *at(server))
    assert (code, out) == (3, "one\n\n---\n\ntwo\n")
    assert "Stopped at page 3; what was read before it is kept. Go on with --pages 3-" in err
    assert err.splitlines()[-1].startswith("agent: ")
    server = serve(page("one"), refuse(401, "no key"))
    code, out, err = run(three, "--pages", "1,3", "--out", "kept.md", *at(server))
    assert (code, out) == (3, "")
    assert (tmp_path / "kept.md").read_text() == "one\n"
    assert "Go on with --pages 3-" in err


def test_a_failure_at_once_writes_nothing(
    run: Run, three: Path, tmp_path: Path, serve: Callable[..., FaultServer]
) -> None:
    code, out, err = run(three, "--out", "none.md", *at(serve(refuse(401, "no key"))))
    assert (code, out) == (3, "")
    assert "Stopped" not in err
    assert not (tmp_path / "none.md").exists()


def test_prose_is_told_and_is_no_success(
    run: Run, three: Path, serve: Callable[..., FaultServer]
) -> None:
    code, out, err = run(three, "--pages", 1, *at(serve(words("I cannot \x1b[2J read this."))))
    assert (code, out) == (1, "\n")
    assert err == 'The model answered words instead of a page: "I cannot \\x1b[2J read this.".\n'


def test_a_cut_page_is_written_and_is_no_success(
    run: Run, three: Path, serve: Callable[..., FaultServer]
) -> None:
    server = serve(cut("one"), page("two"))
    code, out, err = run(three, "--pages", "1-2", "--max-tokens", 64, *at(server))
    assert (code, out) == (1, "one\n\n---\n\ntwo\n")
    assert "Page 1: The reply was cut at its most tokens" in err
    assert server.requests[0]["max_tokens"] == 64


def test_words_steer_no_terminal(run: Run, three: Path, serve: Callable[..., FaultServer]) -> None:
    _, out, _ = run(three, "--pages", 1, "--raw", *at(serve(words("<p>a\x1b]0;b\x07</p>"))))
    assert out == "<p>a\\x1b]0;b\\x07</p>\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "No document is named. Name a PDF"),
        (("three.pdf", "--screen"), "Both a document and a screen"),
        (("none.pdf",), "cannot be read: No such file"),
        (("three.pdf", "--pages", "4"), "has 3 pages; there is no page 4. Pages go from 1 to 3."),
        (("three.pdf", "--pages", "x"), "names no pages"),
        (("three.pdf", "--dpi", "5"), "--dpi is 36 to 600, not 5"),
        (("three.pdf", "--raw", "--format", "md"), "--raw is the reply as it came"),
        (("three.pdf", "--format", "docx"), "'docx'"),
        (("three.pdf", "--max-tokens", "1"), "max-tokens"),
        (("three.pdf", "--out", "."), "is a folder"),
        (("three.pdf", "--out", "./three.pdf"), "'three.pdf' is the document itself"),
        (("same.png", "--draw", "same.png"), "'same.png' is the document itself"),
        (("",), "the name of a file is empty"),
        (("three.pdf", "--out", "none/a.md"), "There is no folder 'none'"),
        (("three.pdf", "--images", "three.pdf"), "is no folder"),
        (("three.pdf", "--draw", "a.txt"), "is no name of a picture"),
        (("empty.pdf",), "is empty, 0 bytes"),
        (("locked.pdf",), "is encrypted and wants a password. Put it into the environment"),
        (("locked.pdf", "--secret", "sesame"), "is no name of a secret. A name has capital"),
        (("locked.pdf", "--secret", "PDF_NOWHERE"), "The secret PDF_NOWHERE has no value."),
        (("locked.pdf", "--secret", "PDF_WRONG"), "The password for 'locked.pdf' is wrong."),
        (("notes.txt",), "'notes.txt' is neither a PDF nor a picture. Read are PDF, PNG,"),
        (("broken.pdf",), "is damaged"),
    ],
    ids=str,
)
def test_bad_input_is_one_line_before_any_model_is_asked(
    run: Run,
    three: Path,
    serve: Callable[..., FaultServer],
    arguments: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PDF_WRONG", "simsalabim")
    Image.new("RGB", (60, 60)).save(three.parent / "same.png")
    (three.parent / "notes.txt").write_text("words", encoding="utf-8")
    (three.parent / "empty.pdf").write_bytes(b"")
    (three.parent / "locked.pdf").write_bytes(pdf(password="sesame"))
    (three.parent / "broken.pdf").write_bytes(b"%PDF-1.7\n")
    server = serve(page("one"))
    code, out, err = run(*arguments, *at(server))
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1
    assert "simsalabim" not in err
    assert server.requests == []


def test_a_password_comes_by_its_name_and_stands_nowhere(
    run: Run, three: Path, serve: Callable[..., FaultServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    three.write_bytes(pdf(password="sesame"))
    monkeypatch.setenv("PDF_PASSWORD", "sesame")
    server = serve(page("Open."))
    code, out, err = run(three, "--secret", "PDF_PASSWORD", *at(server))
    assert (code, out) == (0, "Open.\n")
    assert "sesame" not in err + json.dumps(server.requests)
    with Client(model=MODEL, server=server.base_url) as client:
        assert client.parse(three, password="sesame").pages[0].outcome == "read"


@pytest.mark.parametrize(("typed", "shown"), [("sesame", "Open."), ("Simsalabim", "is wrong.")])
def test_a_person_at_the_terminal_is_asked_for_a_password(
    three: Path, serve: Callable[..., FaultServer], typed: str, shown: str
) -> None:
    three.write_bytes(pdf(password="sesame"))
    command = ("parse", str(three), *at(serve(page("Open."))))
    with agent_on_a_terminal(*command, env={}) as terminal:
        terminal.until("Password of the PDF: ")  # the blank comes when letters are hidden
        terminal.type(typed)
        terminal.until(shown)
        terminal.end()
        assert typed not in terminal.text


def test_no_model_is_one_line(run: Run, three: Path) -> None:
    code, _, err = run(three)
    assert code == 2
    assert "This needs a model" in err


def test_the_extra_that_is_missing_is_named(
    run: Run, three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "selectolax.lexbor", None)
    code, _, err = run(three, "--model", "anything")
    assert code == 2
    assert err == (
        "agent: Reading a document needs the extra 'docs', which is not installed. "
        "Mend it with: python -m pip install 'tapwright[docs]'\n"
    )


def test_a_screen_is_a_document(run: Run, serve: Callable[..., FaultServer]) -> None:
    code, out, _ = run("--device", "virtual", "--format", "json", *at(serve(page("Clock"))))
    assert code == 0
    assert json.loads(out)["source"].startswith("the screen of")


def test_in_python(three: Path, serve: Callable[..., FaultServer]) -> None:
    server = serve(page("one"), page("two"), refuse(401, "no key"))
    heard: list[Page] = []
    with Client(model=MODEL, server=server.base_url) as client:
        with pytest.raises(ModelError):
            client.parse(three, on_page=heard.append)
        with pytest.raises(UsageError, match="no page 9"):
            client.parse(str(three), pages="9")
    assert [each.number for each in heard] == [1, 2]
    with Client(model=MODEL, server=serve(page("seen")).base_url) as client:
        found = client.parse(Picture("mine", Image.new("RGB", (300, 300), "white")))
    assert found.pages[0].blocks[0].text == "seen"
    assert (found.source, found.page_count) == ("mine", 1)
