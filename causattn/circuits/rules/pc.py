"""Paths that stay where both ends' activity depends on each other, whatever else is given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from causattn.base import CapabilityError
from causattn.circuits.contract import CircuitTask, PathRule
from causattn.circuits.parts import OUTPUT, part_of, part_stage
from causattn.discovery import Knowledge, discover

_CONSTANT = 1e-9


class ActivationPcRule(PathRule):
    """PC on the parts' activity over documents, nothing intervened on; layers give the order.

    A part's activity is what it writes at the token where it differs most from what stands in its
    place, along the mean difference; the output's is what is read.
    """

    name = "pc"
    paper = "Spirtes, Glymour and Scheines (2000), Causation, Prediction, and Search"

    def keep(self, task: CircuitTask, tried: torch.Tensor) -> torch.Tensor:
        """Return the candidates whose ends PC joins."""
        paths = task.cases[0].paths
        rows, columns = (k.tolist() for k in tried.nonzero(as_tuple=True))
        ends = {paths.senders[k] for k in columns} | {part_of(paths.receivers[k]) for k in rows}
        activity = part_activity(task)
        table = activity[[name for name in activity.columns if name in ends]]
        table = table.loc[:, table.std() > _CONSTANT]
        if len(table) <= 3 or table.shape[1] < 2:
            raise CapabilityError(
                f"Rule pc has {len(table)} documents and {table.shape[1]} parts that vary; raise "
                "graph.finding or graph.paths, or set graph.rule=acdc."
            )
        tiers: dict[tuple[float, int], list[str]] = {}
        for name in table.columns:
            tiers.setdefault(part_stage(name), []).append(name)
        graph = discover(
            {"kind": "pc", "test": "fisher_z", "alpha": task.settings.alpha},
            table,
            seed=task.seed,
            knowledge=Knowledge(tiers=tuple(tuple(tiers[key]) for key in sorted(tiers))),
        )
        index = {name: k for k, name in enumerate(graph.names)}
        joined = graph.skeleton()
        kept = torch.zeros_like(tried)
        for row, column in zip(rows, columns, strict=True):
            a, b = index.get(paths.senders[column]), index.get(part_of(paths.receivers[row]))
            kept[row, column] = a is not None and b is not None and bool(joined[a, b])
        return kept


def part_activity(task: CircuitTask) -> pd.DataFrame:
    """Return each part's activity, a row a document, and what is read."""
    most, read = [], []
    for case in task.cases:
        own = case.paths.written().senders
        apart = own - case.other.senders
        where = apart.pow(2).sum(-1).argmax(-1)  # [S, B]
        at = where[..., None, None].expand(*where.shape, 1, own.shape[-1])
        most.append(torch.cat([own.gather(2, at)[:, :, 0], apart.gather(2, at)[:, :, 0]], dim=-1))
        read.append(case.metric(case.paths.run().logits))
    own, apart = torch.cat(most, dim=1).chunk(2, dim=-1)
    along = torch.nn.functional.normalize(apart.mean(1), dim=-1)
    found = torch.einsum("sbw,sw->bs", own, along).cpu().double().numpy()
    names = task.cases[0].paths.senders
    frame = pd.DataFrame(found, columns=list(names))
    frame[OUTPUT] = np.asarray(torch.cat(read).cpu().double())
    return frame


PATH_RULE = ActivationPcRule()
