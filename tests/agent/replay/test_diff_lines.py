"""Long lines of a diff are cut down to what changed in them."""

from hypothesis import given
from hypothesis import strategies as st

from agent.cli.diff_lines import readable
from agent.replay.divergence import unified

LONG = "word " * 400


def test_a_changed_word_in_a_long_line_is_shown_with_a_little_around_it() -> None:
    lines = readable(unified(f"{LONG}mobile {LONG}", f"{LONG}moblie {LONG}"))
    assert [line[0] for line in lines] == ["@", "-", "+"]
    assert "mobile" in lines[1]
    assert "moblie" in lines[2]
    assert all(len(line) < 120 for line in lines)


def test_short_lines_stay_as_they_are() -> None:
    diff = unified("one\ntwo\nthree", "one\n2\nthree\nfour")
    assert readable(diff) == list(diff)


TEXTS = st.lists(st.text(alphabet="ab ", max_size=200), max_size=6).map("\n".join)


@given(TEXTS, TEXTS)
def test_no_line_is_lost_and_every_mark_stays(one: str, other: str) -> None:
    diff = unified(one, other)
    short = readable(diff)
    assert sorted(line[0] for line in short) == sorted(line[0] for line in diff)
    changed = [line[1:] for line in diff if line[0] in "+-"]
    if changed and all(len(line) <= 120 for line in changed):
        assert sorted(short) == sorted(
            line if len(line) <= 121 else f"{line[:120]}…" for line in diff
        )


@given(st.text(alphabet="abc", min_size=130), st.text(alphabet="abc", min_size=1, max_size=5))
def test_what_changed_is_always_shown(line: str, more: str) -> None:
    (_, old, new) = readable(unified(line, line + more))
    assert old != new
    assert new.endswith(more)
