"""Makes tiny Qwen-VL checkpoints with random weights: the real architectures, less than 1 MB each.

The files are those of the Hub, by name and layout: the flat ``config.json`` of 2025, the tensor
names of the published checkpoints, the preprocessor's settings and the chat template in files of
their own. So a tiny checkpoint goes through the same conversions as a real one when it is loaded.
"""

import json
from pathlib import Path
from typing import Any, Final

FAMILIES: Final = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl")
HIDDEN, LAYERS, HEADS, KV_HEADS = 64, 2, 4, 2
_SPECIAL: Final = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
_PLAIN: Final = ("<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_suffix|>")
_QWEN3: Final = ("<tool_response>", "</tool_response>", "<think>", "</think>")
_WORDS: Final = r"(?i:'s|'t|'re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+"
_SAMPLES: Final = (
    '{"name": "mobile_use", "arguments": {"action": "click", "coordinate": [12, 345]}}',
    '{"name": "mobile_use", "arguments": {"action": "type", "text": "hello"}}',
    "You are a helpful assistant. The screen shows a search field and a button.",
    "Thought: I tap the button labelled Search. Action: swipe up on the list.",
)
_ROUGH: Final = {
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
_HALF: Final = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
TEMPLATE: Final = """\
{%- macro say(content) -%}
{%- if content is string -%}{{- content -}}
{%- else -%}{%- for part in content -%}
{%- if part.type == 'image' -%}<|vision_start|><|image_pad|><|vision_end|>
{%- elif part.type == 'video' -%}<|vision_start|><|video_pad|><|vision_end|>
{%- else -%}{{- part.text -}}{%- endif -%}
{%- endfor -%}{%- endif -%}
{%- endmacro -%}
{%- if tools -%}
{{- '<|im_start|>system\\n# Tools\\n<tools>' -}}
{%- for tool in tools -%}{{- '\\n' + (tool | tojson) -}}{%- endfor -%}
{{- '\\n</tools><|im_end|>\\n' -}}
{%- elif messages[0].role != 'system' -%}
{{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' -}}
{%- endif -%}
{%- for message in messages -%}
{{- '<|im_start|>' + message.role + '\\n' -}}{{- say(message.content) -}}
{%- for call in message.tool_calls or [] -%}
{{- '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' -}}
{{- (call.function.arguments | tojson) + '}\\n</tool_call>' -}}
{%- endfor -%}
{{- '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}
"""


def make_checkpoint(
    folder: Path, family: str, *, seed: int = 0, spread: float = 0.2, terse: bool = False
) -> Path:
    """Write a checkpoint of ``family`` into ``folder``; needs torch and transformers.

    Args:
        folder: Where to; made if it is not there.
        family: One of ``FAMILIES``.
        seed: Of the weights.
        spread: Of the weights; with 0.02, which is usual, greedy replies repeat one token.
        terse: Whether what begins a call or ends a text in it weighs four times as much: about 100
            tokens a call instead of 800, where the length is not the point.
    """
    import torch
    from transformers import AutoConfig, AutoModelForImageTextToText

    folder.mkdir(parents=True, exist_ok=True)
    added = (*_SPECIAL, *_PLAIN, *(_QWEN3 if family == "qwen3_vl" else ()))
    ids = _write_tokenizer(folder, added)
    _write(folder, "config.json", _config(family, ids, spread))
    _write(folder, "chat_template.json", {"chat_template": TEMPLATE})
    _write(folder, "preprocessor_config.json", _preprocessor(family))
    if family == "qwen3_vl":
        _write(folder, "video_preprocessor_config.json", _video_preprocessor())
    ends = [ids["<|im_end|>"], ids["<|endoftext|>"]]
    _write(folder, "generation_config.json", {"eos_token_id": ends, "repetition_penalty": 1.05})
    torch.manual_seed(seed)
    model = AutoModelForImageTextToText.from_config(AutoConfig.from_pretrained(folder))
    if terse:
        # The embeddings are tied: what reads a token also makes its logit.
        with torch.no_grad():
            model.get_input_embeddings().weight[_closing(folder)] *= 4
    _save_weights(folder, family, model)
    return folder


def _closing(folder: Path) -> list[int]:
    """Ids of the tokens that begin a call or end a text in it."""
    written = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    ids = [number for text, number in written["model"]["vocab"].items() if '"' in text]
    added = {each["content"]: each["id"] for each in written["added_tokens"]}
    return [*ids, added["<tool_call>"]]


def _save_weights(folder: Path, family: str, model: Any) -> None:
    from safetensors.torch import save_file

    tensors = {}
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight":  # tied to the embeddings
            continue
        published = name
        if family != "qwen3_vl":
            published = name.replace("model.visual.", "visual.")
            published = published.replace("model.language_model.", "model.")
        tensors[published] = tensor.clone().contiguous()
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})


