"""The page of the headline: every figure in it is computed from the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import headline_jobs
from scipy import stats

from causattn.base import write_text

Row = Mapping[str, Any]
SCREENS = {
    "mean": "attention, mean",
    "max": "attention, maximum",
    "rollout": "rollout",
    "flow": "flow",
    "norm": "norm-weighted",
    "gradient": "gradient-weighted",
    "mutual_information": "mutual information",
    "untrained": "untrained model",
    "permuted": "permuted documents",
}
FEW = ("mean", "rollout", "norm", "mutual_information")


def write(
    rows: Sequence[Row],
    jobs: Sequence[Mapping[str, Any]],
    folder: Path,
    picture: str | None = None,
) -> None:
    """Write ``README.md`` from the rows that are there, with a picture that lies beside it."""
    done = {headline_jobs.name(dict(row["job"])) for row in rows}
    wanted = [headline_jobs.name(dict(job)) for job in jobs]
    lines = [
        "# Attention of a masked language model screens Markov blankets: figures",
        "",
        f"{sum(name in done for name in wanted)} of {len(wanted)} jobs are in; "
        "`python experiments/headline/run.py` does what is missing and writes this page. Means "
        "over the seeds that are in (± half a 95% interval by seeds; a dash for one seed). "
        "Protocol and reading: `experiments/headline/README.md`.",
    ]
    if rows:
        versions = rows[0]["versions"]
        lines += ["", ", ".join(f"{name} {version}" for name, version in versions.items()) + "."]
    if picture is not None:
        lines += ["", f"![Ranking the true adjacencies, and how that grows]({picture})"]
    lines += ranking(rows, "skeleton", "Ranking the true adjacencies")
    lines += ranking(rows, "moral", "Ranking the pairs that share a Markov blanket")
    lines += rendering(rows)
    for key, label in (
        ("documents", "Documents"),
        ("steps", "Training steps"),
        ("width", "Width of the model"),
    ):
        lines += growth(rows, key, label)
    lines += restricting(rows)
    lines += weighing(rows)
    lines += left_out(rows)
    write_text(folder / "README.md", "\n".join(lines) + "\n")


def of_kind(rows: Sequence[Row], kind: str) -> list[Row]:
    """Return the rows of a kind that could be measured."""
    return [row for row in rows if row["job"]["kind"] == kind and "left out" not in row["figures"]]


def left_out(rows: Sequence[Row]) -> list[str]:
    """Return the jobs that could not be measured, and why."""
    names = {
        headline_jobs.name(dict(row["job"])): row["figures"]["left out"]
        for row in rows
        if "left out" in row["figures"]
    }
    if not names:
        return []
    return ["", "Not measured:", "", *(f"- `{name}`: {why}" for name, why in names.items())]


def standard(row: Row, *varied: str) -> bool:
    """Tell whether a row's model is trained as set, but for the settings that are varied."""
    job = row["job"]
    expected = {**headline_jobs.BASE, "steps": headline_jobs.STEPS[job["network"]]}
    return all(job[key] == value for key, value in expected.items() if key not in varied)


