"""The page of a comparison: what won, by how much, how sure, and how to make it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from causattn.base import visible
from causattn.report.comparison.content import leader
from causattn.report.comparison.numbers import with_interval
from causattn.report.comparison.style import words
from causattn.report.comparison.tables import TableRows
from causattn.results import OVERALL, Comparison, MetricComparison, Ranking

_METHODS = """\
## How it was compared

- A *data set* is one choice of everything that is not compared; a *draw* is a data set and a seed.
  All contestants see the same draws. The data sets of one network are one *block*: only blocks are
  independent, since a larger sample of a network holds the smaller one.
- Means are over seeds within a data set, over a block's data sets, and over blocks, each counting
  the same. Intervals are 95% percentile bootstrap intervals over seeds, drawn for a block as a
  whole (5000 draws, stretched by √(s/(s−1)) for s seeds): of new draws of these networks.
- Differences are paired by data set and seed. p is of the sign-flip test over blocks and seeds
  (exact up to 14 differences, else 20 000 flips), adjusted for all pairs of contestants by Holm's
  procedure.
- Ranks are averaged over a block's data sets and ranked again: Friedman's test over blocks
  corrected for ties, its F version (Iman and Davenport), and Nemenyi's critical difference (Demšar
  2006, *Statistical comparisons of classifiers over multiple data sets*, JMLR 7).
- Nothing over nothing is undefined. A run that did not come in ranks last on its data set, and so
  does one without a precision or an adjustment distance where others have one: it claims nothing,
  or contradicts itself. Where the truth leaves recall or F1 undefined, nobody is ranked.
- An overall mean is given only to those that finished on every data set. The front holds those
  that nobody beats in both mean and time.
"""


def page(
    comparison: Comparison,
    made: Sequence[TableRows],
    figures: Mapping[str, str],
    command: str,
) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    comparison
        What is shown.
    made
        Its tables.
    figures
        Captions of the figures that were drawn, by name.
    command
        What a person types to make it again.
    """
    by_name = {table.name: table for table in made}
    parts = [
        f"# {_title(comparison)}",
        "\n".join(f"- {line}" for line in headlines(comparison)),
        *_origin(comparison, command),
        *_section("What was compared", [by_name["contestants"]], {}, figures),
    ]
    if comparison.notes:
        parts.append("\n".join(f"- {_sentence(note)}" for note in comparison.notes))
    parts += _section("Data sets", [by_name["data_sets"]], {}, figures)
    for found in comparison.metrics.values():
        parts += _metric(found, by_name, figures)
    if "runtimes" in by_name:
        parts += _section("Time", [by_name["runtimes"]], {"runtime": ""}, figures)
    if "paths" in figures:
        parts += _section("Levels, penalties and thresholds", [], {"paths": ""}, figures)
    if "failures" in by_name:
        parts += _section("What did not finish", [by_name["failures"]], {}, figures)
    parts.append(_METHODS)
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def headlines(comparison: Comparison) -> Iterator[str]:
    """Yield a sentence a metric: who wins, by how much, how sure."""
    for found in comparison.metrics.values():
        yield headline(found)


def headline(found: MetricComparison) -> str:
    """Say who wins by one metric, by how much, and how sure it is."""
    title = f"**{found.metric.title[:1].upper()}{found.metric.title[1:]}**"
    table = found.means[found.means["data_set"] == OVERALL].set_index("contestant")
    if len(found.differences) == 0:
        return f"{title}: there are no two contestants to compare."
    first = leader(found)
    text = f"{title}: {words(first)}"
    if isinstance(found.ranking, Ranking):
        ranking = found.ranking
        ranks = dict(zip(ranking.contestants, ranking.mean_ranks, strict=True))
        text += f" ranks first (mean rank {ranks[first]:.2f} over {_over(ranking)}"
        text += f"; Friedman p {_p(ranking.p_chi_square)})"
        near = [
            words(name)
            for name in ranking.contestants
            if name != first and ranks[name] - ranks[first] <= ranking.critical_difference
        ]
        text += (
            f", within the critical difference of {_listed(near)}"
            if near
            else ", further from all others than the critical difference"
        )
    else:
        text += f" is best ({found.ranking})"
    if first in table.index:
        row = table.loc[first]
        text += f"; its mean is {with_interval(row['mean'], row['low'], row['high'])}"
    second = _nearest(found, first)
    if second is not None:
        other, gap, low, high, p = second
        text += (
            f"; {words(other)} is equal to it on average"
            if gap == 0
            else f"; the nearest, {words(other)}, differs by {with_interval(gap, low, high)} "
            f"(adjusted p {_p(p)})"
        )
    return f"{text}."


