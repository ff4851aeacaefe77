"""What is shown of a thought while it comes, piece by piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.dialects.choose import dialect_named
from agent.model import Reply, Thought
from agent.perception.aloud import Aloud
from agent.perception.families import manner_of
from agent.perception.final_answer import read_final
from agent.perception.thoughts import ThoughtEar
from tests.agent.perception.thought_replies import CASES, Case


def pieces_of(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def shown(reply: Reply, family: str, size: int) -> tuple[str, str]:
    """What is shown while it comes, and what is shown when it is read."""
    manner = manner_of(dialect_named(family))
    heard = Aloud(thinking=manner.begins_in_thought)
    pieces = [
        *map(Thought, pieces_of(reply.reasoning, size)),
        *pieces_of(reply.text, size),
    ]
    given = "".join(heard.hear(piece) for piece in pieces)
    return given, heard.rest(read_final(reply, manner).reasoning)


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_all_of_the_reasoning_is_shown_and_no_answer(case: Case, size: int) -> None:
    given, rest = shown(case.reply, case.family, size)
    whole = "".join((given + rest).split())
    read = "".join(read_final(case.reply, manner_of(dialect_named(case.family))).reasoning.split())
    if case.found_by in {"frame", "sentence"} or case.reply.finish_reason != "stop":
        assert whole.startswith(read)
    elif case.name == "doubted_afterwards":
        assert whole.startswith(read)  # the doubt is shown, too
    else:
        assert whole == read


def test_an_answer_is_not_shown_before_it_is_whole_and_a_doubted_one_is_a_thought() -> None:
    heard = Aloud()
    first = heard.hear("I count five cubes in the picture.\n\n**Final Answer**\n\\boxed{5}\n\n")
    assert first == "I count five cubes in the picture.\n\n"
    then = heard.hear("Wait, one is hidden behind the red one, so that there are more of them.")
    assert then.startswith("**Final Answer**\n\\boxed{5}\n\n")


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    ("text", "thinking", "heard"),
    [
        ("<think>Hm.</think>\n\nFive.", False, ("Hm.", "Five.")),
        (" \n<think>Hm.</think>Five.", False, ("Hm.", "Five.")),
        ("Hm.\n</think>\nFive.", True, ("Hm.\n", "Five.")),
        ("Hm.", True, ("Hm.", "")),
        ("Five < six, <b>bold</b>", False, ("", "Five < six, <b>bold</b>")),
        ("<thinking>Hm.</thinking>Five.", False, ("Hm.", "Five.")),
        ("<thi", False, ("", "<thi")),
        ("I </THINK> so", True, ("I ", "so")),
        ("", False, ("", "")),
    ],
)
def test_thought_and_answer_are_told_apart(
    text: str, thinking: bool, heard: tuple[str, str], size: int
) -> None:
    ear = ThoughtEar(thinking=thinking)
    said = [each for piece in pieces_of(text, size) for each in ear.hear(piece)] + ear.rest()
    assert "".join(text for voice, text in said if voice == "thought") == heard[0]
    assert "".join(text for voice, text in said if voice == "answer").lstrip() == heard[1]


def test_what_the_back_end_tells_apart_is_believed() -> None:
    ear = ThoughtEar(thinking=True)
    assert ear.hear(Thought("Hm.")) == [("thought", "Hm.")]
    assert ear.hear("Five.") == [("answer", "Five.")]


@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "th", "a", " ", "\n"]), max_size=30))
def test_no_letter_of_a_thought_is_lost_or_doubled(pieces: list[str]) -> None:
    ear = ThoughtEar()
    said = [each for piece in pieces for each in ear.hear(piece)] + ear.rest()
    plain = "".join(pieces)
    for tag in ("<think>", "</think>"):
        plain = plain.replace(tag, "")
    heard = "".join(text for _, text in said).replace("<think>", "").replace("</think>", "")
    assert "".join(heard.split()) == "".join(plain.split())
