"""The page and the figure of the calibration: everything in them is computed from the JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from scipy import stats

from causattn.base import write_text

MAIN = ("empirical, bias removed", "bulk")
LEVELS = (0.01, 0.05, 0.1, 0.2)
NULLS = {1.0: "all variables permuted", 0.5: "half of them permuted"}
Row = Mapping[str, Any]


def write(kept: Mapping[str, Any], folder: Path) -> None:
    """Write ``calibration.md`` and, where uniformity was measured, ``calibration_qq.png``."""
    lines = [
        "# Calibration of candidates against a null: figures",
        "",
        "Written by "
        + ", ".join(f"`{each}`" for each in kept.get("commands", []))
        + ". "
        + ", ".join(f"{name} {version}" for name, version in kept.get("versions", {}).items())
        + ". Protocol and reading: `experiments/calibration/README.md`.",
    ]
    if kept.get("uniform"):
        lines += uniform(kept["uniform"])
        (folder / "calibration_qq.png").write_bytes(quantiles(kept["uniform"]))
    if kept.get("networks"):
        lines += networks(kept["networks"])
    if kept.get("held_out"):
        lines += in_held_out(kept["held_out"])
    write_text(folder / "calibration.md", "\n".join(lines) + "\n")


def uniform(rows: Sequence[Row]) -> list[str]:
    """Return the tables on variables that depend on nothing."""
    lines = [
        "",
        "## Variables that depend on nothing",
        "",
        "Share of the pairs with a p-value of at most p (mean over seeds, 95% interval by seeds), "
        "the Kolmogorov-Smirnov distance of all p-values from the uniform distribution, and "
        "the share of seeds with any discovery at a false discovery rate of .2 (which is to be at "
        "most .2).",
        "",
    ]
    head = ["order", "p-values", "seeds", *(f"p <= {at:g}" for at in LEVELS), "KS", "any at .2"]
    body = []
    for order, part in grouped(rows, "order"):
        for name in part[0]["p_values"]:
            seeds = [np.array(row["p_values"][name]) for row in part]
            distance = stats.kstest(np.concatenate(seeds), "uniform").statistic
            some = mean(float(stats.false_discovery_control(p).min() <= 0.2) for p in seeds)
            body.append(
                [
                    order,
                    name,
                    str(len(seeds)),
                    *(interval([float((p <= at).mean()) for p in seeds]) for at in LEVELS),
                    f"{distance:.3f}",
                    f"{some:.2f}",
                ]
            )
    lines += table(head, body)
    lines += ["", "![Quantiles of the p-values against uniform ones](calibration_qq.png)", ""]
    lines += [
        "Rank correlation over pairs, mean over seeds, of the strength with what biases it:",
        "",
    ]
    lines += table(
        ["order", "of", "with distance", "with entropy"],
        [
            [order, of, *(_mean([row["bias"][of][what] for row in part]) for what in WHAT)]
            for order, part in grouped(rows, "order")
            for of in ("attention", "null")
        ],
    )
    return lines


WHAT = ("distance", "entropy")


def networks(rows: Sequence[Row]) -> list[str]:
    """Return the tables on networks whose edges are known."""
    lines = [
        "",
        "## Networks",
        "",
        "Share of false pairs among those discovered (none discovered counts as 0), mean over "
        "seeds [95% interval by seeds; - for one seed], against three truths: dependent at all "
        "where nothing else is known, in one another's Markov blanket (moral), adjacent "
        "(skeleton). Benjamini-Hochberg; training in steps x documents a step.",
        "",
    ]
    head = ["network", "training", "null", "seeds", "asked", "found", "false: dependent"]
    head += ["false: moral", "false: skeleton", "recall: moral", "recall: skeleton"]
    shown = [r for r in rows if r["case"]["p_values"] in MAIN and r["case"]["correction"] == "BH"]
    figures = [
        *(f"false {target}" for target in ("dependent", "moral", "skeleton")),
        *(f"recall {target}" for target in ("moral", "skeleton")),
    ]
    body = []
    for key, part in by_null(shown, "rate"):
        network, training, null, _, rate = key
        body.append(
            [
                network,
                training,
                null,
                str(len(part)),
                f"{rate:g}",
                f"{mean(row['discoveries'] for row in part):.1f} of {part[0]['pairs']}",
                *(interval([row[figure] for row in part]) for figure in figures),
            ]
        )
    lines += table(head, body)
    lines += ["", "All ways, asked for .1; false and recall as dependent / moral / skeleton:", ""]
    body = []
    for key, part in by_null([r for r in rows if r["case"]["rate"] == 0.1], "correction"):
        network, training, null, name, correction = key
        body.append(
            [
                network,
                training,
                null,
                name,
                correction,
                str(len(part)),
                f"{mean(row['discoveries'] for row in part):.1f}",
                *(
                    " / ".join(
                        _mean([row[f"{what} {target}"] for row in part])
                        for target in ("dependent", "moral", "skeleton")
                    )
                    for what in ("false", "recall")
                ),
            ]
        )
    head = ["network", "training", "null", "p-values", "correction", "seeds", "found", "false"]
    lines += table([*head, "recall"], body)
    return lines


def in_held_out(rows: Sequence[Row]) -> list[str]:
    """Return the table on draws of the null that were held out."""
    lines = [
        "",
        "## Draws held out",
        "",
        "Half of a network's variables permuted and a model trained on that: each such draw in "
        "turn is taken for the data, and the other draws of its seed for its null. Share of false "
        "pairs among those discovered (none discovered counts as 0), mean over all draws [95% "
        "interval by draws], by what is called false: a pair with a permuted variable, which is "
        "what the null denies; besides, two others that are neither dependent nor in one "
        "another's Markov blanket (unrelated); besides, those in the blanket that are independent "
        "where nothing else is known (independent). Then all pairs with a permuted variable of "
        "all found; the share of the dependent pairs that are found; and the share of the pairs "
        "with a permuted variable that have p <= .05. Benjamini-Hochberg.",
        "",
    ]
    head = ["network", "training", "draws", "p-values", "asked", "found a draw", "false: permuted"]
    head += ["false: unrelated", "false: independent", "permuted of all found"]
    head += ["recall: dependent", "p <= 0.05"]
    body = []
    for (network, training, _), part in grouped(rows, "network", "training", "draws"):
        for name in part[0]["ways"]:
            ways = [row["ways"][name] for row in part]
            null = [draw[1] for way in ways for draw in way["null"]]
            dependent = sum(count for way in ways for count in way["dependent"])
            for rate in ways[0]["rates"]:
                counts = {
                    what: np.array([count for way in ways for count in way["rates"][rate][what]])
                    for what in ways[0]["rates"][rate]
                }
                found = counts["found"]
                kinds = ("permuted", "false related", "false dependent")
                true = int((found - counts["false dependent"]).sum())
                body.append(
                    [
                        network,
                        training,
                        " + ".join(str(row["case"]["draws"]) for row in part),
                        name,
                        rate,
                        f"{mean(found.tolist()):.1f}",
                        *(interval((counts[k] / np.maximum(found, 1)).tolist()) for k in kinds),
                        f"{counts['permuted'].sum()} of {found.sum()}",
                        f"{true / max(dependent, 1):.2f}",
                        f"{mean(null):.3f}",
                    ]
                )
    return lines + table(head, body)


def by_null(rows: Sequence[Row], last: str) -> Iterator[tuple[tuple[Any, ...], list[Row]]]:
    """Yield rows by network, training, null, way and the case's key `last`; the bulk once."""
    groups: dict[tuple[Any, ...], dict[int, Row]] = {}
    for row in rows:
        case = row["case"]
        bulk = case["p_values"] == "bulk"
        drawn = f"{case['draws']} x {NULLS.get(case['share'], case['share'])}"
        key = (
            case["network"],
            case["training"],
            "bulk of the pairs" if bulk else drawn,
            "" if bulk else case["p_values"],
            case[last],
        )
        groups.setdefault(key, {})[case["seed"]] = row
    for key in sorted(groups):
        yield key, list(groups[key].values())


