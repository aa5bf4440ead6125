"""What a model that reads from left to right says of each feature, from those before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from causattn.attribution.readouts import token_readout
from causattn.attribution.settings import Scale
from causattn.attribution.targets import Readout
from causattn.models import CarrierTokens, Encoding, LanguageModel


def next_words(
    model: LanguageModel,
    repeated: Encoding,
    carriers: CarrierTokens,
    document: np.ndarray,
    feature: np.ndarray,
    scale: Scale,
) -> tuple[Readout, np.ndarray]:
    """Return the readout of each case's feature where its tokens are predicted, and what is unseen.

    Parameters
    ----------
    model
        A causal language model.
    repeated
        n documents, one a case.
    carriers
        The tokens that carry features, by document.
    document, feature
        int64 [n], which document each case is, and which feature it asks for.
    scale
        Logit or log-probability.

    Returns
    -------
    Readout
        Of the feature's tokens, each read at the token before it; one that begins its document is
        predicted by nothing and left out.
    unseen : ndarray
        bool [t], tokens that have no part in it: the feature's own, and those behind it.
    """
    case, own, position = carriers.of(document)
    asked = own == feature[case]
    case, position = case[asked], position[asked]
    flat = repeated.bounds[case] + position
    later = position > 0
    readout = token_readout(model, repeated, case[later], position[later], scale, named=False)
    last = np.zeros(len(document), dtype=np.int64)
    np.maximum.at(last, case, position)
    owner = np.repeat(np.arange(len(repeated)), repeated.lengths)
    unseen = np.arange(len(repeated.ids)) - repeated.bounds[owner] >= last[owner]
    unseen[flat] = True
    before = np.where(readout.position > 0, readout.position - 1, -1)
    return replace(readout, position=before), unseen
