"""The LSTM encoder-decoder, against loops in NumPy."""

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoModelForSeq2SeqLM

from causattn.models.recurrent import RECURRENT_SCORES
from causattn.models.recurrent.states import run_lstm

QUERIES = ["current", "previous"]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("kind", RECURRENT_SCORES)
@pytest.mark.parametrize("bidirectional", [True, False])
def test_logits_and_weights_are_those_of_loops(
    query, kind, bidirectional, make_seq2seq, documents, padded, reference
) -> None:
    network = make_seq2seq(
        attention=kind, query=query, bidirectional=bidirectional, num_hidden_layers=2
    )
    ids, mask = padded
    written = torch.randint(1, 19, (len(documents), 5))
    with torch.inference_mode():
        output = network(ids, mask, written, output_attentions=True)
    weights = output.cross_attentions[0]
    assert weights.shape == (len(documents), 1, 5, ids.shape[1])
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    for row, document in enumerate(documents):
        logits, attention = reference.seq2seq(network, document, written[row].tolist())
        np.testing.assert_allclose(output.logits[row].numpy(), logits, atol=1e-5)
        found = weights[row, 0].numpy()
        np.testing.assert_allclose(found[:, : len(document)], attention, atol=1e-6)
        assert (found[:, len(document) :] == 0).all()


@pytest.mark.parametrize("query", QUERIES)
def test_padding_changes_nothing(query, make_seq2seq, documents, padded) -> None:
    network = make_seq2seq(query=query)
    ids, mask = padded
    written = torch.randint(1, 19, (len(documents), 3))
    together = network(ids, mask, written).logits
    for row, document in enumerate(documents):
        alone = network(torch.tensor([document]), None, written[row : row + 1]).logits
        torch.testing.assert_close(together[row : row + 1], alone)


def test_packed_states_are_those_of_each_document_alone(documents, padded) -> None:
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(4, 3, 2, batch_first=True, bidirectional=True)
    embedding = torch.nn.Embedding(19, 4)
    ids, mask = padded
    states, (hidden, cell) = run_lstm(lstm, embedding(ids), mask.sum(1))
    for row, document in enumerate(documents):
        alone, (h, c) = lstm(embedding(torch.tensor([document])))
        torch.testing.assert_close(states[row, : len(document)], alone[0])
        assert (states[row, len(document) :] == 0).all()
        torch.testing.assert_close(hidden[:, row], h[:, 0])
        torch.testing.assert_close(cell[:, row], c[:, 0])


@pytest.mark.parametrize("query", QUERIES)
def test_nothing_that_is_still_to_be_written_is_seen(query, make_seq2seq, padded) -> None:
    network = make_seq2seq(query=query)
    ids, mask = padded
    written = torch.randint(1, 19, (4, 6))
    changed = written.clone()
    changed[:, 3:] = torch.randint(1, 19, (4, 3))
    one, other = network(ids, mask, written).logits, network(ids, mask, changed).logits
    torch.testing.assert_close(one[:, :3], other[:, :3])
    assert not torch.equal(one[:, 3:], other[:, 3:])


@pytest.mark.parametrize("query", QUERIES)
def test_a_folder_gives_the_same_network(query, make_seq2seq, padded, tmp_path) -> None:
    network = make_seq2seq(query=query)
    network.save_pretrained(tmp_path)
    ids, mask = padded
    again = AutoModelForSeq2SeqLM.from_pretrained(tmp_path)
    assert torch.equal(network(ids, mask, ids).logits, again(ids, mask, ids).logits)
    body = AutoModel.from_pretrained(tmp_path)
    assert torch.equal(
        network.model(ids, mask, decoder_input_ids=ids)[0],
        body(ids, mask, decoder_input_ids=ids)[0],
    )


@pytest.mark.parametrize("query", QUERIES)
def test_it_writes_what_is_likeliest(query, make_seq2seq, documents, padded, reference) -> None:
    network = make_seq2seq(query=query)
    ids, mask = padded
    written = network.generate(ids, attention_mask=mask, max_new_tokens=4, do_sample=False)
    for row, document in enumerate(documents):
        text = [network.config.decoder_start_token_id]
        for _ in range(4):
            text.append(int(reference.seq2seq(network, document, text)[0][-1].argmax()))
        assert written[row].tolist() == text


def test_what_cannot_be_made_is_said(make_seq2seq) -> None:
    with pytest.raises(ValueError, match="make it even"):
        type(make_seq2seq())(type(make_seq2seq().config)(hidden_size=5))
    with pytest.raises(ValueError, match="choose current or previous"):
        make_seq2seq(query="next")
