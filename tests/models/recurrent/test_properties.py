"""What holds of attention whatever the texts: rows sum to 1, padding gets and gives nothing."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.models.recurrent import (
    RECURRENT_SCORES,
    LSTMForCausalLM,
    LSTMForConditionalGeneration,
    LSTMLanguageModelConfig,
    LSTMSeq2SeqConfig,
)

texts = st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=7), min_size=1, max_size=4)
scores = st.sampled_from(RECURRENT_SCORES)


def padded(documents: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, documents))
    rows = [document + [0] * (longest - len(document)) for document in documents]
    mask = [[1] * len(document) + [0] * (longest - len(document)) for document in documents]
    return torch.tensor(rows), torch.tensor(mask)


def network(kind: type, config: type, seed: int, **changes: object) -> torch.nn.Module:
    torch.manual_seed(seed)
    return kind(config(vocab_size=13, hidden_size=4, initializer_range=1.0, **changes)).eval()


@settings(max_examples=40, deadline=None)
@given(texts, scores, st.booleans(), st.integers(0, 99))
def test_language_models(documents, attention, itself, seed) -> None:
    model = network(
        LSTMForCausalLM,
        LSTMLanguageModelConfig,
        seed,
        attention=attention,
        attends_to_itself=itself,
    )
    ids, mask = padded(documents)
    with torch.inference_mode():
        output = model(ids, mask, output_attentions=True)
        (weights,) = output.attentions
        for row, document in enumerate(documents):
            size = len(document)
            torch.testing.assert_close(weights[row, 0].sum(-1), torch.ones(ids.shape[1]))
            assert (weights[row, 0, :, size:] == 0).all()
            assert (weights[row, 0, :size].triu(1) == 0).all()
            alone = model(torch.tensor([document])).logits[0]
            torch.testing.assert_close(output.logits[row, :size], alone, atol=1e-5, rtol=1e-4)


@settings(max_examples=40, deadline=None)
@given(texts, texts, scores, st.sampled_from(["current", "previous"]), st.booleans())
def test_encoder_decoders(read, written, attention, query, bidirectional) -> None:
    model = network(
        LSTMForConditionalGeneration,
        LSTMSeq2SeqConfig,
        len(read),
        attention=attention,
        query=query,
        bidirectional=bidirectional,
    )
    pairs = list(zip(read, written, strict=False))
    ids, mask = padded([source for source, _ in pairs])
    decoder, _ = padded([target for _, target in pairs])
    with torch.inference_mode():
        output = model(ids, mask, decoder, output_attentions=True)
        (weights,) = output.cross_attentions
        for row, (source, target) in enumerate(pairs):
            torch.testing.assert_close(weights[row, 0].sum(-1), torch.ones(decoder.shape[1]))
            assert (weights[row, 0, :, len(source) :] == 0).all()
            alone = model(torch.tensor([source]), None, torch.tensor([target])).logits[0]
            found = output.logits[row, : len(target)]
            torch.testing.assert_close(found, alone, atol=1e-5, rtol=1e-4)
