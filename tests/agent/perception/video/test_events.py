"""What models say of a clip, in their many manners."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.perception.video.events import Event, in_order, merge_windows, read_events
from agent.perception.video.timecode import clock, require_seconds, seconds_of
from tools.errors import UsageError

A = '{"start_time": "00:01.00", "end_time": "00:03.50", "description": "A man opens a door."}'
B = '{"start_time": "00:05.00", "end_time": "00:08.25", "description": "He sits down."}'
DOOR = (1.0, 3.5, "A man opens a door.")
SITS = (5.0, 8.25, "He sits down.")


def told(text: str, duration_s: float = 20.0) -> list[tuple[float, float, str]]:
    return [
        (event.start_s, event.end_s, event.description)
        for event in read_events(text, duration_s).events
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"```json\n[\n{A},\n{B}\n]\n```", [DOOR, SITS]),
        (f"[{A}, {B}]", [DOOR, SITS]),
        (f"[{A}, {B},]", [DOOR, SITS]),
        (f"```\n[{A}]\n```", [DOOR]),
        (f"Here are the events:\n```json\n[{A}]\n```\nI hope this helps!", [DOOR]),
        (f'{{"events": [{A}, {B}]}}', [DOOR, SITS]),
        (f"{A}\n{B}", [DOOR, SITS]),
        (A, [DOOR]),
        (f"[{A} {B}]", [DOOR, SITS]),
        (A.replace('"', "'"), [DOOR]),
        (A.replace("start_time", "start").replace("end_time", "end"), [DOOR]),
        (A.replace("description", "event"), [DOOR]),
        (A.replace('"00:01.00"', "1.0").replace('"00:03.50"', "3.5"), [DOOR]),
        (A.replace("00:01.00", "1s").replace("00:03.50", "3.5 seconds"), [DOOR]),
        (A.replace("00:01.00", "00:00:01.00").replace("00:03.50", "0:00:03,50"), [DOOR]),
        ('[{"timestamp": "00:01.00 - 00:03.50", "description": "A man opens a door."}]', [DOOR]),
        ('[{"time": ["00:01.00", "00:03.50"], "description": "A man opens a door."}]', [DOOR]),
        (
            '[{"start_time": "00:02.00", "end_time": "00:04.00", "description": "一个男人开门。"}]',
            [(2.0, 4.0, "一个男人开门。")],
        ),
        (
            '［｛“start_time”：“00：02.00”，“end_time”：“00：04.00”，“description”：“开门”｝］',
            [(2.0, 4.0, "开门")],
        ),
        (
            "The event happens in 00:01.40 - 00:05.60.",
            [(1.4, 5.6, "The event happens in 00:01.40 - 00:05.60.")],
        ),
        ("It is from 00:02 to 00:04, I think.", [(2, 4, "It is from 00:02 to 00:04, I think.")]),
        ("事件发生在 00:02.00 到 00:04.00。", [(2, 4, "事件发生在 00:02.00 到 00:04.00。")]),
        (
            "- 2.5s to 4.0s: a dog\n- 5s – 7s: a cat",
            [(2.5, 4, "2.5s to 4.0s: a dog"), (5, 7, "5s – 7s: a cat")],
        ),
        ("[]", []),
        ("```json\n[]\n```", []),
        ("No such event happens.", []),
        ("", []),
        ("The score was 3 - 2 after 90 minutes.", []),
        ('{"start_time": "soon", "end_time": "later", "description": "a dog"}', []),
        ('{"description": "a dog"}', []),
        ('{"start_time": "00:01.00", "end_time": "00:02.00"}', []),
        (f'[{A}, {{"start_time": "00:05.00", "end_time": "00:0', [DOOR]),
        (f'[{A}, {{"start_time": "00:05.00", "end_time": "00:08.25", "descr', [DOOR]),
        (f'[{A}, {{"start_time": "00:05.00", "end_time": "00:08.25", "description": "He s', [DOOR]),
        (f'{{"events": [{A}, {{"start_time": "00:05.00"', [DOOR]),
        ("[" * 500 + A, [DOOR]),
        ('{"a": ' * 200, []),
        ('[{"start_time": true, "end_time": null, "description": 5}]', []),
    ],
)  # fmt: skip
def test_events_are_read_as_models_write_them(
    text: str, expected: list[tuple[float, float, str]]
) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (f'[{A}, {{"start_time": "00:05.00", "end_ti', "cut off or damaged"),
        (f'[{A}, {{"description": "He sits down."}}]', "without its times or its description"),
        (f"[{B}, {A}]", "not in order"),
        (A.replace("00:03.50", "00:00.50"), "ended before it began"),
        (A.replace("00:03.50", "00:55.00"), "was cut at the end, 00:20.00"),
        (A.replace("00:01.00", "00:30.00").replace("00:03.50", "00:35.00"), "after the end"),
    ],
)
def test_what_was_mended_is_said(text: str, note: str) -> None:
    read = read_events(text, 20.0)
    assert any(note in each for each in read.notes), read.notes


def test_a_good_reply_has_nothing_to_be_said() -> None:
    assert read_events(f"```json\n[{A}, {B}]\n```", 20.0).notes == ()


def test_a_turned_event_is_turned_and_one_past_the_end_is_cut() -> None:
    assert told(A.replace("00:03.50", "00:00.50")) == [(0.5, 1.0, DOOR[2])]
    assert told(A.replace("00:03.50", "00:55.00")) == [(1.0, 20.0, DOOR[2])]
    assert told(A, 3.2) == [(1.0, 3.2, DOOR[2])]  # rounded over the end: nothing to be said
    assert read_events(A, 3.2).notes == ()


def event(start_s: float, end_s: float, words: str = "x") -> Event:
    return Event(start_s=start_s, end_s=end_s, description=words)


@pytest.mark.parametrize(
    "piece",
    ["{", "｛", '{"a": "x ', "00:01.00 - 00:02.00 ", "00:01 - ", '{"start_time": "00:01", "a": "'],
)
def test_a_reply_that_went_mad_costs_little(piece: str) -> None:
    read = read_events(piece * (100_000 // len(piece)), 10.0)
    assert sum(len(each.description) for each in read.events) < 10**7


def test_overlaps_are_allowed_and_marked() -> None:
    events = in_order([event(0, 9), event(1, 2), event(9, 10), event(12, 14), event(13, 15)])
    assert [each.overlaps for each in events] == [True, True, False, True, True]


def test_events_are_written_as_the_field_writes_them() -> None:
    written = event(92.4, 3725.05, "a dog").model_dump(mode="json", by_alias=True)
    assert written == {
        "start_time": "01:32.40",
        "end_time": "1:02:05.05",
        "description": "a dog",
        "overlaps": False,
    }


def test_many_events_of_many_windows_are_merged_in_a_moment() -> None:
    windows = [[event(10 * n + 1, 10 * n + 2, f"{n} {m}") for m in range(100)] for n in range(100)]
    assert len(merge_windows(windows, [10.0 * n for n in range(1, 100)])) == 10_000


def test_what_goes_on_over_a_border_of_windows_is_one_event() -> None:
    merged = merge_windows(
        [
            [event(0, 10, "A dog runs."), event(50, 60, "A cat sleeps.")],
            [event(60, 75, "A cat sleeps"), event(80, 90, "A dog runs.")],
            [event(120, 130, "A dog runs.")],
        ],
        [60, 120],
    )
    assert [(each.start_s, each.end_s) for each in merged] == [
        (0, 10), (50, 75), (80, 90), (120, 130),
    ]  # fmt: skip
    assert merge_windows([[event(0, 1)]], []) == (event(0, 1),)
    assert merge_windows([], []) == ()


@given(st.floats(0, 900_000))
def test_a_time_is_read_as_it_is_written(seconds: float) -> None:
    assert seconds_of(clock(seconds)) == pytest.approx(seconds, abs=0.0051)


@pytest.mark.parametrize("text", ["", "soon", "1:75", "1:75:00", "-3", "1:2:3:4", "nan", "12:"])
def test_what_is_no_time_is_told(text: str) -> None:
    assert seconds_of(text) is None
    with pytest.raises(UsageError, match="--from is a time in the clip, not"):
        require_seconds(text, "--from")


PIECES = st.sampled_from(
    ['{', '}', '[', ']', '"start_time"', ':', '"00:01.00"', ',', '"end_time"', '"description"',
     '"a"', '00:01 - 00:02', '\n', '```json', "'", '\\', '1e999', '：', '{"start_time": "00:01'],
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200), st.floats(0.1, 100))
def test_any_text_gives_events_inside_the_clip_or_none(text: str, duration_s: float) -> None:
    events = read_events(text, duration_s).events
    for each in events:
        assert 0 <= each.start_s <= each.end_s <= duration_s
    assert list(events) == sorted(events, key=lambda each: (each.start_s, each.end_s))
    json.dumps([each.model_dump(mode="json", by_alias=True) for each in events])
