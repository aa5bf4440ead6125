"""Colours and line styles, distinguished also without colour vision and in black and white.

The colours are those of Okabe and Ito (2008), "Color universal design"; every colour that carries
a meaning comes with a line style of its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from matplotlib.colors import LinearSegmentedColormap

INK = "#1f2933"
MUTED = "#6b7785"
FAINT = "#d5dae0"
PAPER = "#ffffff"
BLANK = "#e9edf1"

BLUE = "#0072B2"
SKY = "#56B4E9"
GREEN = "#009E73"
ORANGE = "#E69F00"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"


class EdgeStyle(NamedTuple):
    """How an edge of one fate is drawn, and its words in the legend."""

    colour: str
    dashes: tuple[float, ...]
    width: float
    words: str


EDGES: dict[str, EdgeStyle] = {
    "right": EdgeStyle(BLUE, (), 1.9, "right"),
    "unidentifiable": EdgeStyle(SKY, (), 1.9, "right pair, direction unidentifiable"),
    "undecided": EdgeStyle(GREEN, (5.0, 2.2), 1.9, "right pair, direction undecided"),
    "open": EdgeStyle(SKY, (2.0, 2.0), 1.9, "direction open"),
    "absent": EdgeStyle(MUTED, (0.9, 2.0), 1.5, "absent"),
    "reversed": EdgeStyle(ORANGE, (7.0, 2.2), 1.9, "reversed"),
    "extra": EdgeStyle(VERMILLION, (3.2, 1.8), 1.9, "extra"),
    "missing": EdgeStyle(MUTED, (0.9, 2.0), 1.5, "missing"),
    "supported": EdgeStyle(BLUE, (), 2.6, "supported"),
    "robust": EdgeStyle(BLUE, (), 1.9, "robust"),
    "consistent": EdgeStyle(SKY, (), 1.9, "consistent"),
    "drawn": EdgeStyle(MUTED, (5.0, 2.2), 1.5, "drawn"),
    "disputed": EdgeStyle(ORANGE, (7.0, 2.2), 1.9, "disputed"),
    "refuted": EdgeStyle(VERMILLION, (3.2, 1.8), 1.9, "refuted"),
}

SCREENS: tuple[tuple[str, tuple[float, ...]], ...] = (
    (ORANGE, (6.0, 2.0)),
    (GREEN, (2.5, 1.5)),
    (PURPLE, (7.0, 2.0, 1.5, 2.0)),
    (VERMILLION, (1.0, 1.5)),
    (SKY, (9.0, 3.0)),
    (MUTED, (4.0, 1.5, 1.0, 1.5)),
)
"""Colour and dashes of the screens that attention is compared with, in order."""

HEAT = LinearSegmentedColormap.from_list(
    "causattn.heat", ["#fbfcfd", "#d9e7f2", "#8fbfdd", "#3b8bbd", "#0a5a92", "#062f57"]
)

RC: Any = {
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.labelsize": 9.5,
    "figure.facecolor": PAPER,
    "font.size": 9.5,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "causattn",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 8.5,
}
"""Settings of matplotlib for every figure; a dollar sign in a label is a dollar sign."""
