"""How a contestant looks in every figure of a comparison: colour, marker and dashes of its own."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, NullFormatter

from causattn.base import visible
from causattn.report.figures.palette import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, SKY, VERMILLION
from causattn.results import Comparison

_COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, INK, "#8c564b", "#7a5195", "#5b8c00")
_MARKERS = ("o", "s", "D", "^", "v", "P", "X", "<", ">", "p")
_DASHES: tuple[tuple[float, ...], ...] = ((), (5.0, 1.6), (1.4, 1.4), (7.0, 1.6, 1.4, 1.6))
_QUIET = ("x", "+", "1", "2", "3", "4")


class Style(NamedTuple):
    """How one contestant is drawn."""

    label: str
    colour: str
    marker: str
    dashes: tuple[float, ...]
    baseline: bool


def styles(comparison: Comparison) -> dict[str, Style]:
    """Return each contestant's style; baselines are grey, with thin markers."""
    found: dict[str, Style] = {}
    place = quiet = 0
    for row in comparison.contestants.to_dict("records"):
        name = str(row["contestant"])
        label = visible(words(name), 44)
        if row["baseline"]:
            marker, dashes = _QUIET[quiet % len(_QUIET)], _DASHES[1 + quiet % 3]
            found[name] = Style(label, MUTED, marker, dashes, True)
            quiet += 1
        else:
            turn = place // len(_COLOURS)
            found[name] = Style(
                label,
                _COLOURS[place % len(_COLOURS)],
                _MARKERS[(place + 3 * turn) % len(_MARKERS)],
                _DASHES[turn % len(_DASHES)],
                False,
            )
            place += 1
    return found


def plain_ticks(axis: Axis) -> None:
    """Label the powers of ten of a logarithmic axis without mathematical markup."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def words(name: str) -> str:
    """Return a label without underscores; what can be typed (``attribution=kernel_shap``) stays."""
    return name if "=" in name else name.replace("_", " ")
