"""Messages as people copy them from the examples of Qwen and OpenAI."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent import Client
from agent.dialects.choose import dialect_named
from agent.model import ImagePart, Reply, TextPart, Thought, VideoPart
from agent.models.scripted import ScriptedModel
from agent.perception import film_parts
from agent.perception.families import manner_of
from agent.perception.film_parts import frame_count
from agent.perception.message_forms import MessageError, VideoForm, read_messages
from agent.perception.messages import to_messages
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.perception.talking import parted, talk
from agent.perception.video.clip import Frame, VideoFile
from tests.agent.models.fault_server import chunk, refuse, serving, stream, words
from tests.agent.perception.films import make_film, serving_folder
from tools.errors import ContextTooLongError


def seer_of(family: str = "qwen2_5_vl", *replies: Reply | str) -> Seer:
    dialect = dialect_named(family)
    return Seer(ScriptedModel(replies), dialect, dialect.sizing)


def user(*parts: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": list(parts)}]


def encoded(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (560, 280), "teal").save(path)
    return path


def only_image(messages: object, family: str = "qwen2_5_vl") -> ImagePart:
    (message,), _ = to_messages(messages, seer_of(family))
    (image,) = message.images
    return image


def test_the_first_example_of_qwen_runs_as_it_stands(photo: Path) -> None:
    messages = [
        {
            "role": "user",
            "content": [
                {"type": "image", "image": f"file://{photo}"},
                {"type": "text", "text": "Describe this image."},
            ],
        }
    ]
    (message,), notes = to_messages(messages, seer_of())
    assert notes == ()
    assert [type(part) for part in message.parts] == [ImagePart, TextPart]
    assert message.text == "Describe this image."
    assert (message.images[0].size.width, message.images[0].size.height) == (560, 280)


@pytest.mark.parametrize(
    "form",
    [
        lambda path: {"type": "image", "image": str(path)},
        lambda path: {"type": "image", "image": path},
        lambda path: {"image": str(path)},
        lambda path: {"type": "image", "image": Image.open(path)},
        lambda path: {"type": "image", "image": Picture("x", Image.open(path).convert("RGB"))},
        lambda path: {"type": "image", "image": f"data:image;base64,{encoded(Image.open(path))}"},
        lambda path: {
            "type": "image_url",
            "image_url": {"url": f"data:image/png;base64,{encoded(Image.open(path))}"},
        },
        lambda path: {
            "type": "image_url",
            "image_url": {"url": f"file://{path}", "detail": "auto"},
        },
        lambda path: {"type": "image_url", "image_url": str(path)},
        lambda path: {"type": "image", "image_url": str(path)},
        lambda path: {"image_url": str(path), "type": None},
    ],
)
def test_a_picture_in_every_way_that_it_is_written(photo: Path, form: Any) -> None:
    image = only_image(user(form(photo), {"type": "text", "text": "What is it?"}))
    assert (image.size.width, image.size.height) == (560, 280)
    with Image.open(io.BytesIO(image.data)) as seen:
        red, green, blue = seen.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert (red, green // 16, blue // 16) == (0, 8, 8)


def test_a_picture_from_the_web(photo: Path) -> None:
    with serving_folder(photo.parent) as address:
        image = only_image(user({"type": "image", "image": f"{address}/photo.jpg"}))
    assert image.size.width == 560


@pytest.mark.parametrize(
    ("sides", "size"),
    [
        ({"resized_height": 280, "resized_width": 420}, (420, 280)),
        ({"resized_height": 281, "resized_width": 425}, (420, 280)),
        ({"max_pixels": 60_000}, (336, 168)),
        ({"min_pixels": 400_000}, (896, 448)),
        ({"min_pixels": 50_176, "max_pixels": 50_176}, (308, 140)),
        ({"max_pixels": 60_000, "resized_height": 560, "resized_width": 560}, (224, 224)),
    ],
)
def test_sizes_are_taken_as_qwen_vl_utils_takes_them(
    photo: Path, sides: dict[str, int], size: tuple[int, int]
) -> None:
    image = only_image(user({"type": "image", "image": str(photo), **sides}))
    assert (image.size.width, image.size.height) == size


def test_low_detail_is_a_small_picture(tmp_path: Path) -> None:
    Image.new("RGB", (2000, 2000)).save(tmp_path / "large.png")
    url = {"url": str(tmp_path / "large.png"), "detail": "low"}
    size = only_image(user({"type": "image_url", "image_url": url})).size
    assert size.width * size.height <= 512 * 512


def test_roles_and_plain_words() -> None:
    messages = [
        {"role": "system", "content": "You are kind."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": [{"type": "text", "text": "Hi!"}]},
        {"role": "user", "content": [{"type": "text", "text": "How"}, {"text": " are you?"}]},
    ]
    made, _ = to_messages(messages, seer_of())
    assert [(each.role, each.text) for each in made] == [
        ("system", "You are kind."),
        ("user", "Hello"),
        ("assistant", "Hi!"),
        ("user", "How are you?"),
    ]


def test_a_mark_that_ends_a_turn_is_made_harmless() -> None:
    made, _ = to_messages([{"role": "user", "content": "<|im_end|> <think>"}], seer_of())
    assert made[0].text == "< |im_end|> <think>"


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ("Hello", "messages: must be a list of messages"),
        ([], "messages: must be a list"),
        ({"role": "user"}, "messages: must be a list"),
        (["Hello"], "messages[0]: must be a mapping with role and content, not str"),
        ([{"role": "bot", "content": "x"}], "messages[0].role: must be one of system, user"),
        ([{"content": "x"}], "messages[0].role: must be one of"),
        ([{"role": "user"}], "messages[0].content: must be words or a list of parts"),
        ([{"role": "user", "content": []}], "messages[0].content: must be"),
        ([{"role": "user", "content": None}], "messages[0].content: must be"),
        ([{"role": "user", "content": "x", "contents": 1}], "messages[0].contents: is not known"),
        (user("Hello"), 'messages[0].content[0]: must be a mapping such as {"type": "text"'),
        (user({"type": "audio"}), "messages[0].content[0]: 'audio' is no kind of part. Known are"),
        (user({}), "messages[0].content[0]: None is no kind of part"),
        (user({"type": ["text"], "text": "x"}), "is no kind of part"),
        (user({"type": "text"}), "messages[0].content[0].text: is missing"),
        (user({"type": "text", "text": 5}), "messages[0].content[0].text: must be a valid string"),
        (user({"type": "image"}), "messages[0].content[0].image: is missing"),
        (user({"type": "image", "image": 5}), "content[0].image: must be a file, an address"),
        (user({"type": "image", "image": ""}), "content[0].image: must be a file, an address"),
        (user({"type": "image_url", "image_url": {}}), "content[0].image_url.url: is missing"),
        (user({"type": "image_url", "image_url": 5}), "content[0].image_url: "),
        (
            user({"type": "image_url", "image_url": {"url": "x", "detail": "most"}}),
            "content[0].image_url.detail: must be 'auto', 'low' or 'high'",
        ),
        (
            user({"type": "text", "text": "x"}, {"type": "image", "image": "x", "max_pixel": 5}),
            "messages[0].content[1].max_pixel: is not known here. Did you mean 'max_pixels'?",
        ),
        (user({"type": "image", "image": "x", "max_pixels": 0}), "content[0].max_pixels: must be"),
        (
            user({"type": "image", "image": "x", "max_pixels": "many"}),
            "content[0].max_pixels: must",
        ),
        (
            user({"type": "image", "image": "x", "resized_height": 5}),
            "content[0]: resized_height and resized_width go together",
        ),
        (user({"type": "video"}), "content[0].video: is missing"),
        (user({"type": "video", "video": []}), "content[0].video: must be a file, an address, or"),
        (user({"type": "video", "video": [5]}), "content[0].video: must be a file, an address"),
        (user({"type": "video_url", "video_url": {}}), 'video_url: must be {"url": "…"}'),
        (user({"type": "video_url", "video_url": " "}), 'video_url: must be {"url": "…"}'),
        (user({"type": "video", "video": "x", "nframes": 10**9}), "must be less than or equal"),
        (user({"type": "video", "video": "x", "fps": 0}), "content[0].fps: must be greater than 0"),
        (
            user({"type": "video", "video": "x", "fps": 1, "nframes": 8}),
            "content[0]: fps or nframes, not both",
        ),
        (
            [{"role": "assistant", "content": "x"}],
            "messages[0]: the last message must be the user's",
        ),
        (
            [
                {"role": "user", "content": "x"},
                {"role": "system", "content": "y"},
                {"role": "user", "content": "z"},
            ],
            "messages[1]: only the first message can be the system's",
        ),
        (
            [
                {"role": "system", "content": [{"type": "image", "image": "x"}]},
                {"role": "user", "content": "z"},
            ],
            "messages[0].content[0]: the system has words only, no image",
        ),
    ],
)
def test_what_is_wrong_is_one_line_that_says_where(messages: object, said: str) -> None:
    with pytest.raises(MessageError) as caught:
        read_messages(messages)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"type": "image", "image": "nothing.png"}, "'nothing.png' cannot be read"),
        ({"type": "image", "image": "data:image;base64,AAAA"}, "is not a picture"),
        ({"type": "image", "image": "torn.jpg"}, "is damaged"),
        ({"type": "image", "image": "empty.png"}, "is empty, 0 bytes"),
        ({"type": "image", "image": "sliver.png"}, "too narrow"),
        ({"type": "image", "image": "photo.jpg", "min_pixels": 9**9}, "cannot have at least"),
        ({"type": "video", "video": "nothing.mp4"}, "'nothing.mp4' cannot be read"),
        ({"type": "video", "video": "photo.jpg", "video_start": 9}, "There is nothing from 9 s"),
        ({"type": "video", "video": ["photo.jpg", "nothing.png"]}, "'nothing.png' cannot be read"),
        (
            {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}},
            "'data:video/mp4;base64,AAAA…' cannot be read as a video",
        ),
        ({"type": "video", "video": "data:video/mp4,x"}, "address holds nothing"),
        ({"type": "video", "video": "~nobody-at-all/x.mp4"}, "is no path"),
    ],
)
def test_what_cannot_be_loaded_is_told_with_its_place(
    photo: Path, part: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photo.parent)
    Path("torn.jpg").write_bytes(photo.read_bytes()[:300])
    Path("empty.png").touch()
    Image.new("RGB", (2000, 3)).save("sliver.png")
    with pytest.raises(MessageError, match=r"^messages\[0\]\.content\[1\]: ") as caught:
        to_messages(user({"type": "text", "text": "x"}, part), seer_of())
    assert said in str(caught.value)


def test_frames_are_a_clip_of_an_even_number_in_tiles_of_two(photo: Path) -> None:
    frames = [Image.new("RGB", (640, 360), shade) for shade in ("red", "green", "blue")]
    part = {"type": "video", "video": frames, "fps": 4.0}
    (message,), notes = to_messages(user(part, {"type": "text", "text": "x"}), seer_of())
    clip = message.parts[0]
    assert isinstance(clip, VideoPart)
    assert (len(clip.frames), clip.fps) == (4, 4.0)
    assert clip.frames[2].data == clip.frames[3].data != clip.frames[1].data
    size = clip.frames[0].size
    assert (size.width % 56, size.height % 56) == (0, 0)
    tokens = 2 * size.width * size.height // 28**2
    assert notes == (
        f"messages[0].content[0]: 4 frames, 4 a second, shown as {size}, {tokens} tokens.",
    )


def test_a_film_is_sampled_as_the_part_says(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", seconds=6, size=(320, 240))
    part = {"type": "video", "video": f"file://{film}", "fps": 1.0, "max_pixels": 360 * 420}
    (message,), notes = to_messages(user(part, {"type": "text", "text": "x"}), seer_of())
    clip = message.parts[0]
    assert isinstance(clip, VideoPart)
    assert len(clip.frames) == 6
    assert clip.fps == pytest.approx(1.0, rel=0.05)
    size = clip.frames[0].size
    assert size.width * size.height <= 360 * 420
    assert "6 frames" in notes[0]
    reds = [
        Image.open(io.BytesIO(frame.data)).convert("RGB").getpixel((5, 5)) for frame in clip.frames
    ]
    brightness = [pixel[0] for pixel in reds if isinstance(pixel, tuple)]
    assert brightness == sorted(brightness)
    assert brightness[-1] - brightness[0] > 100


def as_data(path: Path) -> str:
    return f"data:video/mp4;base64,{base64.b64encode(path.read_bytes()).decode()}"


@pytest.mark.parametrize(
    "form",
    [
        lambda path: {"type": "video", "video": str(path)},
        lambda path: {"type": "video", "video": path},
        lambda path: {"type": "video", "video": f"file://{path}".replace(" ", "%20")},
        lambda path: {"type": "video", "video": as_data(path)},
        lambda path: {"type": "video_url", "video_url": {"url": as_data(path)}},
        lambda path: {"type": "video_url", "video_url": {"url": f"file://{path}"}},
        lambda path: {"type": "video_url", "video_url": str(path)},
        lambda path: {"type": "video", "video_url": {"url": str(path)}},
        lambda path: {"video_url": {"url": str(path)}, "type": None, "text": None},
    ],
)
def test_a_film_in_every_way_that_it_is_written(tmp_path: Path, form: Any) -> None:
    film = make_film(tmp_path / "a film.mp4", seconds=3, size=(320, 240))
    (message,), (note,) = to_messages(user({**form(film), "fps": 2.0}), seer_of())
    clip = message.parts[0]
    assert isinstance(clip, VideoPart)
    assert len(clip.frames) == 6
    assert len(note) < 200


def test_the_frames_of_a_film_in_one_address_as_vllm_takes_them() -> None:
    stills = []
    for shade in (0, 90, 180):
        buffer = io.BytesIO()
        Image.new("RGB", (320, 240), (shade,) * 3).save(buffer, "JPEG")
        stills.append(base64.b64encode(buffer.getvalue()).decode())
    url = f"data:video/jpeg;base64,{','.join(stills)}"
    (message,), _ = to_messages(user({"type": "video_url", "video_url": {"url": url}}), seer_of())
    clip = message.parts[0]
    assert isinstance(clip, VideoPart)
    seen = [Image.open(io.BytesIO(frame.data)).getpixel((5, 5)) for frame in clip.frames]
    assert [pixel[0] for pixel in seen if isinstance(pixel, tuple)] == [0, 90, 180, 180]


def test_frames_are_made_small_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute of 4K at its full size would fill the memory."""
    made: list[str] = []
    encoded, frames = film_parts._encoded, VideoFile.frames

    def small(*given: Any) -> ImagePart:
        made.append("small")
        return encoded(*given)

    def decoded(self: VideoFile, times_s: list[float]) -> Iterator[Frame]:
        for frame in frames(self, times_s):
            made.append("whole")
            yield frame

    monkeypatch.setattr(film_parts, "_encoded", small)
    monkeypatch.setattr(VideoFile, "frames", decoded)
    film = make_film(tmp_path / "film.mp4", seconds=3, size=(320, 240))
    to_messages(user({"type": "video", "video": film}), seer_of())
    assert made == ["whole", "small"] * 6


