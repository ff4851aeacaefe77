"""Finds out what stands behind an address: who serves, whether it sees, what it can be held to."""

import re
from collections.abc import Callable

from agent.model import Message, Reply, Request, Sampling, TextPart
from agent.models.calibrate import PICTURE, Calibration, calibrate
from agent.models.openai_api import OpenAIModel
from agent.models.openai_connection import Listing
from agent.models.presets import PRESETS, Preset
from agent.models.targets import draw_number
from tools.errors import ContextTooLongError, ModelError, ModelHTTPError
from tools.geometry import Frozen, Size, Space

_HELLO_TOKENS = 64
_READING_TOKENS = 512


class Speed(Frozen):
    """How quick one short exchange was.

    Attributes:
        first_token_s: Seconds to the first token.
        latency_s: Seconds to the last one.
        tokens_per_s: Tokens written a second; 0 where the server does not count them.
    """

    first_token_s: float
    latency_s: float
    tokens_per_s: float


class ServerReport(Frozen):
    """What was found out about a server and one of its models.

    Attributes:
        base_url: The server.
        model: The model that was asked.
        kind: Preset that fits it; ``custom`` if it could not be told.
        told_by: By what it was recognised; empty if it was not.
        models: What it offers.
        context: Longest context of the model in tokens; 0 if it does not say.
        speed: Of a question without a picture.
        picture_speed: Of one with a small picture; ``None`` if it refuses pictures.
        sees: Whether it reads pictures.
        read: What it answered when it was shown a number.
        constraints: Ways to hold it to a schema, and whether it honours them.
        refused: Fields of requests that it refuses.
        calibration: What its coordinates mean; ``None`` if that was not asked.
        warnings: What stands in the way of using it, one line each.
    """

    base_url: str
    model: str
    kind: str
    told_by: str
    models: tuple[str, ...]
    context: int
    speed: Speed
    picture_speed: Speed | None
    sees: bool
    read: str
    constraints: dict[str, bool]
    refused: tuple[str, ...]
    calibration: Calibration | None
    warnings: tuple[str, ...]


def probe(
    model: OpenAIModel,
    *,
    expected: Space | None = None,
    picture: Size | None = PICTURE,
    on_progress: Callable[[str], None] | None = None,
) -> ServerReport:
    """Ask ``model`` a dozen small questions and say what it is.

    Args:
        model: The model behind a server.
        expected: Coordinates that the dialect in use reads; ``None`` to hold it to none.
        picture: Size of the picture for calibration; ``None`` to leave that out.
        on_progress: Hears what is being asked.

    Raises:
        ModelError: Not even a plain question is answered.
    """
    tell = on_progress or (lambda _: None)
    warnings: list[str] = []
    tell("models")
    listing = _listing(model, warnings)
    preset, told_by = recognise(listing, model)
    tell("a plain question")
    speed = _speed(model.ask(_ask("Say hello.", _HELLO_TOKENS)))
    tell("a picture")
    seen, read = _look(model)
    sees = seen is not None and bool(read)
    tell("structured output")
    constraints = {name: model.try_constraint(name) for name in preset.constraints}
    found: Calibration | None = None
    if sees and picture is not None:
        tell("coordinates")
        found = calibrate(model, picture)
    if not sees:
        warnings.append("The model does not see pictures: it cannot be used for screens.")
    configured = model.endpoint.preset
    if told_by and preset is not configured:
        warnings.append(
            f"It is set up as {configured.name!r} but looks like {preset.name!r} ({told_by})."
        )
    if found is not None and expected is not None and (warning := found.warning(expected)):
        warnings.append(warning)
    return ServerReport(
        base_url=model.endpoint.base_url,
        model=model.name,
        kind=preset.name,
        told_by=told_by,
        models=listing.models,
        context=listing.context.get(model.name, 0),
        speed=speed,
        picture_speed=None if seen is None else _speed(seen),
        sees=sees,
        read=read if sees else (seen.text.strip() if seen else ""),
        constraints={str(name): value for name, value in constraints.items()},
        refused=tuple(sorted(model.refused)),
        calibration=found,
        warnings=tuple(warnings),
    )


def recognise(listing: Listing, model: OpenAIModel) -> tuple[Preset, str]:
    """The preset that fits the server, and by what it was recognised.

    What was set up stands unless the server says otherwise.
    """
    for preset in PRESETS.values():
        for owner in preset.owners:
            if owner in listing.owners:
                return preset, f"owned_by: {owner}"
    if "llama.cpp" in listing.server.lower():
        return PRESETS["llama.cpp"], f"Server: {listing.server}"
    return model.endpoint.preset, ""


def _listing(model: OpenAIModel, warnings: list[str]) -> Listing:
    try:
        listing = model.listing()
    except ModelError as error:
        warnings.append(f"There is no list of models: {error}")
        return Listing()
    if listing.models and model.name not in listing.models:
        warnings.append(f"{model.name!r} is not among its models.")
    return listing


def _look(model: OpenAIModel) -> tuple[Reply | None, str]:
    """Show a number; gives the reply, and the number if it was read."""
    digits, image = draw_number()
    asked = TextPart("Which number is written in this picture? Answer with its digits.")
    request = Request(
        messages=(Message("user", (image, asked)),), sampling=Sampling(max_tokens=_READING_TOKENS)
    )
    try:
        reply = model.ask(request)
    except ModelHTTPError as error:
        if error.status in {401, 403, 429}:
            raise
        return None, ""
    except ContextTooLongError:
        return None, ""
    said = re.sub(r"[\s,._]", "", reply.text + reply.reasoning)
    return reply, digits if digits in said else ""


def _ask(text: str, max_tokens: int) -> Request:
    return Request(
        messages=(Message("user", (TextPart(text),)),), sampling=Sampling(max_tokens=max_tokens)
    )


def _speed(reply: Reply) -> Speed:
    writing_s = reply.latency_s - reply.first_token_s
    written = reply.usage.completion_tokens - 1
    return Speed(
        first_token_s=reply.first_token_s,
        latency_s=reply.latency_s,
        tokens_per_s=written / writing_s if writing_s > 0 and written > 0 else 0.0,
    )
