"""What an accelerator runs: the same sums without the processor's walk and memory."""

import numpy as np
import pytest
import torch

from causattn.attention import summarise_attention
from causattn.attention.capture.scratch import Scratch, query_rows
from causattn.attention.measures import between

MEASURES = ["raw", "mean", "rollout", "norm"]


@pytest.mark.parametrize("heads", [None, [3, 1]])
@pytest.mark.parametrize("query", ["observed", "masked"])
def test_matrix_products_give_the_sums_of_the_walk(
    query, heads, monkeypatch, language_model, corpus, features
):
    model = language_model("bert", task="masked")
    settings = {"query": query, "measures": MEASURES, "heads": heads}
    walked = summarise_attention(settings, model, corpus, features, 0)
    monkeypatch.setattr(between, "walks", lambda weights: False)
    monkeypatch.setattr(Scratch, "takes", staticmethod(lambda query: False))
    multiplied = summarise_attention(settings, model, corpus, features, 0)
    for name, moments in walked.measures.items():
        found = multiplied.measures[name]
        np.testing.assert_array_equal(found.count, moments.count)
        for part in ("sum", "sum_of_squares", "maximum"):
            np.testing.assert_allclose(
                getattr(found, part), getattr(moments, part), rtol=2e-5, atol=2e-5
            )


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("asked", [True, False])
def test_the_softmax_in_place_is_the_softmax(beside, asked):
    generator = torch.Generator().manual_seed(0)
    query, key = (
        torch.randn((3, 7, 4, 5), generator=generator).transpose(1, 2)
        if beside
        else torch.randn((3, 4, 7, 5), generator=generator)
        for _ in range(2)
    )
    bias = torch.randn((3, 1, 7, 7), generator=generator)
    rows = torch.tensor([[0, 3], [6, 6], [2, 1]]) if asked else None
    whole = (query @ key.transpose(2, 3) * 0.3 + bias).softmax(-1)
    expected = whole
    if rows is not None:
        expected = torch.stack([whole[b][:, rows[b]] for b in range(3)])
        picked = torch.stack([query[b][:, rows[b]] for b in range(3)])
        torch.testing.assert_close(query_rows(query, rows), picked)
    scratch = Scratch()
    for _ in range(2):  # the second time in the memory of the first
        found = scratch.softmax(query, key, bias, 0.3, rows)
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)
    small = scratch.softmax(query[:1], key[:1], None, 0.3, None)
    torch.testing.assert_close(small, (query[:1] @ key[:1].transpose(2, 3) * 0.3).softmax(-1))
