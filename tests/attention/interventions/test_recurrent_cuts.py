"""Attention of recurrent models: cut, replaced and differentiated as any transformer's."""

import pytest
import torch
from torch.nn.functional import pad

from causattn.attention import KnockOut, attention_weights, editable_attention


def test_an_edge_cut_is_a_key_that_is_not_there(lstm_lm, padded) -> None:
    """With one key cut before the softmax, the last output is that of attention without it."""
    model = lstm_lm(attention="additive").network.double()
    batch = {"input_ids": padded["input_ids"][:1]}
    edges = torch.zeros(1, 6, 6, dtype=torch.bool)
    edges[0, 5, 2] = True
    with editable_attention(model, batch) as capture:
        cut = capture.edited(batch, KnockOut("renormalise", edges=edges)).logits[0, 5]
        left = capture.edited(batch, KnockOut("zero", edges=edges)).logits[0, 5]
        whole = capture.edited(batch, None).logits[0, 5]
    body = model.model
    with torch.no_grad():
        states = body.lstm(body.embedding(batch["input_ids"]))[0][0]
        paid = model(**batch, output_attentions=True).attentions[0][0, 0, 5].clone()

        def output(weights):
            return model.head(states[5] + body.context_projection(weights @ states))

        torch.testing.assert_close(whole, output(paid), rtol=1e-6, atol=1e-6)
        paid[2] = 0
        torch.testing.assert_close(left, output(paid), rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(cut, output(paid / paid.sum()), rtol=1e-6, atol=1e-6)
    assert not torch.allclose(whole, cut)


@pytest.mark.parametrize("kind", ["renormalise", "zero", "mean", "resample"])
def test_cuts_of_a_step_are_those_of_weighing_it_by_hand(kind, lstm_seq2seq, padded) -> None:
    network, batch = lstm_seq2seq(query="previous").network, padded
    decoder = {"decoder_input_ids": pad(batch["input_ids"][:, :-1], (1, 0))}
    edges = torch.zeros(3, 6, 6, dtype=torch.bool)
    edges[0, 2, 1] = edges[0, 4, 3] = edges[1, 2, 0] = True
    edges[2, 1, :2] = True  # everything that this row sees
    with editable_attention(network, batch) as capture:
        stand_in = None
        if kind in ("mean", "resample"):
            stand_in = attention_weights(capture, batch, stack="cross", mean=kind == "mean")
            if kind == "resample":
                stand_in = {0: stand_in[0].flip(0)}
        edit = KnockOut(kind, edges=edges, replacement=stand_in, stack="cross")
        found = capture.edited(batch, edit).logits

    def by_hand(scores, step, steps):
        weights = scores.softmax(-1)
        gone = edges[:, step][:, None, None]
        if kind in ("mean", "resample"):
            other = stand_in[0][:, :, step : step + 1].expand_as(weights)
            return torch.where(gone, other, weights)
        left = weights.masked_fill(gone, 0.0)
        if kind == "zero":
            return left
        total = left.sum(-1, keepdim=True)
        return torch.where(total > 0, left / total.clamp(min=1e-30), weights)

    expected = network(**batch, **decoder, stepwise=by_hand).logits
    torch.testing.assert_close(found, expected.detach())
    assert edit.rows_kept == (kind == "renormalise")
    plain = network(**batch, **decoder).logits
    # What came before the cut stays, what comes after follows from another state.
    torch.testing.assert_close(found[0, :2], plain[0, :2].detach())
    assert not torch.allclose(found[0, 3], plain[0, 3])


def test_a_cut_elsewhere_changes_nothing(lstm_seq2seq, padded) -> None:
    network, batch = lstm_seq2seq().network, padded
    with editable_attention(network, batch) as capture:
        cut = capture.edited(batch, KnockOut("zero", stack="encoder")).logits
        assert torch.equal(cut, capture.edited(batch, None).logits)


@pytest.mark.parametrize("family", ["lm", "current", "previous"])
def test_gradients_are_those_of_small_changes(family, lstm_lm, lstm_seq2seq, padded) -> None:
    model = lstm_lm() if family == "lm" else lstm_seq2seq(query=family)
    network, batch = model.network.double(), {"input_ids": padded["input_ids"][:1]}

    def target(output):
        return output.logits[:, 4, 7].sum()

    class Nudge:
        def __init__(self, query, key, size):
            self.place = query, key, size

        def touches(self, layer):
            return True

        def scores(self, layer, scores):
            return scores

        def weights(self, layer, weights):
            query, key, size = self.place
            changed = weights.clone()
            changed[:, :, query, key] += size
            return changed

    with editable_attention(network, batch) as capture:
        ((_, weights, gradient),) = capture.gradients(batch, target)
        assert gradient.shape == weights.shape == (1, 1, 6, 6)
        for query, key in [(4, 0), (4, 3), (2, 1), (5, 2)]:
            more, less = (
                float(target(capture.edited(batch, Nudge(query, key, size))))
                for size in (1e-3, -1e-3)
            )
            expected = (more - less) / 2e-3
            assert float(gradient[0, 0, query, key]) == pytest.approx(expected, abs=1e-5)
    # An earlier step's weights matter to a later output only where they lead to another state.
    assert (gradient[0, 0, 2].abs().max() > 0) == (family == "previous")
    assert (gradient[0, 0, 5] == 0).all()


def test_attention_under_another_input_can_stand_in(lstm_lm, padded) -> None:
    model = lstm_lm()
    base, other = padded["input_ids"][:1], padded["input_ids"][:1].clone()
    other[0, 1] = 9
    with editable_attention(model.network, {"input_ids": base}) as capture:
        weights = attention_weights(capture, {"input_ids": other})
        swapped = capture.edited(
            {"input_ids": base}, KnockOut("resample", replacement=weights)
        ).logits
        again = capture.edited(
            {"input_ids": base},
            KnockOut("resample", replacement=attention_weights(capture, {"input_ids": base})),
        ).logits
        whole = capture.edited({"input_ids": base}, None).logits
    torch.testing.assert_close(again, whole)
    assert not torch.allclose(swapped, whole)