def test_a_film_from_the_web_and_a_stretch_of_it(tmp_path: Path) -> None:
    make_film(tmp_path / "film.mp4", seconds=6, size=(320, 240))
    with serving_folder(tmp_path) as address:
        stretch = {"video": f"{address}/film.mp4", "video_start": 2.0, "video_end": 4.0}
        (message,), notes = to_messages(user(stretch), seer_of())
    clip = message.parts[0]
    assert isinstance(clip, VideoPart)
    assert (len(clip.frames), clip.fps) == (4, 2.0)
    assert notes[0].startswith(address)


@pytest.mark.parametrize(
    ("options", "length_s", "frames"),
    [
        ({}, 10, 20),
        ({}, 0.5, 4),
        ({}, 3600, 768),
        ({"fps": 1}, 10, 10),
        ({"fps": 1}, 11, 10),
        ({"nframes": 7}, 10, 8),
        ({"nframes": 1}, 10, 2),
        ({"min_frames": 9}, 1, 10),
        ({"max_frames": 9}, 100, 8),
    ],
)
def test_the_number_of_frames(options: dict[str, Any], length_s: float, frames: int) -> None:
    assert frame_count(length_s, VideoForm(video="x", **options)) == frames


def test_a_family_without_video_says_so(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match=r"messages\[0\]\.content\[0\]: qvq looks at no videos"):
        to_messages(user({"type": "video", "video": "film.mp4"}), seer_of("qvq"))


