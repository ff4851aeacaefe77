"""What the studio serves beside Gradio's own page: the page of a run, and reports."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from agent.person.desk import Desk, Reply, as_json, expected_length
from agent.person.door import HEADERS, RefusedError
from agent.studio.reports import Reports
from agent.studio.runs import Runs

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_GONE = "<!doctype html><meta charset='utf-8'><p>This is not here any more.</p>"
_FRAMED = {
    **HEADERS,
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    ),
}
_REPORT = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""A report shows what screens and models said: it runs apart from everything else."""


def routes(runs: Runs, reports: Reports) -> "list[Route]":
    """``/run/KEY/...``: the page of a run; ``/report/KEY``: a report."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import HTMLResponse, Response
    from starlette.routing import Route

    def sent(reply: Reply) -> Response:
        headers = {**_FRAMED, **reply.headers, "Content-Type": reply.kind}
        return Response(reply.body, int(reply.status), headers)

    async def run_page(request: "Request") -> Response:
        run = runs.get(request.path_params["key"])
        if run is None:
            return HTMLResponse(_GONE, 404)
        path = request.path_params.get("path", "")
        try:
            if request.method == "POST":
                return sent(await _posted(run.desk, path, request))
            return sent(await run_in_threadpool(run.desk.get, path, request.url.query))
        except RefusedError as error:
            return sent(as_json({"error": str(error)}, error.status))

    async def report(request: "Request") -> Response:
        page = reports.get(request.path_params["key"])
        if page is None or not page.is_file():
            return HTMLResponse(_GONE, 404)
        data = await run_in_threadpool(page.read_bytes)
        return HTMLResponse(data, headers=dict(_REPORT))

    async def _posted(desk: Desk, path: str, request: "Request") -> Reply:
        desk.takes(path)
        headers: Mapping[str, str] = request.headers
        expected_length(headers.get("content-type", ""), headers.get("content-length", ""))
        body = await request.body()
        reply: Reply = await run_in_threadpool(desk.post, path, body)
        return reply

    methods = ["GET", "POST"]
    return [
        Route("/run/{key}/", run_page, methods=methods),
        Route("/run/{key}/{path:path}", run_page, methods=methods),
        Route("/report/{key}", report, methods=["GET"]),
    ]
