"""Names for values and values for names, in every writing that a screen or a device has."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tools.errors import BadArgumentsError, ConfigError
from tools.secrets.values import Secrets, placeholder, placeholders_in

SIGNS = st.characters(min_codepoint=32, max_codepoint=0x3FF, exclude_categories=["Cs", "Cc"])
VALUES = st.text(SIGNS, min_size=4, max_size=24).filter(lambda text: len(text.strip()) > 3)
SECRETS = Secrets({"PIN": "4711", "WIFI": "Blue horse 7", "LONG": "Blue horse 7 & more"})


def test_a_name_becomes_a_value_anywhere_in_a_text() -> None:
    assert SECRETS.revealed("<secret:PIN>") == "4711"
    assert SECRETS.revealed("a <secret:PIN>/<secret: WIFI > b") == "a 4711/Blue horse 7 b"
    assert SECRETS.revealed("nothing <secret> of it") == "nothing <secret> of it"


@pytest.mark.parametrize("text", ["<secret:PINS>", "<secret:pin>", "<secret:>", "x <secret:A B>"])
def test_an_unknown_name_is_told_with_those_there_are(text: str) -> None:
    with pytest.raises(BadArgumentsError, match="<secret:PIN>, <secret:WIFI>") as raised:
        SECRETS.revealed(text)
    assert "4711" not in str(raised.value)


def test_without_secrets_there_is_nothing_to_type() -> None:
    with pytest.raises(BadArgumentsError, match="may be typed: none"):
        Secrets({}).revealed("<secret:PIN>")


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ("4711", "<secret:PIN>"),
        ("your PIN: 4711.", "your PIN: <secret:PIN>."),
        ("47:11", "<secret:PIN>"),
        ("4,711.00", "<secret:PIN>.00"),
        ("471 112", "<secret:PIN>12"),
        ("4 foot 711", "4 foot 711"),
        ("14711", "1<secret:PIN>"),
        ("BLUE HORSE 7", "<secret:WIFI>"),
        ("blue-horse 7", "<secret:WIFI>"),
        ("Bluehorse7", "<secret:WIFI>"),
        ("Blue\nhorse\n7", "<secret:WIFI>"),
        ("input text Blue%shorse%s7", "input text <secret:WIFI>"),
        ("Blue horse 7 & more", "<secret:LONG>"),
        ("it is Blue hor…", "it is <secret:LONG>"),
        ("it is Blue hor...", "it is <secret:LONG>"),
        ("it is Blu…", "it is Blu…"),
        ("<secret:PIN> 4711 <secret:WIFI>", "<secret:PIN> <secret:PIN> <secret:WIFI>"),
        ("", ""),
    ],
)
def test_values_are_found_as_screens_show_them(shown: str, wanted: str) -> None:
    assert SECRETS.named(shown) == wanted


def test_an_emoji_is_found_as_the_dot_that_a_dump_has_for_it() -> None:
    secrets = Secrets({"KEY": "rose🌹garden9"})
    assert secrets.named("rose🌹garden9") == "<secret:KEY>"
    assert secrets.named("rose.garden9") == "<secret:KEY>"


def test_of_a_value_of_signs_that_a_dump_lacks_only_the_whole_is_found() -> None:
    secrets = Secrets({"KEY": "🌹🌻🌹🌻"})
    assert secrets.named("a .. - b") == "a .. - b"
    assert secrets.named("a🌹🌻🌹🌻b") == "a<secret:KEY>b"


def test_of_two_names_for_one_value_the_first_is_told() -> None:
    secrets = Secrets({"B": "same-value", "A": "same-value"})
    assert secrets.named("same-value") == "<secret:B>"
    assert secrets.terms == {"same-value": "<secret:B>"}
    assert secrets.revealed("<secret:A>") == "same-value"


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("Blue ho", "<secret:LONG>"),
        ("x rse 7 & y", "x <secret:LONG>y"),
        ("blu", "blu"),
        ("<secret:WIFI> Blue ho", "<secret:WIFI> <secret:LONG>"),
        ("free text", "free text"),
    ],
)
def test_a_field_may_have_taken_a_part(held: str, wanted: str) -> None:
    assert SECRETS.named_in_part(held) == wanted


def test_signs_that_can_be_read_in_two_ways_do_not_take_for_ever() -> None:
    secrets = Secrets({"KEY": "%s" * 20 + "x"})
    assert "KEY" not in secrets.named("%s" * 2000)


def test_overlapping_values_leave_no_rest() -> None:
    secrets = Secrets({"A": "abcdef", "B": "efghij", "C": "cd ef gh kl"})
    assert secrets.named("xabcdefghijx") == "x<secret:A>x"


@given(VALUES, VALUES, st.text(SIGNS, max_size=20))
def test_nothing_of_any_value_is_left(one: str, other: str, rest: str) -> None:
    secrets = Secrets({"ONE": one, "OTHER": other, "BOTH": one + other})
    assume(not any(one in mark or other in mark for mark in map(placeholder, secrets.names)))
    for text in (one, other, one + other, f"{rest}{one}{rest}{other}", other[:-1] + one):
        named = secrets.named(text)
        left = named
        for name in secrets.names:
            left = left.replace(placeholder(name), "\n")
        assert one not in left
        assert other not in left
        if not {"<", ">"} & set(one + other):
            assert secrets.named(named) == named


@given(VALUES, st.text(SIGNS, max_size=20), st.text(SIGNS, max_size=20))
def test_what_is_typed_by_name_is_named_when_it_is_seen(
    value: str, before: str, after: str
) -> None:
    secrets = Secrets({"KEY": value})
    assume("<" not in before + after + value)
    assume(">" not in before + after + value)
    typed = secrets.revealed(f"{before}<secret:KEY>{after}")
    assert typed == before + value + after
    assert "<secret:KEY>" in secrets.named(typed)


def test_an_error_is_quiet_with_all_that_led_to_it() -> None:
    deep = OSError("cannot write 4711")
    error = ConfigError("typed 4711", hint="not 4711")
    error.__cause__ = deep
    deep.__context__ = error  # a ring must not hang it
    SECRETS.quiet(error)
    assert str(error) == "typed <secret:PIN> not <secret:PIN>"
    assert str(deep) == "cannot write <secret:PIN>"


def test_they_do_not_show_themselves() -> None:
    assert repr(SECRETS) == "Secrets(PIN, WIFI, LONG)"
    assert placeholders_in("<secret:A> b <secret:C><secret:A>") == ("A", "C")
