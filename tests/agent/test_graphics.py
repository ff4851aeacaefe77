"""What ``agent doctor`` says of graphics cards: which models fit, and what is missing for them."""

import stat
import sys
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.models.fit import Card, Load, best_precision
from agent.models.shapes import shape_of
from agent.wiring.findings import Grade, card_finding, local_finding
from agent.wiring.graphics import (
    broken_torchvision,
    find_cards,
    missing_extras,
    read_cards,
    room_in,
)
from tools.errors import ConfigError

CARD = Card(name="NVIDIA GeForce RTX 4090", gib=24)


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one program in PATH; it says and returns what is written into it."""
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def write(program: Path, says: str, code: int = 0) -> None:
    asked = "--query-gpu=name,memory.total --format=csv,noheader,nounits"
    program.write_text(
        f'#!/bin/sh\n[ "$*" = "{asked}" ] || exit 77\nprintf "%s" "{says}"\nexit {code}\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("gib", "precision", "model"),
    [
        (8, "bf16", "Qwen3-VL-2B"),
        (8, "int8", "Qwen2.5-VL-3B"),
        (16, "int8", "Qwen2.5-VL-7B"),
        (24, "bf16", "Qwen2.5-VL-7B"),
        (32, "int4", "Qwen2.5-VL-32B"),
        (80, "bf16", "Qwen2.5-VL-32B"),
        (141, "int8", "Qwen2.5-VL-72B"),
    ],
)
def test_each_model_is_named_at_the_most_exact_precision_that_fits(
    gib: float, precision: str, model: str
) -> None:
    room = room_in(gib)
    assert [kind for kind, names in room.models.items() if model in names] == [precision]
    assert f"in {precision}" in str(room)
    for kind, names in room.models.items():
        for name in names:
            best = best_precision(shape_of(name), gib, Load())
            assert best is not None
            assert best.precision == kind


def test_what_fits_in_fewer_bits_only_needs_another_extra() -> None:
    assert room_in(24).extras == ("local", "quant")
    assert str(room_in(2)) == "no Qwen-VL model fits"
    assert room_in(2).extras == ()


def test_a_missing_extra_is_found_by_what_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    assert missing_extras(("local", "quant")) == ("local", "quant")
    assert missing_extras(()) == ()


def test_a_card_says_what_fits_and_how_to_get_what_is_missing() -> None:
    ready = card_finding(CARD, (), "")
    assert (ready.grade, ready.about, ready.mend) == (Grade.GOOD, "graphics card", "")
    assert ready.what.startswith("NVIDIA GeForce RTX 4090, 24 GiB: Qwen2-VL-2B, ")
    lacking = card_finding(CARD, ("local", "quant"), "")
    assert lacking.grade is Grade.NOTE
    assert "python -m pip install 'tapwright[local,quant]'" in lacking.mend
    idle = card_finding(CARD, (), "2.13.0+cpu")
    assert "torch 2.13.0+cpu uses the processor only" in idle.what
    assert "built for this card" in idle.mend


def test_cards_are_read_line_by_line() -> None:
    said = "NVIDIA H200, 143771\nGPU, with a comma, 8192\nOrin, [N/A]\n\nnonsense\n"
    cards = read_cards(said)
    assert [card.name for card in cards] == ["NVIDIA H200", "GPU, with a comma"]
    assert [round(card.gib) for card in cards] == [140, 8]


def test_doctor_names_the_card_it_finds(
    nvidia_smi: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    write(nvidia_smi, "Small, 4096\nNVIDIA GeForce RTX 3060, 12288\n")
    assert [card.gib for card in find_cards()] == [12, 4]
    assert run_command(["doctor"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "· graphics card NVIDIA GeForce RTX 3060, 12 GiB: Qwen2-VL-2B" in printed
    assert "→ To run them here: python -m pip install 'tapwright[local" in printed
    assert "✓ graphics card Small, 4 GiB: no Qwen-VL model fits" in printed


def test_a_driver_that_fails_is_a_note(
    nvidia_smi: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(nvidia_smi, "NVIDIA-SMI has failed.\nMake sure that the driver runs.", 9)
    with pytest.raises(ConfigError, match=r"fails: NVIDIA-SMI has failed\. Make sure"):
        find_cards()
    assert run_command(["doctor"]) == 0
    assert "· graphics card" in capsys.readouterr().out
    nvidia_smi.write_text("not a program")
    with pytest.raises(ConfigError, match="nvidia-smi does not answer"):
        find_cards()


def test_without_a_card_there_is_one_quiet_line(
    nvidia_smi: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert find_cards() == ()
    assert run_command(["doctor"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "graphics" in line]
    assert lines == ["✓ graphics card    none; models behind a server need none here"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", ""),
        ("raise RuntimeError('operator torchvision::nms does not exist')",
         "RuntimeError: operator torchvision::nms does not exist"),
        ("import sys; sys.exit(7)", "it ends with 7"),
    ],
)  # fmt: skip
def test_a_torchvision_that_cannot_be_loaded_is_told_by_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, problem: str
) -> None:
    for name, text in (("torch", ""), ("torchvision", source)):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("agent.wiring.graphics.find_spec", lambda _: object())
    assert broken_torchvision() == problem
    finding = local_finding(problem)
    assert finding.grade is (Grade.NOTE if problem else Grade.GOOD)
    assert problem in finding.what
    assert ("pip uninstall torchvision" in finding.mend) == bool(problem)


def test_without_torchvision_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.wiring.graphics.find_spec", lambda _: None)
    monkeypatch.setattr("agent.wiring.graphics.sys.executable", "/nowhere/python")
    assert broken_torchvision() == ""
