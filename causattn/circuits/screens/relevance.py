"""Paths by the relevance that is handed back along them.

With c the coefficient of relevance where the receiver reads (see `causattn.attribution`'s
`relevance_rules`; what a part x of it gets is x c),

    attn_lrp             what the sender writes, times c: what the metric owes to the path
    relevance_patching   what stands in its place less what it writes, times c: attribution
                         patching with coefficients of relevance instead of slopes

Both cost what attribution patching does: a pass and one back.
"""

from __future__ import annotations

import torch

from causattn.attention import Written, path_attribution
from causattn.circuits.contract import CircuitTask, PathScreen


class RelevancePaths(PathScreen):
    """Relevance handed back from the output along the path, by rules for attention (AttnLRP)."""

    name = "attn_lrp"
    paper = "Achtibat et al. (2024), AttnLRP: attention-aware layer-wise relevance propagation"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return what paths carry, times coefficients of relevance, [B, R, S]."""
        # From nothing to what is written: the change of taking it away, turned around.
        return -_changes(task, [case.paths.written().zero() for case in task.cases])


class RelevancePatchedPaths(PathScreen):
    """What patching the path changes, times the coefficient of relevance there (RelP)."""

    name = "relevance_patching"
    paper = "Jafari et al. (2025), RelP: faithful and efficient circuit discovery"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return changes times coefficients of relevance, [B, R, S]."""
        return _changes(task, [case.other for case in task.cases])


def _changes(task: CircuitTask, instead: list[Written]) -> torch.Tensor:
    """Return by how much other writing differs, times coefficients of relevance, [B, R, S]."""
    from causattn.attribution import relevance_rules

    with relevance_rules(task.model.network):
        found = [
            path_attribution(case.paths, other, case.metric)
            for case, other in zip(task.cases, instead, strict=True)
        ]
    return torch.cat(found)


PATH_SCREEN = (RelevancePaths(), RelevancePatchedPaths())
