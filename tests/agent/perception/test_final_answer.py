"""The answer in what a model thought aloud, read from replies written by hand."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.dialects.choose import dialect_named
from agent.model import Reply
from agent.perception.boxed import find_boxed
from agent.perception.circles import find_circle
from agent.perception.families import manner_of
from agent.perception.final_answer import Found, read_final
from tests.agent.perception.thought_replies import ANSWERED, CASES, ROUND, UNANSWERED, Case, said

ENDINGS = ["stop", "length", "loop", "time", "content_filter"]


def read(reply: Reply, family: str = "qvq") -> Found:
    return read_final(reply, manner_of(dialect_named(family)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_reply_in_the_manner_of_a_model(case: Case) -> None:
    found = read(case.reply, case.family)
    assert (found.answer, found.boxed, found.found_by) == (case.answer, case.boxed, case.found_by)
    assert case.why_not in found.why_not
    assert bool(found.why_not) == (not case.answer)


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.name)
def test_the_mark_of_the_answer_is_no_part_of_the_reasoning(case: Case) -> None:
    if case.found_by in {"marker", "thought_end"} and case.name != "the_last_of_two":
        found = read(case.reply, case.family)
        assert not re.search(r"</?think|最终答案|\*\*Final Answer\*\*$", found.reasoning)


@pytest.mark.parametrize("case", UNANSWERED, ids=lambda case: case.name)
def test_nothing_that_was_thought_is_lost_where_there_is_no_answer(case: Case) -> None:
    words = re.sub(r"</?think>", "", case.reply.text + case.reply.reasoning)
    assert read(case.reply, case.family).reasoning[:12] == words.strip()[:12]


def test_what_was_repeated_stands_in_the_reasoning_once_and_is_named() -> None:
    found = read(said("I see. " + ROUND * 12, "loop"))
    assert found.reasoning == ("I see. " + ROUND).strip()
    assert "“Wait, let me count" in found.why_not


def test_a_circle_is_a_sentence_and_not_the_dots_at_its_end() -> None:
    circle = find_circle("So. " + "I look again ... " * 5 + "I look again ...")
    assert circle is not None
    assert (circle.times, len(circle.piece), circle.start) == (5, len("I look again ... "), 4)


def test_an_answer_that_was_doubted_or_cut_off_says_so() -> None:
    assert read(said("**Final Answer**\n5\n\nHmm, is it 6?")).doubted
    assert read(said("**Final Answer**\nThe red and the gre", "length")).cut_off
    assert not read(said("**Final Answer**\n\\[ \\boxed{5} \\]", "length")).cut_off


def test_an_ending_without_repetition_is_no_circle() -> None:
    found = read(said("I see a dog and a cat. " * 2 + "The rest is dark", "length"))
    assert found.circle is None
    short = read(said("Row of dots: " + ". " * 20, "length"))
    assert short.circle is None


@given(st.text(max_size=400), st.sampled_from(ENDINGS), st.sampled_from(["qvq", "tools"]))
def test_any_text_is_read_and_has_an_answer_or_a_reason(
    text: str, ending: str, family: str
) -> None:
    found = read(said(text, ending), family)
    assert bool(found.answer) != bool(found.why_not)


@given(st.text(alphabet="ab{}\\boxed$ \n", max_size=120))
def test_frames_lie_in_the_text_one_after_the_other(text: str) -> None:
    at = 0
    for frame in find_boxed(text):
        assert at <= frame.start < frame.end <= len(text)
        at = frame.end


@given(
    st.text(alphabet="abc .", max_size=30),
    st.text(alphabet="abcdefghij \n.", min_size=8, max_size=60),
    st.integers(3, 9),
)
def test_a_repeated_piece_is_found_from_where_it_begins(lead: str, piece: str, times: int) -> None:
    text = lead + piece * times
    circle = find_circle(text)
    assert circle is not None
    assert circle.start < len(lead) + len(piece)
    whole = circle.piece * (circle.times + 1)
    assert whole.startswith(text[circle.start :])


def test_a_reply_of_one_letter_a_hundred_thousand_times_takes_no_minute() -> None:
    found = read(said("{" * 100_000, "length"))
    assert found.circle is not None
    assert not read(said("\\boxed{" * 3000)).answer
