import numpy as np
import pytest
import torch
from transformers import (
    AlbertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DistilBertConfig,
    ElectraConfig,
    GPTNeoXConfig,
    LlamaConfig,
    ModernBertConfig,
    OPTConfig,
    Qwen2Config,
    RobertaConfig,
)

from causattn.base import ModelError
from causattn.models import LanguageModel, encode_texts, predict_labels, predict_tokens
from causattn.models.loading import AUTO
from tests.models.conftest import TEXTS, bert, bert_tokenizer, gpt2


def alone(model: LanguageModel, text: str) -> torch.Tensor:
    ids = torch.tensor([model.tokenizer(text)["input_ids"]])
    with torch.no_grad():
        return model.network(input_ids=ids).logits[0].double()


@pytest.mark.parametrize("batch_size", [1, 4, 64])
def test_labels_are_those_of_each_document_alone(
    classifier: LanguageModel, batch_size: int
) -> None:
    told = predict_labels(classifier, encode_texts(classifier, TEXTS), batch_size)
    expected = np.stack([alone(classifier, text).softmax(-1).numpy() for text in TEXTS])
    np.testing.assert_allclose(told, expected, atol=1e-5)
    np.testing.assert_allclose(told.sum(1), 1.0)


def test_a_regression_gives_the_number_itself() -> None:
    model = bert(BertForSequenceClassification, num_labels=1)
    told = predict_labels(model, encode_texts(model, TEXTS))
    expected = np.stack([alone(model, text).numpy() for text in TEXTS])
    assert told.shape == (len(TEXTS), 1)
    np.testing.assert_allclose(told, expected, atol=1e-5)


def test_masked_tokens_are_read_where_they_stand() -> None:
    model = bert()
    encoding = encode_texts(model, TEXTS)
    position, tokens = encoding.lengths - 2, np.array([7, 3, 11])
    told = predict_tokens(model, encoding, position, tokens, batch_size=4)
    for k, text in enumerate(TEXTS):
        expected = alone(model, text)[position[k]].log_softmax(-1)[tokens]
        np.testing.assert_allclose(told[k], expected.numpy(), atol=1e-5)


MASKED = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "pad_token_id": 0}
CAUSAL = {**MASKED, "num_key_value_heads": 1, "intermediate_size": 32}
ARCHITECTURES = [
    ("masked", RobertaConfig, {**MASKED, "intermediate_size": 32}),
    ("masked", ElectraConfig, {**MASKED, "intermediate_size": 32, "embedding_size": 8}),
    ("masked", ModernBertConfig, {**MASKED, "intermediate_size": 32}),
    ("masked", DistilBertConfig, {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}),
    ("masked", AlbertConfig, {**MASKED, "intermediate_size": 32, "embedding_size": 8}),
    ("masked", DebertaV2Config, {**MASKED, "intermediate_size": 32}),
    ("causal", LlamaConfig, CAUSAL),
    ("causal", Qwen2Config, CAUSAL),
    ("causal", GPTNeoXConfig, {**MASKED, "intermediate_size": 32}),
    ("causal", OPTConfig, {"hidden_size": 16, "ffn_dim": 32, "num_attention_heads": 2}),
]


@pytest.mark.parametrize(
    ("task", "config", "settings"), ARCHITECTURES, ids=lambda each: getattr(each, "model_type", "")
)
def test_every_architectures_head_reads_each_position_by_itself(
    task: str, config: type, settings: dict[str, object]
) -> None:
    tokenizer = bert_tokenizer()
    torch.manual_seed(0)
    network = AUTO[task].from_config(config(vocab_size=len(tokenizer), **settings)).eval()
    model = LanguageModel(config.model_type, network, tokenizer, task)
    encoding = encode_texts(model, TEXTS)
    position, tokens = encoding.lengths - 1, np.arange(5, 15)
    told = predict_tokens(model, encoding, position, tokens, batch_size=4)
    for k, text in enumerate(TEXTS):
        expected = alone(model, text)[position[k] - (task == "causal")].log_softmax(-1)[tokens]
        np.testing.assert_allclose(told[k], expected.numpy(), atol=1e-4)


def test_causal_tokens_are_read_one_place_before() -> None:
    model = gpt2()
    texts = [text for text in TEXTS if len(text) > 1]
    encoding = encode_texts(model, texts)
    position = encoding.lengths - 1
    own = encoding.ids[encoding.bounds[1:] - 1][:, None]
    told = predict_tokens(model, encoding, position, own)
    for k, text in enumerate(texts):
        expected = alone(model, text)[-2].log_softmax(-1)[own[k, 0]]
        assert told[k, 0] == pytest.approx(expected.item(), abs=1e-5)


def test_what_a_model_cannot_tell_is_said() -> None:
    language, label = gpt2(), bert(BertForSequenceClassification, num_labels=2)
    encoding = encode_texts(language, TEXTS)
    with pytest.raises(ModelError, match="predicts no labels"):
        predict_labels(language, encoding)
    with pytest.raises(ModelError, match="predicts no tokens"):
        predict_tokens(label, encode_texts(label, TEXTS), np.ones(6, int), np.array([1]))
    with pytest.raises(ModelError, match="predicts no first token"):
        predict_tokens(language, encoding, np.zeros(6, int), np.array([1]))
