"""Which cases are taken: by words, tags, shards, and because they failed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.suite.language.cases import Case
from agent.suite.language.select import (
    Selection,
    Shard,
    parse_expression,
    parse_shard,
    select,
)
from tests.agent.suite.task_files import gather
from tools.errors import UsageError

_FILE = """\
name: dark-mode
tags: [smoke, settings]
params: [{id: dark}, {id: zh}]
goal: x
---
name: large font
tags: [settings]
goal: x
---
name: Booking
goal: x
"""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, ...]:
    return gather(tmp_path_factory.mktemp("select"), _FILE).cases


def titles(cases: tuple[Case, ...], **selection: object) -> list[str]:
    return [case.title for case in select(cases, Selection(**selection))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("", ["dark-mode[dark]", "dark-mode[zh]", "large font", "Booking"]),
        ("dark", ["dark-mode[dark]", "dark-mode[zh]"]),
        ("DARK and zh", ["dark-mode[zh]"]),
        ("booking", ["Booking"]),
        ("dark and not zh", ["dark-mode[dark]"]),
        ("not dark", ["large font", "Booking"]),
        ("not not zh", ["dark-mode[zh]"]),
        ("zh or booking and large", ["dark-mode[zh]"]),
        ("(zh or booking) and not large", ["dark-mode[zh]", "Booking"]),
        ('"large font"', ["large font"]),
        ('"and" or "font"', ["large font"]),
        ("mode[zh]", ["dark-mode[zh]"]),
        ("t.task.yaml::Book", ["Booking"]),
        ("nothing", []),
    ],
)
def test_words_are_looked_for_in_ids(words: str, taken: list[str], cases: tuple[Case, ...]) -> None:
    assert titles(cases, keywords=words) == taken


@pytest.mark.parametrize(
    ("tags", "taken"),
    [
        ("smoke", ["dark-mode[dark]", "dark-mode[zh]"]),
        ("smok", []),
        ("settings and not smoke", ["large font"]),
        ("not settings", ["Booking"]),
    ],
)
def test_tags_are_meant_whole(tags: str, taken: list[str], cases: tuple[Case, ...]) -> None:
    assert titles(cases, tags=tags) == taken


def test_what_failed_last_time_is_taken_by_its_id(cases: tuple[Case, ...]) -> None:
    failed = {"t.task.yaml::dark-mode[zh]", "t.task.yaml::gone"}
    assert titles(cases, ids=failed) == ["dark-mode[zh]"]
    assert titles(cases, ids=frozenset()) == []
    assert titles(cases, ids=failed, keywords="dark", tags="not smoke") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a b", "'and' or 'or' is missing before this: 'b'."),
        ("a and", "a word is missing before this: 'the end'."),
        ("and a", "a word is missing before this: 'and a'."),
        ("(a or b", "a ) is missing before this: 'the end'."),
        ("a) or b", "'and' or 'or' is missing before this: ') or b'."),
        ("()", "a word is missing before this: ')'."),
        ("not", "a word is missing before this"),
        ('"a', "a quote is not closed in '\"a'."),
        ('""', "a word is missing before this"),
        ("(" * 60 + "a" + ")" * 60, "this is nested deeper than 50 levels"),
        ("not " * 60 + "a", "this is nested deeper than 50 levels"),
    ],
)
def test_an_expression_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_expression(text, "-k")
    assert said in str(caught.value)
    assert caught.value.message.startswith("-k: ")


_TREES = st.recursive(
    st.sampled_from(["a", "b", "c"]).map(lambda word: (word, word)),
    lambda inner: st.one_of(
        inner.map(lambda one: (f"not ({one[0]})", f"(not {one[1]})")),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda both: (
                f"({both[0][0]}) {both[1]} ({both[2][0]})",
                f"({both[0][1]} {both[1]} {both[2][1]})",
            )
        ),
    ),
    max_leaves=8,
)


@given(tree=_TREES, a=st.booleans(), b=st.booleans(), c=st.booleans())
@settings(deadline=None)
def test_an_expression_means_what_python_means_by_it(
    tree: tuple[str, str], *, a: bool, b: bool, c: bool
) -> None:
    values = {"a": a, "b": b, "c": c}
    expected = eval(tree[1], {}, values)
    assert parse_expression(tree[0], "-k")(values.__getitem__) is expected
    loose = tree[1].replace("(", " ( ").replace(")", " ) ")
    assert parse_expression(loose, "-k")(values.__getitem__) is expected


@given(text=st.text(alphabet='ab()"and or not', max_size=25))
@settings(deadline=None)
def test_any_expression_is_read_or_refused(text: str) -> None:
    try:
        found = parse_expression(text, "-k")
    except UsageError:
        return
    assert found(lambda _: True) in (True, False)


@given(
    ids=st.sets(st.text(max_size=20), max_size=60), of=st.integers(1, 9), more=st.text(max_size=9)
)
@settings(deadline=None)
def test_every_case_is_in_exactly_one_shard_and_stays_there(
    ids: set[str], of: int, more: str
) -> None:
    shards = [Shard(number, of) for number in range(1, of + 1)]
    for case_id in ids:
        assert sum(shard.holds(case_id) for shard in shards) == 1
    before = [{each for each in ids if shard.holds(each)} for shard in shards]
    after = [{each for each in ids | {more} if shard.holds(each)} for shard in shards]
    assert all(late - early <= {more} for early, late in zip(before, after, strict=True))


def test_shards_are_the_same_on_every_machine_and_about_even() -> None:
    ids = [f"tasks/t.task.yaml::case[{at}]" for at in range(3000)]
    sizes = [sum(Shard(number, 3).holds(each) for each in ids) for number in (1, 2, 3)]
    assert sum(sizes) == 3000
    assert min(sizes) > 900
    first = [at for at in range(8) if Shard(1, 2).holds(ids[at])]
    assert first == [1, 2, 3, 4]


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", "1/2/3", "", "²/3"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(UsageError, match="--shard"):
        parse_shard(text)


def test_a_shard_is_read() -> None:
    assert parse_shard("2/3") == Shard(2, 3)
    assert parse_shard("1/1").holds("anything")
