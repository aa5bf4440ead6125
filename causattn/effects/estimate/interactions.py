"""A treatment's interactions with what is adjusted for, as further columns of a regression.

With the adjustment's columns z centred, the treatment's own coefficient in the regression on t, z,
products of z, t z (and t^2, centred, for a number) is the effect averaged over the rows (Lin 2013,
"Agnostic notes on regression adjustments to experimental data", Annals of Applied Statistics 7).
The rows' mean of z is itself estimated: with g the interactions' coefficients this adds g' Cov(z) g
/ n to the variance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from causattn.effects.estimate.design import Treatment

ROWS_A_COLUMN = 20
"""With fewer rows a column there are no interactions."""
MOST_COLUMNS = 100
"""Nor with more columns, which a regression would take seconds for."""


def with_interactions(
    treatment: Treatment, adjustment: np.ndarray, continuous: bool
) -> tuple[Treatment, np.ndarray] | None:
    """Return the treatment and the adjustment with further columns; None where rows are too few.

    Parameters
    ----------
    treatment
        Its columns.
    adjustment
        float64 [n, q].
    continuous
        Whether the treatment is a number.
    """
    count, own = treatment.columns.shape
    spread = adjustment.std(axis=0)
    z = (adjustment - adjustment.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    width = z.shape[1]
    most = min(count / ROWS_A_COLUMN, MOST_COLUMNS)
    if own * (1 + width) + width + 1 > most:
        return None
    first, second = np.triu_indices(width)
    if own * (1 + width) + width + len(first) > most:
        first = second = np.arange(width)
    wider = np.concatenate([z, z[:, first] * z[:, second]], axis=1)
    base = treatment.columns
    if continuous:
        base = (base - base.mean(axis=0)) / base.std(axis=0)
    blocks = [treatment.columns, *(base * z[:, [k]] for k in range(width))]
    moving = z
    if continuous:
        blocks.append(base**2 - (base**2).mean(axis=0))
        # The slope of the square is twice the treatment.
        moving = np.concatenate([z, 2.0 * base], axis=1)
    columns = np.concatenate(blocks, axis=1)
    padded = np.zeros((len(treatment.contrasts), columns.shape[1]))
    padded[:, :own] = treatment.contrasts
    scale = 1.0 / treatment.columns.std(axis=0) if continuous else np.ones(own)
    moderators = moving.T @ moving / count**2
    wide = replace(treatment, columns=columns, contrasts=padded, moderators=moderators, scale=scale)
    return wide, wider


def moderation(treatment: Treatment, coefficients: np.ndarray) -> np.ndarray | float:
    """Return the variance that the rows' mean adds to each contrast, float64 [b, c, m].

    Parameters
    ----------
    treatment
        Its columns.
    coefficients
        float64 [b, d, m].
    """
    width = len(treatment.moderators)
    if width == 0:
        return 0.0
    own = len(treatment.scale)
    inner = coefficients[:, own : own * (1 + width)]
    inner = inner.reshape(len(coefficients), width, own, -1) * treatment.scale[:, None]
    slopes = np.einsum("cl,bqlm->bcqm", treatment.contrasts[:, :own], inner)
    found: np.ndarray = np.einsum("bcqm,qr,bcrm->bcm", slopes, treatment.moderators, slopes)
    return found
