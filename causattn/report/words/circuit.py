"""What a graph of heads is worth, in lines of words."""

from __future__ import annotations

from causattn.report.words import number
from causattn.results import Run


def circuit_lines(run: Run) -> list[str]:
    """Say what a graph of heads carries, on what; empty where the graph is of the documents."""
    about = run.summary.get("circuit")
    if about is None:
        return []
    paths, documents = about["paths"], about["documents"]
    lines = [
        f"Paths: {paths['kept']} of {number(paths['possible'])} ({paths['tried']} tried), found on "
        f"{documents['finding']} prompts and tried on {documents['trying']} others, of which "
        f"{about['preferred']:.0%} are answered rightly",
        f"Alone they keep {about['faithfulness']:.0%} of what is read (faithfulness), without them "
        f"{1 - about['completeness']:.0%} is left",
    ]
    overlap = about["overlap"]
    if overlap["mean"] is not None:
        shown = [f"{overlap['mean']:.2f} [{overlap['low']:.2f}, {overlap['high']:.2f}]"]
        if about["phrasings_overlap"] is not None:
            shown.append(f"{about['phrasings_overlap']:.2f} between phrasings")
        lines.append(f"Overlap of the strongest paths on prompts drawn again: {', '.join(shown)}")
    areas = [f"{name.replace('_', ' ')} {area:.2f}" for name, area in about["area"].items()]
    return [*lines, f"Area under the faithfulness: {', '.join(areas)}"]
