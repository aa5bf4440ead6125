"""Precision and recall of the candidates, beside the screens they are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from causattn.base import visible
from causattn.report.figures.palette import BLUE, FAINT, INK, MUTED, PAPER, SCREENS
from causattn.report.words.truth import Chosen, ScreenQuality


def recall_figure(
    qualities: Sequence[ScreenQuality], chosen: Chosen | None, blind: float
) -> Figure:
    """Draw a precision-recall curve for each screen.

    Parameters
    ----------
    qualities
        Attention first, then the screens beside it.
    chosen
        The allowed pairs, drawn as a point; None where there is none.
    blind
        Precision of a screen that knows nothing, drawn as a line.
    """
    figure = Figure(figsize=(6.2, 4.4), layout="constrained")
    axes = figure.add_subplot()
    for place, quality in enumerate(qualities):
        first = place == 0
        colour, dashes = (BLUE, ()) if first else SCREENS[(place - 1) % len(SCREENS)]
        axes.step(
            quality.recall,
            quality.precision,
            where="pre",
            color=colour,
            linewidth=2.4 if first else 1.4,
            linestyle=(0.0, dashes) if dashes else "solid",
            zorder=3 if first else 2,
            label=(
                f"{visible(quality.name, 36)}  "
                f"(AP {quality.average_precision:.2f}, AUC {quality.auc:.2f})"
            ),
        )
    if chosen is not None:
        axes.plot(
            chosen.recall,
            chosen.precision,
            marker="o",
            markersize=7,
            markerfacecolor=PAPER,
            markeredgecolor=INK,
            markeredgewidth=1.4,
            linestyle="none",
            zorder=5,
            label=f"the {chosen.pairs} candidate pairs",
        )
    axes.axhline(
        blind,
        color=MUTED,
        linewidth=0.9,
        linestyle=(0, (1, 2)),
        zorder=1,
        label=f"chance level  (AP {blind:.2f}, AUC 0.50)",
    )
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlim(-0.01, 1.02)
    axes.set_ylim(0.0, 1.04)
    axes.set_xlabel("recall of the true skeleton's pairs")
    axes.set_ylabel("precision")
    axes.set_title("Candidates against the true skeleton")
    figure.legend(loc="outside lower center", ncols=1, handlelength=3.2)
    return figure
