"""The leaderboard: every cell is computed from the rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from causattn.reproduction import Context, Findings, Row, half_width, interval
from causattn.results import Ranking, rank

ATTENTION = "attention, "


def page(rows: list[Row], context: Context) -> Findings:
    """Return figures, the leaderboards and what each program is."""
    frame = pd.DataFrame(rows)
    measured = frame["control"] == "none"
    programs = frame[measured & (frame["what"] == "program")]
    screens = frame[measured & (frame["what"] == "screen")]
    controls = frame[~measured & (frame["what"] == "screen")]
    found = Findings(figures=_figures(programs, screens, context))
    for sharpness, own in screens.groupby("sharpness", sort=False):
        means = over_seeds(own)
        title = f"Leaderboard, sharpness {sharpness:g}"
        beside = controls[controls["sharpness"] == sharpness]
        found.tables[title] = leaderboard(own, beside)
        found.notes[title] = (
            f"Means over {means['program'].nunique()} programs ± half of their 95% interval by "
            "Student's t, each program's a mean over seeds. Over seeds: half of the interval of "
            f"the means over programs; seeds: {own['seed'].nunique()}. Heads' queries and keys: "
            "AUROC over paths into these alone; values and the rest: over all others. "
            + _ranked(means)[1]
        )
        if len(beside):
            found.notes[title] += (
                " Untrained: AUROC with random weights, against the circuit that is not there; "
                "permuted: with tokens permuted over documents, so that answers are others'."
            )
    title = "AUROC by program"
    found.tables[title] = by_program(screens)
    found.notes[title] = "Of the sharpest models; mean over seeds."
    found.tables["The programs"] = _programs(programs)
    found.notes["The programs"] = (
        "Heads in each layer, decoys included; paths that are counted, those of the circuit among "
        "them; of each kind how many move an output of some document where they are patched alone."
    )
    return found


def over_seeds(screens: pd.DataFrame) -> pd.DataFrame:
    """Return a row a program and screen: means over seeds."""
    columns = ["auroc", "average_precision", "auroc_looks", "auroc_rest", "seconds"]
    return screens.groupby(["program", "screen"], sort=False)[columns].mean().reset_index()


def leaderboard(screens: pd.DataFrame, controls: pd.DataFrame) -> pd.DataFrame:
    """Return a line a screen, the best first."""
    means = over_seeds(screens)
    ranks, _ = _ranked(means)
    lines = []
    for screen, own in means.groupby("screen", sort=False):
        line: dict[str, Any] = {"screen": screen}
        line["mean rank"] = f"{ranks[str(screen)]:.2f}"
        line["AUROC"] = interval(own["auroc"])
        line["over seeds"] = _over_programs(screens, str(screen), "auroc")
        line["average precision"] = interval(own["average_precision"])
        line["precision over seeds"] = _over_programs(screens, str(screen), "average_precision")
        line["queries and keys"] = interval(own["auroc_looks"])
        line["values and the rest"] = interval(own["auroc_rest"])
        for control, beside in controls.groupby("control", sort=False):
            line[str(control)] = interval(beside.loc[beside["screen"] == screen, "auroc"])
        line["seconds a program"] = f"{own['seconds'].mean():.3f}"
        lines.append((ranks[str(screen)], line))
    return pd.DataFrame([line for _, line in sorted(lines, key=lambda each: each[0])])


def _over_programs(screens: pd.DataFrame, screen: str, column: str) -> str:
    """Return half of the interval, over seeds, of a screen's mean over programs."""
    means = screens[screens["screen"] == screen].groupby("seed")[column].mean()
    return f"±{half_width(means):.3f}" if len(means) > 1 else ""


def by_program(screens: pd.DataFrame) -> pd.DataFrame:
    """Return the AUROC of every screen on every program."""
    sharp = screens[screens["sharpness"] == screens["sharpness"].max()]
    table = over_seeds(sharp).pivot(index="program", columns="screen", values="auroc")
    order = table.mean().sort_values(ascending=False, kind="stable").index
    return table[order].map("{:.3f}".format).reset_index()


def _ranked(means: pd.DataFrame) -> tuple[dict[str, float], str]:
    """Return mean ranks of AUROC over programs, and sentences about them."""
    table = means.pivot(index="program", columns="screen", values="auroc")
    names = [str(name) for name in table.columns]
    ranking = rank(-table.to_numpy(), names, [str(name) for name in table.index])
    if not isinstance(ranking, Ranking):
        ranks = (-table).rank(axis=1).mean()
        return dict(zip(names, ranks, strict=True)), f"No test of ranks: {ranking}."
    own = dict(zip(names, ranking.mean_ranks, strict=True))
    level = [
        name
        for name in sorted(own, key=lambda name: own[name])
        if own[name] - min(own.values()) < ranking.critical_difference
    ]
    return own, (
        f"Mean ranks of AUROC differ at the level {ranking.level:g} where they are "
        f"{ranking.critical_difference:.2f} apart (Nemenyi over programs); level with the first: "
        f"{', '.join(level)}."
    )


def _programs(programs: pd.DataFrame) -> pd.DataFrame:
    """Return a line a program."""
    lines = []
    for program, own in programs.groupby("program", sort=False):
        first = own.iloc[0]
        edges, others = int(first["edges"]), int(first["paths"] - first["edges"])
        moving = own.dropna(subset="edges_moving").iloc[0]
        tried = own.loc[own["wrong"].notna(), "tried"].sum()
        lines.append(
            {
                "program": program,
                "layers": int(first["layers"]),
                "heads": int(first["heads"]),
                "paths": int(first["paths"]),
                "of the circuit": edges,
                "wrong documents": f"{int(own['wrong'].sum())} of {int(tried)}",
                "moving, of the circuit": f"{moving['edges_moving']:.0f} of {edges}",
                "moving, others": f"{moving['others_moving']:.0f} of {others}",
            }
        )
    return pd.DataFrame(lines)


def _figures(programs: pd.DataFrame, screens: pd.DataFrame, context: Context) -> list[Any]:
    each = programs.dropna(subset="edges_moving")
    top = programs["sharpness"] == programs["sharpness"].max()
    sharp = over_seeds(screens[screens["sharpness"] == screens["sharpness"].max()])
    mean = sharp.groupby("screen")["auroc"].mean()
    looking = mean[[str(name).startswith(ATTENTION) for name in mean.index]]
    figures = [
        context.figure(
            f"documents that {name} models answer otherwise than meant", int(own["wrong"].sum())
        )
        for name, own in (("sharp", programs[top]), ("soft", programs[~top]))
        if len(own)
    ]
    figures += [
        context.figure(
            "paths of the circuits that move no output",
            int((each["edges"] - each["edges_moving"]).sum()),
        ),
        context.figure(
            "paths outside of the circuits that move an output",
            int(each["others_moving"].sum()),
        ),
    ]
    if len(looking):
        figures.append(context.figure("AUROC of the best attention screen", float(looking.max())))
    known = [name for name in KNOWN if name in mean.index]
    return figures + [context.figure(f"AUROC of {name}", float(mean[name])) for name in known]


KNOWN = ("ALTI", "EAP-IG", "ACDC")
