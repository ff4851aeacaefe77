"""``agent video``: what happens in a clip, and when."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.amounts import counted
from agent.cli.plain import json_text, plain
from agent.cli.seeing import AsJson, Asked, tell, with_options

if TYPE_CHECKING:
    from agent.perception.seer import Seer
    from agent.perception.video.clip import Clip
    from agent.perception.video.plan import Plan, Wish
    from agent.perception.video.watch import Asking, Watched


def _file(help_text: str) -> object:
    return typer.Option(help=help_text, metavar="FILE", dir_okay=False)


Source = Annotated[
    Path, typer.Argument(metavar="FILE", help="A video, or the folder of a recording.")
]
Question = Annotated[
    str, typer.Argument(help="What to find or answer. Left out: all that happens.")
]
Answer = Annotated[
    bool, typer.Option("--answer", help="Answer the question in words instead of finding events.")
]
Moment = Annotated[
    bool, typer.Option("--moment", help="Say when it happens, once, instead of finding events.")
]
Fps = Annotated[
    float,
    typer.Option("--fps", min=0, max=120, help="Frames a second that are shown. 0: what fits."),
]
Budget = Annotated[
    int, typer.Option("--budget", help="Most visual tokens of one question.", metavar="TOKENS")
]
Begin = Annotated[str, typer.Option("--from", help="Where in the clip to begin.", metavar="MM:SS")]
End = Annotated[str, typer.Option("--to", metavar="MM:SS", help="Where to end. Left out: its end.")]
Srt = Annotated[Path | None, _file("Write the events as subtitles, .srt or .vtt.")]
Sheet = Annotated[
    Path | None, _file("Draw the frames on one sheet, with the events marked, .png or .jpg.")
]
OnlyPlan = Annotated[
    bool, typer.Option("--plan", help="Say what would be shown and what it costs; ask nobody.")
]


@with_options
def video(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    file: Source,
    question: Question = "",
    *,
    answer: Answer = False,
    moment: Moment = False,
    fps: Fps = 0.0,
    budget: Budget = 24_000,
    begin: Begin = "0",
    end: End = "",
    subtitles: Srt = None,
    sheet: Sheet = None,
    plan: OnlyPlan = False,
    asked: Asked,
    as_json: AsJson = False,
) -> int:
    """Say what happens in a clip and when, or answer a question about it."""
    from agent.perception.video.plan import Wish
    from agent.perception.video.recorded import open_clip
    from agent.perception.video.subtitles import FORMATS
    from agent.perception.video.timecode import require_seconds

    asking = _asking(question, answer=answer, moment=moment)
    _require_writable(subtitles, FORMATS)
    _require_writable(sheet, ("png", "jpg", "jpeg", "webp"))
    wish = Wish(
        fps=fps,
        budget=budget,
        begin_s=require_seconds(begin, "--from"),
        end_s=require_seconds(end, "--to") if end else None,
    )
    clip = open_clip(file)
    if plan:
        return _show_plan(clip, wish, asked, as_json=as_json)
    with asked.seer() as seer:
        watched, shown = _watch(seer, clip, wish, question, asking)
    code = _show(watched, asking, as_json=as_json)
    if subtitles is not None:
        _write_subtitles(subtitles, watched)
    if sheet is not None:
        _draw_sheet(sheet, clip, shown, watched)
    return code


def _asking(question: str, *, answer: bool, moment: bool) -> "Asking":
    from agent.perception.video.watch import Asking
    from tools.errors import UsageError

    if answer and moment:
        raise UsageError("--answer and --moment exclude each other.", hint="Leave one out.")
    if (answer or moment) and not question.strip():
        raise UsageError(
            "There is no question.", hint='Put it behind the file: agent video FILE "...".'
        )
    return Asking.ANSWER if answer else Asking.MOMENT if moment else Asking.EVENTS


def _require_writable(path: Path | None, endings: tuple[str, ...]) -> None:
    """Refuse what could not be written, before a model is asked for minutes for nothing."""
    from tools.errors import UsageError

    if path is not None and not path.absolute().parent.is_dir():
        raise UsageError(
            f"There is no folder {str(path.parent)!r} for {path.name!r}.", hint="Make it first."
        )
    if path is not None and path.suffix.lower().lstrip(".") not in endings:
        listed = " or ".join(f".{ending}" for ending in endings)
        raise UsageError(f"{str(path)!r} does not end with {listed}.", hint="Name it so.")


def _watch(
    seer: "Seer", clip: "Clip", wish: "Wish", question: str, asking: "Asking"
) -> tuple["Watched", "Plan"]:
    from dataclasses import replace

    from rich.console import Console

    from agent.perception.video.plan import plan_frames
    from agent.perception.video.watch import Listener, frames_a_token, watch

    planned = plan_frames(
        clip.facts, seer.sizing, replace(wish, frames_a_token=frames_a_token(seer))
    )
    tell(planned.told(clip.facts))
    with Console(stderr=True).status("looking at the clip") as status:

        def on_window(number: int, total: int) -> None:
            if total > 1:
                status.update(f"window {number} of {total}")

        listener = Listener(on_window=on_window)
        return watch(seer, clip, planned, question, asking=asking, listener=listener), planned


def _write_subtitles(path: Path, watched: "Watched") -> None:
    from agent.perception.video.subtitles import subtitles
    from tools.errors import UsageError

    text = subtitles(watched.events, path.suffix.lower().lstrip("."))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{str(path)!r} cannot be written: {error.strerror or error}.",
            hint="Name another file.",
        ) from None
    tell(f"{counted(len(watched.events), 'subtitle')} in {path}")


def _draw_sheet(path: Path, clip: "Clip", planned: "Plan", watched: "Watched") -> None:
    from agent.perception.pictures import save_picture
    from agent.perception.video.sheet import draw_sheet

    save_picture(draw_sheet(clip, planned, watched.events), path)
    tell(f"the sheet is {path}")


def _show_plan(clip: "Clip", wish: "Wish", asked: Asked, *, as_json: bool) -> int:
    from dataclasses import replace

    from agent.perception.video.plan import plan_frames
    from agent.wiring.models import reckon

    reckoned = reckon(asked.config)
    tell(reckoned.told)
    wish = replace(wish, frames_a_token=2 if reckoned.reads_clips else 1)
    planned = plan_frames(clip.facts, reckoned.sizing, wish)
    if not as_json:
        typer.echo(planned.told(clip.facts))
        return 0
    told = {
        "duration_s": round(clip.facts.duration_s, 3),
        "reckoned_for": reckoned.told,
        "frames": planned.frames,
        "shown": [planned.shown.width, planned.shown.height],
        "tokens": planned.tokens,
        "windows": [
            {"begin_s": each.begin_s, "end_s": each.end_s, "frames": each.count, "fps": each.fps}
            for each in planned.windows
        ],
    }
    typer.echo(json_text(told, indent=2))
    return 0


def _show(watched: "Watched", asking: "Asking", *, as_json: bool) -> int:
    from agent.perception.video.watch import Asking

    for note in watched.notes:
        tell(note)
    if as_json:
        typer.echo(json_text(watched.model_dump(mode="json", by_alias=True), indent=2))
    elif asking is Asking.EVENTS:
        told = [event.model_dump(mode="json", by_alias=True) for event in watched.events]
        typer.echo(json_text(told, indent=2))
    elif watched.answer:
        typer.echo(plain(watched.answer))
    if watched.stopped:
        return 3
    if asking is Asking.ANSWER:
        if not watched.answer:
            tell("The model gave no answer.")
        return 0 if watched.answer else 1
    if not watched.events:
        tell("No event was found.")
    return 0 if watched.events else 1
