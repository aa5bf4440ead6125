"""What the verdicts of a run come to, in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from causattn.effects import DOCUMENT_VERDICTS, MODEL_VERDICTS
from causattn.report.words import number
from causattn.results import Run


def verdict_lines(run: Run) -> Iterator[str]:
    """Yield a line about the documents, one about the model, and one about the split.

    Nothing for runs without evidence, or of a version without these columns.
    """
    frame = run.evidence
    if not {"verdict", "discovery_directed", "data_rows"} <= set(frame.columns):
        return
    # The row of an arrow's other direction is refuted where the order is known: no arrow is.
    drawn = frame["discovery_edge"].notna() & frame["discovery_edge"].ne("<--")
    words = frame.loc[drawn, "verdict"].value_counts()
    said = [f"{words[word]} {word}" for word in DOCUMENT_VERDICTS[:-2] if words.get(word)]
    edge, undecided = frame["discovery_edge"].fillna(""), frame["verdict"] == "open"
    circled = edge.str.contains("o", regex=False)
    for rows, what in (
        (edge == "<->", "joined by a hidden common cause"),
        (undecided & circled, "that may be confounded"),
        (undecided & ~circled, "without a direction"),
    ):
        pairs = len({frozenset(pair) for pair in frame.loc[rows, ["source", "target"]].to_numpy()})
        said += [f"{pairs} pair{'s' * (pairs != 1)} {what}"] if pairs else []
    if said:
        yield f"About the documents: {', '.join(said)}"
    used = frame["model_verdict"].value_counts()
    asked = [f"{used[word]} {word}" for word in MODEL_VERDICTS if used.get(word)]
    if asked:
        yield f"About the model: {', '.join(asked)} (ordered pairs, read at its output)"
    elif frame["conditional_estimate"].notna().any():
        yield (
            "About the model: nothing; its hidden slots give conditionals, which are no "
            "interventions"
        )
    yield from _split(run, frame[frame["discovery_directed"]])


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
