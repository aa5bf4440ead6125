from collections.abc import Callable

import numpy as np
import pytest
import torch

from causattn.base import DataError
from causattn.corpora import Corpus
from causattn.exemplars import document_vectors, nearest_documents
from causattn.models import LanguageModel


def test_a_vector_is_the_mean_of_the_words_states(masked: LanguageModel, corpus: Corpus) -> None:
    texts = [corpus.texts[0], " ".join(corpus.texts[1].split()[:3]), corpus.texts[2]]
    found = document_vectors(masked, texts, batch_size=2)
    for text, vector in zip(texts, found, strict=True):
        given = masked.tokenizer(text, return_tensors="pt", return_special_tokens_mask=True)
        special = given.pop("special_tokens_mask")[0].bool()
        given.pop("token_type_ids", None)
        with torch.no_grad():
            states = masked.network.base_model(**given)[0][0]
        mean = states[~special].mean(0)
        np.testing.assert_allclose(vector, (mean / mean.norm()).numpy(), atol=1e-5)


def test_the_nearest_are_those_of_the_largest_cosine(
    classifier: Callable[..., LanguageModel], corpus: Corpus
) -> None:
    vectors = document_vectors(classifier(), corpus.texts[:30])
    found = nearest_documents(vectors, 4, 5)
    cosines = [(-round(float(vectors[k] @ vectors[4]), 9), k) for k in range(30) if k != 4]
    assert found.documents.tolist() == [k for _, k in sorted(cosines)[:5]]
    assert (np.diff(found.similarity) <= 1e-9).all()
    assert len(nearest_documents(vectors[:3], 0, 10).documents) == 2
    with pytest.raises(DataError, match="no document 30"):
        nearest_documents(vectors, 30, 1)
