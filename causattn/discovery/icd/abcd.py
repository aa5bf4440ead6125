"""ABCD: a causal graph over the tokens of one sequence, from one head's attention alone.

Rohekar, Gurwicz and Nisimov (2023), "Causal interpretation of self-attention in pre-trained
transformers", NeurIPS, section 4 and algorithm 1. Attention A, [T, T], is read as the total effects
of a linear model over tokens, so that ``A A'`` (not centred) is their covariance; partial
correlations are tested by Fisher's z with the size of the hidden state as the number of samples,

    z = sqrt(n - |S| - 3) artanh(partial correlation of x and y given S)

and ICD, which allows for unobserved causes, builds a PAG (PC under causal sufficiency a CPDAG).
A subset of the tokens keeps its rows and columns of the correlation.

**Two rules.** Until January 2025 the authors' code took every partial correlation at or below 0 for
independence (``"legacy"``); since then it tests both signs (``"two-sided"``). They differ often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from scipy.special import ndtr

from causattn.base import CapabilityError, ConfigError, DataError
from causattn.discovery.icd import iterative_causal_discovery
from causattn.discovery.pc import run_restricted_pc_with
from causattn.discovery.shared_settings import check_alpha
from causattn.graphs import CausalGraph

Rule = Literal["two-sided", "legacy"]
Search = Literal["icd", "pc"]
_SMALLEST = 1e-12


class AttentionTest:
    """Conditional independence of tokens under a correlation.

    Parameters
    ----------
    correlation
        float [T, T], of the tokens.
    samples
        n, the size of the hidden state.
    rule
        ``"two-sided"``, or ``"legacy"``: independent wherever the partial correlation is not
        positive.
    """

    def __init__(self, correlation: np.ndarray, samples: int, rule: Rule = "two-sided") -> None:
        if rule not in get_args(Rule):
            raise ConfigError(
                f"rule={rule} is not known; choose one of {', '.join(get_args(Rule))}."
            )
        self._correlation = np.asarray(correlation, dtype=np.float64)
        self._samples, self._rule = samples, rule

    def partial_correlation(self, x: int, y: int, given: tuple[int, ...] = ()) -> float:
        """Return the partial correlation of x and y given others."""
        block = self._correlation[np.ix_((x, y, *given), (x, y, *given))]
        if given:
            inner = block[2:, 2:]
            block = (
                block[:2, :2]
                - block[:2, 2:] @ np.linalg.pinv(inner, hermitian=True) @ block[2:, :2]
            )
        scale = np.sqrt(max(block[0, 0], _SMALLEST) * max(block[1, 1], _SMALLEST))
        return float(np.clip(block[0, 1] / scale, -1.0, 1.0))

    def p_value(self, x: int, y: int, given: tuple[int, ...] = ()) -> float:
        """Return the p-value of independence; 1 where the legacy rule says so at once.

        Raises
        ------
        CapabilityError
            Where n - |S| - 3 is not positive.
        """
        degrees = self._samples - len(given) - 3
        if degrees <= 0:
            raise CapabilityError(
                f"A test given {len(given)} tokens needs more than {len(given) + 3} samples, and "
                f"the hidden state has {self._samples}; set max_order."
            )
        correlation = self.partial_correlation(x, y, given)
        if self._rule == "legacy" and correlation <= 0:
            return 1.0
        if abs(correlation) >= 1:
            return 0.0
        return float(2 * ndtr(-np.sqrt(degrees) * abs(np.arctanh(correlation))))


def abcd(
    attention: np.ndarray,
    *,
    samples: int,
    alpha: float = 0.01,
    rule: Rule = "two-sided",
    search: Search = "icd",
    tokens: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    max_order: int | None = None,
) -> CausalGraph:
    """Find the causal graph over tokens that one head's attention stands for.

    Parameters
    ----------
    attention
        float [T, T], attention paid from row to column; rows sum to 1.
    samples
        n of the tests: the size of the model's hidden state.
    alpha
        Level of each test.
    rule
        ``"two-sided"`` or ``"legacy"``, see the module.
    search
        ``"icd"`` gives a PAG, ``"pc"`` a CPDAG.
    tokens
        Which tokens are variables, all by default.
    names
        The variables' names, their positions by default.
    max_order
        Largest conditioning set of ICD.

    Returns
    -------
    CausalGraph
        Over the tokens, with its separating sets and the number of tests.

    Raises
    ------
    DataError
        Where the attention is no square matrix of finite numbers, or a row is 0.
    ConfigError, CapabilityError
        For a level outside (0, 1), an unknown rule or search, or too few samples.
    """
    check_alpha(alpha)
    if search not in get_args(Search):
        raise ConfigError(
            f"search={search} is not known; choose one of {', '.join(get_args(Search))}."
        )
    attention = np.asarray(attention, dtype=np.float64)
    square = attention.ndim == 2 and attention.shape[0] == attention.shape[1]
    if not square or not np.isfinite(attention).all() or not attention.any(axis=1).all():
        raise DataError(
            f"Attention of one head is a square matrix of finite numbers without a row of zeros, "
            f"not one of shape {attention.shape} with such rows; take one head of one document."
        )
    from causattn.attention import abcd_correlation  # loads torch, which other algorithms spare

    correlation = abcd_correlation(attention)
    chosen = list(range(len(attention))) if tokens is None else list(tokens)
    test = AttentionTest(correlation[np.ix_(chosen, chosen)], samples, rule)
    labels = tuple(map(str, chosen)) if names is None else tuple(names)
    about = f"abcd ({search}, alpha {alpha:g}, {rule}, {samples} samples)"
    if search == "pc":
        found = run_restricted_pc_with(test.p_value, len(chosen), alpha)
        return CausalGraph.from_adjacency(
            found.adjacency,
            labels,
            direction="from row to column",
            kind="cpdag",
            algorithm=about,
            tests=found.tests,
        )
    found_pag = iterative_causal_discovery(
        len(chosen), lambda x, y, given: test.p_value(x, y, given) > alpha, max_order
    )
    return CausalGraph(
        labels,
        found_pag.marks,
        kind="pag",
        algorithm=about,
        separating_sets={pair: (given,) for pair, given in found_pag.separating.items()},
        tests=sum(found_pag.tests_by_order),
        tests_by_order=found_pag.tests_by_order,
    )
