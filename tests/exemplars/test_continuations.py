from dataclasses import replace

import numpy as np
import pytest
import torch

from causattn.base import CapabilityError, ConfigError
from causattn.corpora import Corpus
from causattn.exemplars import ContinuationSettings, continuations
from causattn.models import LanguageModel, load_model


def start(corpus: Corpus, words: int = 3) -> str:
    return " ".join(corpus.texts[0].split(" ")[:words])


def test_tokens_have_the_models_probability_and_their_attributions(
    causal: LanguageModel, corpus: Corpus
) -> None:
    settings = ContinuationSettings(tokens=4)
    (found,) = continuations(
        causal, [start(corpus)], settings, seed=1, attribution={"kind": "occlusion"}
    )
    assert found.text.startswith(found.prompt)
    assert len(found.pieces) == len(found.probability) == len(found.attributions)
    assert 0 < len(found.pieces) <= 4
    text = found.prompt
    for piece, likely, owed in zip(
        found.pieces, found.probability, found.attributions, strict=True
    ):
        before = causal.tokenizer(text, return_tensors="pt")["input_ids"]
        after = causal.tokenizer(text + piece, return_tensors="pt")["input_ids"]
        assert after[0, :-1].tolist() == before[0].tolist()
        with torch.no_grad():
            odds = causal.network(input_ids=before).logits[0, -1].double().softmax(-1)
        assert float(odds[after[0, -1]]) == pytest.approx(likely, rel=1e-4)
        assert owed.output == pytest.approx(np.log(likely), rel=1e-3)
        assert len(owed.tokens) == before.shape[1]
        text += piece


def test_marks_that_close_a_text_are_none_of_the_tokens_before(corpus: Corpus) -> None:
    settings = {"kind": "lstm_lm", "width": 8, "epochs": 1, "tokenizer": "pieces"}
    model = load_model(settings, corpus, 0)
    assert model.tokenizer("yes")["input_ids"][-1] == model.tokenizer.sep_token_id
    how = ContinuationSettings(tokens=3)
    (found,) = continuations(model, [start(corpus)], how, seed=1, attribution={"kind": "occlusion"})
    assert found.pieces
    text = found.prompt
    for piece, likely, owed in zip(
        found.pieces, found.probability, found.attributions, strict=True
    ):
        read = model.tokenizer(text)["input_ids"][:-1]
        assert len(owed.tokens) == len(owed.score) == len(owed.offsets) == len(read)
        assert owed.output == pytest.approx(np.log(likely), rel=1e-3)
        assert owed.tokens[-1] == text[slice(*owed.offsets[-1])]
        text += piece


def test_a_seed_gives_the_same_text_whatever_stands_beside_it(
    causal: LanguageModel, corpus: Corpus
) -> None:
    first = continuations(causal, [start(corpus), start(corpus, 2)], seed=3)
    again = continuations(causal, [start(corpus), start(corpus, 5)], seed=3)
    other = continuations(causal, [start(corpus)], seed=4)
    assert first[0].text == again[0].text
    assert first[0].text != other[0].text


def test_at_temperature_0_the_likeliest_token_comes(causal: LanguageModel, corpus: Corpus) -> None:
    settings = ContinuationSettings(tokens=3, temperature=0)
    one, two = (continuations(causal, [start(corpus)], settings, seed=k)[0] for k in (0, 1))
    assert one.text == two.text


def test_the_end_token_ends_it(causal: LanguageModel, corpus: Corpus) -> None:
    settings = ContinuationSettings(tokens=3, temperature=0, top=1)
    (whole,) = continuations(causal, [start(corpus)], settings)
    ids = causal.tokenizer(whole.prompt + whole.pieces[0])["input_ids"]
    config = type(causal.network.config).from_dict(
        causal.network.config.to_dict() | {"eos_token_id": ids[-1]}
    )
    network = type(causal.network)(config).eval()
    network.load_state_dict(causal.network.state_dict())
    (found,) = continuations(replace(causal, network=network), [start(corpus)], settings)
    assert found.ended
    assert found.pieces == ()


def test_what_cannot_go_on_is_a_sentence(masked: LanguageModel) -> None:
    with pytest.raises(CapabilityError, match="does not go on"):
        continuations(masked, ["a"])
    with pytest.raises(ConfigError, match="at least one token"):
        ContinuationSettings(tokens=0)
