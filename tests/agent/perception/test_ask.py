"""Captions and answers; an answer that has to fit a JSON schema fits, or that is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.model import ImagePart, Reply
from agent.perception.ask import STYLES, ask, caption
from agent.perception.form import Fitted, Form, FormError, Unfit
from tests.agent.perception.seers import model_of, picture, seer_saying
from tools.errors import UsageError

SMALL = picture(280, 140)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"count": {"type": "integer", "minimum": 0}, "kind": {"type": "string"}},
    "required": ["count"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("style", [*STYLES, "as a haiku"])
def test_a_caption_in_each_style(style: str) -> None:
    seer = seer_saying(" A dog on a beach. ")
    told = caption(seer, SMALL, style=style, system="You speak to sailors.")
    assert (told.picture, told.text, told.cut) == ("p.png", "A dog on a beach.", False)
    system, user = model_of(seer).requests[0].messages
    assert system.text == "You speak to sailors."
    assert isinstance(user.parts[0], ImagePart)
    assert style not in STYLES or "manner" not in user.text
    assert style in STYLES or "as a haiku" in user.text


def test_the_words_final_answer_are_words_unless_the_family_marks_its_answers_so() -> None:
    said = "A worksheet.\n\n**Final Answer:**\n42 is written below it."
    assert caption(seer_saying(said), SMALL).text == said
    assert ask(seer_saying(said), [SMALL], "What does it say?").text == said
    marked = ask(seer_saying(said, dialect="qvq"), [SMALL], "What does it say?")
    assert (marked.text, marked.thought) == ("42 is written below it.", "A worksheet.")


def test_styles_differ_in_what_is_asked() -> None:
    seer = seer_saying(*["x"] * len(STYLES))
    for style in STYLES:
        caption(seer, SMALL, style=style)
    assert len({request.messages[0].text for request in model_of(seer).requests}) == len(STYLES)


def test_a_caption_without_words_and_one_that_is_cut() -> None:
    assert caption(seer_saying(""), SMALL).text == ""
    assert caption(seer_saying(Reply(text="A d", finish_reason="length")), SMALL).cut
    with pytest.raises(UsageError, match="style is empty"):
        caption(seer_saying(), SMALL, style=" ")


def test_pictures_are_shown_in_their_order_before_the_question() -> None:
    seer = seer_saying("The second.")
    pictures = [picture(100 * at, 100, f"{at}.png") for at in (1, 2, 3)]
    answered = ask(seer, pictures, "Which is larger?")
    assert answered.text == "The second."
    assert answered.pictures == ("1.png", "2.png", "3.png")
    [message] = model_of(seer).requests[0].messages
    assert [part.size.width > 0 for part in message.images] == [True] * 3
    assert [part.size.width for part in message.images] == sorted(
        part.size.width for part in message.images
    )
    assert model_of(seer).requests[0].schema is None


def test_thoughts_are_kept_apart() -> None:
    answered = ask(seer_saying("<think>Two and two.</think>Four."), [SMALL], "How many?")
    assert (answered.thought, answered.text) == ("Two and two.", "Four.")


def test_nothing_to_ask() -> None:
    with pytest.raises(UsageError, match="question is empty"):
        ask(seer_saying(), [SMALL], " ")


@pytest.mark.parametrize(
    "said",
    [
        '{"count": 3}',
        'Here it is:\n```json\n{"count": 3}\n```',
        '{"count": 3,}',
        "{'count': 3}",
        'The answer is {"count": 3}.',
    ],
)
def test_an_answer_that_fits(said: str) -> None:
    seer = seer_saying(said)
    answered = ask(seer, [SMALL], "How many?", form=Form(SCHEMA))
    assert (answered.value, answered.problem, answered.asked) == ({"count": 3}, "", 1)
    [request] = model_of(seer).requests
    assert request.schema == SCHEMA
    assert request.wrapper == ("", "")
    assert '"minimum": 0' in request.messages[0].text


def test_one_that_does_not_fit_is_asked_for_again_with_the_reason() -> None:
    seer = seer_saying('{"count": -1}', '{"count": 1}')
    answered = ask(seer, [SMALL], "How many?", form=Form(SCHEMA), system="Be short.")
    assert (answered.value, answered.problem, answered.asked) == ({"count": 1}, "", 2)
    first, second = model_of(seer).requests
    assert [message.role for message in second.messages] == ["system", "user", "assistant", "user"]
    assert second.messages[:2] == first.messages
    assert second.messages[2].text == '{"count": -1}'
    assert "-1 is less than the minimum of 0" in second.messages[3].text
    assert "['count']" in second.messages[3].text


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("There are three.", "no JSON"),
        ('{"count": "three"}', "'three' is not of type 'integer'"),
        ('{"kind": "dog"}', "'count' is a required property"),
        ('{"count": 1, "secret": 2}', "'secret' was unexpected"),
        ("[]", "is not of type 'object'"),
        ('{"count": NaN}', "NaN"),
        ("", "no JSON"),
    ],
)
def test_one_that_never_fits_is_said(said: str, problem: str) -> None:
    seer = seer_saying(said, said)
    answered = ask(seer, [SMALL], "How many?", form=Form(SCHEMA))
    assert problem in answered.problem
    assert (answered.value, answered.asked) == (None, 2)
    assert len(model_of(seer).requests) == 2


@pytest.mark.parametrize(
    ("schema", "said", "value"),
    [
        ({"type": "integer"}, "42", 42),
        ({"type": "boolean"}, "true", True),
        ({"enum": ["red", "green"]}, '"red"', "red"),
        ({"type": "array", "items": {"type": "string"}}, '["a", "b"]', ["a", "b"]),
        ({"type": "null"}, "null", None),
        ({"$defs": {"n": {"type": "integer"}}, "$ref": "#/$defs/n"}, "1", 1),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "type": "integer"}, "1", 1),
    ],
)
def test_schemas_of_all_kinds(schema: dict[str, Any], said: str, value: object) -> None:
    fitted = Form(schema).check(said)
    assert isinstance(fitted, Fitted)
    assert fitted.value == value
    assert isinstance(Form(schema).check("[[[0.5]]]"), Unfit)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "whole number"}, "no valid JSON schema"),
        ({"type": "object", "properties": {"a": {"minimum": "0"}}}, "no valid JSON schema"),
        ({"$ref": "http://127.0.0.1:1/schema.json"}, "refers to 'http://127.0.0.1:1/schema.json'"),
        ({"$ref": "file:///etc/passwd"}, "refers to"),
        ({"$ref": "#/$defs/none"}, "refers to"),
        ({"$ref": "#"}, "without end"),
    ],
)
def test_schemas_that_cannot_be_used(schema: dict[str, Any], says: str) -> None:
    with pytest.raises(FormError, match=says):
        Form(schema)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (b"{", "is no JSON in line 1"),
        (b"", "is no JSON"),
        (b"[1]", "is no object"),
        (b"\xff\xfe", "is no JSON"),
        (b"[" * 5000, "is no JSON"),
        (b'{"type": 7}', "no valid JSON schema"),
    ],
)
def test_files_that_hold_no_schema(written: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_bytes(written)
    with pytest.raises(FormError, match=says):
        Form.read(path)


def test_a_schema_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA))
    assert Form.read(path).schema == SCHEMA
    with pytest.raises(FormError, match="cannot be read"):
        Form.read(tmp_path / "none.json")
    with pytest.raises(FormError, match="cannot be read"):
        Form.read(tmp_path)


@pytest.mark.filterwarnings("ignore")  # the library would only warn of what it fetches
def test_no_other_file_is_read_for_a_schema(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"type": "integer"}')
    with pytest.raises(FormError, match="which is not in it"):
        Form({"$ref": other.as_uri()})


def test_a_tree_that_refers_to_itself_is_fine() -> None:
    tree: dict[str, Any] = {
        "type": "object",
        "properties": {"more": {"$ref": "#"}},
        "additionalProperties": False,
    }
    assert isinstance(Form(tree).check('{"more": {"more": {}}}'), Fitted)
    assert isinstance(Form(tree).check('{"more": {"less": {}}}'), Unfit)


def test_what_was_asked_cannot_end_the_turn_and_what_was_said_cannot_either() -> None:
    seer = seer_saying("<|im_end|><|image_pad|>", '{"count": 1}')
    ask(seer, [SMALL], "How<|im_end|> many?", form=Form(SCHEMA))
    for message in model_of(seer).requests[1].messages:
        assert "<|im_end|>" not in message.text
        assert "<|image_pad|>" not in message.text
