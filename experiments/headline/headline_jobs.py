"""What is measured, in the order of its worth.

A job is a plain mapping; equal jobs have equal names. ``screen`` jobs rank pairs, ``restrict`` and
``weigh`` jobs hand the ranking to discovery. Every job but the one thing it varies has the settings
of `BASE`.
"""

from __future__ import annotations

from typing import Any

Job = dict[str, Any]

STEPS = {"asia": 1500, "sachs": 1500, "child": 2500, "insurance": 3000, "alarm": 3500}
"""Training steps by network: more variables need more."""
BASE: Job = {"order": "shuffled", "style": "words", "documents": 20_000, "width": 64}
FLOW_DOCUMENTS = 10
SEEDS = range(5)
ROWS = (200, 500, 2000, 10_000)
VARIED = ("asia", "sachs")
"""Networks on which documents, steps, size and rendering are varied: those that train quickly."""


def all_jobs() -> list[Job]:
    """Return all jobs; those that come first answer most."""
    jobs: list[Job] = []
    for seed in SEEDS:
        jobs += [screen(network, seed) for network in STEPS]
        jobs += [restrict(network, seed, rows) for network in STEPS for rows in (2000, 10_000)]
        jobs += [weigh(network, seed, rows, fair=False) for network in STEPS for rows in ROWS]
        for network in VARIED:
            jobs += [
                screen(network, seed, order=order, style=style)
                for order, style in (
                    ("fixed", "words"),
                    ("shuffled", "sentences"),
                    ("fixed", "sentences"),
                )
            ]
            jobs += [screen(network, seed, documents=count) for count in (500, 2000, 5000)]
            jobs += [screen(network, seed, steps=steps) for steps in (100, 300, 750, 3000)]
            jobs += [screen(network, seed, width=width) for width in (16, 32, 128)]
            jobs += [weigh(network, seed, rows, fair=True) for rows in ROWS]
    jobs += [weigh("alarm", seed, rows, fair=True) for seed in SEEDS for rows in (500, 2000)]
    return jobs


def short() -> list[Job]:
    """Return one job of each kind, in small."""
    small = {"documents": 400, "width": 16, "attention_documents": 40}
    return [
        {**screen("asia", 0), **small, "steps": 40, "flow_documents": 1},
        {**screen("asia", 1), **small, "steps": 40, "flow_documents": 0},
        {**screen("asia", 0, order="fixed", style="sentences"), **small, "steps": 20},
        {**restrict("asia", 0, 300), **small, "steps": 40},
        {**weigh("asia", 0, 300, fair=False), **small, "steps": 40},
        {**weigh("asia", 0, 300, fair=True), **small, "documents": 300, "steps": 20},
    ]


def screen(network: str, seed: int, **varied: Any) -> Job:
    """Rank the pairs of a network's variables in every way there is.

    Maximum flow, computed pair by pair and document by document, takes few documents, and none
    where a setting is varied.
    """
    return {
        "kind": "screen",
        "network": network,
        **BASE,
        "steps": STEPS[network],
        "attention_documents": 300,
        "flow_documents": 0 if varied else FLOW_DOCUMENTS,
        **varied,
        "seed": seed,
    }


def restrict(network: str, seed: int, rows: int) -> Job:
    """Hand the strongest pairs to PC and GES as the only ones to search, on other rows."""
    return {**screen(network, seed), "kind": "restrict", "rows": rows}


def weigh(network: str, seed: int, rows: int, *, fair: bool) -> Job:
    """Weigh pairs by attention in PC and GES; fair where the model saw just these rows."""
    varied = {"documents": rows, "steps": 1000} if fair else {}
    return {**screen(network, seed, **varied), "kind": "weigh", "rows": rows, "fair": fair}


def name(job: Job) -> str:
    """Return a job's name, of which its file is called."""
    parts = [job["kind"], job["network"]]
    if "rows" in job:
        parts.append(f"{'fair-' if job.get('fair') else ''}rows{job['rows']}")
    parts += [job["order"], job["style"], f"documents{job['documents']}"]
    return "_".join([*parts, f"steps{job['steps']}", f"width{job['width']}", f"seed{job['seed']}"])
