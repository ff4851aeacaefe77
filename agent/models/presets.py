"""Servers that speak the OpenAI protocol, and where each of them departs from it."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, JsonValue

from agent.models.structured import Constraint
from tools.errors import ConfigError
from tools.geometry import Frozen


class Preset(Frozen):
    """What is special about one kind of server.

    Attributes:
        name: How it is named in configuration.
        base_url: Where it listens unless told otherwise.
        key_name: Environment variable and keyring entry of its key; empty if it has none.
        owners: What its list of models says under ``owned_by``, by which it is recognised.
        constraints: Ways to hold replies to a schema that are worth probing, best first.
        limit_field: What it calls the upper limit of the reply.
        repetition_field: What it calls the repetition penalty. Sent even when it is 1, because
            these servers otherwise take the checkpoint's own, which distorts digits.
        image_detail: Value of ``detail`` beside each picture; empty to leave it out.
        video: How clips are sent: as single ``images``, as vLLM's ``frames_url`` or as
            DashScope's ``frames_list``.
        usage_in_stream: Whether it is asked to count tokens at the end of a stream.
        extras: Further fields of every request.
        without: Fields that are never sent, because it fails on them.
    """

    name: str
    base_url: str = ""
    key_name: str = ""
    owners: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ("json_schema",)
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    repetition_field: str = ""
    image_detail: str = ""
    video: Literal["images", "frames_url", "frames_list"] = "images"
    usage_in_stream: bool = True
    extras: dict[str, JsonValue] = Field(default_factory=dict)
    without: tuple[str, ...] = ()


CUSTOM = Preset(name="custom", key_name="AGENT_API_KEY")
"""A server of which nothing is known: only what every server takes is sent."""

_ALL_CONSTRAINTS: tuple[Constraint, ...] = (
    "json_schema",
    "structural_tag",
    "structured_outputs",
    "guided_json",
)
PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="vllm",
            base_url="http://127.0.0.1:8000/v1",
            key_name="VLLM_API_KEY",
            owners=("vllm",),
            constraints=_ALL_CONSTRAINTS,
            repetition_field="repetition_penalty",
            video="frames_url",
        ),
        Preset(
            name="sglang",
            base_url="http://127.0.0.1:30000/v1",
            key_name="SGLANG_API_KEY",
            owners=("sglang",),
            constraints=("json_schema", "structural_tag"),
            repetition_field="repetition_penalty",
        ),
        Preset(
            name="ollama",
            base_url="http://127.0.0.1:11434/v1",
            owners=("library",),
        ),
        Preset(
            name="llama.cpp",
            base_url="http://127.0.0.1:8080/v1",
            key_name="LLAMA_API_KEY",
            owners=("llamacpp",),
            repetition_field="repeat_penalty",
        ),
        # It takes response_format and ignores it, and refuses every field it does not know.
        Preset(
            name="transformers",
            base_url="http://127.0.0.1:8000/v1",
            constraints=(),
            usage_in_stream=False,
            without=("stop",),
        ),
        Preset(
            name="dashscope",
            base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
            key_name="DASHSCOPE_API_KEY",
            repetition_field="repetition_penalty",
            video="frames_list",
            # Without it pictures are shrunk to 1280 tokens, and pixel coordinates no longer fit.
            extras={"vl_high_resolution_images": True},
        ),
        Preset(
            name="openrouter",
            base_url="https://openrouter.ai/api/v1",
            key_name="OPENROUTER_API_KEY",
            repetition_field="repetition_penalty",
            extras={"usage": {"include": True}},
        ),
        Preset(
            name="openai",
            base_url="https://api.openai.com/v1",
            key_name="OPENAI_API_KEY",
            owners=("openai", "system"),
            limit_field="max_completion_tokens",
            image_detail="high",
        ),
        CUSTOM,
    )
}
_HOSTS = {
    "api.openai.com": "openai",
    "openrouter.ai": "openrouter",
    "dashscope.aliyuncs.com": "dashscope",
    "dashscope-intl.aliyuncs.com": "dashscope",
    "dashscope-us.aliyuncs.com": "dashscope",
}


@dataclass(frozen=True)
class Endpoint:
    """One server: where it is, what it is, and the key to it.

    Attributes:
        base_url: Ends in the version, such as ``http://127.0.0.1:8000/v1``.
        preset: What is special about it.
        key: Its key; empty for none. Never shown.
    """

    base_url: str
    preset: Preset = CUSTOM
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The host's name, in lower case."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether the server runs on this machine."""
        return self.host in {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - compared


def preset_of(server: str) -> Preset:
    """The preset that ``server``, a preset's name or an address, goes with.

    Raises:
        ConfigError: It is neither.
    """
    if server in PRESETS:
        return PRESETS[server]
    if "://" not in server:
        raise ConfigError(
            f"{server!r} is neither a known kind of server nor an address.",
            hint=f"Known: {', '.join(PRESETS)}; or give an address such as http://host:8000/v1.",
        )
    return PRESETS[_HOSTS.get(urlsplit(server).hostname or "", "custom")]


def endpoint(server: str, *, key: str = "", preset: str = "") -> Endpoint:
    """Make an endpoint from what a person writes.

    Args:
        server: Name of a preset, or the address of a server; ``/v1`` is added to a bare host.
        key: The key to it; empty for none.
        preset: Kind of the server at that address, where it is known.

    Raises:
        ConfigError: The name, the address or the key cannot be right.
    """
    kind = preset_of(preset or server)
    address = server if "://" in server else kind.base_url
    if not address:
        raise ConfigError(
            f"A {kind.name} server has no usual address.",
            hint="Give it, such as http://host:8000/v1.",
        )
    key = key.strip()
    if not (key.isascii() and (key.isprintable() or not key)) or " " in key:
        raise ConfigError(
            f"The key for {kind.name} has characters in it that no key has.",
            hint="Copy it again, without quotes and line breaks.",
        )
    return Endpoint(_normalised(address), kind, key)


def _normalised(address: str) -> str:
    try:
        parts = urlsplit(address.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port  # raises where it is no number
    except ValueError:
        usable = False
    else:
        path = parts.path.rstrip("/").removesuffix("/chat/completions")
        if usable:
            return parts._replace(path=path or "/v1", query="", fragment="").geturl()
    raise ConfigError(
        f"{address!r} is no address of a server.", hint="Write it as http://host:8000/v1."
    )