def quantiles(rows: Sequence[Row]) -> bytes:
    """Return the quantile-quantile plot of the p-values under the null, as PNG."""
    from matplotlib.figure import Figure

    names = list(rows[0]["p_values"])
    figure = Figure(figsize=(3.1 * len(names), 3.4), layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axis, name in zip(axes, names, strict=True):
        for order, part in grouped(rows, "order"):
            found = np.sort(np.concatenate([row["p_values"][name] for row in part]))
            expected = (np.arange(len(found)) + 0.5) / len(found)
            axis.loglog(expected, found, label=order, linewidth=1.5)
        axis.plot([1e-3, 1], [1e-3, 1], color="0.6", linewidth=0.8, linestyle="--")
        axis.set_xlim(1e-3, 1)
        axis.set_ylim(1e-3, 1)
        axis.set_title(name.replace("_", "-"), fontsize=9)
        axis.set_xlabel("uniform quantile")
    axes[0].set_ylabel("p-value")
    axes[0].legend(title="order of mentions", fontsize=8, title_fontsize=8)
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=130, metadata={"Software": None})
    return stream.getvalue()


def grouped(rows: Sequence[Row], *keys: str) -> Iterator[tuple[Any, list[Row]]]:
    """Yield the rows by the values of their cases' keys, in the order of first appearance."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        values = tuple(row["case"][key] for key in keys)
        groups.setdefault(values if len(keys) > 1 else values[0], []).append(row)
    yield from groups.items()


def interval(values: Sequence[float]) -> str:
    """Return the mean with Student's 95% interval of the mean."""
    if len(values) < 2:
        return f"{values[0]:.3f} [-]"
    half = stats.t.ppf(0.975, len(values) - 1) * float(stats.sem(values))
    return f"{mean(values):.3f} [{mean(values) - half:.3f}, {mean(values) + half:.3f}]"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return a Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _mean(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{mean(known):.2f}" if known else "-"
