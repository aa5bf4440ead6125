"""Are the p-values of candidates uniform under the null, and is the false discovery rate held?

    python experiments/calibration/run.py uniform --seeds 0 1 2 3
    python experiments/calibration/run.py networks asia alarm --seeds 0 1 2
    python experiments/calibration/run.py page

Each part adds what it measured to ``results/calibration.json`` (a seed measured again replaces what
was there) and writes the page and the figure anew. See the README beside this.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from causattn.base import write_json
from causattn.candidates import select_candidates
from causattn.cli.compose import compose_config, plain
from causattn.graphs import CausalGraph
from causattn.results import versions
from causattn.stages import TRAINED_ON_PERMUTED, Control, Stages

sys.path.insert(0, str(Path(__file__).resolve().parent))

from held_out import FEWEST, held_out

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "results"
INDEPENDENT = "experiments/calibration/independent.bif"

STEPS = {"asia": 1500, "sachs": 1500, "child": 2500, "insurance": 3000, "alarm": 3500}
"""Training steps by network: more variables need more."""
DRAWS = {"asia": 16}
"""Draws of the null where one has too few pairs."""
RATES = (0.05, 0.1, 0.2)
CORRECTIONS = {"BH": "bh", "BY": "by"}
TAILS = ("empirical", "log_normal")
Row = dict[str, Any]


def main(given: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("part", choices=("uniform", "networks", "page"))
    arguments.add_argument("networks", nargs="*", default=["asia", "alarm"])
    arguments.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments.add_argument("--shares", type=float, nargs="+", default=[1.0, 0.5])
    arguments.add_argument("--steps", type=int, help="of training, where not the study's own")
    arguments.add_argument("--batch", type=int, default=128)
    arguments.add_argument(
        "--draws", type=int, default=None, help="of the null; 0 for the bulk alone"
    )
    arguments.add_argument("--folder", type=Path, default=RESULTS)
    arguments.add_argument("--set", nargs="*", default=[], help="overrides, as for causattn run")
    words = sys.argv[1:] if given is None else list(given)
    chosen = arguments.parse_args(words)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    kept = read(chosen.folder)
    if chosen.part == "uniform":
        draws = 2 if chosen.draws is None else chosen.draws
        for order, seed in product(("shuffled", "fixed"), chosen.seeds):
            add(kept, "uniform", independent(order, seed, draws, chosen.set))
            print(f"independent variables, {order}, seed {seed}: done", flush=True)
    elif chosen.part == "networks":
        for network, share, seed in product(chosen.networks, chosen.shares, chosen.seeds):
            draws = DRAWS.get(network, 1) if chosen.draws is None else chosen.draws
            training = (chosen.steps or STEPS[network], chosen.batch)
            for part, row in on_network(network, share, seed, draws, training, chosen.set):
                add(kept, part, row)
            print(f"{network}, {share:g}, seed {seed}: done", flush=True)
    if chosen.part != "page":
        kept["commands"] = sorted(
            {*kept.get("commands", []), "python experiments/calibration/run.py " + told(words)}
        )
        kept["versions"] = versions()
        write_json(chosen.folder / "calibration.json", kept)
    import calibration_page

    calibration_page.write(kept, chosen.folder)


def told(words: Sequence[str]) -> str:
    """Return a command's words without the places that were written to."""
    at = words.index("--folder") if "--folder" in words else len(words)
    kept = [*words[:at], *words[at + 2 :]]
    return " ".join(word for word in kept if not word.startswith("paths."))


def read(folder: Path) -> dict[str, Any]:
    """Return what was measured before."""
    path = folder / "calibration.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def add(kept: dict[str, Any], part: str, row: Row) -> None:
    """Add a measurement, in the place of one of the same case.

    Draws held out of the same models are the same case however many they are: the first of many
    are those of few.
    """
    any_draws = {"draws": 0} if part == "held_out" else {}
    own = {**row["case"], **any_draws}
    others = [old for old in kept.get(part, []) if {**old["case"], **any_draws} != own]
    kept[part] = sorted([*others, row], key=lambda each: json.dumps(each["case"]))


def stages_of(seed: int, overrides: Sequence[str]) -> Stages:
    """Return the stages of a study, from the store where they are there."""
    return Stages(plain(compose_config([*overrides, f"seed={seed}"])), seed)


def independent(order: str, seed: int, draws: int, overrides: Sequence[str]) -> Row:
    """Return the p-values of all pairs of variables that depend on nothing."""
    stages = stages_of(
        seed,
        [
            "corpus=bayesnet",
            f"corpus.network={INDEPENDENT}",
            "corpus.documents=4000",
            f"corpus.order={order}",
            "model.steps=200",
            "model.batch=64",
            "attention.documents=400",
            *overrides,
        ],
    )
    case = {"order": order, "seed": seed, "draws": draws}
    return {"case": case, **p_values(stages, draws, 1.0)}


