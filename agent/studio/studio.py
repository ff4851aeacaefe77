"""Puts the studio together and serves it."""

import asyncio
import logging
import secrets
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from agent.config import Config, load_config
from agent.person.door import HERE, Door
from agent.studio.asking import Clients
from agent.studio.guard import Guard
from agent.studio.reports import Reports
from agent.studio.runs import Runs
from tools.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    import uvicorn

_PARTS = ("gradio", "uvicorn", "fastapi")
_CLOSING_S = 1
_BACKLOG = 128


@dataclass(frozen=True)
class Studio:
    """What the tabs work with.

    Attributes:
        config: The settings that the fields begin with.
        runs: Runs of the agent.
        reports: Reports and exports.
        clients: Models that were asked.
        folder: For files that are gone with the studio.
    """

    config: Config
    runs: Runs
    reports: Reports
    clients: Clients
    folder: Path


@contextmanager
def serve_studio(
    *, host: str = HERE, port: int = 0, notice: Callable[[str], None] = lambda _: None
) -> Iterator[str]:
    """Serve the studio for as long as the block lasts.

    Args:
        host: Address to listen at; anything but this machine's own lets others in who have the
            token.
        port: 0 for any that is free.
        notice: Told what takes some seconds.

    Yields:
        The address to open, with the token in it.

    Raises:
        MissingExtraError: The extra ``studio`` is not installed.
        ConfigError: The address or the port cannot be had, or a setting is wrong.
    """
    if any(find_spec(name) is None for name in _PARTS):
        raise MissingExtraError("The studio", "studio")
    config = load_config().config
    with (
        _listening(host, port) as listener,
        tempfile.TemporaryDirectory(prefix="tapwright-studio-", ignore_cleanup_errors=True) as made,
    ):
        notice("Making the page …")
        studio = Studio(config, Runs(), Reports(Path(made)), Clients(), Path(made))
        door = Door(host, listener.getsockname()[1])
        token = secrets.token_urlsafe(24)
        try:
            with _served(Guard(_application(studio, door), door, token), listener):
                try:
                    yield f"http://{door.shown}/?token={token}"
                finally:
                    studio.runs.close()  # first, so that whoever watches sees how it ended
        finally:
            studio.clients.close()


def _application(studio: Studio, door: Door) -> Any:  # noqa: ANN401 - FastAPI is an extra
    with warnings.catch_warnings():
        # What Gradio and those below it will no longer do one day is not the person's concern.
        warnings.simplefilter("ignore")
        import gradio
        from fastapi import FastAPI

        from agent.studio.page import ICON, STYLE, build_page, theme
        from agent.studio.routes import routes

        app = FastAPI(
            routes=routes(studio.runs, studio.reports), openapi_url=None, docs_url=None,
            redoc_url=None,
        )  # fmt: skip
        return gradio.mount_gradio_app(
            app,
            build_page(studio),
            path="/",
            server_name=door.host,
            server_port=door.port,
            footer_links=[],
            run_history=False,
            favicon_path=str(ICON),
            show_error=True,
            max_file_size="2gb",
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
            theme=theme(),
            css_paths=[STYLE],
        )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there.

    Raises:
        ConfigError: It cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(
                f"The studio cannot be served at port {port} of {host!r}: {reason}.",
                hint="Name another one with --port or --host.",
            ) from None
        yield listener


@contextmanager
def _served(application: Guard, listener: socket.socket) -> Iterator[None]:
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(
            application,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_CLOSING_S,
            lifespan="on",
        )
    )
    thread = Thread(target=_run, args=(server, listener), name="studio", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # Open pages are hung up on. That is no error, and no page of tracebacks in the terminal.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        server.should_exit = True
        thread.join()


def _run(server: "uvicorn.Server", listener: socket.socket) -> None:
    asyncio.run(server.serve(sockets=[listener]))
