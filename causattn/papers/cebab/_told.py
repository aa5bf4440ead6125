"""How often labels are told, so that rare ones count as much as frequent ones."""

from __future__ import annotations

import numpy as np


def mean_recall(labels: np.ndarray, told: np.ndarray) -> float:
    """Return the share of each label's texts of which it is told, averaged over labels.

    Whoever always says the same, or guesses, gets 1 over the number of labels, however rare some
    are (balanced accuracy).

    Parameters
    ----------
    labels, told
        [n], what is true and what is told.
    """
    return float(np.mean([(told[labels == label] == label).mean() for label in np.unique(labels)]))