def attentions(stages: Stages, draws: int, share: float) -> tuple[Any, ...]:
    """Return corpus, model, features and attention of a study, and the attention of its nulls."""
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    summary = stages.make_attention(corpus, model, table)
    nulls = [
        stages.make_attention(corpus, model, table, Control(TRAINED_ON_PERMUTED, draw, share)).value
        for draw in range(draws)
    ]
    return corpus, model, table, summary, nulls


def p_values(stages: Stages, draws: int, share: float) -> dict[str, Any]:
    """Return p-values by tail, with and without bias and against the bulk, and what is biased."""
    corpus, _, table, summary, nulls = attentions(stages, draws, share)
    found: dict[str, Any] = {}
    bias: dict[str, Any] = {}
    upper = np.triu_indices(table.value.size, 1)
    ways: dict[str, dict[str, Any]] = {"bulk": {"against": "bulk"}}
    for tail, removed in product(TAILS if draws else (), (True, False)):
        name = f"{tail.replace('_', '-')}, bias {'removed' if removed else 'left in'}"
        ways[name] = {"draws": draws, "share": share, "tail": tail, "remove_bias": removed}
    for name, way in ways.items():
        edges = select_candidates(
            {"kind": "against_null", **way},
            summary.value,
            table.value,
            null=[] if name == "bulk" else nulls,
        )
        found[name] = np.round(edges.p_value[upper], 9).tolist()
        bias = {**bias, **edges.about["bias"]}
    truth = corpus.value.truth_over(table.value.names)
    assert truth is not None
    targets = {name: matrix[upper].tolist() for name, matrix in truths(truth).items()}
    return {"p_values": found, "bias": bias, "truths": targets}


def truths(graph: CausalGraph) -> dict[str, np.ndarray]:
    """Return what a discovery may be true of, bool [v, v], symmetric, by name.

    ``skeleton``: the two are adjacent. ``moral``: one is in the other's Markov blanket (adjacent,
    or with a child in common). ``dependent``: one tells of the other where nothing else is known
    (they share an ancestor, themselves counted). ``related``: dependent, or in the blanket, so
    that one tells of the other where nothing or where all else is known.
    """
    directed = graph.directed()
    skeleton = directed | directed.T
    reach = np.linalg.matrix_power(np.eye(len(directed)) + directed, len(directed)) > 0
    found = {
        "skeleton": skeleton,
        "moral": skeleton | ((directed.astype(int) @ directed.T) > 0),
        "dependent": (reach.T.astype(int) @ reach) > 0,
    }
    found["related"] = found["moral"] | found["dependent"]
    for matrix in found.values():
        np.fill_diagonal(matrix, False)
    return found


def on_network(
    network: str,
    share: float,
    seed: int,
    draws: int,
    training: tuple[int, int],
    overrides: Sequence[str],
) -> Iterator[tuple[str, Row]]:
    """Yield what was discovered on a network with a seed, at each rate, and in held-out draws.

    Each with the part of the results that it belongs to.
    """
    steps, batch = training
    settings = [f"corpus={network}", f"model.steps={steps}", f"model.batch={batch}"]
    stages = stages_of(seed, [*settings, *overrides])
    if share < 1 and draws >= FEWEST:
        yield "held_out", in_held_out(stages, network, share, seed, draws, training)
    measured = p_values(stages, draws, share)
    for (name, p_value), (label, correction), rate in product(
        measured["p_values"].items(), CORRECTIONS.items(), RATES
    ):
        adjusted = stats.false_discovery_control(p_value, method=correction)
        passed = adjusted <= rate
        case = {
            "network": network,
            "training": f"{steps} x {batch}",
            "share": share,
            "draws": draws,
            "seed": seed,
            "p_values": name,
            "correction": label,
            "rate": rate,
        }
        row = {
            "case": case,
            "discoveries": int(passed.sum()),
            "pairs": len(passed),
            "bias": measured["bias"],
            **{
                f"{figure} {target}": value
                for target, true in measured["truths"].items()
                for figure, value in shares(passed, np.array(true)).items()
            },
        }
        yield "networks", row


def in_held_out(
    stages: Stages,
    network: str,
    share: float,
    seed: int,
    draws: int,
    training: tuple[int, int],
) -> Row:
    """Return what is discovered in each draw of the null against the others."""
    corpus, _, table, _, nulls = attentions(stages, draws, share)
    truth = corpus.value.truth_over(table.value.names)
    assert truth is not None
    case = {
        "network": network,
        "training": "{} x {}".format(*training),
        "share": share,
        "draws": draws,
        "seed": seed,
    }
    true = {name: truths(truth)[name] for name in ("dependent", "related")}
    return {"case": case, "ways": held_out(nulls, table.value, true, RATES)}


def shares(passed: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Return the share of false pairs among those passed (0 of none), and of true ones passed."""
    return {
        "false": float((passed & ~true).sum() / max(passed.sum(), 1)),
        "recall": float((passed & true).sum() / true.sum()),
    }


if __name__ == "__main__":
    main()
