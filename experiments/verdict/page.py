"""The page: a table a word, and how often words are false as hidden causes grow in number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from causattn.base import generator
from causattn.effects import DOCUMENT_VERDICTS
from causattn.reproduction import Context, Findings, Row

from .draw import draw_false_shares
from .measure import PLAIN

DRAWS = 2000
WITHOUT = "PC and linear effects, without a verdict"
"""What `PLAIN` is called here: the regression and the refuters are this package's, not DoWhy's."""
NOTES = {
    "supported": "Evidence that no search has seen says so; here a known order.",
    "robust": "All checks were made and passed.",
    "consistent": "The estimate agrees on documents that discovery has not seen.",
    "drawn": "Discovery drew it, and that is all there is.",
    "disputed": "Drawn, and something speaks against it.",
    "refuted": "Drawn, and refuted: here what is false is right.",
    "open": "Joined without a direction: of two ordered pairs one can be true.",
    "absent": "Not drawn: of these ordered pairs, true ones are missed arrows.",
    PLAIN: "PC, then linear regression on the adjustment set of the same rows: the interval "
    "excludes 0, and placebo, random common cause and data subset pass. Regression and refuters "
    "are this package's, in closed form; DoWhy itself is not asked.",
}


def page(rows: list[Row], context: Context) -> Findings:
    """Return a table a word, the picture, and the figures that were agreed on."""
    table = pd.DataFrame(rows)
    findings = Findings()
    if "refused" in table:
        refused = table[table["refused"].notna()]
        table = table[table["refused"].isna()]
        for key, those in refused.groupby(["part", "kind"]):
            findings.remarks.append(
                f"{' '.join(map(str, key))}: {len(those)} refused ({those['refused'].iloc[0]})"
            )
    for word in (*DOCUMENT_VERDICTS, PLAIN):
        title = WITHOUT if word == PLAIN else word.capitalize()
        findings.tables[title] = pd.DataFrame(_rows(table, word))
        findings.notes[title] = NOTES[word]
    random = table[(table["part"] == "random") & (table["hidden"] <= 3)]
    for word, part in (("supported", table), ("robust", random[~random["order"].astype(bool)])):
        claims, true = part[word].sum(), part[f"{word}, true"].sum()
        share = float(1 - true / claims) if claims else float("nan")
        low, high = _interval(part[f"{word}, true"], part[word], "false")
        note = (
            f"of {int(claims)} claims in {len(part)} networks, 95% [{1 - high:.3f}, {1 - low:.3f}]"
        )
        findings.figures.append(context.figure(f"false share of {word}", share, note))
    path = context.folder / "false_shares.png"
    draw_false_shares(_curves(table), path)
    findings.pictures["False share of each word in random networks, by hidden causes"] = path
    findings.remarks += [
        f"{len(table)} networks. Intervals: the wider of Wilson's and a bootstrap over networks.",
        "True: the arrow source --> target is in the network, with no observed variable between. A "
        "cause: the source acts on the target, directly or not.",
        "Found: true arrows with that word among all true arrows, and among those that the true "
        "equivalence class compels, where no known order or claim directs more than the class.",
    ]
    return findings


def _groups(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the networks that a row speaks of."""
    random = table[table["part"] == "random"]
    known = random["order"].astype(bool)
    for ordered, label in ((False, "random"), (True, "random, order known")):
        own = random[known == ordered]
        for hidden in sorted(own["hidden"].dropna().unique()):
            yield f"{label}, {int(hidden)} hidden", own[own["hidden"] == hidden]
        for kind in own["kind"].unique():
            few = own[(own["kind"] == kind) & (own["hidden"] <= 3)]
            yield f"{label}, {kind}, up to 3 hidden", few
    cases = table[table["part"] == "case"]
    for (kind, ordered), own in cases.groupby(["kind", "order"], sort=False):
        yield f"{kind}, order known" if ordered else str(kind), own
    claimed = table[table["part"] == "claimed"]
    for what in ("true", "reversed"):
        own = claimed[claimed["claimed"] == what] if len(claimed) else claimed
        if len(own):
            yield f"claimed, {what} arrows of {', '.join(own['kind'].unique())}", own


def _rows(table: pd.DataFrame, word: str) -> list[dict[str, object]]:
    found = []
    for label, own in _groups(table):
        # Known orders and claims of people direct more than the class compels.
        fair = (
            word in ("supported", "robust", "consistent", "drawn")
            and not own["order"].eq(True).any()
            and not own["part"].eq("claimed").any()
        )
        claims, true = own[word].sum(), own[f"{word}, true"].sum()
        found.append(
            {
                "networks": label,
                "how many": len(own),
                "claims": int(claims),
                "true": _share(own[f"{word}, true"], own[word], f"{label} {word}"),
                "a cause": _share(own[f"{word}, a cause"], own[word], f"{label} {word} cause"),
                "found, of all true": _share(own[f"{word}, true"], own["arrows"], f"{label} all"),
                "of compelled": f"{true / own['compelled'].sum():.2f}"
                if fair and own["compelled"].sum()
                else None,
            }
        )
    return [row for row in found if row["claims"] or row["networks"].startswith("random")]


def _share(part: pd.Series, whole: pd.Series, name: str) -> str | None:
    """Return a share with its interval."""
    if not whole.sum():
        return None
    low, high = _interval(part, whole, name)
    return f"{part.sum() / whole.sum():.2f} [{low:.2f}, {high:.2f}]"


def _interval(part: pd.Series, whole: pd.Series, name: str) -> tuple[float, float]:
    """Return the wider of Wilson's 95% interval and a bootstrap over networks."""
    if not whole.sum():
        return float("nan"), float("nan")
    wilson = stats.binomtest(int(part.sum()), int(whole.sum())).proportion_ci(method="wilson")
    if len(part) < 5:
        return wilson.low, wilson.high
    rng = generator(0, "experiments", "verdict", "bootstrap", name)
    drawn = rng.integers(0, len(part), (DRAWS, len(part)))
    tops, below = part.to_numpy(float)[drawn].sum(1), whole.to_numpy(float)[drawn].sum(1)
    low, high = np.quantile(tops[below > 0] / below[below > 0], [0.025, 0.975])
    return min(low, wilson.low), max(high, wilson.high)


def _curves(table: pd.DataFrame) -> Mapping[str, Sequence[tuple[int, float, float, float]]]:
    """Return by word the false share with its interval at each number of hidden causes."""
    random = table[table["part"] == "random"]
    found = {}
    for word in (PLAIN, "drawn", "consistent", "robust", "supported"):
        own = random[random["order"].astype(bool) == (word == "supported")]
        points = []
        for hidden, those in own.groupby("hidden"):
            if those[word].sum():
                share = 1 - those[f"{word}, true"].sum() / those[word].sum()
                low, high = _interval(those[f"{word}, true"], those[word], f"{word} {hidden}")
                points.append((int(hidden), float(share), 1 - high, 1 - low))
        found[{PLAIN: WITHOUT, "supported": "supported (order known)"}.get(word, word)] = points
    return found
