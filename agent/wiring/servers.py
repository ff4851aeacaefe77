"""Model servers: from what a person writes to one that can be asked."""

from agent.config import environment_keys
from agent.models.keys import find_key
from agent.models.openai_api import OpenAIModel
from agent.models.openai_connection import Patience
from agent.models.presets import Endpoint, endpoint, preset_of
from tools.errors import UsageError

_LISTED = 20


def server_at(server: str, *, kind: str = "", key: str = "") -> Endpoint:
    """The server that a person names, with its key from the environment or the keyring.

    Args:
        server: Kind of a server, or its address.
        kind: Kind of the server at that address, where it is known.
        key: A key that was given; comes first.

    Raises:
        ConfigError: Name, address or key cannot be right.
    """
    key_name = preset_of(kind or server).key_name
    found = find_key(key_name, given=key, environment=environment_keys([key_name]))
    return endpoint(server, key=found, preset=kind)


def model_at(server: Endpoint, name: str, *, reply_s: float | None = None) -> OpenAIModel:
    """A model of ``server``; without a name, the only one it has.

    Raises:
        UsageError: No name was given, and it has none or several.
        ModelError: It cannot be asked what it has.
    """
    patience = Patience() if reply_s is None else Patience(reply_s=reply_s)
    return OpenAIModel(name or _only_model(server), server, patience=patience)


def _only_model(server: Endpoint) -> str:
    asker = OpenAIModel("", server)
    try:
        models = asker.listing().models
    finally:
        asker.close()
    if len(models) == 1:
        return models[0]
    listed = ", ".join(models[:_LISTED]) or "none"
    raise UsageError(f"{server.base_url} has not one model.", hint=f"Name one of: {listed}.")
