"""Words are taken out however they are written, and nothing else is."""

import base64
import json
import urllib.parse
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from agent.recording.redact import Redactor
from tools.errors import UsageError

SECRET = 'hun "ter" 2/é+中&🦓'
NAMED = "<secret:PASSWORD>"
REDACTOR = Redactor({SECRET: NAMED})

TERMS = st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=30).filter(str.strip)


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRITTEN = [
    SECRET,
    urllib.parse.quote(SECRET),
    urllib.parse.quote(SECRET, safe="").lower(),
    urllib.parse.quote_plus(SECRET),
    "".join(f"%{byte:02X}" for byte in SECRET.encode()),
    json.dumps(SECRET)[1:-1],
    json.dumps(SECRET, ensure_ascii=False)[1:-1],
    json.dumps(json.dumps(SECRET))[3:-3],
    escape(SECRET),
    quoteattr(SECRET)[1:-1],
    SECRET.encode("ascii", "xmlcharrefreplace").decode(),
    in_base64(SECRET),
    base64.urlsafe_b64encode(SECRET.encode()).decode(),
    in_base64(SECRET).rstrip("="),
]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_term_is_found_however_it_is_written(written: str) -> None:
    assert REDACTOR.text(f"before {written} after") == f"before {NAMED} after"
    assert REDACTOR.finds(f"({written})")


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "user:x"])
@pytest.mark.parametrize("after", ["", "1", "12", "123"])
def test_a_term_is_found_in_base64_of_what_it_is_a_part_of(before: str, after: str) -> None:
    whole = in_base64(f"{before}{SECRET}{after}")
    clean = REDACTOR.text(f"Authorization: Basic {whole} ok")
    assert clean.startswith("Authorization: Basic ")
    assert NAMED in clean
    left = clean.removeprefix("Authorization: Basic ").removesuffix(" ok").split(NAMED)
    assert len("".join(left)) <= len(whole) - len(in_base64(SECRET)) + 4


@given(TERMS, st.text(max_size=20), st.text(max_size=20))
def test_no_spelling_of_any_term_is_left(term: str, before: str, after: str) -> None:
    redactor = Redactor({term: "\ue000"})
    for written in (
        term,
        urllib.parse.quote(term, safe=""),
        urllib.parse.quote_plus(term),
        json.dumps(term)[1:-1],
    ):
        clean = redactor.text(f"{before}{written}{after}")
        assert "\ue000" in clean
        assert term not in clean
    assert "\ue000" in redactor.text(f"{before} {in_base64(term)} {after}")


@given(TERMS, st.text(max_size=60))
def test_a_text_without_the_term_is_left_as_it_is(term: str, text: str) -> None:
    redactor = Redactor({term: "\ue000"})
    if not redactor.finds(text):
        assert redactor.text(text) == text


IN_ANY_CASE = Redactor({"Ann Lee & Söhne": "<A>", "Straße": "<B>"}, any_case=True)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("ANN LEE & SÖHNE, ann lee & söhne, aNN lEE & sÖHNE", "<A>, <A>, <A>"),
        ("ann%20lee%20%26%20S%C3%96HNE", "<A>"),
        ('"ann LEE &amp; s\\u00d6hne"', '"<A>"'),
        (f"so: {in_base64('ANN LEE & SÖHNE')}", "so: <A>"),
        (f"so: {in_base64('ann lee & söhne')}", "so: <A>"),
        ("STRASSE Straße strasse", "<B> <B> <B>"),
        ("Ann Lee & Co. in the street", "Ann Lee & Co. in the street"),
    ],
)
def test_a_term_is_found_in_any_case_on_demand(text: str, clean: str) -> None:
    assert IN_ANY_CASE.text(text) == clean
    assert IN_ANY_CASE.finds(text) is (text != clean)


@given(TERMS, st.data())
def test_no_mixture_of_cases_of_any_term_is_left(term: str, data: st.DataObject) -> None:
    cases = [data.draw(st.sampled_from([each, each.lower(), each.upper()])) for each in term]
    clean = Redactor({term: "\ue000"}, any_case=True).text(f"({''.join(cases)})")
    assert "\ue000" in clean


def test_another_case_is_left_alone_where_it_is_not_asked_for() -> None:
    assert Redactor({"Ann Lee": "<A>"}).text("ANN LEE") == "ANN LEE"


def test_values_are_redacted_however_deep_and_the_names_of_members_are_not() -> None:
    redactor = Redactor({"text": "<X>"})
    value: JsonValue = {"text": ["a text", {"text": "text"}, 5, None, True]}
    assert redactor.value(value) == {"text": ["a <X>", {"text": "<X>"}, 5, None, True]}
    assert value == {"text": ["a text", {"text": "text"}, 5, None, True]}


def test_names_of_members_are_redacted_on_demand_and_none_is_lost() -> None:
    redactor = Redactor({"Ann Lee": "<A>", "Bob Lee": "<A>"})
    assert redactor.value({"Ann Lee": 1, "Bob Lee": 2}, keys=True) == {"<A>": 1, "<A> 1": 2}


@pytest.mark.parametrize(
    ("terms", "text", "clean"),
    [
        ({"pass": "<A>", "password1": "<B>"}, "my password1, my pass", "my <B>, my <A>"),
        ({"abcdef": "<LONG>", "zabc": "<Z>"}, "1zabcdef2", "1<LONG>2"),
        ({"aba": "<A>"}, "ababa!", "<A>!"),
        ({"secret": "<secret:PIN>"}, "a secret", "a <secret:PIN>"),
        ({"secret": "<secret:PIN>"}, "a <secret:PIN>", "a <secret:PIN>"),
        ({"1234": "<A>", "5678": "<B>"}, "1234 5678", "<A> <B>"),
        ({"12345678": "<A>", "5678": "<B>"}, "12345678", "<A>"),
        ({"a.c": "<A>"}, "abc a.c", "abc <A>"),
        ({"C:\\new\\x": "<P>"}, 'open "C:\\\\new\\\\x"', 'open "<P>"'),
        ({}, "as it was", "as it was"),
    ],
)
def test_terms_that_meet(terms: dict[str, str], text: str, clean: str) -> None:
    redactor = Redactor(terms)
    assert redactor.text(text) == clean
    assert redactor.text(clean) == clean
    assert not redactor.finds(clean)


def test_a_short_term_is_not_seen_in_hashes_and_words() -> None:
    redactor = Redactor({"cat": "<A>"})  # "Y2F0" in base64
    kept = "4fY2F0e9 aY2F0"
    assert redactor.text(kept) == kept
    assert redactor.text("token Y2F0, Y2F0") == "token <A>, <A>"


@pytest.mark.parametrize("term", ["", "1", "no", "   ", "\n\n\n\n"])
def test_a_term_that_would_be_found_everywhere_is_refused(term: str) -> None:
    with pytest.raises(UsageError, match="blank or has fewer than 3 characters") as caught:
        Redactor({term: "<secret:PIN>"})
    assert "<secret:PIN>" in caught.value.message


def test_a_refusal_does_not_tell_the_term() -> None:
    with pytest.raises(UsageError) as caught:
        Redactor({"hunter2": ""})
    assert "hunter2" not in str(caught.value)


def test_many_backslashes_are_no_trap() -> None:
    redactor = Redactor({"\\" * 20 + "x": "<A>"})
    text = "\\" * 5000
    assert redactor.text(text) == text
