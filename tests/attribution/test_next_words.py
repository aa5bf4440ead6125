"""Attribution over a corpus for models that read from left to right, against loops."""

import numpy as np
import pytest
import torch

from causattn.attribution import summarise_attribution
from causattn.base import ConfigError
from causattn.corpora import load_corpus
from causattn.features import build_features
from causattn.models import load_model


@pytest.fixture(scope="module", params=["words", "sentences"])
def study(request):
    corpus = load_corpus(
        {"kind": "bayesnet", "network": "asia", "documents": 16, "style": request.param}, 0
    )
    settings = {"kind": "lstm_lm", "width": 8, "epochs": 1, "dropout": 0.0}
    model = load_model(settings, corpus, 0)
    torch.manual_seed(0)
    for weight in model.network.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    return (
        corpus,
        model,
        build_features(
            {"kind": "slots", "include": ["smoke", "bronc", "dysp", "xray"]}, corpus, model, 0
        ),
    )


def tokens_of(corpus, model, features):
    """Ids of each document and the positions of each feature's tokens, by looking at each."""
    carriers = features.carriers
    for document, text in enumerate(corpus.texts):
        encoded = model.tokenizer(
            text, return_offsets_mapping=True, return_special_tokens_mask=True
        )
        of: dict[int, list[int]] = {}
        for row in np.flatnonzero(carriers.document == document):
            pairs = zip(encoded["offset_mapping"], encoded["special_tokens_mask"], strict=True)
            for position, ((low, high), special) in enumerate(pairs):
                if not special and low < carriers.end[row] and high > carriers.start[row]:
                    of.setdefault(int(carriers.variable[row]), []).append(position)
        yield encoded["input_ids"], of


def log_probability(model, embedded, ids, positions) -> float:
    """Of the tokens at some places, each from those before it."""
    with torch.no_grad():
        logits = model.network(inputs_embeds=embedded[None]).logits[0].double().log_softmax(-1)
    return sum(float(logits[place - 1, ids[place]]) for place in positions if place > 0)


def test_erased_embeddings_before_a_word_are_those_of_loops(study) -> None:
    corpus, model, features = study
    settings = {"kind": "embedding_ablation", "batch_tokens": 300}
    summary = summarise_attribution({**settings, "unit": "output"}, model, corpus, features, 0)
    size = features.size
    count, total, signed = (np.zeros((size, size)) for _ in range(3))
    for ids, of in tokens_of(corpus, model, features):
        embedded = model.network.get_input_embeddings()(torch.tensor(ids)).detach()
        for i, asked in of.items():
            whole = log_probability(model, embedded, ids, asked)
            for j, places in of.items():
                found, seen = 0.0, False
                for place in places if j != i else []:
                    if place < max(asked):
                        erased = embedded.clone()
                        erased[place] = 0
                        found += whole - log_probability(model, erased, ids, asked)
                        seen = True
                if seen:
                    count[i, j] += 1
                    total[i, j] += abs(found)
                    signed[i, j] += found
    assert summary.query == "next"
    np.testing.assert_array_equal(summary.moments.count, count)
    np.testing.assert_allclose(summary.moments.sum[0, 0], total, atol=1e-3)
    np.testing.assert_allclose(summary.signed, signed, atol=1e-3)
    assert count.sum() == 16 * 4 * 3 / 2


@pytest.mark.parametrize("kind", ["cell_contribution", "occlusion", "gradient_input", "attention"])
def test_what_comes_later_has_no_part_in_a_word(kind, study) -> None:
    corpus, model, features = study
    summary = summarise_attribution({"kind": kind}, model, corpus, features, 0)
    assert summary.moments.count.sum() == 16 * 4 * 3 / 2
    assert np.isfinite(summary.signed).all()
    assert summary.signed.any()


def test_a_causal_model_hides_nothing(study) -> None:
    corpus, model, features = study
    with pytest.raises(ConfigError, match="masked needs a masked language model"):
        summarise_attribution({"kind": "occlusion", "query": "masked"}, model, corpus, features, 0)
