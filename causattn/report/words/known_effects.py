"""Effects that are known from elsewhere, such as people's edits, beside what the data say."""

from __future__ import annotations

from typing import NamedTuple

from causattn.base import visible
from causattn.report.words.text import number
from causattn.results import Run

COLUMNS = ("aspect", "reviews", "naive", "adjusted", "people, dev", "people, test")


class KnownEffect(NamedTuple):
    """One row as text: an aspect's effect by each way of asking."""

    aspect: str
    reviews: str
    naive: str
    adjusted: str
    people_dev: str
    people_test: str


def known_effect_rows(run: Run) -> list[KnownEffect]:
    """Return the rows of the table; none where nothing is known from elsewhere."""
    rows = run.summary.get("effects", {}).get("known") or []
    return [
        KnownEffect(
            visible(str(row["aspect"])),
            number(row["reviews"]),
            _with_interval(row, "naive"),
            _with_interval(row, "adjusted"),
            _of_people(row, "dev"),
            _of_people(row, "test"),
        )
        for row in rows
    ]


def _with_interval(row: dict[str, float], name: str) -> str:
    return f"{row[name]:.3f} [{row[f'{name}_low']:.2f}, {row[f'{name}_high']:.2f}]"


def _of_people(row: dict[str, float], split: str) -> str:
    value = row.get(f"human_{split}")
    return "" if value is None else f"{value:.3f} (n {row[f'human_{split}_pairs']:.0f})"
