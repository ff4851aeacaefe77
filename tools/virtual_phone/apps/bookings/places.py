"""Airports: who they are, how far apart, and finding one by city, name, code or Chinese."""

import math
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

POPULAR = ("PEK", "PVG", "CAN", "SZX", "CKG", "TFU", "XIY", "HKG", "HND", "SIN", "LHR", "JFK")
"""What the airport screen offers before anything is typed."""

_EARTH_KM = 6371.0
_NOISE = ("international", "airport", "国际机场", "机场")
_WHOLE_CHINA = frozenset({"CN", "HK", "MO", "TW"})


@dataclass(frozen=True, slots=True)
class Airport:
    """An airport; coordinates in degrees, `utc_offset` in hours (winter time)."""

    iata: str
    city: str
    name: str
    country: str
    city_zh: str
    name_zh: str
    country_name: str
    country_zh: str
    lat: float
    lon: float
    utc_offset: float

    @property
    def in_china(self) -> bool:
        """Whether flights between two such airports count as one region's."""
        return self.country in _WHOLE_CHINA

    def title(self, locale: str) -> str:
        """City and airport: `Chongqing Jiangbei`, 重庆江北."""
        if locale == "zh":
            return self.city_zh if self.name_zh == self.city_zh else self.city_zh + self.name_zh
        return self.city if self.name == self.city else f"{self.city} {self.name}"

    def place(self, locale: str) -> str:
        """Code and where it is: `CKG · Chongqing, China`."""
        if locale == "zh":
            return f"{self.iata} · {self.city_zh}，{self.country_zh}"
        return f"{self.iata} · {self.city}, {self.country_name}"

    def town(self, locale: str) -> str:
        """The city alone."""
        return self.city_zh if locale == "zh" else self.city


@lru_cache(maxsize=1)
def airports() -> dict[str, Airport]:
    """Every airport by its IATA code, the important ones of a country first."""
    path = Path(__file__).with_name("airports.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    found = {}
    for row in data["airports"]:
        country, country_zh = data["countries"][row["country"]]
        found[row["iata"]] = Airport(
            iata=row["iata"],
            city=row["city"],
            name=row["name"],
            country=row["country"],
            city_zh=row["zh"][0],
            name_zh=row["zh"][1],
            country_name=country,
            country_zh=country_zh,
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            utc_offset=float(row["utc"]),
        )
    return found


def distance_km(a: Airport, b: Airport) -> float:
    """Great-circle distance in kilometres."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.lon - a.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(chord))


def search(query: str) -> list[Airport]:
    """Airports that match every word of `query`, the best first; none for an empty query.

    A word may be part of a city, an airport or a country in English or Chinese, or a code; accents,
    apostrophes, case and words such as "airport" do not matter, and Chinese needs no blanks.
    """
    words = _words(query)
    if not words:
        return []
    ranked = []
    for order, (airport, codes, names) in enumerate(_index()):
        rank = _rank(words, codes, names)
        if rank is not None:
            ranked.append((rank, order, airport))
    return [airport for _, _, airport in sorted(ranked, key=lambda entry: entry[:2])]


def _rank(words: list[str], code: str, names: tuple[str, ...]) -> int | None:
    if not all(word == code or any(word in name for name in names) for word in words):
        return None
    if code in words:
        return 0
    if any(name.startswith(words[0]) for name in names):
        return 1
    return 2


def _words(query: str) -> list[str]:
    plain = _plain(query)
    for noise in _NOISE:
        # An airport called "International" is still found: by its city.
        plain = plain.replace(noise, " ")
    words = [word.strip("()[],·-") for word in plain.replace(",", " ").replace("，", " ").split()]
    words = [word for word in words if word]
    return words or _plain(query).split()


@lru_cache(maxsize=1)
def _index() -> tuple[tuple[Airport, str, tuple[str, ...]], ...]:
    return tuple(
        (airport, airport.iata.lower(), _names(airport)) for airport in airports().values()
    )


def _names(airport: Airport) -> tuple[str, ...]:
    english = (airport.city, airport.name, f"{airport.city}{airport.name}", airport.country_name)
    chinese = (airport.city_zh + airport.name_zh, f"{airport.city_zh}市", airport.country_zh)
    squeezed = tuple(_plain(name).replace(" ", "") for name in english)
    return (*(_plain(name) for name in (*english, *chinese)), *squeezed)


def _plain(text: str) -> str:
    """Lower case, without accents and apostrophes; dashes and dots become nothing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c) and c not in "'’.·")