def test_a_family_for_one_question_is_told_of() -> None:
    messages = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": "y"},
        {"role": "user", "content": "z"},
    ]
    _, notes = to_messages(messages, seer_of("qvq"))
    assert "one question" in notes[0]


@pytest.mark.parametrize(
    ("reply", "text", "reasoning", "family"),
    [
        (Reply(text="Five."), "Five.", "", "qwen2_5_vl"),
        (Reply(text="Five.", reasoning="Hm."), "Five.", "Hm.", "qwen3_vl_thinking"),
        (Reply(text="Hm.</think>\n\nFive."), "Five.", "Hm.", "qwen3_vl_thinking"),
        (Reply(text="<think>Hm.</think>Five."), "Five.", "Hm.", "tools"),
        (Reply(text="Hm", finish_reason="length"), "", "Hm", "qwen3_vl_thinking"),
        (Reply(text=""), "", "", "qwen3_vl"),
    ],
)
def test_a_reply_has_its_thought_apart(
    reply: Reply, text: str, reasoning: str, family: str
) -> None:
    said = parted(reply, manner_of(dialect_named(family)))
    assert (said.text, said.reasoning) == (text, reasoning)


@pytest.mark.parametrize(
    ("family", "temperature", "room"),
    [("qwen2_5_vl", 0.0, 2048), ("qwen3_vl", 0.7, 2048), ("qwen3_vl_thinking", 0.6, 8192)],
)
def test_talk_is_drawn_as_the_family_wants_it(family: str, temperature: float, room: int) -> None:
    seer = seer_of(family, "Hi", "Hi")
    made, _ = to_messages([{"role": "user", "content": "x"}], seer)
    talk(seer, made)
    talk(seer, made, temperature=1.5, max_tokens=7)
    assert isinstance(seer.model, ScriptedModel)
    first, second = (request.sampling for request in seer.model.requests)
    assert (first.temperature, first.max_tokens) == (temperature, room)
    assert (second.temperature, second.max_tokens) == (1.5, 7)


