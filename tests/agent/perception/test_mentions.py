"""Pictures in a line as people type and terminals drop them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.perception.mentions import find_pictures, is_file

HERE = {
    "/home/me/a.png",
    "/home/me/My Pictures/b c.jpg",
    "photo.jpeg",
    "it's.png",
    "other.webp",
    r"C:\me\a.png",
    "v1.2.png",
    "图片.png",
}


@pytest.mark.parametrize(
    ("line", "sources", "words"),
    [
        ("What is new?", (), "What is new?"),
        ("/home/me/a.png", ("/home/me/a.png",), ""),
        ("/home/me/a.png ", ("/home/me/a.png",), ""),
        ("/home/me/a.png What is it?", ("/home/me/a.png",), "What is it?"),
        ("What is /home/me/a.png?", ("/home/me/a.png",), "What is a.png?"),
        ("'/home/me/My Pictures/b c.jpg'", ("/home/me/My Pictures/b c.jpg",), ""),
        ('"/home/me/My Pictures/b c.jpg" who?', ("/home/me/My Pictures/b c.jpg",), "who?"),
        (r"/home/me/My\ Pictures/b\ c.jpg who?", ("/home/me/My Pictures/b c.jpg",), "who?"),
        ("/home/me/My Pictures/b c.jpg who?", ("/home/me/My Pictures/b c.jpg",), "who?"),
        ("file:///home/me/My%20Pictures/b%20c.jpg", ("/home/me/My Pictures/b c.jpg",), ""),
        (
            "compare photo.jpeg with other.webp",
            ("photo.jpeg", "other.webp"),
            "compare photo.jpeg with",
        ),
        ("photo.jpeg, other.webp", ("photo.jpeg", "other.webp"), ""),
        (r"C:\me\a.png what?", (r"C:\me\a.png",), "what?"),
        ("it's.png", ("it's.png",), ""),
        ("v1.2.png", ("v1.2.png",), ""),
        ("图片.png 这是什么？", ("图片.png",), "这是什么？"),
        ("look at photo.jpeg.", ("photo.jpeg",), "look at photo.jpeg."),
        ("nothing.png is not here", (), "nothing.png is not here"),
        ("photo.jpegs", (), "photo.jpegs"),
        (
            "https://example.org/x/cat.PNG?w=5 what?",
            ("https://example.org/x/cat.PNG?w=5",),
            "what?",
        ),
        ("see https://example.org/x.html", (), "see https://example.org/x.html"),
        (
            "https://example.org/a.png and photo.jpeg",
            ("https://example.org/a.png", "photo.jpeg"),
            "and",
        ),
    ],
)
def test_pictures_are_taken_out_of_the_line(
    line: str, sources: tuple[str, ...], words: str
) -> None:
    found = find_pictures(line, exists=HERE.__contains__)
    assert (found.sources, found.words) == (sources, words)
    assert found.missing == ()


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("/tmp/nothing.png what?", "/tmp/nothing.png"),
        ("~/nothing.png", "~/nothing.png"),
        ("what is './no.jpg'?", "./no.jpg"),
        ("file:///nothing.png", "file:///nothing.png"),
    ],
)
def test_a_path_without_a_file_is_told_of_and_stays_in_the_words(line: str, missing: str) -> None:
    found = find_pictures(line, exists=HERE.__contains__)
    assert found.missing == (missing,)
    assert (found.sources, found.words) == ((), line)


@pytest.mark.parametrize("name", ["", "\0", "x" * 5000, "~nobody-here/x", "/etc"])
def test_anything_may_be_asked_for(name: str) -> None:
    assert not is_file(name)


def test_a_file_is_found_from_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "x.png").touch()
    assert find_pictures("~/x.png").sources == ("~/x.png",)


@given(st.text(alphabet="ab .png/'\"\\~:h", max_size=80))
def test_any_line_is_read(line: str) -> None:
    found = find_pictures(line, exists=lambda name: "b" in name)
    assert all(source in line.replace("\\", "") or "\\" in source for source in found.sources)


def test_a_very_long_line_takes_no_minute() -> None:
    asked: list[str] = []

    def none(name: str) -> bool:
        asked.append(name)
        return False

    find_pictures("a.png " * 3000, exists=none)
    assert len(asked) <= 3000 * 80
