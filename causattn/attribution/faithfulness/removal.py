"""What the measures of faithfulness share: the output with any tokens of a document taken away.

A token is taken away by putting the baseline's token in its place (see `TokenAttribution`), so that
the others stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from causattn.attribution.cases import Cases, ready_cases
from causattn.attribution.output import ModelOutput
from causattn.attribution.targets import Target, default_target
from causattn.attribution.tokens import TokenAttribution
from causattn.base import DataError
from causattn.models import LanguageModel

BATCH_TOKENS = 8192
"""Tokens in a forward pass, padding included."""


class Erasable:
    """Documents, and what a model says of them with tokens taken away.

    Parameters
    ----------
    model
        Whose output.
    texts
        The n documents.
    target
        Which output; None for the default of `causattn.attribution.explain`.

    Attributes
    ----------
    cases
        The documents' tokens and targets.
    """

    def __init__(self, model: LanguageModel, texts: Sequence[str], target: Target | None) -> None:
        target = default_target(model) if target is None else target
        self.cases: Cases = ready_cases(model, texts, target)
        self._output = ModelOutput(model, target.scale, self.cases.readout.references)
        self._device = model.device

    def __len__(self) -> int:
        return len(self.cases)

    def explained(self, case: int) -> np.ndarray:
        """Return which tokens of a document can be taken away, int64 [e], positions."""
        bounds = self.cases.encoding.bounds
        return np.flatnonzero(self.cases.explained[bounds[case] : bounds[case + 1]])

    def removals(self, count: int) -> np.ndarray:
        """Return `count` rows that take nothing away, bool [count, T]."""
        return np.zeros((count, int(self.cases.encoding.lengths.max())), dtype=bool)

    def outputs(self, case: np.ndarray, removed: np.ndarray) -> np.ndarray:
        """Return the output of variants of documents.

        Parameters
        ----------
        case
            int64 [r], the document of each variant.
        removed
            bool [r, T], the tokens taken away, by position; T is that of the longest document.

        Returns
        -------
        ndarray
            float64 [r].
        """
        return self._run(case, torch.from_numpy(removed), None)

    def replaced(self, case: np.ndarray, position: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """Return the output with one token of each variant replaced by another, float64 [r].

        Parameters
        ----------
        case, position, ids
            int64 [r]: the document, the place, and the token to stand there.
        """
        at = self.removals(len(case))
        at[np.arange(len(case)), position] = True
        return self._run(case, torch.from_numpy(at), torch.from_numpy(ids))

    def check(self, attributions: Sequence[TokenAttribution]) -> None:
        """Raise where these attributions are not of these documents and targets.

        Raises
        ------
        DataError
            Where they are of other texts, tokens or targets.
        """
        if len(attributions) != len(self):
            raise DataError(
                f"{len(attributions)} attributions were given for {len(self)} texts; give one a "
                "text."
            )
        lengths = self.cases.encoding.lengths
        for case, each in enumerate(attributions):
            if len(each.score) != lengths[case]:
                raise DataError(
                    f"Attribution {case} has {len(each.score)} tokens where text {case} has "
                    f"{lengths[case]}; give the texts and the model that were explained."
                )
            asked = self.cases.readout.words[case]
            if _what(each.target) != _what(asked):
                raise DataError(
                    f"Attribution {case} explains the {each.target}, and is to be judged by the "
                    f"{asked}; give the target that was explained."
                )

    def _run(self, case: np.ndarray, changed: torch.Tensor, ids: torch.Tensor | None) -> np.ndarray:
        lengths = self.cases.encoding.lengths[case]
        order = np.argsort(lengths, kind="stable")
        found = np.empty(len(case))
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and lengths[order[stop]] * (stop + 1 - start) <= BATCH_TOKENS:
                stop += 1
            rows = order[start:stop]
            batch = self.cases.take(case[rows], self._device)
            at = changed[rows][:, : batch.ids.shape[1]].to(self._device)
            other = batch.baseline if ids is None else ids[rows].to(self._device)[:, None]
            shown = torch.where(at, other, batch.ids)
            found[rows] = self._output.of_ids(shown, *batch.extra).cpu().numpy()
            start = stop
        return found


def _what(target: str) -> str:
    """Return what a target in words is of, whether its logit or its log-probability."""
    return target.partition(" of ")[2]