def grouped(rows: Sequence[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Return rows by a key, networks in the order of the jobs."""
    networks = list(headline_jobs.STEPS)

    def place(row: Row) -> tuple[int, int, int]:
        job = row["job"]
        return networks.index(job["network"]), job.get("rows", 0), job["seed"]

    groups: dict[Any, list[Row]] = {}
    for row in sorted(rows, key=place):
        groups.setdefault(key(row), []).append(row)
    return groups


def ranking(rows: Sequence[Row], target: str, title: str) -> list[str]:
    """Return the table of every screen on every network."""
    shown = [row for row in of_kind(rows, "screen") if standard(row)]
    groups = grouped(shown, lambda row: row["job"]["network"])
    if not groups:
        return []
    lines = ["", f"## {title}", "", "AUC / average precision over all pairs.", ""]
    head = ["screen", *(f"{network} ({_seeds(part)})" for network, part in groups.items())]
    body = [
        [label, *(_pair(part, target, name) for part in groups.values())]
        for name, label in SCREENS.items()
    ]
    return lines + table(head, body)


def rendering(rows: Sequence[Row]) -> list[str]:
    """Return the table of orders and styles."""
    shown = [row for row in of_kind(rows, "screen") if standard(row, "order", "style")]
    groups = grouped(shown, lambda row: tuple(row["job"][k] for k in ("network", "style", "order")))
    groups = {key: part for key, part in groups.items() if key[0] in headline_jobs.VARIED}
    lines = ["", "## Single words and sentences, fixed and shuffled order", ""]
    lines += ["AUC / average precision, skeleton.", ""]
    head = ["network", "style", "order", "seeds", *(SCREENS[name] for name in FEW)]
    body = [
        [*key, _seeds(part), *(_pair(part, "skeleton", name) for name in FEW)]
        for key, part in sorted(groups.items())
    ]
    return lines + table(head, body) if body else []


def growth(rows: Sequence[Row], varied: str, label: str) -> list[str]:
    """Return the table of one setting that grows."""
    shown = [row for row in of_kind(rows, "screen") if standard(row, varied)]
    groups = grouped(shown, lambda row: (row["job"]["network"], row["job"][varied]))
    networks = {network for network, _ in groups}
    several = {n for n in networks if sum(network == n for network, _ in groups) > 1}
    body = [
        [
            key[0],
            f"{key[1]:,}",
            _seeds(part),
            *(_pair(part, "skeleton", name) for name in FEW),
            f"{mean(r['figures']['loss_held_out'] for r in part):.3f} / "
            f"{mean(r['figures']['loss_marginal'] for r in part):.3f}",
        ]
        for key, part in sorted(groups.items())
        if key[0] in several
    ]
    head = ["network", label.lower(), "seeds", *(SCREENS[name] for name in FEW)]
    lines = [
        "",
        f"## {label}",
        "",
        "AUC / average precision, skeleton; held-out loss of the model ",
    ]
    lines[-1] += "and of frequencies alone, in nats a hidden word."
    return [*lines, "", *table([*head, "loss"], body)] if body else []


def restricting(rows: Sequence[Row]) -> list[str]:
    """Return what restriction saves and costs."""
    shown = [row for row in of_kind(rows, "restrict") if standard(row)]
    lines = ["", "## Restriction to the strongest pairs (2.5 for each variable)", ""]
    lines += [
        "PC (G-square, .01) and GES (BDeu) on rows that the model has not seen. Tests are "
        "independence tests or local scores, seconds those of the search; the machine was shared.",
        "",
    ]
    head = ["network", "rows", "seeds", "search", "screen", "tests", "seconds", "F1", "SHD"]
    return lines + table(head, _searches(shown)) if shown else []


def weighing(rows: Sequence[Row]) -> list[str]:
    """Return what weighing gains."""
    shown = of_kind(rows, "weigh")
    lines = ["", "## Weighing by attention", ""]
    lines += [
        "As above, all pairs weighed by rank. Pretrained: the model saw 20,000 other documents. "
        "Fair: it saw the rows' own documents and nothing else.",
        "",
    ]
    head = ["network", "rows", "seeds", "search", "screen", "tests", "seconds", "F1", "SHD"]
    body: list[list[str]] = []
    for fair in (False, True):
        part = [row for row in shown if row["job"]["fair"] == fair]
        body += [["fair" if fair else "pretrained", *cells] for cells in _searches(part)]
    return lines + table(["model", *head], body) if body else []


def _searches(rows: Sequence[Row]) -> list[list[str]]:
    body = []
    for (network, count), part in grouped(
        rows, lambda row: (row["job"]["network"], row["job"]["rows"])
    ).items():
        for search in part[0]["figures"]:
            algorithm, screen = search.split(", ")
            figures = [row["figures"][search] for row in part]
            body.append(
                [
                    network,
                    f"{count:,}",
                    _seeds(part),
                    algorithm,
                    screen,
                    f"{mean(each['tests'] for each in figures):.0f}",
                    f"{mean(each['seconds'] for each in figures):.3g}",
                    interval([each["f1"] for each in figures], 3),
                    interval([each["shd"] for each in figures], 1),
                ]
            )
    return body


def _pair(rows: Sequence[Row], target: str, screen: str) -> str:
    parts = [row["figures"][target].get(screen, {}) for row in rows]
    return " / ".join(
        interval([p.get(key) for p in parts], 3) for key in ("auc", "average_precision")
    )


def _seeds(rows: Sequence[Row]) -> str:
    count = len({row["job"]["seed"] for row in rows})
    return f"{count} seed{'s' if count > 1 else ''}"


def interval(values: Sequence[float | None], digits: int) -> str:
    """Return the mean with Student's 95% interval of the mean; - where one is not defined."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return "-"
    if len(known) < 2:
        return f"{known[0]:.{digits}f} [-]"
    return f"{mean(known):.{digits}f} ±{half_width(known):.{digits}f}"


def half_width(values: Sequence[float]) -> float:
    """Return half of Student's 95% interval of the mean; 0 for one value, which has none."""
    if len(values) < 2:
        return 0.0
    return float(stats.t.ppf(0.975, len(values) - 1)) * float(stats.sem(values))


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return a Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
