"""The page as it is written: what stands in it, what it takes in, and where it may be put."""

import base64
import hashlib
import json
import re
import resource
import signal
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from agent.cli.app import run_command
from agent.recording.reader import Recording, read_recording
from agent.report.build import write_report, write_single_page
from agent.step import StopReason, Verdict
from tests.agent.report.runs import (
    CHINESE,
    HOSTILE,
    crashed_run,
    empty_run,
    long_run,
    passed_run,
    rich_run,
)
from tools.errors import UsageError


def silent(done: int, total: int) -> None:
    assert done <= total


def written(recording: Recording, folder: Path) -> LexborHTMLParser:
    """The page of ``recording``."""
    report = write_report([recording], folder, silent)
    return LexborHTMLParser(report.page.read_text(encoding="utf-8"))


def only(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """The first element that fits; there must be one."""
    node = page.css_first(selector)
    assert node is not None, selector
    return node


def attribute(node: LexborNode, name: str) -> str:
    """Its value; it must have one."""
    value = node.attributes[name]
    assert value is not None
    return value


def data_of(page: LexborHTMLParser, selector: str) -> Any:
    return json.loads(only(page, selector).text())


@pytest.fixture
def rich(tmp_path: Path) -> Recording:
    return rich_run(tmp_path / "recordings")


def test_the_head_tells_stop_and_verdict_apart(tmp_path: Path, rich: Recording) -> None:
    page = written(rich, tmp_path / "report")
    chips = [chip.text() for chip in page.css(".head .chips .chip")]
    assert [" ".join(chip.split()) for chip in chips] == ["Stop stuck", "Verdict failed"]
    row = {only(div, "dt").text(): only(div, "dd").text() for div in page.css(".row div")}
    assert row["Tokens"] == "16,200 in (13,500 cached), 378 out, $0.0036"
    assert row["Origin"] == "fork of 20260101T000000Z-earlier-abc123"
    assert row["Steps"] == "8"
    checks = [check.text() for check in page.css(".checks li")]
    assert len(checks) == 2
    assert "0 payments, expected 1" in checks[1]
    assert only(page, ".jump").text() == "Failed in step 8"


def test_a_claim_is_never_shown_as_good_news(tmp_path: Path) -> None:
    page = written(passed_run(tmp_path / "recordings"), tmp_path / "report")
    stop, verdict = page.css(".head .chips .chip")
    assert "tone-plain" in attribute(stop, "class").split()
    assert "tone-good" in attribute(verdict, "class").split()


def test_every_step_tells_what_was_recorded(tmp_path: Path, rich: Recording) -> None:
    page = written(rich, tmp_path / "report")
    run = data_of(page, ".run-data")
    steps = run["steps"]
    assert [step["state"] for step in steps] == [*["done"] * 7, "denied", "look"]
    assert [step["mark"] and step["mark"]["kind"] for step in steps[:7]] == [
        "tap", "double_tap", "long_press", "swipe", "drag", "scroll", None,
    ]  # fmt: skip
    first = steps[0]
    assert first["mark"]["target"] == {"left": 40, "top": 100, "right": 320, "bottom": 160}
    assert first["masked"] == [{"left": 40, "top": 200, "right": 320, "bottom": 240}]
    assert first["rung"][0] == {"label": "Rung", "text": "shift"}
    (exchange,) = first["exchanges"]
    assert exchange["reply"] == f"<tool_call>{HOSTILE}</tool_call>"
    assert exchange["reasoning"] == f"Think: {CHINESE}"
    assert [run["parts"][key]["role"] for key in exchange["messages"]] == ["system", "user"]
    assert steps[6]["typed"] == f"重庆 {HOSTILE}"
    assert [note["label"] for note in steps[7]["notes"]] == [
        "Told before deciding", "Asked again", "Denied by the guard",
    ]  # fmt: skip
    assert [len(step["exchanges"]) for step in steps] == [1] * 7 + [2, 0]
    assert run["opened"] == 7


def test_the_picture_after_is_that_of_the_next_look(tmp_path: Path, rich: Recording) -> None:
    page = written(rich, tmp_path / "report")
    steps = data_of(page, ".run-data")["steps"]
    pictures = data_of(page, "#pictures")
    assert [step["after"] for step in steps[:-1]] == [step["before"] for step in steps[1:]]
    assert steps[-1]["after"] == ""
    assert "nothing to the screen" in steps[-1]["after_note"]
    for key, seen in zip([s["before"] for s in steps], rich.steps, strict=True):
        stored = (tmp_path / "report" / pictures[key]["src"]).read_bytes()
        assert seen.observation is not None
        assert hashlib.sha256(stored).hexdigest() == seen.observation.frame.sha256


def test_the_waterfall_adds_up_to_the_time_of_the_step(tmp_path: Path, rich: Recording) -> None:
    first = data_of(written(rich, tmp_path / "report"), ".run-data")["steps"][0]
    spans = {span["phase"]: span["seconds"] for span in first["spans"]}
    assert list(spans) == [
        "settle",
        "capture",
        "decode",
        "look",
        "model",
        "decide",
        "act",
        "record",
    ]
    assert spans["model"] == pytest.approx(0.4)
    assert sum(spans.values()) == pytest.approx(0.07 + 0.42 + 0.02 + 0.003)


def test_the_page_asks_nobody_for_anything(tmp_path: Path, rich: Recording) -> None:
    report = write_report([rich], tmp_path / "report", silent)
    text = report.page.read_text(encoding="utf-8")
    page = LexborHTMLParser(text)
    policy = attribute(only(page, 'meta[http-equiv="Content-Security-Policy"]'), "content")
    assert policy.startswith("default-src 'none'; img-src 'self' file: data:; style-src 'sha256-")
    script = page.css("script")[-1].text(strip=False)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert not re.search(r"""(src|href)=["'](https?:)?//""", text)
    for node in page.css("*"):
        assert not [name for name in node.attributes if name.startswith("on")], node.tag
    assert not page.css("[style]")


def test_hostile_words_make_no_elements(tmp_path: Path, rich: Recording) -> None:
    page = written(rich, tmp_path / "report")
    assert len(page.css("script")) == 3
    assert all("data-picture" in image.attributes for image in page.css("img"))
    assert HOSTILE in only(page, "h1").text()


def test_a_crashed_run_names_the_step_in_flight(tmp_path: Path) -> None:
    page = written(crashed_run(tmp_path / "recordings"), tmp_path / "report")
    chips = [" ".join(chip.text().split()) for chip in page.css(".head .chips .chip")]
    assert chips == ["Stop no end", "Verdict not run"]
    assert "the run crashed" in only(page, ".head .banner.warn").text()
    run = data_of(page, ".run-data")
    assert run["opened"] == 1
    assert run["steps"][1]["state"] == "open"
    assert run["steps"][1]["exchanges"][0]["reply"] is None


def test_a_run_without_a_step_says_so(tmp_path: Path) -> None:
    page = written(empty_run(tmp_path / "recordings"), tmp_path / "report")
    assert "there is no step to show" in only(page, ".banner.plain").text()
    assert page.css(".frame-button") == []


def test_missing_damaged_and_changed_pictures_are_told(tmp_path: Path) -> None:
    found = long_run(tmp_path / "recordings", 4)
    frames = [step.observation.frame for step in found.steps if step.observation is not None]
    found.file(frames[0]).unlink()
    found.file(frames[1]).write_bytes(b"<svg onload='x()'/>")
    found.file(frames[2]).write_bytes(found.file(frames[3]).read_bytes())
    report = write_report([read_recording(found.folder)], tmp_path / "report", silent)
    told = " ".join(report.problems)
    assert f"{frames[0].path} is missing" in told
    assert f"{frames[1].path} cannot be read" in told
    assert f"{frames[2].path} is not the one that was recorded" in told
    assert not [path for path in (tmp_path / "report").rglob("*") if b"<svg onload" in _bytes(path)]


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() and path.suffix != ".html" else b""


def test_several_runs_have_a_card_each(tmp_path: Path, rich: Recording) -> None:
    recordings = [rich, passed_run(tmp_path / "recordings"), empty_run(tmp_path / "recordings")]
    report = write_report(recordings, tmp_path / "report", silent)
    page = LexborHTMLParser(report.page.read_text(encoding="utf-8"))
    cards = page.css(".card")
    tones = [re.findall(r"tone-\w+", attribute(card, "class"))[0] for card in cards]
    assert tones == ["tone-bad", "tone-good", "tone-bad"]
    keys = [attribute(article, "data-key") for article in page.css("article.run")]
    assert keys == [found.folder.name for found in recordings]
    assert [attribute(card, "href") for card in cards] == [f"#run={key}" for key in keys]


def test_one_file_holds_everything_and_keeps_its_cap(tmp_path: Path) -> None:
    found = long_run(tmp_path / "recordings", 20)
    whole = write_single_page([found], tmp_path / "whole.html", silent)
    pictures = data_of(LexborHTMLParser(whole.page.read_text(encoding="utf-8")), "#pictures")
    assert whole.problems == ()
    assert all(each["src"].startswith("data:image/webp;base64,") for each in pictures.values())

    without = write_single_page([found], tmp_path / "none.html", silent, max_mb=0.001)
    assert "The pictures are not in this page" in without.problems[0]
    assert "Even without pictures the page has more than 0.001 MB." in without.problems
    page = LexborHTMLParser(without.page.read_text(encoding="utf-8"))
    assert "would not fit into 0.001 MB" in only(page, "[role=status]").text()
    assert all(not each["thumb"] for each in data_of(page, "#pictures").values())

    between = (whole.size_bytes - 1000) / 1e6
    small = write_single_page([found], tmp_path / "small.html", silent, max_mb=between)
    assert "Only thumbnails" in small.problems[0]
    assert small.size_bytes <= between * 1e6
    shown = data_of(LexborHTMLParser(small.page.read_text(encoding="utf-8")), "#pictures")
    assert all(each["thumb"] and not each["src"] for each in shown.values())


def test_a_folder_that_is_no_report_is_left_alone(tmp_path: Path) -> None:
    found, folder = passed_run(tmp_path / "recordings"), tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    (folder / "index.html").write_text("my page")
    with pytest.raises(UsageError, match="holds something that is no report"):
        write_report([found], folder, silent)
    assert (folder / "index.html").read_text() == "my page"
    write_report([found], folder, silent, force=True)
    assert (folder / "thesis.txt").read_text() == "years of work"
    assert (folder / "pictures").is_dir()


def test_a_report_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    write_report([long_run(tmp_path / "recordings", 5)], folder, silent)
    (folder / "pictures" / "mine.txt").write_text("put there since")
    write_report([passed_run(tmp_path / "recordings")], folder, silent)
    names = {path.name for path in (folder / "pictures").iterdir()}
    assert len(names) == 2 * 2 + 1
    assert "mine.txt" in names


def test_a_forged_list_of_files_removes_nothing_outside(tmp_path: Path) -> None:
    folder, precious = tmp_path / "report", tmp_path / "precious.txt"
    precious.write_text("keep")
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(["../precious.txt", str(precious)]))
    write_report([passed_run(tmp_path / "recordings")], folder, silent)
    assert precious.read_text() == "keep"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "nothing"], "There is no recording 'nothing'"),
        (["report"], "Missing argument"),
        (["report", "last", "--max-size", "3"], "--max-size is for one file. Add --single-file."),
        (["report", "last", "--max-size", "0"], "'--max-size'"),
        (["report", "last", "--single-file", "--max-size", "nan"], "'--max-size'"),
        (["report", "last", "--single-file", "--max-size", "inf"], "'--max-size'"),
        (["report", "last", "--out", "/proc/nowhere"], "'/proc/nowhere' cannot be written"),
        (["report", "last", "--out", "/etc/hostname"], "'/etc/hostname' is a file"),
        (["report", "last", "--single-file", "--out", "x.pdf"], "no name for a page"),
        (["report", "last", "--single-file", "--out", "/tmp"], "no name for a page"),
        (["report", "last", "--single-file", "--out", "mine.html"], "is no report"),
    ],
)
def test_bad_input_is_one_clear_line(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    passed_run(tmp_path / "recordings")
    monkeypatch.chdir(tmp_path)
    Path("mine.html").write_text("<h1>mine</h1>")
    assert run_command(arguments) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.startswith("agent: ")
    assert printed.err.count("\n") == 1
    assert Path("mine.html").read_text() == "<h1>mine</h1>"


def test_the_command_says_where_the_page_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = passed_run(tmp_path / "recordings")
    monkeypatch.chdir(tmp_path)
    assert run_command(["report", "last", found.folder.name]) == 0
    assert capsys.readouterr().out.startswith("report/index.html: 0.0")
    assert run_command(["report", "last", "--single-file"]) == 0
    assert Path("report.html").is_file()
    assert run_command(["report", "last", "--single-file"]) == 0
    assert found.end is not None
    assert (found.end.stop, found.end.verdict) == (StopReason.FINISHED, Verdict.PASSED)


def test_half_a_page_is_not_left_in_the_way(tmp_path: Path) -> None:
    found, page = passed_run(tmp_path / "recordings"), tmp_path / "page.html"
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, bounds[1]))
    try:
        with pytest.raises(UsageError, match="cannot be written: File too large"):
            write_single_page([found], page, silent)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)
        signal.signal(signal.SIGXFSZ, ignored)
    assert not page.exists()
    assert write_single_page([found], page, silent).page == page
