"""The LSTM language model, against loops in NumPy."""

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoModelForCausalLM

KINDS = ["additive", "dot", "scaled_dot", "general", None]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("itself", [False, True])
def test_logits_and_weights_are_those_of_loops(
    kind, itself, make_language_model, documents, padded, reference
) -> None:
    network = make_language_model(attention=kind, attends_to_itself=itself, num_hidden_layers=2)
    ids, mask = padded
    with torch.inference_mode():
        quick = network(ids, mask).logits.numpy()
        output = network(ids, mask, output_attentions=True)
    np.testing.assert_allclose(output.logits.numpy()[mask.bool()], quick[mask.bool()], atol=1e-6)
    for row, document in enumerate(documents):
        logits, attention = reference.language_model(network, document)
        length = len(document)
        np.testing.assert_allclose(quick[row, :length], logits, atol=1e-5)
        if kind is None:
            assert output.attentions is None
        else:
            found = output.attentions[0][row, 0, :length].numpy()
            np.testing.assert_allclose(found[:, :length], attention, atol=1e-6)
            assert (found[:, length:] == 0).all()


def test_no_state_attends_to_itself_but_the_first(make_language_model, padded) -> None:
    weights = make_language_model()(*padded, output_attentions=True).attentions[0][0, 0].detach()
    assert weights[0, 0] == 1
    assert (weights.diagonal()[1:] == 0).all()
    assert (
        make_language_model(attends_to_itself=True)(*padded, output_attentions=True)
        .attentions[0][0, 0]
        .diagonal()
        > 0
    ).all()


def test_nothing_of_the_future_is_seen(make_language_model) -> None:
    network = make_language_model()
    ids = torch.randint(1, 19, (1, 9))
    changed = ids.clone()
    changed[0, 5:] = torch.randint(1, 19, (4,))
    one, other = network(ids).logits, network(changed).logits
    assert torch.equal(one[0, :5], other[0, :5])
    assert not torch.equal(one[0, 5:], other[0, 5:])


def test_padding_changes_nothing(make_language_model, documents, padded) -> None:
    network = make_language_model()
    ids, mask = padded
    together = network(ids, mask).logits
    for row, document in enumerate(documents):
        alone = network(torch.tensor([document])).logits[0]
        torch.testing.assert_close(together[row, : len(document)], alone)


def test_padding_on_the_left_is_refused(make_language_model) -> None:
    with pytest.raises(ValueError, match="pad on the right"):
        make_language_model()(torch.ones(1, 3, dtype=torch.long), torch.tensor([[0, 1, 1]]))


def test_embeddings_stand_for_tokens_and_can_be_differentiated(make_language_model, padded) -> None:
    network = make_language_model()
    ids, mask = padded
    embedded = network.get_input_embeddings()(ids).detach().requires_grad_(True)
    logits = network(inputs_embeds=embedded, attention_mask=mask).logits
    torch.testing.assert_close(logits, network(ids, mask).logits)
    logits[0, 6, 3].backward()
    assert (embedded.grad[0].abs().sum(-1) > 0).all()
    assert (embedded.grad[1:] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_gives_the_same_network(kind, make_language_model, padded, tmp_path) -> None:
    network = make_language_model(attention=kind)
    network.save_pretrained(tmp_path)
    again = AutoModelForCausalLM.from_pretrained(tmp_path)
    assert torch.equal(network(*padded).logits, again(*padded).logits)
    body = AutoModel.from_pretrained(tmp_path)
    assert torch.equal(network.model(*padded)[0], body(*padded)[0])
    assert (tmp_path / "model.safetensors").is_file()


def test_it_writes_what_is_likeliest(make_language_model, reference) -> None:
    network = make_language_model()
    text = [3, 7, 2]
    for _ in range(4):
        text.append(int(reference.language_model(network, text)[0][-1].argmax()))
    written = network.generate(
        torch.tensor([text[:3]]), max_new_tokens=4, do_sample=False, pad_token_id=0
    )
    assert written[0].tolist() == text


def test_forget_gates_start_open(make_language_model) -> None:
    bias = make_language_model().model.lstm.bias_ih_l0
    assert bias.tolist() == [0.0] * 6 + [1.0] * 6 + [0.0] * 12
