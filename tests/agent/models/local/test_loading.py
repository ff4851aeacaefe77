"""What can be wrong with a model before it is asked anything, told in words."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.models.local.folder import read_folder
from agent.models.local.model import load_local
from agent.models.local.options import LocalOptions
from tests.agent.models.local.tiny import FAMILIES, make_checkpoint
from tools.errors import ConfigError, MissingExtraError

pytestmark = pytest.mark.local
Checkpoint = Callable[[str], Path]
OFFLINE = LocalOptions(offline=True)


@pytest.fixture
def copied(checkpoint: Checkpoint, tmp_path: Path) -> Path:
    """A tiny checkpoint to spoil."""
    return Path(shutil.copytree(checkpoint("qwen2_5_vl"), tmp_path / "copied"))


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize("family", FAMILIES)
def test_loading_is_told_from_beginning_to_end(
    family: str, checkpoint: Checkpoint, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = checkpoint(family)
    capfd.readouterr()
    told: list[tuple[str, float]] = []
    model = load_local(str(folder), progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert {what for what, _ in told} == {"load"}
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert shares[-1] == 1.0
    assert model.family == family
    assert capfd.readouterr() == ("", "")  # nothing but the callback speaks


def test_a_tiny_checkpoint_is_tiny(checkpoint: Checkpoint) -> None:
    for family in FAMILIES:
        assert sum(file.stat().st_size for file in checkpoint(family).iterdir()) < 1_000_000


def test_weights_in_several_files_are_read(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from transformers import AutoModelForImageTextToText

    folder = Path(shutil.copytree(checkpoint("qwen2_vl"), tmp_path / "split"))
    network = AutoModelForImageTextToText.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    network.save_pretrained(folder, max_shard_size="200KB")
    assert len(read_folder(folder).shards) > 1
    assert load_local(str(folder)).family == "qwen2_vl"
    gone = read_folder(folder).shards[1]
    gone.unlink()
    with pytest.raises(ConfigError, match=rf"lacks a part of its weights: {gone.name}"):
        load_local(str(folder))


def test_names_that_are_no_model(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for name, words in {
        str(tmp_path / "nowhere"): "There is no folder",
        "qwen": "There is no folder",
        str(file): "is a file",
        str(tmp_path): "no config.json",
        "Nobody/No-Model": "not on this machine",
    }.items():
        with pytest.raises(ConfigError, match=words):
            load_local(name, OFFLINE)


def test_a_folder_without_weights(copied: Path) -> None:
    (copied / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match="no weights"):
        load_local(str(copied))
    (copied / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(ConfigError, match="pickles"):
        load_local(str(copied))


def test_a_model_for_text_only(copied: Path) -> None:
    (copied / "config.json").write_text('{"model_type": "qwen2", "hidden_size": 8}')
    with pytest.raises(ConfigError, match=r"text only \(qwen2\)"):
        load_local(str(copied))


def test_another_family(copied: Path) -> None:
    edit(copied / "config.json", model_type="glm4v")
    with pytest.raises(ConfigError, match="a glm4v model") as caught:
        load_local(str(copied))
    assert "qwen3_vl" in caught.value.hint


@pytest.mark.parametrize("spoil", [lambda data: data[: len(data) // 2], lambda data: b"x" * 500])
def test_damaged_weights(copied: Path, spoil: Callable[[bytes], bytes]) -> None:
    weights = copied / "model.safetensors"
    weights.write_bytes(spoil(weights.read_bytes()))
    with pytest.raises(ConfigError, match=r"model.safetensors is damaged"):
        load_local(str(copied))


def test_weights_that_lack_a_tensor_are_not_made_up(copied: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(copied / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, copied / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ConfigError, match=r"lack 1 tensors, such as model\..*up_proj"):
        load_local(str(copied))


def test_weights_of_another_shape(copied: Path) -> None:
    edit(copied / "config.json", intermediate_size=96)
    with pytest.raises(ConfigError, match=r"other shapes than its config.json says"):
        load_local(str(copied))


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("config.json", {"hidden_size": "x"}),
        ("config.json", {"vision_config": []}),
        ("config.json", {"num_hidden_layers": 3}),
        ("preprocessor_config.json", {"image_processor_type": "No"}),
        ("preprocessor_config.json", {"patch_size": "a"}),
        ("tokenizer.json", {"model": None}),
    ],
)
def test_settings_that_make_no_sense_are_told_in_words(
    file: str, changes: dict[str, Any], copied: Path
) -> None:
    edit(copied / file, **changes)
    with pytest.raises(ConfigError, match=str(copied)) as caught:
        load_local(str(copied))
    assert len(caught.value.message.splitlines()) == 1


@pytest.mark.parametrize("text", ["", "{", "[1]"])
def test_a_config_that_cannot_be_read(copied: Path, text: str) -> None:
    (copied / "config.json").write_text(text)
    with pytest.raises(ConfigError, match=r"config.json cannot be read"):
        load_local(str(copied))


def test_a_missing_chat_template(copied: Path) -> None:
    (copied / "chat_template.json").unlink()
    with pytest.raises(ConfigError, match="no chat template"):
        load_local(str(copied))
    (copied / "chat_template.jinja").write_text("{{ messages[0].content }}")
    assert read_folder(copied).template == "{{ messages[0].content }}"


def test_a_missing_tokenizer(copied: Path) -> None:
    (copied / "tokenizer.json").unlink()
    with pytest.raises(ConfigError, match="has no tokenizer"):
        load_local(str(copied))


def test_settings_that_do_not_go(checkpoint: Checkpoint) -> None:
    folder = str(checkpoint("qwen2_5_vl"))
    with pytest.raises(ConfigError, match="at least"):
        load_local(folder, LocalOptions(min_pixels=500_000, max_pixels=100_000))
    with pytest.raises(ConfigError, match="cannot be loaded"):
        load_local(folder, LocalOptions(device="nosuchdevice"))


def test_parts_that_are_not_installed_are_named(checkpoint: Checkpoint) -> None:
    import importlib.util

    folder = str(checkpoint("qwen2_5_vl"))
    if importlib.util.find_spec("bitsandbytes") is None:
        with pytest.raises(MissingExtraError, match=r"tapwright\[quant\]"):
            load_local(folder, LocalOptions(quantization="4bit"))
    if importlib.util.find_spec("flash_attn") is None:
        with pytest.raises(ConfigError, match="flash-attn"):
            load_local(folder, LocalOptions(attention="flash"))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_the_kind_of_number_is_as_asked(dtype: str, checkpoint: Checkpoint) -> None:
    model = load_local(str(checkpoint("qwen2_vl")), LocalOptions.model_validate({"dtype": dtype}))
    assert str(model._open().weights.network.dtype) == f"torch.{dtype}"


def test_two_checkpoints_of_one_seed_are_equal(tmp_path: Path, torch_ready: None) -> None:
    first, second = (make_checkpoint(tmp_path / name, "qwen2_vl", seed=4) for name in "ab")
    for file in first.iterdir():
        assert file.read_bytes() == (second / file.name).read_bytes()
