"""A ``Request`` as the OpenAI protocol writes it. Images go as the bytes they are."""

import base64
from collections.abc import Iterable
from typing import Any

from agent.model import ImagePart, Message, Part, Request, TextPart, VideoPart
from agent.models.presets import Preset

Json = dict[str, Any]


def data_url(image: ImagePart) -> str:
    """``image`` as a ``data:`` address, byte for byte."""
    return f"data:{image.media_type};base64,{base64.b64encode(image.data).decode('ascii')}"


def payload(model: str, request: Request, preset: Preset) -> Json:
    """The body of a chat completion request, streamed.

    Settings that are the protocol's own defaults are left out: some servers refuse what they do
    not know, others warn.
    """
    sampling = request.sampling
    body: Json = {
        "model": model,
        "messages": messages(request.messages, preset),
        preset.limit_field: sampling.max_tokens,
        "temperature": sampling.temperature,
        "stream": True,
    }
    if preset.usage_in_stream:
        body["stream_options"] = {"include_usage": True}
    if sampling.top_p < 1:
        body["top_p"] = sampling.top_p
    for name in ("presence_penalty", "frequency_penalty"):
        if value := getattr(sampling, name):
            body[name] = value
    if preset.repetition_field:
        body[preset.repetition_field] = sampling.repetition_penalty
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if request.stop:
        body["stop"] = list(request.stop)
    if request.tools:
        body["tools"] = list(request.tools)
    body.update(preset.extras)
    return {name: value for name, value in body.items() if name not in preset.without}


def messages(conversation: Iterable[Message], preset: Preset) -> list[Json]:
    """The conversation, oldest first.

    The protocol allows no pictures in the answer to a tool call; they follow as the user's.
    """
    written: list[Json] = []
    waiting: list[Part] = []
    for message in conversation:
        if message.role == "tool":
            written.append(
                {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
            )
            waiting += [part for part in message.parts if not isinstance(part, TextPart)]
            continue
        if waiting:
            written.append({"role": "user", "content": _content(waiting, preset)})
            waiting = []
        written.append(_message(message, preset))
    if waiting:
        written.append({"role": "user", "content": _content(waiting, preset)})
    return written


def _message(message: Message, preset: Preset) -> Json:
    if not message.calls:
        return {"role": message.role, "content": _content(message.parts, preset)}
    calls = [
        {
            "id": call.call_id or f"call_{number}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for number, call in enumerate(message.calls)
    ]
    return {"role": message.role, "content": message.text or None, "tool_calls": calls}


def _content(parts: Iterable[Part], preset: Preset) -> str | list[Json]:
    """Plain text as a string, which every server and chat template takes; else a list."""
    parts = list(parts)
    if all(isinstance(part, TextPart) for part in parts):
        return "".join(part.text for part in parts if isinstance(part, TextPart))
    return [written for part in parts for written in _part(part, preset)]


def _part(part: Part, preset: Preset) -> list[Json]:
    if isinstance(part, TextPart):
        return [{"type": "text", "text": part.text}]
    if isinstance(part, ImagePart):
        return [_image(part, preset)]
    return _video(part, preset)


def _image(image: ImagePart, preset: Preset) -> Json:
    address: Json = {"url": data_url(image)}
    if preset.image_detail:
        address["detail"] = preset.image_detail
    return {"type": "image_url", "image_url": address}


def _video(clip: VideoPart, preset: Preset) -> list[Json]:
    if preset.video == "frames_url":
        frames = ",".join(base64.b64encode(frame.data).decode("ascii") for frame in clip.frames)
        return [{"type": "video_url", "video_url": {"url": f"data:video/jpeg;base64,{frames}"}}]
    if preset.video == "frames_list":
        return [
            {"type": "video", "video": [data_url(frame) for frame in clip.frames], "fps": clip.fps}
        ]
    return [_image(frame, preset) for frame in clip.frames]
