"""What is sent: messages, pictures, clips, sampling, presets and keys."""

import base64
import importlib.util

import pytest

from agent.model import ImagePart, Message, RawCall, Request, Sampling, TextPart, VideoPart
from agent.models.keys import find_key, key_advice
from agent.models.openai_messages import data_url, messages, payload
from agent.models.presets import CUSTOM, PRESETS, Endpoint, endpoint
from tools.errors import ConfigError
from tools.geometry import Size

SIZE = Size(width=2, height=3)
PICTURE = ImagePart(b"\x89PNG not looked into \x00\xff", "image/png", SIZE)
URL = "data:image/png;base64," + base64.b64encode(PICTURE.data).decode()
ASKED = Request(messages=(Message("user", (TextPart("Hi"),)),))


def test_pictures_go_as_the_bytes_they_are() -> None:
    assert data_url(PICTURE) == URL
    (written,) = messages([Message("user", (TextPart("Look:"), PICTURE))], CUSTOM)
    assert written["content"] == [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": URL}},
    ]


def test_text_alone_is_a_string() -> None:
    conversation = [
        Message("system", (TextPart("You "), TextPart("tap."))),
        Message("user", (TextPart("Hi"),)),
        Message("assistant", (TextPart("Yes"),)),
    ]
    assert [turn["content"] for turn in messages(conversation, CUSTOM)] == ["You tap.", "Hi", "Yes"]


def test_calls_are_repeated_and_answered() -> None:
    call = RawCall(name="tap", arguments='{"x": 1}', call_id="c7")
    conversation = [
        Message("assistant", (), calls=(call,)),
        Message("tool", (TextPart("tapped"), PICTURE), call_id="c7"),
        Message("tool", (TextPart("again"),), call_id="c8"),
        Message("user", (TextPart("Go on"),)),
    ]
    written = messages(conversation, CUSTOM)
    assert [turn["role"] for turn in written] == ["assistant", "tool", "tool", "user", "user"]
    assert written[0] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "c7",
                "type": "function",
                "function": {"name": "tap", "arguments": '{"x": 1}'},
            }
        ],
    }
    assert written[1] == {"role": "tool", "tool_call_id": "c7", "content": "tapped"}
    assert written[3]["content"] == [{"type": "image_url", "image_url": {"url": URL}}]


def test_a_picture_after_the_last_answer_is_not_lost() -> None:
    written = messages([Message("tool", (PICTURE,), call_id="c")], CUSTOM)
    assert [turn["role"] for turn in written] == ["tool", "user"]


def test_clips() -> None:
    said = [Message("user", (VideoPart((PICTURE, PICTURE), fps=2.0),))]
    frame = URL.partition(",")[2]
    (single,) = messages(said, CUSTOM)
    assert [part["type"] for part in single["content"]] == ["image_url", "image_url"]
    (vllm,) = messages(said, PRESETS["vllm"])
    assert vllm["content"][0]["video_url"]["url"] == f"data:video/jpeg;base64,{frame},{frame}"
    (dashscope,) = messages(said, PRESETS["dashscope"])
    assert dashscope["content"] == [{"type": "video", "video": [URL, URL], "fps": 2.0}]


def test_sampling_that_is_the_default_is_left_out() -> None:
    body = payload("m", ASKED, CUSTOM)
    assert body.keys() == {
        "model",
        "messages",
        "max_tokens",
        "temperature",
        "stream",
        "stream_options",
    }
    sampling = Sampling(
        temperature=0.7, top_p=0.8, presence_penalty=1.5, frequency_penalty=0.2, seed=4
    )
    asked = Request(
        messages=ASKED.messages, sampling=sampling, stop=("\n\n",), tools=({"type": "function"},)
    )
    body = payload("m", asked, CUSTOM)
    wanted = {
        "temperature": 0.7,
        "top_p": 0.8,
        "presence_penalty": 1.5,
        "frequency_penalty": 0.2,
        "seed": 4,
        "stop": ["\n\n"],
        "tools": [{"type": "function"}],
    }
    assert wanted.items() <= body.items()


def test_what_each_server_wants() -> None:
    stopping = Request(messages=(Message("user", (PICTURE,)),), stop=("x",))
    vllm = payload("m", stopping, PRESETS["vllm"])
    assert vllm["repetition_penalty"] == 1.0
    openai = payload("m", stopping, PRESETS["openai"])
    assert openai["max_completion_tokens"] == 1024
    assert "max_tokens" not in openai
    assert openai["messages"][0]["content"][0]["image_url"]["detail"] == "high"
    assert payload("m", stopping, PRESETS["dashscope"])["vl_high_resolution_images"] is True
    plain = payload("m", stopping, PRESETS["transformers"])
    assert plain.keys() == {"model", "messages", "max_tokens", "temperature", "stream"}


@pytest.mark.parametrize(
    ("written", "base_url", "preset"),
    [
        ("vllm", "http://127.0.0.1:8000/v1", "vllm"),
        ("ollama", "http://127.0.0.1:11434/v1", "ollama"),
        ("openai", "https://api.openai.com/v1", "openai"),
        ("http://box:8000", "http://box:8000/v1", "custom"),
        ("http://box:8000/", "http://box:8000/v1", "custom"),
        ("http://box:8000/v1/", "http://box:8000/v1", "custom"),
        ("http://box:8000/v1/chat/completions", "http://box:8000/v1", "custom"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1", "openrouter"),
        (
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "dashscope",
        ),
        ("http://[::1]:9/v1", "http://[::1]:9/v1", "custom"),
    ],
)
def test_servers_as_people_write_them(written: str, base_url: str, preset: str) -> None:
    made = endpoint(written)
    assert made.base_url == base_url
    assert made.preset.name == preset


def test_an_address_of_a_known_kind() -> None:
    made = endpoint("http://box:9000", preset="vllm", key=" k \n")
    assert (made.preset.name, made.base_url, made.key) == ("vllm", "http://box:9000/v1", "k")


@pytest.mark.parametrize(
    ("written", "preset"),
    [
        ("vlm", ""),
        ("", ""),
        ("custom", ""),
        ("ftp://box/v1", ""),
        ("http://", ""),
        ("http://box:port/v1", ""),
        ("http://box/v1", "vlm"),
    ],
)
def test_servers_that_cannot_be(written: str, preset: str) -> None:
    with pytest.raises(ConfigError):
        endpoint(written, preset=preset)


@pytest.mark.parametrize("key", ["Schlüssel", "a b", "a\nb", "\x00"])
def test_keys_that_cannot_be(key: str) -> None:
    with pytest.raises(ConfigError, match="no key has") as caught:
        endpoint("openai", key=key)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1:1", True), ("localhost", True), ("box", False)]
)
def test_which_server_is_on_this_machine(host: str, local: bool) -> None:
    assert Endpoint(f"http://{host}/v1").is_local is local


def test_where_keys_come_from() -> None:
    environment = {"OPENAI_API_KEY": " sk-env ", "OTHER": "no"}
    assert find_key("OPENAI_API_KEY", given="sk-flag", environment=environment) == "sk-flag"
    assert find_key("OPENAI_API_KEY", environment=environment) == "sk-env"
    assert find_key("", environment=environment) == ""
    assert "OPENAI_API_KEY" in key_advice("OPENAI_API_KEY")


@pytest.mark.skipif(importlib.util.find_spec("keyring") is not None, reason="keyring is installed")
def test_without_the_keyring_package_there_is_no_key() -> None:
    assert find_key("OPENAI_API_KEY", environment={}) == ""