def test_in_python_through_a_server(photo: Path) -> None:
    said = stream(
        chunk(reasoning_content="Hm."),
        chunk(content="It is "),
        chunk(content="teal."),
        chunk(finish="stop"),
    )
    heard: list[str] = []
    messages = user({"type": "image", "image": str(photo)}, {"type": "text", "text": "Colour?"})
    with (
        serving(said, words("Yes.")) as server,
        Client(model="Qwen2.5-VL-7B-Instruct", server=server.base_url) as client,
    ):
        reply = client.chat(messages, stream=heard.append)
        again = client.chat([*messages, reply.message, {"role": "user", "content": "Sure?"}])
    assert (reply.text, reply.reasoning) == ("It is teal.", "Hm.")
    assert heard == ["Hm.", "It is ", "teal."]
    assert [isinstance(piece, Thought) for piece in heard] == [True, False, False]
    assert again.text == "Yes."
    assert again.usage.completion_tokens == 20
    assert [each["role"] for each in server.requests[1]["messages"]] == [
        "user",
        "assistant",
        "user",
    ]
    assert server.requests[1]["messages"][1]["content"] == "It is teal."


def test_too_long_a_conversation_is_an_error_of_its_own(photo: Path) -> None:
    long = refuse(
        400,
        "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens",
    )
    with (
        serving(long) as server,
        Client(model="qwen2.5-vl", server=server.base_url) as client,
        pytest.raises(ContextTooLongError),
    ):
        client.chat([{"role": "user", "content": "x"}])
