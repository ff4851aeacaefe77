"""``agent model``: what stands behind an address, and which model fits on which card."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from agent.models.fit import Estimate, Load
    from agent.models.probe import ServerReport
    from agent.models.shapes import Shape

app = typer.Typer(
    name="model",
    help="Try out a model server, or see what fits on a graphics card.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_LABEL = 12


@app.command("probe")
def probe(
    name: Annotated[
        str,
        typer.Argument(metavar="[MODEL]", help="As the server names it; may be left out for one."),
    ] = "",
    *,
    server: Annotated[
        str, typer.Option("--server", help="Address, or a kind: vllm, ollama, openai, ...")
    ] = "vllm",
    kind: Annotated[
        str, typer.Option("--kind", help="Kind of the server at an address, if known.")
    ] = "",
    key: Annotated[
        str, typer.Option("--key", help="Key; better in the environment or the keyring.")
    ] = "",
    dialect: Annotated[
        str,
        typer.Option("--dialect", help="How it will be spoken to. Default: by the model's name."),
    ] = "auto",
    calibrate: Annotated[
        bool, typer.Option("--calibrate/--no-calibrate", help="Ask for known points.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Ask a server a dozen small questions: does it see, what do its coordinates mean."""
    from rich.console import Console

    from agent.dialects.choose import choose_dialect
    from agent.models.calibrate import PICTURE
    from agent.models.probe import probe as find_out
    from agent.wiring.servers import model_at, server_at

    model = model_at(server_at(server, kind=kind, key=key), name)
    try:
        choice = choose_dialect(model.name, wanted=dialect)
        with Console(stderr=True).status("asking"):
            report = find_out(
                model, expected=choice.dialect.space, picture=PICTURE if calibrate else None
            )
    finally:
        model.close()
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        typer.echo(f"{'dialect':{_LABEL}}{choice.dialect.name}, because {choice.because}")
        _show_report(report)
    return 1 if report.warnings else 0


@app.command("fit")
def fit(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[MODEL]", help="Published name, folder or config.json. Left out: all known."
        ),
    ] = "",
    *,
    precision: Annotated[
        Literal["bf16", "int8", "int4"] | None, typer.Option("--precision", help="Only this one.")
    ] = None,
    context: Annotated[
        int, typer.Option("--context", min=1, help="Tokens of the longest conversation.")
    ] = 8192,
    pixels: Annotated[
        int, typer.Option("--pixels", min=1, help="Pixels of a picture, as the model sees it.")
    ] = 1280 * 28 * 28,
    gpu: Annotated[str, typer.Option("--gpu", help="Memory of the card, such as 24GB.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Say how much memory a model needs, by precision, and which cards have it."""
    import json

    from agent.models.fit import Load, estimate, estimates, parse_memory
    from agent.models.shapes import known_shapes, shape_of

    gib = parse_memory(gpu) if gpu else None
    load = Load(context=context, pixels=pixels)
    shapes = (shape_of(name),) if name else known_shapes()
    found = [
        (shape, (estimate(shape, precision, load),) if precision else estimates(shape, load))
        for shape in shapes
    ]
    if as_json:
        values = [_values(shape, needs, gib) for shape, needs in found]
        typer.echo(json.dumps(values[0] if name else values, indent=2))
    elif name:
        _show_fit(*found[0], load, gib)
    else:
        _show_all(found, gib)
    if gib is None:
        return 0
    return 0 if any(need.fits(gib) for _, needs in found for need in needs) else 1


def _show_report(report: "ServerReport") -> None:
    from agent.wiring.model_facts import report_lines

    for label, text in report_lines(report):
        typer.echo(f"{label:{_LABEL}}{text}")


def _show_fit(shape: "Shape", needs: "Sequence[Estimate]", load: "Load", gib: float | None) -> None:
    from agent.models.fit import image_tokens, most_pixels

    tokens = image_tokens(shape, load)
    typer.echo(
        f"{shape.name}: {shape.parameters / 1e9:.2f} B parameters, "
        f"{shape.vision_parameters / 1e9:.2f} B of them for pictures; "
        f"{load.context} tokens of context, {tokens} a picture"
    )
    typer.echo(f"{'':10}{'weights':>9}{'cache':>8}{'working':>9}{'total':>9}  GiB")
    for need in needs:
        parts = "".join(
            f"{_gib(value):>{width}.1f}"
            for value, width in (
                (need.weights, 9),
                (need.cache, 8),
                (need.activations + need.driver, 9),
                (need.total, 9),
            )
        )
        typer.echo(f"{need.precision:10}{parts}  {_verdict(need, gib)}")
    if gib is not None and not any(need.fits(gib) for need in needs):
        need = needs[-1]
        pixels = most_pixels(shape, need.precision, gib, load)
        if pixels:
            typer.echo(f"It fits in {need.precision} with --pixels {pixels}.")
    if shape.source == "recalled":
        typer.echo("The shape is from memory; give the config.json to be sure.")


def _show_all(found: "Sequence[tuple[Shape, Sequence[Estimate]]]", gib: float | None) -> None:
    from agent.models.fit import PRECISIONS

    width = max(len(shape.name) for shape, _ in found) + 2
    typer.echo(f"{'':{width}}" + "".join(f"{name:>9}" for name in PRECISIONS) + "  GiB")
    for shape, needs in found:
        totals = {need.precision: need for need in needs}
        cells = []
        for name in PRECISIONS:
            need = totals.get(name)
            mark = "*" if need and gib is not None and need.fits(gib) else " "
            cells.append(f"{_gib(need.total):>8.1f}{mark}" if need else f"{'':9}")
        typer.echo(f"{shape.name:{width}}{''.join(cells)}")
    if gib is not None:
        typer.echo(f"* fits into {gib:g} GiB")


def _verdict(need: "Estimate", gib: float | None) -> str:
    if gib is not None:
        return f"fits into {gib:g}" if need.fits(gib) else f"too large for {gib:g}"
    card = need.smallest_card
    return f"from {card.gib:g} GB: {card.name}" if card else "several cards"


def _values(shape: "Shape", needs: "Sequence[Estimate]", gib: float | None) -> dict[str, object]:
    return {
        "model": shape.name,
        "parameters": shape.parameters,
        "source": shape.source,
        "estimates": [
            {
                **need.model_dump(),
                "total": need.total,
                "smallest_card_gib": need.smallest_card.gib if need.smallest_card else None,
                **({} if gib is None else {"fits": need.fits(gib)}),
            }
            for need in needs
        ],
    }


def _gib(value: int) -> float:
    return value / 1024**3
