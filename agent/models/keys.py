"""Where the key to a server is found: given, in the environment, or in the keyring."""

import importlib
from collections.abc import Mapping

KEYRING_SERVICE = "tapwright"


def find_key(name: str, *, given: str = "", environment: Mapping[str, str]) -> str:
    """Find a key.

    Args:
        name: Environment variable, and user name in the keyring's service ``tapwright``.
        given: A key from a flag or from configuration, which comes first.
        environment: Variables to look in; ``agent.config`` is the one that reads the real ones.

    Returns:
        The key, or an empty string if there is none.
    """
    if given:
        return given
    if not name:
        return ""
    return environment.get(name, "").strip() or from_keyring(name)


def from_keyring(name: str) -> str:
    """What the system's keyring holds under ``name``; empty if it has nothing, or is not there.

    It is there if the package ``keyring`` is installed and has a back end.
    """
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        return ""
    try:
        return keyring.get_password(KEYRING_SERVICE, name) or ""
    except errors.KeyringError:
        return ""


def key_advice(name: str) -> str:
    """How to give the key called ``name``, in one sentence."""
    if not name:
        return "This kind of server usually needs no key; ask who runs it."
    return f"Set the variable {name}, or run: keyring set {KEYRING_SERVICE} {name}"
