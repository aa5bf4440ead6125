"""What the verdicts of a run come to, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from causattn.effects import DOCUMENT_VERDICTS, MODEL_VERDICTS
from causattn.report.words import number
from causattn.results import Run


class VerdictCounts(NamedTuple):
    """How many edges came to which verdict, with what is said of them; in the verdicts' order.

    Attributes
    ----------
    documents
        Arrows by verdict, and pairs without one by what is known of them, each said in words.
    model
        Ordered pairs by what the model does with them.
    conditional
        Whether the model said something that is no intervention.
    """

    documents: tuple[str, ...]
    model: tuple[str, ...]
    conditional: bool

    def about_documents(self) -> str:
        """Return what the documents say of the edges; empty where there is none."""
        return f"About the documents: {', '.join(self.documents)}" if self.documents else ""

    def about_model(self) -> str:
        """Return what the model does with them; empty where it was not asked."""
        if self.model:
            return f"About the model: {', '.join(self.model)} (ordered pairs, read at its output)"
        if self.conditional:
            return (
                "About the model: nothing; its hidden slots give conditionals, which are no "
                "interventions"
            )
        return ""


def verdict_counts(run: Run) -> VerdictCounts | None:
    """Return what the verdicts of a run come to.

    None for runs without evidence, or of a version without these columns.
    """
    frame = run.evidence
    if not {"verdict", "discovery_directed", "data_rows"} <= set(frame.columns):
        return None
    # The row of an arrow's other direction is refuted where the order is known: no arrow is.
    drawn = frame["discovery_edge"].notna() & frame["discovery_edge"].ne("<--")
    words = frame.loc[drawn, "verdict"].value_counts()
    counts = [(words[word], word) for word in DOCUMENT_VERDICTS[:-2] if words.get(word)]
    said = [f"{count} {word}" for count, word in counts]
    if counts:
        count, word = counts[0]
        said[0] = f"{count} arrow{'' if count == 1 else 's'} {word}"
    edge, undecided = frame["discovery_edge"].fillna(""), frame["verdict"] == "open"
    circled = edge.str.contains("o", regex=False)
    for rows, what in (
        (edge == "<->", "joined by a hidden common cause"),
        (undecided & circled, "that may be confounded"),
        (undecided & ~circled, "without a direction"),
    ):
        pairs = len({frozenset(pair) for pair in frame.loc[rows, ["source", "target"]].to_numpy()})
        said += [f"{pairs} pair{'s' * (pairs != 1)} {what}"] if pairs else []
    used = frame["model_verdict"].value_counts()
    asked = (f"{used[word]} {word}" for word in MODEL_VERDICTS if used.get(word))
    conditional = bool(frame["conditional_estimate"].notna().any())
    return VerdictCounts(tuple(said), tuple(asked), conditional)


def verdict_lines(run: Run) -> Iterator[str]:
    """Yield a line about the documents, one about the model, and one about the split.

    Nothing for runs without evidence, or of a version without these columns.
    """
    counts = verdict_counts(run)
    if counts is None:
        return
    yield from filter(None, (counts.about_documents(), counts.about_model()))
    yield from _split(run, run.evidence[run.evidence["discovery_directed"]])


def _split(run: Run, arrows: pd.DataFrame) -> Iterator[str]:
    """Yield what the split left and what it cost."""
    if arrows["data_rows"].isna().all():
        return
    held = arrows[arrows["data_rows"] == "unseen"]
    if held.empty:
        yield (
            f"Effects of {len(arrows)} arrows: none is of documents that the search has not seen, "
            "so that none can be more than drawn"
        )
        return
    line = (
        f"Effects of {len(held)} of {len(arrows)} arrows are of documents that the search has not "
        "seen"
    )
    every = run.summary.get("features", {}).get("rows")
    if every:
        line += f" (half of {number(every)})"
    lost = len(arrows) - len(held)
    if lost:
        line += f"; half of the documents do not draw the other{'s' * (lost > 1)}"
    wide = (held["data_joint_high"] - held["data_joint_low"]) / (
        held["data_high"] - held["data_low"]
    )
    if wide.notna().any():
        line += (
            f"; intervals over all arrows at once are {number(float(wide.median()), 2)} times as "
            "wide as single ones, and both about 1.4 times as wide as those of all documents"
        )
    yield line
