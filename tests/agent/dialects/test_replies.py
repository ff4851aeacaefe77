"""Every dialect reads what its family really writes, and refuses what cannot be meant."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from agent.dialects.choose import DIALECTS
from agent.model import RawCall, Reply
from tests.agent.dialects.samples import FAMILIES, SCREEN, TOOLS, Sample, samples
from tools import errors
from tools.device import DeviceInfo, Observation
from tools.errors import AgentMistakeError, UnreadableReplyError
from tools.outcome import ToolContext
from tools.screen import Screenshot

INFO = DeviceInfo(
    name="none", kind="fake", model="", release="", size=SCREEN.device, density_dpi=160,
    locale="", emulated=True, animated=False, capture="",
)  # fmt: skip
CONTEXT = ToolContext(
    Observation(Screenshot(Image.new("RGB", (SCREEN.device.width, SCREEN.device.height)))), INFO
)
ALL = [sample for family in FAMILIES for sample in samples(family)]


def family_of(sample: Sample) -> str:
    return sample.name.rpartition("-")[0]


@pytest.mark.parametrize("sample", ALL, ids=[sample.name for sample in ALL])
def test_reads_the_sample(sample: Sample) -> None:
    dialect = DIALECTS[family_of(sample)]()
    if sample.gives is None:
        with pytest.raises(getattr(errors, sample.error)) as raised:
            dialect.read(sample.reply, SCREEN, TOOLS)
        assert type(raised.value).__name__ == sample.error
        assert sample.says in str(raised.value)
        return
    decision = dialect.read(sample.reply, SCREEN, TOOLS)
    assert (decision.call.name, decision.call.arguments) == sample.gives
    if sample.thought is not None:
        assert decision.thought == sample.thought


@pytest.mark.parametrize("family", FAMILIES)
def test_has_enough_samples(family: str) -> None:
    written = samples(family)
    assert len(written) >= 40
    assert len({repr(sample.reply) for sample in written}) == len(written)
    assert {"UnreadableReplyError", "BadArgumentsError", "OffScreenError", "UnknownToolError"} <= {
        sample.error for sample in written
    }


@pytest.mark.parametrize("sample", ALL, ids=[sample.name for sample in ALL])
def test_what_is_remembered_is_read_alike(sample: Sample) -> None:
    """What is repeated to the model holds the action that counted, and no other."""
    dialect = DIALECTS[family_of(sample)]()
    words = dialect.remember(sample.reply)
    if sample.gives is None or sample.reply.calls:
        return
    reply = Reply(text=words)
    if family_of(sample) == "qvq":
        reply = Reply(text=f"**Final Answer**\n{words}")
    again = dialect.read(reply, SCREEN, TOOLS)
    assert (again.call.name, again.call.arguments) == sample.gives


PIECES = st.sampled_from(
    [
        "<tool_call>", "</tool_call>", "<think>", "</think>", "<answer>", "</answer>", "```json\n",
        "```", '{"name": ', '"mobile_use"', ', "arguments": ', '{"action": "click"', "}", "{", "[",
        "]", '"coordinate": ', "[1, 2]", "[1e999, 2]", ", ", "Thought: ", "\nAction: ", "click(",
        "start_box='", "<|box_start|>(1,2)<|box_end|>", "')", "do(", 'action="Tap"', "element=",
        "finish(message=", ")", '"', "'", "\\", "\\ud800", "NaN", "-0", "1" * 40,
        "**Final Answer**",
        "\\boxed{", "terminate", "“", "：", "，", "null", "true", "{{}}", "\n", "type(content=",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=string.punctuation + "a1 \n", max_size=200),
    st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=25).map("".join),
)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=150, deadline=None)
@given(text=TEXTS, reasoning=st.one_of(st.just(""), TEXTS), native=st.booleans())
def test_any_text_is_a_call_or_a_mistake(
    family: str, text: str, reasoning: str, native: bool
) -> None:
    calls = (RawCall(name=reasoning[:20], arguments=text),) if native else ()
    reply = Reply(text=text, reasoning=reasoning, calls=calls)
    dialect = DIALECTS[family]()
    assert isinstance(dialect.remember(reply), str)
    try:
        decision = dialect.read(reply, SCREEN, TOOLS)
    except AgentMistakeError:
        return
    TOOLS.resolve(decision.call.name, decision.call.arguments, CONTEXT)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "run",
    ["{", "[", '{"a":', "*", "<", "< ", "\n", " ", "`", "#", '"', "'", "(", "click(", "\\",
     "<tool_call>", "Action: ", "do(action=", "<think>", "-", "//", "/*", "\nAction: click("],
)  # fmt: skip
def test_one_letter_for_ever_is_soon_refused(family: str, run: str) -> None:
    """A model that repeats itself must not cost minutes, nor end the program."""
    reply = Reply(text=run * (60_000 // len(run)))
    with pytest.raises(AgentMistakeError):
        DIALECTS[family]().read(reply, SCREEN, TOOLS)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_reply_without_measure_is_refused(family: str) -> None:
    with pytest.raises(UnreadableReplyError, match="too long"):
        DIALECTS[family]().read(Reply(text="so " * 100_000), SCREEN, TOOLS)
