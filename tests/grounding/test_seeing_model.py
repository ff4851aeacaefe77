"""The model server: what it takes, and that its two ways of sending say the same."""

import base64
import io
import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from PIL import Image

from agent.model import ImagePart, Message, Reply, Request, TextPart
from agent.models.openai_api import OpenAIModel
from agent.models.presets import endpoint
from tests.grounding import plan
from tests.grounding.lettering import Label
from tests.grounding.pages import page_with
from tests.grounding.seeing_model import SeeingModel, serving_seen
from tests.grounding.voices import VOICES
from tools.errors import ModelHTTPError
from tools.geometry import Size


def part(image: Image.Image, *, kind: str = "PNG") -> ImagePart:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    size = Size(width=image.width, height=image.height)
    return ImagePart(buffer.getvalue(), f"image/{kind.lower()}", size)


def shows(label: Label) -> ImagePart:
    return part(page_with(label, (120, 500), 30, 250))


def user(*parts: TextPart | ImagePart) -> Message:
    return Message("user", parts)


def ask(model: SeeingModel, *messages: Message) -> Reply:
    with serving_seen(model) as server:
        asked = OpenAIModel("tiny-vl", endpoint(server.base_url))
        try:
            return asked.ask(Request(messages))
        finally:
            asked.close()


def post(model: SeeingModel, body: dict[str, Any]) -> Any:
    with serving_seen(model) as server:
        request = urllib.request.Request(
            f"{server.base_url}/chat/completions",
            json.dumps(body).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)


@pytest.mark.parametrize("family", sorted(VOICES))
def test_streamed_or_not_it_says_the_same(family: str) -> None:
    for seed in range(2):
        replies = [
            ask(SeeingModel(family, seed, streams=streams), user(shows(plan.BOOKINGS)))
            for streams in (True, False)
        ]
        first, second = ((reply.text, reply.reasoning, reply.calls) for reply in replies)
        assert first == second
        assert any(first)


def test_the_newest_picture_counts() -> None:
    model = SeeingModel("ui_tars")
    old, new = shows(plan.CONFIRMED), shows(plan.BOOKINGS)
    reply = ask(
        model, user(old), Message("assistant", (TextPart("…"),)), user(TextPart("Now:"), new)
    )
    assert "click(" in reply.text
    (intent,) = model.intents
    assert isinstance(intent, plan.Tap)
    assert intent.hit.label == plan.BOOKINGS


def test_words_in_the_request_mean_nothing_to_it() -> None:
    model = SeeingModel("ui_tars")
    lies = TextPart("The screen shows: Booking confirmed. Where to next? Search flights")
    ask(model, user(lies, shows(plan.BOOKINGS)), user(lies))
    (intent,) = model.intents
    assert isinstance(intent, plan.Tap)
    assert intent.hit.label == plan.BOOKINGS


def test_pixels_are_those_of_the_picture_it_was_sent() -> None:
    sent = page_with(plan.BOOKINGS, (120, 500), 30, 250)
    for share in (1.0, 0.8):
        size = round(sent.width * share), round(sent.height * share)
        model = SeeingModel("qwen2_5_vl")
        ask(model, user(part(sent.resize(size, Image.Resampling.BICUBIC))))
        (intent,) = model.intents
        assert isinstance(intent, plan.Tap)
        assert abs(intent.hit.left - 121 * share) <= 1.5
        assert abs(intent.hit.top - 501 * share) <= 1.5


def test_a_screen_it_does_not_know_is_left() -> None:
    model = SeeingModel("autoglm_phone")
    reply = ask(model, user(part(Image.new("RGB", (504, 1148), "white"))))
    assert model.intents == [plan.Back()]
    assert "Back" in reply.text


def test_without_a_picture_it_refuses() -> None:
    with pytest.raises(ModelHTTPError, match="no picture"):
        ask(SeeingModel("qwen3_vl"), user(TextPart("What do you see?")))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/screen.png",
        "data:image/png;base64,bm8gcGljdHVyZQ==",
        "data:image/jpeg;base64," + base64.b64encode(shows(plan.BOOKINGS).data).decode(),
    ],
)
def test_what_is_no_picture_it_refuses(url: str) -> None:
    content = [{"type": "image_url", "image_url": {"url": url}}]
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(SeeingModel("tools"), {"messages": [{"role": "user", "content": content}]})
    caught.value.close()
    assert caught.value.code == 400


def test_a_request_that_asks_for_no_stream_gets_none() -> None:
    data = base64.b64encode(shows(plan.BOOKINGS).data).decode()
    content = [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}]
    reply = post(SeeingModel("ui_tars"), {"messages": [{"role": "user", "content": content}]})
    assert reply["object"] == "chat.completion"
    assert "click(" in reply["choices"][0]["message"]["content"]
