"""What the shop sells: names and options in both languages, and finding a product."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Category:
    """A part of the shop; `key` is what the table of products says."""

    key: str
    en: str
    zh: str
    icon: str

    def title(self, locale: str) -> str:
        """Its name in a language."""
        return self.zh if locale == "zh" else self.en


@dataclass(frozen=True)
class Product:
    """What does not change about a product; price and stock are in the table."""

    id: int
    en: str
    zh: str
    category: str
    icon: str
    yuan: int
    was_yuan: int
    rating: float
    scarce: bool
    options: Mapping[str, tuple[str, ...]]
    about: str
    about_zh: str

    def title(self, locale: str) -> str:
        """Its name in a language."""
        return self.zh if locale == "zh" else self.en

    def description(self, locale: str) -> str:
        """What is said about it."""
        return self.about_zh if locale == "zh" else self.about


def products() -> Mapping[int, Product]:
    """Every product by its number."""
    return _load()[0]


def categories() -> Mapping[str, Category]:
    """Every category by its key, in the shop's order."""
    return _load()[1]


def option_title(name: str, locale: str) -> str:
    """What an option (`Color`) is called."""
    return str(_load()[2][name]["zh"]) if locale == "zh" else name


def value_title(name: str, value: str, locale: str) -> str:
    """What an option's value (`Blue`) is called."""
    return str(_load()[2][name]["values"][value]) if locale == "zh" else value


def variant_title(product: Product, variant: str, locale: str) -> str:
    """A stored variant (`Blue, M`) in a language."""
    values = variant.split(", ") if variant else []
    named = zip(product.options, values, strict=False)
    words = [value_title(name, value, locale) for name, value in named]
    return ("，" if locale == "zh" else ", ").join(words)


def matches(product: Product, query: str) -> bool:
    """Whether every word of a query is in the product's name or category, in any language."""
    category = categories()[product.category]
    said = f"{product.en} {product.zh} {category.en} {category.zh}".casefold()
    words = re.findall(r"[^\s,，、/]+", query.casefold())
    return all(_is_said(word, said) for word in words)


def _is_said(word: str, said: str) -> bool:
    """Plurals find singulars: `mugs` is in `coffee mug`."""
    stems = [word]
    if word.isascii() and len(word) > 3 and word.endswith("s"):
        stems += [word[:-1], word[:-2] if word.endswith("es") else word[:-1]]
    return any(stem in said for stem in stems)


@lru_cache(maxsize=1)
def _load() -> tuple[dict[int, Product], dict[str, Category], dict[str, Any]]:
    path = Path(__file__).with_name("products.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    found = [
        Product(
            id=number,
            en=one["en"],
            zh=one["zh"],
            category=one["in"],
            icon=one["icon"],
            yuan=one["yuan"],
            was_yuan=one.get("was", 0),
            rating=one["rating"],
            scarce=one.get("scarce", False),
            options={name: tuple(values) for name, values in one.get("options", {}).items()},
            about=one["about"],
            about_zh=one["about_zh"],
        )
        for number, one in enumerate(data["products"], start=1)
    ]
    parts = {key: Category(key, **one) for key, one in data["categories"].items()}
    return {product.id: product for product in found}, parts, data["options"]
