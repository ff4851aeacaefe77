"""Whatever a voice makes of an intent, its dialect reads that intent, and nothing else."""

from collections import Counter
from random import Random

import pytest

from agent.dialects.choose import DIALECTS
from agent.dialects.dialect import Dialect
from agent.model import RawCall, Reply
from agent.step import ToolCall
from tests.grounding.lettering import Label
from tests.grounding.plan import Back, Done, Intent, SeeMore, Tap, Type
from tests.grounding.reader import Hit
from tests.grounding.saying import Pointer, Saying
from tests.grounding.voices import VOICES
from tools.action import PHONE_KINDS
from tools.builtin import builtin_registry
from tools.geometry import Projection, Size, Space

SCREEN = Size(width=1080, height=2400)
HIT = Hit(Label("Search flights"), left=300.5, top=1000.0, right=390.5, bottom=1020.0, score=0.9)
INTENTS: tuple[Intent, ...] = (
    Tap(HIT),
    Type("Chongqing"),
    SeeMore(),
    Back(),
    Done("It is booked."),
)
TIMES = 150


def reply(saying: Saying) -> Reply:
    calls = tuple(RawCall(name=name, arguments=written) for name, written in saying.calls)
    return Reply(text=saying.text, reasoning=saying.reasoning, calls=calls)


def is_meant(call: ToolCall, intent: Intent, projection: Projection) -> bool:
    match intent:
        case Tap(hit=hit):
            x = hit.middle[0] * projection.device.width / projection.shown.width
            y = hit.middle[1] * projection.device.height / projection.shown.height
            at = call.arguments.get("at")
            if call.name != "tap" or not isinstance(at, list):
                return False
            # A number of the grid stands for up to a thousandth of the screen.
            return abs(float(str(at[0])) - x) <= 2 and abs(float(str(at[1])) - y) <= 3
        case Type(text=text):
            return call.name == "type_text" and call.arguments["text"] == text
        case SeeMore():
            return call.name in {"swipe", "scroll"} and _goes_down(call, projection)
        case Back():
            return call.name == "back"
        case Done():
            return call.name == "finish" and call.arguments["success"] is True


def _goes_down(call: ToolCall, projection: Projection) -> bool:
    if call.name == "scroll":
        return call.arguments["direction"] == "down"
    start, end = call.arguments["start"], call.arguments["end"]
    assert isinstance(start, list)
    assert isinstance(end, list)
    high = projection.device.height
    return int(str(start[1])) > 0.65 * high > 0.4 * high > int(str(end[1]))


@pytest.fixture(params=sorted(VOICES))
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return DIALECTS[request.param]()


def test_every_dialect_has_a_voice() -> None:
    assert VOICES.keys() == DIALECTS.keys()


def test_units_are_those_of_the_dialect(dialect: Dialect) -> None:
    units = {Space.MODEL_PX: "px", Space.NORM1000: "grid"}[dialect.space]
    assert VOICES[dialect.name].units == units


@pytest.mark.parametrize("intent", INTENTS, ids=lambda intent: type(intent).__name__)
def test_what_is_said_is_read_as_it_was_meant(dialect: Dialect, intent: Intent) -> None:
    voice, tools = VOICES[dialect.name], builtin_registry().offered(PHONE_KINDS)
    projection = Projection(shown=dialect.sizing.shown(SCREEN), device=SCREEN)
    pointer = Pointer(projection.shown.width, projection.shown.height, voice.units)
    forms: Counter[str] = Counter()
    for seed in range(TIMES):
        saying = voice.speak(intent, pointer, Random(seed))
        forms[repr(saying)] += 1
        decision = dialect.read(reply(saying), projection, tools)
        assert is_meant(decision.call, intent, projection), (saying, decision)
    assert len(forms) >= 5, "one form only would prove little"
