"""First embeddings. The paper starts from 300-dimensional fastText vectors, which are not at hand.

``random``: standard normal, as the authors draw them for words that their vectors lack.
``minilm``: the pretrained MiniLM's embedding of the word's pieces, their mean, each dimension
brought to mean 0 and variance 1: other vectors than the paper's, but pretrained ones, so that what
comes of *having* such vectors can be seen.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import torch

from causattn.base import generator
from causattn.corpora import Corpus
from causattn.models import load_model

from .sentences import PADDING, Vocabulary

Vectors = Literal["random", "minilm"]
VECTORS: tuple[Vectors, ...] = ("random", "minilm")


def first_vectors(
    vocabulary: Vocabulary, kind: Vectors, size: int, seed: int, scale: float = 1.0
) -> torch.Tensor:
    """Return first embeddings, float32 [V, E]; E is `size`, or the pretrained model's width.

    Random ones have a standard deviation of `scale`; the pretrained ones have 1.

    Raises
    ------
    ModelError
        Where the pretrained model is not installed.
    """
    pretrained = _minilm(vocabulary) if kind == "minilm" else None
    width = size if pretrained is None else pretrained.shape[1]
    rng = generator(seed, "jain_wallace", "vectors")
    vectors = (scale * rng.standard_normal((vocabulary.size, width))).astype(np.float32)
    if pretrained is not None:
        vectors[-len(vocabulary.words) :] = pretrained
    vectors[PADDING] = 0
    return torch.from_numpy(vectors)


def _minilm(vocabulary: Vocabulary) -> np.ndarray:
    """Return the standardised mean embedding of each word's pieces, [words, 384]."""
    settings = {"kind": "minilm", "train_classifier": False}
    model = load_model(settings, Corpus("words", list(vocabulary.words)), 0)
    embedding: Any = model.network.get_input_embeddings()
    table = embedding.weight.detach().double().cpu().numpy()
    pieces = model.tokenizer(list(vocabulary.words), add_special_tokens=False)["input_ids"]
    found = np.stack([table[numbers].mean(0) for numbers in pieces])
    return np.asarray((found - found.mean(0)) / found.std(0), dtype=np.float32)
