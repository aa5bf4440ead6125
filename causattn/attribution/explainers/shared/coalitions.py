"""A document as a game: its tokens are the players, and a coalition's worth is the output with the
others replaced by the baseline's tokens.

What perturbs documents (LIME, KernelSHAP, Shapley sampling) asks for worths of coalitions only, so
that captum's methods run on vectors of zeros and ones, and the model on batches of documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.output import ModelOutput


class Coalitions:
    """The worth of coalitions of one document's tokens, each worked out once.

    Parameters
    ----------
    output
        The number explained.
    batch, row
        The document.
    most
        Most documents in one pass of the model.
    """

    def __init__(self, output: ModelOutput, batch: CaseBatch, row: int, most: int) -> None:
        self._output, self._batch, self._row, self._most = output, batch, row, most
        self.players = torch.nonzero(batch.explained[row])[:, 0]
        self._known: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self.players)

    def __call__(self, members: torch.Tensor) -> torch.Tensor:
        """Return the worth of each coalition, float64 [m].

        Parameters
        ----------
        members
            [m, players], 1 where a token stays and 0 where it is replaced.
        """
        stays = members.bool().cpu().numpy()
        keys = [row.tobytes() for row in stays]
        new = {key: row for row, key in enumerate(keys) if key not in self._known}
        for first in range(0, len(new), self._most):
            part = list(new.items())[first : first + self._most]
            worth = self._run(torch.from_numpy(stays[[row for _, row in part]]))
            self._known.update(zip([key for key, _ in part], worth.tolist(), strict=True))
        return torch.tensor([self._known[key] for key in keys], dtype=torch.float64)

    def _run(self, stays: torch.Tensor) -> torch.Tensor:
        case = self._batch.rows(self._row, len(stays))
        ids = case.ids.clone()
        own, bare = ids[:, self.players], case.baseline[:, self.players]
        ids[:, self.players] = torch.where(stays.to(ids.device), own, bare)
        return self._output.of_ids(ids, *case.extra)


@contextmanager
def drawn_by(rng: np.random.Generator) -> Iterator[None]:
    """Have torch, from which captum draws, follow `rng` inside the block."""
    with torch.random.fork_rng():
        torch.manual_seed(int(rng.integers(2**63)))
        yield
