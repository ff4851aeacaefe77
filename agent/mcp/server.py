"""The server: what a client is offered, and what it is answered. The SDK of MCP speaks for it."""

import base64
import secrets
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pydantic import JsonValue

from agent.config import Config
from agent.prompt import load_prompt
from agent.wiring.visit import HandedOut, Progress, Told, Visits, Wanted
from tools.errors import AutomationError, MissingExtraError

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server
    from mcp_types import (
        CallToolRequestParams,
        CallToolResult,
        InputRequiredResult,
        ListToolsResult,
        PaginatedRequestParams,
    )

    Context: TypeAlias = "ServerRequestContext[Any, Any]"

LOOKING: Final = "agent.mcp.looking"
RUN_GOAL: Final = "run_goal"
_READ_ONLY: Final = frozenset({"look", "list_elements", "list_windows", "wait"})
_APPROVE: Final = "approve"
_LONGEST_NAME: Final = 60
_GOAL: Final[dict[str, JsonValue]] = {
    "type": "object",
    "properties": {"goal": {"type": "string", "description": "What is to be done, in words."}},
    "required": ["goal"],
    "additionalProperties": False,
}
_NO_FORM: Final[dict[str, Any]] = {"type": "object", "properties": {}}
"""Asked is yes or no, which the client's own buttons say."""


def with_looking(config: Config) -> Config:
    """``config`` with the two tools by which a client looks."""
    return config.model_copy(update={"tools": (*config.tools, LOOKING)})


def serve_stdio(visits: Visits, config: Config) -> None:
    """Serve one client on standard input and output until it hangs up.

    Args:
        visits: Where it acts; made with ``config``, and closed by the caller.
        config: What the client is told of: the device and the names of secrets.

    Raises:
        MissingExtraError: The extra ``mcp`` is not installed.
    """
    try:
        import anyio
        from mcp.server.stdio import stdio_server
    except ImportError:
        raise MissingExtraError("agent mcp", "mcp") from None
    server = build_server(visits, config)

    async def serve() -> None:
        async with stdio_server() as (reader, writer):
            await server.run(reader, writer, server.create_initialization_options())

    anyio.run(serve)


def build_server(visits: Visits, config: Config) -> "Server[Any]":
    """The server, for any transport of the SDK; it serves one client."""
    from mcp.server.lowlevel import Server

    desk = _Desk(visits, config)
    return Server(
        "tapwright",
        version=_version(),
        title="Tapwright",
        instructions=_instructions(config),
        on_list_tools=desk.list_tools,
        on_call_tool=desk.call_tool,
    )


