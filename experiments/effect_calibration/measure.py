"""How good is each kind of evidence where the truth is known? The parts, a module each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch

from causattn.reproduction import Context


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a refuter, a planted network and seed, and a part of CEBaB and seed."""
    for name in settings.refuters:
        yield {"part": "refuters", "name": name, "repetitions": settings.repetitions}
    own = {"overrides": list(settings.overrides)}
    for network, (seeds, documents) in settings.networks.items():
        for seed in range(seeds):
            planted = {"documents": documents, "seed": seed}
            yield {"part": "planted", "network": network, **planted, **own}
    for part, seeds in settings.cebab.items():
        for seed in range(seeds):
            yield {"part": part, "seed": seed, **own}


def measure(job: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Return the row of a part."""
    torch.set_num_threads(1)
    if job["part"] == "refuters":
        from .refuters import tried

        return tried(job["name"], job["repetitions"], context.seed)
    overrides = [*job["overrides"], f"paths.cache='{context.cache}'"]
    if job["part"] == "planted":
        from .planted import planted_part

        return planted_part(job["network"], job["seed"], job["documents"], overrides)
    from .people import icace_part, people_part

    overrides.append(f"paths.data='{context.files}'")
    part = people_part if job["part"] == "people" else icace_part
    return part(job["seed"], overrides)
