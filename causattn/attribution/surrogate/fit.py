"""Surrogates: a linear model or a small tree that predicts a transformer's output from features.

A global surrogate (Molnar 2022, "Interpretable machine learning", 2nd edition, section 8.6) is
fitted to what the model says, not to the labels, and is worth as much as its fidelity: how well it
predicts the output on documents that it was not fitted to. The tree follows Craven and Shavlik
(1996), "Extracting tree-structured representations of trained networks", in aim, and is
scikit-learn's (CART), as is the linear model (least squares).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

from causattn.attribution.surrogate.design import SurrogateDesign, design
from causattn.attribution.surrogate.shown import ShownSurrogate, coefficients, leaves
from causattn.base import ConfigError, DataError, generator, integer_seed
from causattn.features import FeatureTable

Kind = Literal["linear", "tree"]


@dataclass(frozen=True)
class Fidelity:
    """How well a surrogate predicts the output of documents held out.

    Parameters
    ----------
    documents, held_out
        How many documents it was fitted to, and tried on.
    r2
        1 less the squared error over that of a constant, the mean output of the documents fitted
        to: 0 for that constant, below 0 for worse, NaN where the output does not vary.
    r2_low, r2_high
        95 per cent interval by drawing the held-out documents again.
    r2_fitted
        On the documents that it was fitted to.
    agreement
        Share of the held-out documents where surrogate and model have the same sign, which for
        log-odds is the same label.
    agreement_constant
        The same for always saying the more frequent sign.
    """

    documents: int
    held_out: int
    r2: float
    r2_low: float
    r2_high: float
    r2_fitted: float
    agreement: float
    agreement_constant: float


@dataclass(frozen=True)
class LinearSurrogate(ShownSurrogate):
    """A sum of features.

    Parameters
    ----------
    output
        What it predicts, in words.
    names
        The c columns.
    intercept
        The output where all columns are 0.
    coefficients, low, high
        float64 [c], what each column adds, with 95 per cent intervals by drawing documents again.
    fidelity
        What it is worth.
    """

    output: str
    names: tuple[str, ...]
    intercept: float
    coefficients: np.ndarray
    low: np.ndarray
    high: np.ndarray
    fidelity: Fidelity

    def predict(self, values: np.ndarray) -> np.ndarray:
        """Return the output of documents from their columns, float64 [n, c]."""
        predicted: np.ndarray = self.intercept + values @ self.coefficients
        return predicted

    def to_frame(self) -> pd.DataFrame:
        """Return one row a column, the largest coefficient first."""
        return coefficients(self)


@dataclass(frozen=True)
class TreeSurrogate(ShownSurrogate):
    """A binary tree of questions; node 0 is its root.

    Parameters
    ----------
    output
        What it predicts, in words.
    names
        The c columns.
    binary
        bool [c], columns of 0 and 1.
    column
        int64 [k], the column that each node asks for; -1 in a leaf.
    threshold
        float64 [k]; a document goes to `low` where its value is at most this, else to `high`.
    low, high
        int64 [k], the nodes below; -1 in a leaf.
    value
        float64 [k], the mean output of the documents that come by.
    documents
        int64 [k], how many those are, of the ones fitted to.
    fidelity
        What it is worth.
    """

    output: str
    names: tuple[str, ...]
    binary: np.ndarray
    column: np.ndarray
    threshold: np.ndarray
    low: np.ndarray
    high: np.ndarray
    value: np.ndarray
    documents: np.ndarray
    fidelity: Fidelity

    def predict(self, values: np.ndarray) -> np.ndarray:
        """Return the output of documents from their columns, float64 [n, c]."""
        node = np.zeros(len(values), dtype=np.int64)
        rows = np.arange(len(values))
        while (inner := self.column[node] >= 0).any():
            at, here = rows[inner], node[inner]
            # The tree was fitted to single precision, where a value may lie on the other side.
            goes_low = values[at, self.column[here]].astype(np.float32) <= self.threshold[here]
            node[inner] = np.where(goes_low, self.low[here], self.high[here])
        predicted: np.ndarray = self.value[node]
        return predicted

    def to_frame(self) -> pd.DataFrame:
        """Return one row a leaf: if (what leads to it), value, documents."""
        return leaves(self)


Surrogate = LinearSurrogate | TreeSurrogate


def fit_surrogate(
    kind: Kind,
    table: FeatureTable,
    outputs: np.ndarray,
    *,
    output: str = "output",
    held_out: float = 0.3,
    leaves: int = 8,
    least_documents: int = 10,
    draws: int = 200,
    seed: int = 0,
) -> Surrogate:
    """Fit a surrogate to what a model says.

    Parameters
    ----------
    kind
        ``"linear"`` or ``"tree"``.
    table
        The features, one row a document; those of kind output are left out.
    outputs
        float64 [n], the model's output on each row's document, such as `class_margins` gives.
    output
        What that is, in words.
    held_out
        Share of the documents that fidelity is measured on.
    leaves, least_documents
        Of a tree: at most so many leaves, with at least so many documents in each.
    draws
        Of documents, for the intervals.
    seed
        The run's seed.

    Raises
    ------
    ConfigError
        For an unknown kind or a share that leaves no documents.
    DataError
        Where outputs and documents do not belong together, or there are fewer documents than
        columns.
    """
    if kind not in ("linear", "tree"):
        raise ConfigError(f"There is no surrogate {kind}; choose linear or tree.")
    columns = design(table)
    if outputs.shape != (len(columns.values),):
        raise DataError(
            f"{len(outputs)} outputs were given for {len(columns.values)} documents; give one a "
            "document."
        )
    order = generator(seed, "attribution", "surrogate", "split").permutation(len(outputs))
    count = round(held_out * len(outputs))
    if not 2 <= count <= len(outputs) - 2:
        raise ConfigError(
            f"held_out={held_out} of {len(outputs)} documents leaves too few on one side; give a "
            "share between 0 and 1 and at least 4 documents."
        )
    kept, fitted = np.sort(order[:count]), np.sort(order[count:])
    if kind == "linear":
        return _linear(columns, outputs, output, fitted, kept, draws, seed)
    return _tree(columns, outputs, output, fitted, kept, leaves, least_documents, draws, seed)


def _linear(
    columns: SurrogateDesign,
    outputs: np.ndarray,
    output: str,
    fitted: np.ndarray,
    kept: np.ndarray,
    draws: int,
    seed: int,
) -> LinearSurrogate:
    """Return the least-squares fit with intervals by drawing the documents again."""
    if len(fitted) <= len(columns.names) + 1:
        raise DataError(
            f"{len(fitted)} documents are too few for a linear surrogate of {len(columns.names)} "
            "columns; give more documents or fewer features."
        )
    values, real = columns.values[fitted], outputs[fitted]
    found = LinearRegression().fit(values, real)
    rng = generator(seed, "attribution", "surrogate", "coefficients")
    again = np.empty((draws, len(columns.names)))
    for draw in range(draws):
        rows = rng.integers(0, len(fitted), len(fitted))
        again[draw] = LinearRegression().fit(values[rows], real[rows]).coef_
    low, high = np.percentile(again, [2.5, 97.5], axis=0)
    fidelity = _fidelity(found.predict, columns, outputs, fitted, kept, draws, seed)
    return LinearSurrogate(
        output, columns.names, float(found.intercept_), found.coef_, low, high, fidelity
    )


def _tree(
    columns: SurrogateDesign,
    outputs: np.ndarray,
    output: str,
    fitted: np.ndarray,
    kept: np.ndarray,
    leaves: int,
    least_documents: int,
    draws: int,
    seed: int,
) -> TreeSurrogate:
    """Return the tree grown best split first."""
    if leaves < 2 or least_documents < 1:
        raise ConfigError(
            f"leaves={leaves} and least_documents={least_documents} make no tree; give at least 2 "
            "leaves and 1 document."
        )
    grown = DecisionTreeRegressor(
        max_leaf_nodes=leaves,
        min_samples_leaf=least_documents,
        # Decides between splits that are equally good.
        random_state=integer_seed(seed, "attribution", "surrogate", "tree") % 2**32,
    ).fit(columns.values[fitted], outputs[fitted])
    nodes = grown.tree_
    leaf = nodes.children_left < 0
    return TreeSurrogate(
        output=output,
        names=columns.names,
        binary=columns.binary,
        column=np.where(leaf, -1, nodes.feature),
        threshold=np.where(leaf, np.nan, nodes.threshold),
        low=np.where(leaf, -1, nodes.children_left),
        high=np.where(leaf, -1, nodes.children_right),
        value=nodes.value[:, 0, 0].copy(),
        documents=nodes.n_node_samples.astype(np.int64),
        fidelity=_fidelity(grown.predict, columns, outputs, fitted, kept, draws, seed),
    )


def _fidelity(
    predict: Callable[[np.ndarray], np.ndarray],
    columns: SurrogateDesign,
    outputs: np.ndarray,
    fitted: np.ndarray,
    kept: np.ndarray,
    draws: int,
    seed: int,
) -> Fidelity:
    """Return how well the documents held out are predicted."""
    predicted, real = predict(columns.values[kept]), outputs[kept]
    constant = outputs[fitted].mean()
    rows = generator(seed, "attribution", "surrogate", "fidelity").integers(
        0, len(kept), (draws, len(kept))
    )
    again = [_r2(predicted[drawn], real[drawn], constant) for drawn in rows]
    low, high = np.nanpercentile(again, [2.5, 97.5]) if np.ptp(real) else (np.nan, np.nan)
    positive = (outputs[fitted] > 0).mean() >= 0.5
    return Fidelity(
        documents=len(fitted),
        held_out=len(kept),
        r2=_r2(predicted, real, constant),
        r2_low=float(low),
        r2_high=float(high),
        r2_fitted=_r2(predict(columns.values[fitted]), outputs[fitted], constant),
        agreement=float(((predicted > 0) == (real > 0)).mean()),
        agreement_constant=float(((real > 0) == positive).mean()),
    )


def _r2(predicted: np.ndarray, real: np.ndarray, constant: float) -> float:
    """Return the share of the constant's squared error that is saved."""
    whole = ((real - constant) ** 2).sum()
    return float(1 - ((predicted - real) ** 2).sum() / whole) if whole > 0 else float("nan")
