"""Does attention, as a restriction or as evidence, help discovery? See the README beside this.

    python experiments/weighing/run.py

Writes ``weighing.json`` and ``weighing.md`` after each block, so that a run that is cut short
leaves what it had.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from weighing_measure import (  # noqa: E402
    FAMILIES,
    INFORMATION,
    NO_EVIDENCE,
    PRETRAINED,
    ROWS_SEED,
    SAME,
    STRENGTHS,
    Line,
    attention_of,
    contenders_alone,
    contenders_beside,
    information_of,
    measure,
    of_strengths,
)
from weighing_page import page  # noqa: E402

import causattn  # noqa: E402
from causattn.base import write_json, write_text  # noqa: E402
from causattn.results import source_commit, versions  # noqa: E402

RESULTS = HERE.parents[1] / "results" / "weighing"


def main(given: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    add = arguments.add_argument
    add("--network", default="alarm", help="a network that there is an experiment of")
    add("--rows", type=int, nargs="+", default=[500, 2000, 10000])
    add("--fair-rows", type=int, nargs="*", default=[500, 2000], help="where a model is trained")
    add("--fair-steps", type=int, default=1000)
    add("--strongest", type=int, nargs="+", default=[40, 46], help="pairs that a threshold keeps")
    add("--seeds", type=int, nargs="+", default=[0, 1, 2], help="of the models")
    add("--samples", type=int, default=5, help="data sets that pretrained models are tried on")
    add("--only", default="", help="only algorithms whose name begins so, such as PC")
    add("--folder", type=Path, default=RESULTS)
    add("--quick", action="store_true", help="a small version on asia that works in seconds")
    add("overrides", nargs="*", help="passed on to causattn.run, such as paths.cache=FOLDER")
    words = sys.argv[1:] if given is None else list(given)
    chosen = arguments.parse_args(words)
    if chosen.quick:
        chosen.network, chosen.rows, chosen.fair_rows = "quick", [300, 600], [300]
        chosen.fair_steps, chosen.strongest, chosen.seeds = 60, [6, 8], [0]
        chosen.samples = 2
    chosen.families = {k: v for k, v in FAMILIES.items() if k.startswith(chosen.only)}
    chosen.folder.mkdir(parents=True, exist_ok=True)
    chosen.samples = sorted({*chosen.seeds, *range(chosen.samples)})
    setting = {
        "command": " ".join(["python experiments/weighing/run.py", *words]),
        "commit": source_commit() or "unknown",
        "versions": versions(),
        "network": chosen.network,
        "rows": chosen.rows,
        "fair_rows": chosen.fair_rows,
        "fair_steps": chosen.fair_steps,
        "seeds": chosen.seeds,
        "rows_seeds": [seed + ROWS_SEED for seed in chosen.samples],
        "algorithms": chosen.families,
        "strengths": STRENGTHS,
    }
    lines: list[Line] = []
    for block in blocks(chosen):
        lines += block
        write_json(chosen.folder / "weighing.json", {**setting, "lines": lines})
        write_text(chosen.folder / "weighing.md", page(setting, lines))
        at = block[-1]
        about = f"{at['evidence']}, {at['rows']} rows, seed {at['seed']}, model {at['model']}"
        print(f"{about}: done", flush=True)


def blocks(chosen: argparse.Namespace) -> Iterator[list[Line]]:
    """Yield the lines of one kind of evidence, number of rows and seed after another."""
    alone = contenders_alone(chosen.strongest, chosen.families)
    beside = contenders_beside(chosen.strongest, chosen.families)
    for rows in chosen.rows:
        for seed in chosen.samples:
            yield measure(chosen, NO_EVIDENCE, rows, seed, None, alone, None)
    for rows in chosen.fair_rows:
        for seed in chosen.seeds:
            run = causattn.run(
                f"experiment={chosen.network}",
                f"corpus.documents={rows}",
                f"model.steps={chosen.fair_steps}",
                "effects=none",
                "controls=[]",
                *chosen.overrides,
                seed=seed + ROWS_SEED,
                quiet=True,
            )
            attention = attention_of(run)
            information = information_of(run, attention)
            yield measure(chosen, SAME, rows, seed, seed, beside, attention)
            yield measure(chosen, INFORMATION, rows, seed, None, beside, information)
    for model in chosen.seeds:
        run = causattn.run(
            f"experiment={chosen.network}",
            "effects=none",
            "controls=[]",
            *chosen.overrides,
            seed=model,
            quiet=True,
        )
        attention = attention_of(run)
        strengths = of_strengths(len(attention.names), chosen.families)
        for rows in chosen.rows:
            for seed in chosen.samples:
                yield measure(chosen, PRETRAINED, rows, seed, model, beside, attention)
            yield measure(chosen, PRETRAINED, rows, model, model, strengths, attention)


if __name__ == "__main__":
    main()
