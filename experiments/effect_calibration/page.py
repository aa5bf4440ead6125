"""The calibration tables as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import Any

Results = dict[str, Any]


def page(results: Results) -> str:
    """Return the page of whatever was measured so far."""
    lines = ["# Is the evidence any good?", ""]
    named = results["versions"].items()
    lines += [", ".join(f"{name} {version}" for name, version in named) + ".", ""]
    for part, write in (
        ("refuters", _refuters),
        ("planted", _planted),
        ("people", _people),
        ("icace", _icace),
    ):
        if part in results:
            lines += [*write(results[part]), *_commands(results[part]), ""]
    return "\n".join(lines)


def _refuters(found: Results) -> list[str]:
    lines = [
        "## Refuters: level and power",
        "",
        "p-values over data sets: where the model is right (Kolmogorov and Smirnov's p, and",
        "the share at or below .05), and where it is planted wrong (the share at or below .05).",
        "",
        "| refuter | data sets | uniform, p | share <= .05, right | share <= .05, wrong |",
        "|---|---|---|---|---|",
    ]
    for name, row in found.items():
        cells = (
            name,
            len(row["right"]),
            _number(row["uniform_p"]),
            _number(row["level"]),
            _number(row["power"]),
        )
        lines.append(_cells(cells))
    return [*lines, ""]


def _planted(found: Results) -> list[str]:
    lines = []
    for network in dict.fromkeys(entry["network"] for entry in found.values()):
        runs = [entry for entry in found.values() if entry["network"] == network]
        seeds = ", ".join(str(run["seed"]) for run in runs)
        lines += [
            f"## Planted graph: {network}",
            "",
            f"{runs[0]['claimed']} claims, {runs[0]['true']} of them true; seeds {seeds}; median "
            "[smallest, largest].",
            "The model uses the source where its distribution moves by more than .02 "
            f"({', '.join(str(run['used']) for run in runs)} claims).",
            "",
            "| evidence | AUC for true edges | AUC for what the model uses | spoke of |",
            "|---|---|---|---|",
        ]
        for name in runs[0]["auc_truth"]:
            cells = [
                _spread(run[key][name]["auc"] for run in runs) for key in ("auc_truth", "auc_model")
            ]
            spoke = _spread((run["auc_truth"][name]["spoke"] for run in runs), 0)
            lines.append(_cells([name, *cells, spoke]))
        lines += ["", "| verdict | claims | of these true |", "|---|---|---|"]
        for verdict in ("supported", "undetermined", "contradicted"):
            pairs = [run["verdicts"].get(verdict, [0, 0]) for run in runs]
            lines.append(
                _cells(
                    [
                        verdict,
                        _spread((all_ for _, all_ in pairs), 0),
                        _spread((true for true, _ in pairs), 0),
                    ]
                )
            )
        for key, title in (
            ("effects_truth", "against the network under intervention"),
            ("effects_model", "against the model under intervention"),
        ):
            lines += [
                "",
                f"| effect, {title} | effects | bias | root mean square error | correlation "
                "| coverage of 95% |",
                "|---|---|---|---|---|---|",
            ]
            for name in runs[0][key]:
                parts = [run[key][name] for run in runs]
                lines.append(
                    _cells(
                        [
                            name,
                            _spread((one["effects"] for one in parts), 0),
                            *(
                                _spread(one.get(measure) for one in parts)
                                for measure in ("bias", "rmse", "correlation", "coverage")
                            ),
                        ]
                    )
                )
        lines.append("")
    return lines


def _people(found: Results) -> list[str]:
    runs = list(found.values())
    lines = [
        "## People: CEBaB's human counterfactuals",
        "",
        "Effect of an aspect on the rating, Negative to Positive, against people's edits (test):",
        "median [smallest, largest] over seeds. Coverage: human effects inside the 95% interval.",
        "",
        "| estimate | aspects | bias | root mean square error | coverage |",
        "|---|---|---|---|---|",
    ]
    for name in runs[0]["effects"]:
        parts = [run["effects"][name] for run in runs]
        lines.append(
            _cells(
                [
                    name,
                    _spread((one["effects"] for one in parts), 0),
                    *(
                        _spread(one.get(key) for one in parts)
                        for key in ("bias", "rmse", "coverage")
                    ),
                ]
            )
        )
    lines += [
        "",
        "AUC for the four aspects' edges to the rating among all ten pairs (an edit of one aspect",
        "changes the rating and no other aspect); pairs of which a kind says nothing count lowest:",
        "",
        "| evidence | AUC | spoke of |",
        "|---|---|---|",
    ]
    for name in runs[0]["auc"]:
        auc = _spread(run["auc"][name]["auc"] for run in runs)
        spoke = _spread((run["auc"][name]["spoke"] for run in runs), 0)
        lines.append(_cells([name, auc, spoke]))
    return [*lines, ""]


def _icace(found: Results) -> list[str]:
    runs = list(found.values())
    lines = [
        "## ICaCE error on CEBaB",
        "",
        f"{runs[0]['pairs']} pairs of reviews that differ by a person's edit (test), MiniLM",
        "classifier; mean distance of the output's change under the edit from what",
        "a method says it is. Median [smallest, largest] over seeds.",
        "",
        "| method | L2 | cosine | norm difference |",
        "|---|---|---|---|",
    ]
    for name in runs[0]["errors"]:
        cells = (
            _spread(run["errors"][name][key] for run in runs)
            for key in ("l2", "cosine", "norm_difference")
        )
        lines.append(_cells([name, *cells]))
    return [*lines, ""]


def _commands(found: Results) -> list[str]:
    entries = {(entry["command"], entry["commit"]): None for entry in found.values()}
    return [f"`{command}` (commit {commit})" for command, commit in entries]


def _spread(values: Iterable[float | None], digits: int = 3) -> str:
    """Return the median with the smallest and largest, or nothing where nothing is known."""
    known = [float(value) for value in values if value is not None]
    if not known:
        return ""
    middle = _number(median(known), digits)
    if len(known) == 1 or min(known) == max(known):
        return middle
    return f"{middle} [{_number(min(known), digits)}, {_number(max(known), digits)}]"


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}"


def _cells(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"
