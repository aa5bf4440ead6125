import dataclasses

import numpy as np
import pytest
import torch
from tokenizers import processors
from transformers import (
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForMaskedLM,
    XLNetConfig,
    XLNetForSequenceClassification,
)

from causattn.base import DataError
from causattn.models import LanguageModel, batches, encode_texts, predict_labels, take
from tests.models.conftest import TEXTS, bert, bert_tokenizer, gpt2


def test_ids_and_special_tokens_are_the_tokenizers(model: LanguageModel, texts: list[str]) -> None:
    encoding = encode_texts(model, texts)
    for k, text in enumerate(texts):
        alone = model.tokenizer(text, return_special_tokens_mask=True)
        rows = slice(encoding.bounds[k], encoding.bounds[k + 1])
        assert encoding.ids[rows].tolist() == alone["input_ids"]
        assert encoding.special[rows].tolist() == [bool(x) for x in alone["special_tokens_mask"]]


def test_offsets_cover_every_visible_character_and_no_space_before_a_word(
    model: LanguageModel, texts: list[str]
) -> None:
    encoding = encode_texts(model, texts)
    for k, text in enumerate(texts):
        rows = slice(encoding.bounds[k], encoding.bounds[k + 1])
        spans = [
            (s, e) for s, e in zip(encoding.start[rows], encoding.end[rows], strict=True) if s < e
        ]
        covered = {c for s, e in spans for c in range(s, e)}
        # A combining accent is part of no token where the normaliser strips accents.
        visible = {c for c, letter in enumerate(text) if not letter.isspace()}
        assert {text[c] for c in visible - covered} <= {"\u0301", "\u200d"}
        assert all(not text[s].isspace() for s, _ in spans)


def test_special_tokens_cover_nothing(model: LanguageModel, texts: list[str]) -> None:
    encoding = encode_texts(model, texts)
    assert (encoding.start[encoding.special] == encoding.end[encoding.special]).all()


@pytest.mark.parametrize("by_length", [True, False])
def test_batches_hold_each_document_once_and_unpadded_output_is_the_same(
    model: LanguageModel, texts: list[str], by_length: bool
) -> None:
    encoding = encode_texts(model, texts)
    seen = []
    for batch in batches(encoding, 4, by_length):
        seen += batch.documents.tolist()
        with torch.no_grad():
            together = model.network(**batch.inputs).logits
        for row, document in enumerate(batch.documents):
            length = encoding.lengths[document]
            assert batch.attention_mask[row].sum() == length
            one = torch.from_numpy(encoding.ids[encoding.bounds[document] :][:length])[None]
            with torch.no_grad():
                alone = model.network(input_ids=one).logits[0]
            torch.testing.assert_close(together[row, :length], alone, rtol=1e-4, atol=1e-5)
            special = encoding.special[encoding.bounds[document] :][:length]
            assert (batch.content[row, :length].numpy() == ~special).all()
            assert not batch.content[row, length:].any()
    assert sorted(seen) == list(range(len(texts)))
    if not by_length:
        assert seen == list(range(len(texts)))


def test_by_length_pads_less(model: LanguageModel, texts: list[str]) -> None:
    encoding = encode_texts(model, texts)

    def cells(by_length: bool) -> int:
        return sum(batch.input_ids.numel() for batch in batches(encoding, 2, by_length))

    assert cells(True) < cells(False)


def test_models_that_pool_the_last_column_are_never_padded(
    model: LanguageModel, texts: list[str]
) -> None:
    encoding = dataclasses.replace(encode_texts(model, [*texts, texts[0]]), pad_id=None)
    found = list(batches(encoding, 4, by_length=False))
    assert all(bool(batch.attention_mask.all()) for batch in found)
    assert sorted(np.concatenate([batch.documents for batch in found])) == list(range(7))


def xlnet() -> LanguageModel:
    """Return a classifier that reads the last column, padding or not, with [CLS] at the end."""
    core = bert_tokenizer().backend_tokenizer
    core.post_processor = processors.TemplateProcessing(
        single="$A [SEP] [CLS]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]"
    )
    config = XLNetConfig(
        vocab_size=len(tokenizer), d_model=16, n_layer=1, n_head=2, d_inner=16, num_labels=3
    )
    torch.manual_seed(0)
    network = XLNetForSequenceClassification(config).eval()
    return LanguageModel("xlnet", network, tokenizer, "classifier")


def test_a_model_that_reads_the_last_column_tells_the_same_in_a_batch_as_alone() -> None:
    model = xlnet()
    encoding = encode_texts(model, TEXTS)
    assert (encoding.pooled == encoding.lengths - 1).all()
    told = predict_labels(model, encoding, 4)
    for k, text in enumerate(TEXTS):
        alone = predict_labels(model, encode_texts(model, [text]))
        np.testing.assert_allclose(told[k], alone[0], atol=1e-5)


def roberta() -> LanguageModel:
    tokenizer = bert_tokenizer()
    tokenizer.model_max_length = 10**30
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=34,
        pad_token_id=1,
    )
    return LanguageModel("roberta", RobertaForMaskedLM(config).eval(), tokenizer, "masked")


@pytest.mark.parametrize(("make", "limit"), [(bert, 64), (gpt2, 128), (roberta, 32)])
def test_the_longest_input_runs_and_one_token_more_does_not(make, limit: int) -> None:
    model = make()
    assert model.longest_input == limit
    with torch.no_grad():
        model.network(input_ids=torch.full((1, limit), 7))
        with pytest.raises((IndexError, RuntimeError)):
            model.network(input_ids=torch.full((1, limit + 1), 7))


def test_relative_positions_have_no_limit() -> None:
    assert xlnet().longest_input is None


def test_take_keeps_the_order_asked_for(model: LanguageModel, texts: list[str]) -> None:
    encoding = encode_texts(model, texts)
    batch = take(encoding, np.array([3, 0]))
    length = encoding.lengths[0]
    assert batch.input_ids[1, :length].tolist() == encoding.ids[:length].tolist()


def test_pooled_position_is_the_one_the_classifier_reads(
    classifier: LanguageModel, texts: list[str]
) -> None:
    encoding = encode_texts(classifier, texts)
    batch = take(encoding, np.arange(len(texts)))
    if classifier.name == "gpt2":
        network = classifier.network
        with torch.no_grad():
            hidden = network.transformer(**batch.inputs).last_hidden_state
            expected = network.score(hidden)[torch.arange(len(texts)), encoding.pooled]
            torch.testing.assert_close(network(**batch.inputs).logits, expected)
    else:
        assert (encoding.pooled == 0).all()


def test_long_documents_are_refused_or_cut_as_asked(model: LanguageModel) -> None:
    texts = ["short", "very " * 400, "short too"]
    with pytest.raises(DataError, match=r"1 of 3 documents.*model.long_text=truncate"):
        encode_texts(model, texts)
    encoding = encode_texts(model, texts, "truncate")
    assert encoding.truncated.tolist() == [1]
    assert encoding.lengths[1] == model.longest_input
    assert encoding.special[encoding.bounds[2] - 1] == (model.name == "bert")
    cut = dataclasses.replace(model, long_text="truncate")
    assert (encode_texts(cut, texts).ids == encoding.ids).all()


def test_a_document_without_tokens_is_named() -> None:
    # BERT adds [CLS] and [SEP] to an empty text, GPT-2 nothing.
    assert encode_texts(bert(), ["a", ""]).lengths.tolist() == [3, 2]
    with pytest.raises(DataError, match="Document 1 has no tokens"):
        encode_texts(gpt2(), ["a", ""])