def _nearest(found: MetricComparison, first: str) -> tuple[str, float, float, float, float] | None:
    """Return the contestant nearest to the first, with the difference to it."""
    pairs = found.differences
    own = pairs[(pairs["first"] == first) | (pairs["second"] == first)]
    if own.empty:
        return None
    own = own[own["draws"] == own["draws"].max()]  # others are nearer only for what they left out
    sign = 1 if found.metric.lower_is_better else -1
    rows = []
    for row in own.to_dict("records"):
        turn = -1 if row["first"] == first else 1
        low, high = sorted((turn * row["low"], turn * row["high"]))
        other = row["second"] if row["first"] == first else row["first"]
        gap = turn * row["difference"]
        rows.append((sign * gap, (other, gap, low, high, row["p_holm"])))
    return min(rows, key=lambda pair: pair[0])[1]


def _metric(
    found: MetricComparison, by_name: Mapping[str, TableRows], figures: Mapping[str, str]
) -> list[str]:
    slug = found.metric.slug
    names = [f"{kind}_{slug}" for kind in ("means", "ranks", "differences", "front")]
    title = f"{found.metric.title[:1].upper()}{found.metric.title[1:]}"
    parts = [f"## {title}", headline(found)]
    if isinstance(found.ranking, Ranking):
        ranking = found.ranking
        parts.append(
            f"Friedman: χ² {ranking.chi_square:.2f} (p {_p(ranking.p_chi_square)}), F "
            f"{ranking.f:.2f} (p {_p(ranking.p_f)}) over {_over(ranking)}; "
            f"critical difference of mean ranks {ranking.critical_difference:.2f}."
        )
    else:
        parts.append(f"{_sentence(found.ranking)}")
    if found.notes:
        parts.append("\n".join(f"- {_sentence(note)}" for note in found.notes))
    parts += _shown(by_name[f"leaderboard_{slug}"])
    for name in names:
        if name in figures:
            parts.append(_image(name, figures[name]))
        if name in by_name:
            parts += _shown(by_name[name])
    return parts


def _section(
    title: str, tables: Sequence[TableRows], names: Mapping[str, str], figures: Mapping[str, str]
) -> list[str]:
    parts = [f"## {title}"]
    parts += [_image(name, figures[name]) for name in names if name in figures]
    for table in tables:
        parts += _shown(table)
    return parts


def _shown(table: TableRows) -> list[str]:
    links = f"([CSV]({table.name}.csv), [LaTeX]({table.name}.tex))"
    return [f"{table.caption} {links}", table.markdown()]


def _image(name: str, caption: str) -> str:
    return f"![{caption}]({name}.png)\n\n*{caption}* ([SVG]({name}.svg))"


def _title(comparison: Comparison) -> str:
    sets, count = len(comparison.data_sets), len(comparison.contestants)
    return (
        f"{count} contestant{'' if count == 1 else 's'} on {sets} data set"
        f"{'' if sets == 1 else 's'}, {len(comparison.jobs)} jobs"
    )


def _origin(comparison: Comparison, command: str) -> list[str]:
    about = comparison.about
    versions = ", ".join(
        f"{name} {' and '.join(found)}" for name, found in about["versions"].items()
    )
    mixed = [name for name, found in about["versions"].items() if len(found) > 1]
    lines = [
        *([f"The runs were made by\n\n{_typed(about['commands'])}"] if about["commands"] else []),
        f"{'and this page' if about['commands'] else 'Made'} by\n\n{_typed([command])}",
        f"from [`jobs.csv`](jobs.csv), one row a job (SHA-256 `{about['sha256']}`; the hash of "
        "every other file is in [`manifest.json`](manifest.json)). "
        f"Compared: {_keys(about['by'])}. Paired by {_keys(about['within'])} and seed "
        f"({_listed(about['seeds'])}).",
        f"The runs were made with {versions}." if versions else "",
    ]
    if mixed:
        lines.append(f"**Versions are mixed** ({', '.join(mixed)}): do the older runs again.")
    return [line for line in lines if line]


def _typed(commands: Sequence[str]) -> str:
    return "\n".join(
        ["```sh", *(visible(text).replace("```", "` ` `") for text in commands), "```"]
    )


def _over(ranking: Ranking) -> str:
    """Return over how many data sets, and networks where these are fewer."""
    sets, blocks = len(ranking.data_sets), len(ranking.blocks)
    if blocks == sets:
        return f"{sets} data sets"
    return f"{blocks} networks, {sets} data sets"


def _keys(keys: Sequence[str]) -> str:
    return _listed([f"`{visible(key)}`" for key in keys]) if keys else "nothing"


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _sentence(text: str) -> str:
    shown = visible(words(text)).replace("<", "&lt;")
    return f"{shown[:1].upper()}{shown[1:]}" + ("" if shown.endswith((".", "?")) else ".")


def _p(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"
