"""Events as subtitles: read back by the reader of a player."""

from pathlib import Path

import av
import pytest

from agent.perception.video.events import Event
from agent.perception.video.subtitles import subtitles
from tools.errors import UsageError

EVENTS = (
    Event(start_s=1.25, end_s=3.5, description="A man opens\n\na door --> quickly"),
    Event(start_s=3661.007, end_s=3661.007, description="他坐下 <b>now</b> & smiles"),
    Event(start_s=3662, end_s=3670, description=""),
)


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_a_players_reader_finds_every_event_at_its_time(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"events.{form}"
    path.write_text(subtitles(EVENTS, form), encoding="utf-8")
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux() if packet.size]
    times = [float(packet.pts * packet.time_base) for packet in packets]
    ends = [float((p.pts + p.duration) * p.time_base) for p in packets]
    assert times == pytest.approx([1.25, 3661.007, 3662])
    assert ends == pytest.approx([3.5, 3661.507, 3670])
    words = [bytes(packet).decode() for packet in packets]
    assert words[0] == "A man opens a door → quickly"
    assert "他坐下" in words[1]
    assert "<b>" not in words[1]


def test_the_form_is_as_the_formats_have_it() -> None:
    assert subtitles(EVENTS[:1], "srt") == (
        "1\n00:00:01,250 --> 00:00:03,500\nA man opens a door → quickly\n"
    )
    assert subtitles(EVENTS[:1], "vtt").startswith("WEBVTT\n\n1\n00:00:01.250 --> 00:00:03.500\n")
    assert subtitles((), "vtt") == "WEBVTT\n"


def test_another_format_is_told() -> None:
    with pytest.raises(UsageError, match=r"written as \.srt or \.vtt, not 'ass'"):
        subtitles(EVENTS, "ass")
