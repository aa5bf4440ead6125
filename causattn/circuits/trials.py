"""Exact patches of paths on documents that the graph was not found on, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from scipy import stats

from causattn.base import DataError
from causattn.circuits.prompts import PromptCase

_ALIKE = 1e-9


class Trials:
    """What patching some paths does to what is read.

    Parameters
    ----------
    cases
        The documents.
    confidence
        Coverage of the intervals.

    Attributes
    ----------
    whole, nothing
        What is read of the documents, and with every path patched; means.
    preferred
        Share of the documents whose right answer is preferred.

    Raises
    ------
    DataError
        Where both are read alike.
    """

    def __init__(self, cases: Sequence[PromptCase], confidence: float) -> None:
        self._cases, self._confidence = cases, confidence
        self._before = self._read(None)
        self.whole = float(self._before.mean())
        self.nothing = float(self._read(cases[0].paths.possible).mean())
        self.preferred = float((self._before > 0).mean())
        if abs(self.whole - self.nothing) < _ALIKE:
            raise DataError(
                "The prompts are answered as what stands in their place is, so that no path can "
                "carry a difference; choose other prompts, or another graph.patch."
            )
        self._phrasings = np.array([one for case in cases for one in case.phrasings])

    def effect(self, which: torch.Tensor) -> dict[str, Any]:
        """Return the effect of patching some paths together, bool [R, S].

        Returns
        -------
        dict
            ``estimate``, ``low`` and ``high`` over documents; ``phrased_low`` and ``phrased_high``
            over phrasings, NaN where there are fewer than two; ``n`` documents.
        """
        change = self._read(which) - self._before
        low, high = _interval(change, self._confidence)
        phrased = [
            change[self._phrasings == one].mean() for one in sorted(set(self._phrasings.tolist()))
        ]
        ends = _interval(np.array(phrased), self._confidence)
        return {
            "estimate": float(change.mean()),
            "low": low,
            "high": high,
            "phrased_low": ends[0],
            "phrased_high": ends[1],
            "n": len(change),
        }

    def _read(self, which: torch.Tensor | None) -> np.ndarray:
        """Return what is read of each document, float64 [B]."""
        found = [
            case.metric(case.paths.run(which, None if which is None else case.other).logits)
            for case in self._cases
        ]
        return np.asarray(torch.cat(found).cpu().double())


def _interval(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """Return Student's interval of a mean, NaN for fewer than two values."""
    if len(values) < 2:
        return float("nan"), float("nan")
    half = stats.t.isf((1 - confidence) / 2, len(values) - 1) * values.std(ddof=1)
    half /= np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)