def _write(folder: Path, name: str, content: dict[str, Any]) -> None:
    (folder / name).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _write_tokenizer(folder: Path, added: tuple[str, ...]) -> dict[str, int]:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
    from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
    from tokenizers.trainers import BpeTrainer

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    words = Split(Regex(_WORDS), behavior="isolated")
    as_bytes = ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = Sequence([words, as_bytes])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(ByteLevel.alphabet())
    trainer = BpeTrainer(vocab_size=420, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(list(_SAMPLES) * 20, trainer)
    flags = {name: name in _SPECIAL for name in added}
    tokenizer.add_tokens(
        [AddedToken(name, special=special, normalized=False) for name, special in flags.items()]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    ids = {name: int(tokenizer.token_to_id(name)) for name in added}
    spoken = {
        str(ids[name]): {
            "content": name,
            "lstrip": False,
            "normalized": False,
            "rstrip": False,
            "single_word": False,
            "special": special,
        }
        for name, special in flags.items()
    }
    settings = {
        "tokenizer_class": "Qwen2Tokenizer",
        "added_tokens_decoder": spoken,
        "additional_special_tokens": list(_SPECIAL[1:]),
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "bos_token": None,
        "unk_token": None,
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 32768,
    }
    _write(folder, "tokenizer_config.json", settings)
    return {**ids, "": int(tokenizer.get_vocab_size())}


def _config(family: str, ids: dict[str, int], spread: float) -> dict[str, Any]:
    section = {"mrope_section": [2, 3, 3]}  # 8 pairs of a head of 16
    text: dict[str, Any] = {
        "vocab_size": ids[""],
        "hidden_size": HIDDEN,
        "intermediate_size": 2 * HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "hidden_act": "silu",
        "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1000000.0,
        "rope_scaling": {"type": "mrope", **section},
        "initializer_range": spread,
        "use_sliding_window": False,
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": ids["<|im_end|>"],
    }
    shared: dict[str, Any] = {
        "model_type": family,
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
        "tie_word_embeddings": True,
    }
    sight: dict[str, Any] = {
        "depth": 2,
        "num_heads": 2,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
    }
    if family == "qwen2_vl":
        vision = {**sight, "embed_dim": 32, "hidden_size": HIDDEN, "mlp_ratio": 2, "in_chans": 3}
        vision |= {"patch_size": 14, "spatial_patch_size": 14, "hidden_act": "quick_gelu"}
        return {**text, **shared, "torch_dtype": "float32", "vision_config": vision}
    vision = {**sight, "hidden_size": 32, "intermediate_size": 64, "out_hidden_size": HIDDEN}
    if family == "qwen2_5_vl":
        vision |= {"patch_size": 14, "spatial_patch_size": 14, "in_chans": 3, "hidden_act": "silu"}
        vision |= {"window_size": 112, "fullatt_block_indexes": [1], "tokens_per_second": 2}
        return {**text, **shared, "torch_dtype": "float32", "vision_config": vision}
    text |= {"model_type": "qwen3_vl_text", "head_dim": HIDDEN // HEADS, "rope_theta": 5000000.0}
    text |= {"rope_scaling": {"rope_type": "default", "mrope_interleaved": True, **section}}
    text |= {"attention_bias": False, "tie_word_embeddings": True}
    vision |= {"model_type": "qwen3_vl", "patch_size": 16, "in_channels": 3}
    vision |= {"hidden_act": "gelu_pytorch_tanh", "deepstack_visual_indexes": [0]}
    vision |= {"num_position_embeddings": 576}
    return {**shared, "text_config": text, "vision_config": vision}


def _preprocessor(family: str) -> dict[str, Any]:
    sizes = {"patch_size": 14, "temporal_patch_size": 2, "merge_size": 2}
    if family == "qwen3_vl":
        budget = {"size": {"shortest_edge": 65536, "longest_edge": 16777216}}
        kind = {"image_processor_type": "Qwen2VLImageProcessorFast"}
        return {**sizes, "patch_size": 16, **budget, **_HALF, **kind} | _processor(
            "Qwen3VLProcessor"
        )
    budget_25 = {"min_pixels": 3136, "max_pixels": 12845056}
    kind = {"image_processor_type": "Qwen2VLImageProcessor"}
    name = "Qwen2VLProcessor" if family == "qwen2_vl" else "Qwen2_5_VLProcessor"
    return {**sizes, **budget_25, **_ROUGH, **kind} | _processor(name)


def _processor(name: str) -> dict[str, Any]:
    return {"processor_class": name}


def _video_preprocessor() -> dict[str, Any]:
    return {
        "size": {"shortest_edge": 4096, "longest_edge": 25165824},
        "patch_size": 16,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "processor_class": "Qwen3VLProcessor",
        "video_processor_type": "Qwen3VLVideoProcessor",
        **_HALF,
    }
