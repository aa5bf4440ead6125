"""What a surrogate sees of a document, and what it predicts: columns of 0 and 1, and margins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from causattn.attribution.targets import class_names, class_number
from causattn.base import DataError, ModelError
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel, batches, encode_texts


@dataclass(frozen=True)
class SurrogateDesign:
    """Documents by columns.

    Parameters
    ----------
    names
        The c columns: a feature, or ``feature = value`` where it has values.
    values
        float64 [n, c], 1 where it is so; a continuous feature as it is.
    binary
        bool [c], which columns are 0 or 1.
    """

    names: tuple[str, ...]
    values: np.ndarray
    binary: np.ndarray


def design(table: FeatureTable) -> SurrogateDesign:
    """Return a table's features as columns, those of kind output or metadata left out.

    A feature of k values gets k - 1 columns: its first value is where all of them are 0.

    Raises
    ------
    DataError
        Where the table has no feature besides outputs.
    """
    names: list[str] = []
    columns: list[np.ndarray] = []
    binary: list[bool] = []
    for column, (name, kind, categories) in enumerate(
        zip(table.names, table.kinds, table.categories, strict=True)
    ):
        if kind in (FeatureKind.OUTPUT, FeatureKind.METADATA):
            continue  # what the model does not read says nothing of it
        values = np.asarray(table.values[:, column], dtype=float)
        if categories is None:
            found = [(name, values)]
        elif kind == FeatureKind.PRESENCE:
            found = [(name, (values == 1).astype(float))]
        else:
            found = [
                (f"{name} = {value}", (values == code).astype(float))
                for code, value in enumerate(categories)
                if code > 0
            ]
        for label, entries in found:
            names.append(label)
            columns.append(entries)
            binary.append(categories is not None)
    if not columns:
        raise DataError(
            "The feature table has no feature but outputs, so a surrogate has nothing to predict "
            "them by; choose other features."
        )
    return SurrogateDesign(tuple(names), np.stack(columns, axis=1), np.array(binary))


def class_margins(
    model: LanguageModel, texts: Sequence[str], label: int | str | None = None
) -> tuple[np.ndarray, str]:
    """Return the log-odds of a class against all others, of a classifier.

    Parameters
    ----------
    model
        A classifier, or a regression, whose value is returned as it is.
    texts
        n documents.
    label
        The class by name or number; None for the last one.

    Returns
    -------
    ndarray
        float64 [n], above 0 where the class is likelier than all others together.
    str
        What it is, in words.

    Raises
    ------
    ModelError
        Where the model is no classifier, or has no such class.
    """
    if model.task != "classifier":
        raise ModelError(
            f"Model {model.name} predicts no labels (it is a {model.task} model), so there are no "
            "margins of a class; give outputs of your own, or train a classifier on it "
            "(model.train_classifier=true)."
        )
    names = class_names(model)
    encoding = encode_texts(model, texts)
    logits = np.empty((len(encoding), len(names)))
    with torch.inference_mode():
        for batch in batches(encoding, 64):
            found = model.network(**batch.to(model.device).inputs).logits.cpu().double()
            logits[batch.documents] = found.numpy()
    if len(names) == 1:
        return logits[:, 0], "predicted value"
    chosen = len(names) - 1 if label is None else class_number(model, label)
    others = np.logaddexp.reduce(np.delete(logits, chosen, axis=1), axis=1)
    return logits[:, chosen] - others, f"log-odds of class {names[chosen]}"
