"""Documents with tokens taken away, against the sums that a bag of words makes."""

import numpy as np
import pytest

from causattn.attribution import HiddenTarget, LabelTarget, erasure, explain
from causattn.attribution.faithfulness.removal import Erasable
from causattn.base import DataError
from causattn.corpora import load_corpus
from causattn.models import load_model

TEXTS = ["good so bad the", "fine", "so so good bad bad the fine good"]
YES = LabelTarget("yes")


def test_outputs_of_all_sets_of_tokens(bag, weights, bias):
    erasable = Erasable(bag, TEXTS, YES)
    words = TEXTS[0].split()
    sets = np.array(list(np.ndindex(2, 2, 2, 2)), dtype=bool)
    removed = erasable.removals(len(sets))
    removed[:, :4] = sets
    found = erasable.outputs(np.zeros(len(sets), dtype=int), removed)
    for row, gone in enumerate(sets):
        shown = ["[MASK]" if out else word for out, word in zip(gone, words, strict=True)]
        assert found[row] == pytest.approx(bias + sum(weights[word] for word in shown))


def test_variants_of_documents_of_all_lengths_come_back_in_their_order(bag, weights, bias):
    erasable = Erasable(bag, TEXTS, YES)
    case = np.array([2, 0, 1, 2, 0])
    found = erasable.outputs(case, erasable.removals(5))
    whole = [bias + sum(weights[word] for word in text.split()) for text in TEXTS]
    assert found == pytest.approx([whole[k] for k in case])
    good = bag.tokenizer.convert_tokens_to_ids("good")
    replaced = erasable.replaced(case, np.array([1, 2, 0, 7, 3]), np.full(5, good))
    gains = [
        weights["good"] - weights[TEXTS[k].split()[place]]
        for k, place in zip(case, [1, 2, 0, 7, 3], strict=True)
    ]
    assert replaced == pytest.approx(found + gains)


def test_many_batches_say_the_same_as_one(bag, monkeypatch):
    erasable = Erasable(bag, TEXTS * 3, YES)
    every = np.arange(9)
    one = erasable.outputs(every, erasable.removals(9))
    monkeypatch.setattr("causattn.attribution.faithfulness.removal.BATCH_TOKENS", 9)
    assert np.array_equal(erasable.outputs(every, erasable.removals(9)), one)


def test_attributions_of_other_texts(bag):
    erasable = Erasable(bag, TEXTS, YES)
    found = explain(bag, TEXTS, {"kind": "random"}, target=YES)
    erasable.check(found)
    with pytest.raises(DataError, match="2 attributions were given for 3 texts"):
        erasable.check(found[:2])
    with pytest.raises(DataError, match="Attribution 0 has 1 tokens where text 0 has 4"):
        erasable.check([found[1], found[0], found[2]])
    others = explain(bag, TEXTS, {"kind": "random"}, target=LabelTarget("no"))
    with pytest.raises(DataError, match="explains the logit of class no, and is to be judged by"):
        erasable.check(others)


def test_a_hidden_word_of_a_transformer():
    corpus = load_corpus(
        {"kind": "planted", "confounding": 0.0, "label_noise": 0.0, "documents": 40, "fillers": 2},
        0,
    )
    tiny = {"kind": "tiny_mlm", "steps": 2, "width": 16, "layers": 1}
    model = load_model(tiny, corpus, 0)
    texts = corpus.texts[:6]
    place = [text.index("soup") for text in texts]
    target = HiddenTarget([(start, start + 4) for start in place])
    found = explain(model, texts, {"kind": "occlusion"}, target=target)
    erasable = Erasable(model, texts, target)
    erasable.check(found)
    every, nothing = np.arange(6), erasable.removals(6)
    assert erasable.outputs(every, nothing) == pytest.approx([each.output for each in found])
    gone = nothing.copy()
    for case in every:
        gone[case, erasable.explained(case)] = True
    assert erasable.outputs(every, gone) == pytest.approx([each.baseline for each in found])
    one = nothing.copy()
    last = np.array([erasable.explained(case)[-1] for case in every])
    one[every, last] = True
    lost = erasable.outputs(every, nothing) - erasable.outputs(every, one)
    scores = [each.score[place] for each, place in zip(found, last, strict=True)]
    assert lost == pytest.approx(scores, abs=1e-5)
    judged = erasure(model, texts, found, target=target)
    assert np.log(judged.whole) == pytest.approx([each.output for each in found])
