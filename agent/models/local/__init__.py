"""Qwen-VL in this process: weights, prompts, kept keys and values, constrained decoding."""
