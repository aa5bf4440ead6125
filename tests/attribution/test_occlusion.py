"""Leaving out one token, against a loop over documents without batches or captum."""

import numpy as np
import pytest
import torch

from causattn.attribution import HiddenTarget, LabelTarget, NextTokenTarget, explain
from causattn.base import DataError

SPANS = [(4, 8), (0, 1), (6, 10), (0, 5), (5, 12)]


def number(model, ids, read) -> float:
    with torch.no_grad():
        output = model.network(
            input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids))
        )
    return read(output.logits[0].double())


def cases(model, texts):
    """Ids, places that get a score, and how the number is read off, of each text."""
    for text, (low, high) in zip(texts, SPANS, strict=True):
        encoded = model.tokenizer(
            text, return_offsets_mapping=True, return_special_tokens_mask=True
        )
        ids = list(encoded["input_ids"])
        places = [k for k, special in enumerate(encoded["special_tokens_mask"]) if not special]
        if model.task == "masked":
            hidden = [
                k
                for k in places
                if encoded["offset_mapping"][k][0] < high and encoded["offset_mapping"][k][1] > low
            ]
            true = {k: ids[k] for k in hidden}
            for k in hidden:
                ids[k] = model.tokenizer.mask_token_id
            places = [k for k in places if k not in true]
            yield ids, places, true
        else:
            yield ids, places, None


TARGETS = {
    "classifier": LabelTarget(1),
    "causal": NextTokenTarget(7),
    "masked": HiddenTarget(SPANS),
}


def readers(model, true):
    """How to read the number where nothing is gone, or place k is."""
    if model.task == "classifier":
        return lambda gone: lambda logits: logits[1].item()
    if model.task == "causal":
        return lambda gone: lambda logits: logits[-1].log_softmax(-1)[7].item()

    def read(gone):
        return lambda logits: sum(
            logits[k - (gone is not None and gone < k)].log_softmax(-1)[token].item()
            for k, token in true.items()
        )

    return read


@pytest.mark.parametrize("name", ["classifier", "causal", "masked"])
@pytest.mark.parametrize("kind", ["occlusion", "deletion"])
def test_scores_are_what_the_output_loses(models, texts, name, kind):
    model = models(name)
    tokenizer = model.tokenizer
    stand_in = tokenizer.eos_token_id if name == "causal" else tokenizer.mask_token_id
    found = explain(model, texts, {"kind": kind}, target=TARGETS[name])
    for each, (ids, places, true) in zip(found, cases(model, texts), strict=True):
        read = readers(model, true)
        whole = number(model, ids, read(None))
        expected = np.zeros(len(ids))
        for k in places:
            if kind == "occlusion":
                left = number(model, [*ids[:k], stand_in, *ids[k + 1 :]], read(None))
            else:
                left = number(model, [*ids[:k], *ids[k + 1 :]], read(k))
            expected[k] = whole - left
        assert np.allclose(each.score, expected, atol=1e-4)


def test_padding_as_stand_in_does_not_move_where_a_classifier_pools(models, texts):
    """GPT-2's classifier reads the last token whose id is not padding's."""
    model = models("causal_classifier")
    assert model.network.config.pad_token_id == model.tokenizer.eos_token_id
    found = explain(model, texts, {"kind": "occlusion"}, target=LabelTarget(1))
    network, table = model.network, model.network.get_input_embeddings().weight
    for each, text in zip(found, texts, strict=True):
        ids = model.tokenizer(text)["input_ids"]
        changed = [*ids[:-1], model.tokenizer.eos_token_id]
        with torch.no_grad():
            # The body knows no padding; the head is put on its last state by hand.
            whole, left = (
                network.score(network.transformer(inputs_embeds=table[row][None])[0][0, -1])[1]
                for row in (ids, changed)
            )
        assert np.isclose(each.score[-1], (whole - left).item(), atol=1e-4)


def test_the_only_token_cannot_be_deleted(models):
    with pytest.raises(DataError, match="one token has nothing left"):
        explain(models("causal"), ["a"], {"kind": "deletion"})
