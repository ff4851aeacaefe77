"""Exports are read by what trains: datasets, TRL's collator for pictures, the Qwen templates."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.dialects.choose import DIALECTS
from tests.agent.export.lessons import COUNTING, TOOLS, export, projection, scripted
from tests.agent.models.local.tiny import make_checkpoint
from tests.agent.models.local.torchvision_shim import mend_torchvision

# Their own warnings are not ours to mend.
pytestmark = [
    pytest.mark.local,
    pytest.mark.training,
    pytest.mark.filterwarnings("ignore"),
]
IGNORED = -100
Load = Callable[[Path], Any]


@pytest.fixture(scope="module")
def processor_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """The processor of a tiny checkpoint, with the template of the real family."""
    mend_torchvision()
    import torch
    import trl
    from transformers import AutoProcessor

    torch.set_num_threads(1)
    templates = Path(trl.__file__).parent / "chat_templates"
    parent = tmp_path_factory.mktemp("tiny")

    def made(family: str) -> Any:
        folder = parent / family
        if not folder.exists():
            make_checkpoint(folder, family)
        processor = AutoProcessor.from_pretrained(folder)
        processor.chat_template = (templates / f"{family}.jinja").read_text(encoding="utf-8")
        return processor

    return made


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads an export as its own README says."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()

    def loaded(out: Path) -> Any:
        readme = (out / "README.md").read_text(encoding="utf-8")
        found = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
        assert found is not None
        names: dict[str, Any] = {}
        exec(found[1].replace("THIS_FOLDER", str(out)), names)
        return names["data"]

    return loaded


def tokens_of(dialect: str) -> int:
    """Visual tokens of one picture of the fake device."""
    shown = projection(DIALECTS[dialect]()).shown
    return shown.width * shown.height // DIALECTS[dialect]().sizing.factor ** 2


@pytest.mark.parametrize(
    ("dialect", "family"),
    [("qwen2_5_vl", "qwen2_5_vl"), ("ui_tars", "qwen2_5_vl"), ("qwen3_vl", "qwen3_vl")],
)
def test_trl_learns_the_reply_and_nothing_else(
    dialect: str, family: str, load: Load, processor_of: Callable[[str], Any], tmp_path: Path
) -> None:
    from trl.trainer.sft_trainer import DataCollatorForVisionLanguageModeling

    export(tmp_path / "out", "trl", dialect, scripted(tmp_path))
    data, processor = load(tmp_path / "out"), processor_of(family)
    collator = DataCollatorForVisionLanguageModeling(processor, completion_only_loss=True)
    batch = collator([data[0], data[4]])
    pictures = [len(data[0]["images"]), len(data[4]["images"])]
    assert pictures == [1, 6]
    assert batch["image_grid_thw"].shape == (7, 3)
    shown = (batch["input_ids"] == processor.image_token_id).sum(dim=1).tolist()
    assert shown == [tokens_of(dialect) * count for count in pictures]
    for row, labels in zip((data[0], data[4]), batch["labels"], strict=True):
        learned = processor.tokenizer.decode(labels[labels != IGNORED])
        said = row["completion"][0]["content"][0]["text"]
        assert learned.removesuffix("\n") == f"{said}<|im_end|>"


def test_the_question_is_what_the_template_makes_of_the_request(
    load: Load, processor_of: Callable[[str], Any], tmp_path: Path
) -> None:
    """Each message of the dialect stands in the prompt as it is, one after the other."""
    from trl.data_utils import apply_chat_template

    export(tmp_path / "out", "trl", "qwen2_5_vl", scripted(tmp_path))
    row = load(tmp_path / "out")[3]
    row = {key: row[key] for key in ("prompt", "completion")}
    text = apply_chat_template(row, processor_of("qwen2_5_vl"))["prompt"]
    place = 0
    for message in row["prompt"]:
        for part in message["content"]:
            words = "<|image_pad|>" if part["type"] == "image" else part["text"]
            place = text.index(words, place) + len(words)
    assert text.count("<|image_pad|>") == 5
    assert text.endswith("<|im_start|>assistant\n")


def test_the_template_of_qwen3_vl_writes_calls_that_are_read_again(
    load: Load, processor_of: Callable[[str], Any], tmp_path: Path
) -> None:
    from agent.model import Reply

    export(tmp_path / "out", "qwen-tool-call", "tools", scripted(tmp_path))
    data, processor = load(tmp_path / "out"), processor_of("qwen3_vl")
    assert len(data) == 5
    for row, meant in zip(data, [COUNTING[each] for each in (0, 1, 3, 4, 5)], strict=True):
        tools = json.loads(row["tools"])
        text = processor.apply_chat_template(row["messages"], tools=tools, tokenize=False)
        assert text.count("<|image_pad|>") == len(row["images"])
        offered = text.partition("<|im_end|>")[0]
        assert all(f'"name": "{name}"' in offered for name in TOOLS.names)
        last = text.rpartition("<|im_start|>assistant\n")[2].partition("<|im_end|>")[0]
        dialect = DIALECTS["tools"]()
        heard = dialect.read(Reply(text=last), projection(dialect), TOOLS)
        assert heard.call.name == meant.call.name
        assert meant.thought in heard.thought
        inputs = processor(text=text, images=row["images"], return_tensors="pt")
        shown = int((inputs["input_ids"] == processor.image_token_id).sum())
        sizing = DIALECTS["qwen3_vl"]().sizing
        each = [sizing.tokens(projection(dialect).shown) for _ in row["images"]]
        assert shown == sum(each)


def test_sharegpt_rows_are_read_with_their_columns(load: Load, tmp_path: Path) -> None:
    """With the loader that LLaMA-Factory uses, and the checks of its converter."""
    import datasets

    out = tmp_path / "out"
    export(out, "sharegpt", "qwen3_vl", scripted(tmp_path))
    info = json.loads((out / "dataset_info.json").read_text())["tapwright"]
    data = datasets.load_dataset("json", data_files=str(out / info["file_name"]), split="train")
    columns, tags = info["columns"], info["tags"]
    for row in data:
        turns = row[columns["messages"]]
        assert len(turns) % 2 == 0
        for place, turn in enumerate(turns):
            wanted = tags["assistant_tag"] if place % 2 else tags["user_tag"]
            assert turn[tags["role_tag"]] == wanted
        values = "".join(turn[tags["content_tag"]] for turn in turns)
        assert values.count("<image>") == len(row[columns["images"]])
        assert all((out / path).is_file() for path in row[columns["images"]])


def test_it_is_trained_on(
    load: Load, processor_of: Callable[[str], Any], tmp_path: Path, monkeypatch: Any
) -> None:
    """A step of TRL's own trainer, on a tiny model: the loss is finite, the weights move."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import AutoModelForImageTextToText
    from trl import SFTConfig, SFTTrainer

    export(tmp_path / "out", "trl", "ui_tars", scripted(tmp_path))
    processor = processor_of("qwen2_5_vl")
    folder = processor.tokenizer.name_or_path
    model = AutoModelForImageTextToText.from_pretrained(folder)
    before = model.get_input_embeddings().weight.detach().clone()
    settings = SFTConfig(
        output_dir=str(tmp_path / "trained"),
        max_steps=1,
        per_device_train_batch_size=1,
        max_length=None,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        report_to="none",
        save_strategy="no",
        learning_rate=0.01,
    )
    trainer = SFTTrainer(
        model=model,
        args=settings,
        train_dataset=load(tmp_path / "out"),
        processing_class=processor,
    )
    result = trainer.train()
    assert 0 < result.training_loss < 100
    assert not torch.equal(before, model.get_input_embeddings().weight)