class _Desk:
    """Takes what the client asks for, one thing at a time, and waits apart from the event loop."""

    def __init__(self, visits: Visits, config: Config) -> None:
        import anyio

        self._visits, self._config = visits, config
        self._turn = anyio.Lock()
        self._question = ""

    async def list_tools(
        self,
        context: "Context",  # noqa: ARG002 - the SDK's signature
        params: "PaginatedRequestParams | None",  # noqa: ARG002 - as above
    ) -> "ListToolsResult":
        """All of them, on one page; no device is opened for it."""
        from mcp_types import ListToolsResult, Tool, ToolAnnotations

        found = [
            Tool(
                name=str(function["name"]),
                description=str(function["description"]),
                input_schema=dict(function["parameters"]),
                annotations=ToolAnnotations(read_only_hint=function["name"] in _READ_ONLY),
            )
            for function in (definition["function"] for definition in self._visits.tools())
            if isinstance(function, dict) and isinstance(function["parameters"], dict)
        ]
        says = load_prompt("mcp/run_goal").text
        return ListToolsResult(
            tools=[*found, Tool(name=RUN_GOAL, description=says, input_schema=_GOAL)]
        )

    async def call_tool(
        self, context: "Context", params: "CallToolRequestParams"
    ) -> "CallToolResult | InputRequiredResult":
        """Do what is called for, and answer with what came of it."""
        answer: CallToolResult | InputRequiredResult | None = None
        async with self._turn:
            self._visits.visitor = _name_of(context)
            try:
                answer = await self._answered(context, await self._begin(params))
            except AutomationError as error:
                answer = _result(Told(str(error), wrong=True))
            finally:
                if answer is None:  # cancelled, or hung up: nobody waits for the rest
                    self._visits.leave()
        return answer

    async def _answered(
        self, context: "Context", handed: HandedOut
    ) -> "CallToolResult | InputRequiredResult":
        """Deal with all that is handed out before what the client is told."""
        while not isinstance(handed, Told):
            if isinstance(handed, Wanted) and (asked := self._asked_later(context, handed)):
                return asked
            yes = await self._yes(context, handed)
            handed = await self._apart(partial(self._visits.answer, yes=yes))
        return _result(handed)

    async def _begin(self, params: "CallToolRequestParams") -> HandedOut:
        name, arguments = params.name, params.arguments or {}
        if self._question and params.request_state == self._question:
            self._question = ""
            replies = params.input_responses or {}
            allowed = getattr(replies.get(_APPROVE), "action", "") == "accept"
            return await self._apart(lambda: self._visits.answer(yes=allowed))
        self._question = ""
        if name != RUN_GOAL:
            return await self._apart(lambda: self._visits.call(name, arguments))
        goal = arguments.get("goal")
        if not isinstance(goal, str) or set(arguments) != {"goal"}:
            return Told('run_goal takes {"goal": "..."} and nothing else.', wrong=True)
        return await self._apart(lambda: self._visits.pursue(goal))

    def _asked_later(self, context: "Context", wanted: Wanted) -> "InputRequiredResult | None":
        """The question as the answer to this call, where the protocol has it so (2026-07-28)."""
        from mcp_types import ElicitRequest, ElicitRequestFormParams, InputRequiredResult

        if context.session.can_send_request or not _can_be_asked(context):
            return None
        self._question = secrets.token_hex(8)
        question = ElicitRequestFormParams(message=_words(wanted), requested_schema=_NO_FORM)
        return InputRequiredResult(
            input_requests={_APPROVE: ElicitRequest(params=question)},
            request_state=self._question,
        )

    async def _yes(self, context: "Context", handed: Wanted | Progress) -> bool:
        if isinstance(handed, Progress):
            step = handed.step
            words = step.decision.thought if step.decision is not None else step.mistake
            await context.session.report_progress(step.index + 1, message=words)
            return True
        if not _can_be_asked(context):
            return False
        said = await context.session.elicit_form(
            _words(handed), _NO_FORM, related_request_id=context.request_id
        )
        return bool(said.action == "accept")

    @staticmethod
    async def _apart(work: Callable[[], HandedOut]) -> HandedOut:
        from anyio import to_thread

        return await to_thread.run_sync(work)


def _can_be_asked(context: "Context") -> bool:
    able = context.session.client_capabilities
    return able is not None and able.elicitation is not None


def _words(wanted: Wanted) -> str:
    return f"Allow {wanted.what}?"


def _name_of(context: "Context") -> str:
    told = context.session.client_params
    name = " ".join(told.client_info.name.split()) if told is not None else ""
    return name[:_LONGEST_NAME] or "a client"


def _result(told: Told) -> "CallToolResult":
    from mcp_types import CallToolResult, ContentBlock, ImageContent, TextContent

    content: list[ContentBlock] = [TextContent(text=told.text)]
    if told.picture is not None:
        data = base64.b64encode(told.picture.data).decode("ascii")
        content.append(ImageContent(data=data, mime_type=told.picture.media_type))
    return CallToolResult(content=content, is_error=told.wrong)


def _instructions(config: Config) -> str:
    names = ", ".join(f"<secret:{name}>" for name in config.secrets)
    return load_prompt("mcp/instructions").fill(
        device=f"the device {config.device!r}" if config.device else "an Android phone",
        points=load_prompt("tools/points_grid").text,
        rules=load_prompt("rules").text,
        secrets="\n" + load_prompt("mcp/secrets").fill(names=names) if names else "",
    )


def _version() -> str:
    try:
        return version("tapwright")
    except PackageNotFoundError:
        return ""
