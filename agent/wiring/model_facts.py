"""What can be told of models: how much memory they need, and what a server that has one can do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.dialects.choose import choose_dialect
from agent.models.calibrate import PICTURE
from agent.models.fit import GIB, PRECISIONS, Load, estimates, parse_memory
from agent.models.probe import ServerReport, probe
from agent.models.shapes import known_shapes, shape_of
from agent.wiring.servers import model_at, server_at

DEFAULT_CONTEXT = Load().context


@dataclass(frozen=True)
class Needs:
    """How much memory a model needs.

    Attributes:
        model: Its published name.
        total_gib: GiB by precision, most exact first; a precision may be missing.
        fits: The precisions that fit into the card that was asked about.
        smallest_card: Of its most exact precision, in words; empty if it takes several cards.
    """

    model: str
    total_gib: dict[str, float]
    fits: tuple[str, ...]
    smallest_card: str


def needs_of(name: str, *, gpu: str = "", context: int = DEFAULT_CONTEXT) -> tuple[Needs, ...]:
    """How much memory a model needs; all known ones where none is named.

    Args:
        name: Published name, folder or ``config.json``; may be empty.
        gpu: Memory of the card, such as ``24GB``; may be empty.
        context: Tokens of the longest conversation.

    Raises:
        ConfigError: The model or the memory is not understood.
    """
    gib = parse_memory(gpu) if gpu else None
    load = Load(context=context)
    found = []
    for shape in (shape_of(name),) if name else known_shapes():
        needs = estimates(shape, load)
        card = needs[0].smallest_card
        found.append(
            Needs(
                model=shape.name,
                total_gib={need.precision: need.total / GIB for need in needs},
                fits=tuple(need.precision for need in needs if gib is not None and need.fits(gib)),
                smallest_card=f"{card.gib:g} GB: {card.name}" if card else "",
            )
        )
    return tuple(found)


def precisions() -> Sequence[str]:
    """The precisions that are reckoned with, most exact first."""
    return PRECISIONS


def examine_server(
    server: str, name: str = "", *, dialect: str = "auto", tell: Callable[[str], None]
) -> list[tuple[str, str]]:
    """Ask a server a dozen small questions: does it see, what do its coordinates mean.

    Args:
        server: Address, or a kind such as ``vllm``.
        name: Of the model; may be empty where there is one only.
        dialect: How it will be spoken to.
        tell: Told what is about to be asked.

    Returns:
        Label and text of what was found.

    Raises:
        UsageError: The server has not one model, or the address cannot be right.
        ModelError: It cannot be asked.
    """
    tell("Looking for the model")
    model = model_at(server_at(server), name)
    try:
        choice = choose_dialect(model.name, wanted=dialect)
        tell(f"Asking {model.name}")
        report = probe(model, expected=choice.dialect.space, picture=PICTURE)
    finally:
        model.close()
    return [
        ("dialect", f"{choice.dialect.name}, because {choice.because}"),
        *report_lines(report),
    ]


def report_lines(report: ServerReport) -> list[tuple[str, str]]:
    """What a probe found, as label and text."""
    told = f" ({report.told_by})" if report.told_by else ""
    context = f", context {report.context} tokens" if report.context else ""
    honoured = [name for name, value in report.constraints.items() if value]
    speed = report.speed
    rate = f", {speed.tokens_per_s:.0f} tokens/s" if speed.tokens_per_s else ""
    lines = [
        ("server", f"{report.base_url}, {report.kind}{told}"),
        ("model", f"{report.model}{context}"),
        ("latency", f"{speed.first_token_s:.2f} s to the first token{rate}"),
        ("vision", f"yes, it read {report.read}" if report.sees else "no"),
        ("structured", ", ".join(honoured) or "none that it honours"),
    ]
    if report.picture_speed is not None and report.sees:
        first_s = report.picture_speed.first_token_s
        lines.append(("picture", f"{first_s:.2f} s to the first token"))
    if report.refused:
        lines.append(("refuses", ", ".join(report.refused)))
    if report.calibration is not None:
        found = report.calibration
        error = max(found.x.error, found.y.error)
        fit = f"x {found.x.scale:.4g}, y {found.y.scale:.4g} a pixel, off by {error:.1%}"
        lines.append(("coordinates", f"{found.convention.value}: {fit}"))
    return lines + [("warning", warning) for warning in report.warnings]
