"""What decoders predict, in batches, against one document at a time without a cache."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers.models import WordLevel

from causattn.base import ModelError
from causattn.models import LanguageModel, encode_texts, next_logits
from tests.small_models import DECODERS, SPECIAL, small_decoder, whole_words

WORDS = [f"w{k}" for k in range(15)]


@pytest.fixture(scope="module", params=DECODERS)
def model(request: pytest.FixtureRequest) -> LanguageModel:
    words = [*SPECIAL, *WORDS]
    tokenizer = whole_words(WordLevel({w: k for k, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.padding_side = "left"  # whatever a tokenizer would like
    network = small_decoder(request.param, len(words))
    return LanguageModel(request.param, network, tokenizer, "causal")


def naive(model: LanguageModel, ids: np.ndarray, position: int, hidden: np.ndarray) -> np.ndarray:
    """Read one prefix with a mask of our own: nothing batched, padded or kept."""
    length = position
    mask = torch.full((length, length), torch.finfo(torch.float32).min).triu(1)
    mask[:, torch.from_numpy(hidden[:length])] = torch.finfo(torch.float32).min
    masks = mask[None, None]
    if model.name == "gemma3":
        near = torch.arange(length)[:, None] - torch.arange(length) < 4
        window = mask.masked_fill(~near, torch.finfo(torch.float32).min)[None, None]
        masks = {"full_attention": masks, "sliding_attention": window}
    with torch.inference_mode():
        given = torch.from_numpy(ids[None, :length])
        logits = model.network(input_ids=given, attention_mask=masks, use_cache=False).logits
    return logits[0, -1].numpy()


@settings(max_examples=15, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    size=st.integers(1, 4),
    seed=st.integers(0, 9999),
    hides=st.booleans(),
)
def test_batches_say_what_single_documents_say(model, lengths, size, seed, hides) -> None:
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(WORDS, length)) for length in lengths]
    encoding = encode_texts(model, texts)
    first = np.isin(np.arange(len(encoding.ids)), encoding.bounds[:-1])
    rows = rng.permutation(np.flatnonzero(~first))[: rng.integers(1, 12)]
    hidden = np.zeros(len(encoding.ids), dtype=bool)
    if hides:
        hidden = rng.random(len(encoding.ids)) < 0.3
        hidden[encoding.bounds[:-1]] = False
        hidden[::3] = False  # where a whole window is hidden, attention is even over padding, too
    found = np.full((len(rows), model.network.config.vocab_size), np.nan, dtype=np.float32)
    for places, logits in next_logits(model, encoding, rows, size, hidden if hides else None):
        assert np.isnan(found[places]).all()
        found[places] = logits
    for row, logits in zip(rows, found, strict=True):
        document = np.searchsorted(encoding.bounds, row, side="right") - 1
        low, high = encoding.bounds[document : document + 2]
        expected = naive(model, encoding.ids[low:high], row - low, hidden[low:high])
        np.testing.assert_allclose(logits, expected, atol=2e-4)


def test_a_hidden_first_token_leaves_no_gap(model) -> None:
    encoding = encode_texts(model, ["w1 w2 w3", "w1 w2 w3"])
    other = encoding.replaced(np.array([1]), np.array([0]), np.array([6]))
    hidden = np.isin(np.arange(len(encoding.ids)), encoding.bounds[:-1])
    rows = encoding.bounds[:-1] + 3
    (_, logits), *_ = list(next_logits(model, other, rows, 2, hidden))
    assert torch.isfinite(logits).all()
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-5)


def test_the_first_token_is_predicted_by_nobody(model) -> None:
    encoding = encode_texts(model, ["w1 w2"])
    with pytest.raises(ModelError, match="no first token"):
        next(next_logits(model, encoding, np.array([0])))
