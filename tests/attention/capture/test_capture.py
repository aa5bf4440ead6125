"""Every family, by every way that works, against its own eager weights."""

import pytest
import torch

from causattn.attention import METHODS, Probe, capture_attention
from causattn.attention.capture.body import attention_implementation
from causattn.base import ModelError

FAMILIES = (
    "bert",
    "roberta",
    "distilbert",
    "albert",
    "electra",
    "modernbert",
    "deberta",
    "deberta_v2",
    "xlnet",
    "gpt2",
    "gpt_neo",
    "gpt_neox",
    "gptj",
    "falcon",
    "falcon_alibi",
    "opt",
    "bloom",
    "llama",
    "mistral",
    "qwen2",
    "qwen3",
    "gemma2",
    "gemma3",
    "phi",
    "t5",
    "bart",
)
REGISTERED, _, HOOKS, RETURNED = METHODS
WAYS = (REGISTERED, HOOKS, RETURNED)  # those that transformers are captured by
WITHOUT_INTERFACE = {"deberta", "deberta_v2", "xlnet", "gpt_neo", "gptj", "bloom"} | {
    "falcon",
    "falcon_alibi",
}
FIELDS = {
    "self": "attentions",
    "encoder": "encoder_attentions",
    "decoder": "decoder_attentions",
    "cross": "cross_attentions",
}


class Keep(Probe):
    """Keeps what no probe should: every layer's weights."""

    def __init__(self, rows=None):
        self.seen = []
        self.asked = rows

    def rows(self, layer):
        return self.asked

    def visit(self, layer, weights):
        self.seen.append((layer, weights.clone()))


def batch(side: str) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    ids = torch.randint(4, 40, (3, 12))
    mask = torch.ones_like(ids)
    if side != "none":
        mask[1, :4] = 0
        mask[2, :7] = 0
        if side == "right":
            mask = mask.flip(1)
    return {"input_ids": ids * mask, "attention_mask": mask}


def eager_attention(network, inputs: dict[str, torch.Tensor]) -> dict[str, tuple]:
    if network.config.is_encoder_decoder:
        start = network.config.decoder_start_token_id
        ids = inputs["input_ids"]
        shifted = torch.cat([torch.full_like(ids[:, :1], start), ids[:, :-1]], dim=1)
        inputs = {**inputs, "decoder_input_ids": shifted}
    with torch.no_grad():
        output = network(**inputs, output_attentions=True)
    return {stack: getattr(output, field, None) or () for stack, field in FIELDS.items()}


def real_rows(layer, inputs) -> torch.Tensor:
    mask = inputs["attention_mask"].bool()
    return mask if layer.stack in ("self", "encoder") else torch.ones_like(mask)


@pytest.mark.parametrize("side", ["none", "right", "left"])
@pytest.mark.parametrize("family", FAMILIES)
def test_weights_equal_the_eager_models(family, side, families, network_of):
    inputs = batch(side)
    reference = eager_attention(network_of(families[family], attn_implementation="eager"), inputs)
    count = sum(len(layers) for layers in reference.values())
    network = network_of(families[family])
    ways = [HOOKS, RETURNED] if family in WITHOUT_INTERFACE else list(WAYS)
    for method in ways:
        probe = Keep()
        with capture_attention(network, inputs, methods=[method]) as capture:
            capture.run(inputs, probe)
        assert len(probe.seen) == count
        for layer, weights in probe.seen:
            expected = reference[layer.stack][layer.index]
            rows = real_rows(layer, inputs)
            gap = (weights - expected).movedim(1, 2)[rows].abs().max()
            assert gap < 1e-5, (method, layer)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_first_way_that_works_is_chosen(family, families, network_of):
    with capture_attention(network_of(families[family]), batch("right")) as capture:
        assert capture.method == (HOOKS if family in WITHOUT_INTERFACE else REGISTERED)
        assert capture.heads == 4


@pytest.mark.parametrize("method", WAYS)
def test_asked_rows_alone_are_handed_out(method, families, network_of):
    inputs = batch("right")
    rows = torch.tensor([[3, 1], [0, 0], [2, 4]])
    whole, some = Keep(), Keep(rows)
    network = network_of(families["gemma2"])
    with capture_attention(network, inputs, methods=[method]) as capture:
        capture.run(inputs, whole)
        capture.run(inputs, some)
    for (_, every), (_, asked) in zip(whole.seen, some.seen, strict=True):
        for b in range(3):
            torch.testing.assert_close(asked[b], every[b][:, rows[b]])


def test_an_encoder_runs_alone(families, network_of):
    inputs = batch("right")
    for family in ("t5", "bart"):
        reference = eager_attention(
            network_of(families[family], attn_implementation="eager"), inputs
        )["encoder"]
        network = network_of(families[family])
        for method in WAYS:
            probe = Keep()
            with capture_attention(network, inputs, stack="encoder", methods=[method]) as capture:
                capture.run(inputs, probe)
            assert [layer.stack for layer, _ in probe.seen] == ["encoder", "encoder"]
            for layer, weights in probe.seen:
                rows = real_rows(layer, inputs)
                gap = (weights - reference[layer.index]).movedim(1, 2)[rows].abs().max()
                assert gap < 1e-5


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("family", FAMILIES)  # all of them run with half weights
def test_half_precision(family, dtype, side, families, network_of):
    inputs = batch(side)
    eager = network_of(families[family], attn_implementation="eager").to(dtype)
    reference = eager_attention(eager, inputs)
    network = network_of(families[family]).to(dtype)
    probe = Keep()
    with capture_attention(network, inputs) as capture:
        capture.run(inputs, probe)
    assert len(probe.seen) == sum(len(layers) for layers in reference.values())
    for layer, weights in probe.seen:
        assert weights.dtype == torch.float32
        expected = reference[layer.stack][layer.index]
        assert expected.dtype in (dtype, torch.float32)
        gap = (weights - expected).movedim(1, 2)[real_rows(layer, inputs)].abs().max()
        assert gap < 1e-2, layer


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("family", ["bert", "llama", "gemma2", "deberta_v2"])
def test_half_precision_is_near_single(family, dtype, families, network_of):
    inputs = batch("right")
    reference = eager_attention(network_of(families[family], attn_implementation="eager"), inputs)
    network = network_of(families[family]).to(dtype)
    probe = Keep()
    with capture_attention(network, inputs) as capture:
        capture.run(inputs, probe)
    for layer, weights in probe.seen:
        assert weights.dtype == torch.float32
        expected = reference[layer.stack][layer.index]
        assert (weights - expected).movedim(1, 2)[real_rows(layer, inputs)].abs().max() < 0.1


@pytest.mark.parametrize("method", WAYS)
def test_the_model_is_left_as_it_was(method, families, network_of):
    inputs = batch("right")
    network = network_of(families["bert"]).train()
    before = network.config._attn_implementation
    hooks = sum(len(module._forward_hooks) for module in network.modules())
    with capture_attention(network, inputs, methods=[method]) as capture:
        assert not network.training
        capture.run(inputs, Keep())
    assert network.training
    assert network.config._attn_implementation == before
    with (
        pytest.raises(RuntimeError, match="on the way"),
        capture_attention(network, inputs, methods=[method]),
    ):
        raise RuntimeError("on the way")
    assert network.training
    assert all(module.training for module in network.modules())
    assert network.config._attn_implementation == before
    if method != RETURNED:  # transformers installs its own hooks once and leaves them
        assert sum(len(module._forward_hooks) for module in network.modules()) <= hooks + 4


@pytest.mark.parametrize("method", [REGISTERED, HOOKS])
def test_a_pass_ends_after_the_last_layer_wanted(method, families, network_of):
    class First(Keep):
        def wants(self, layer):
            return layer.index == 0

    network = network_of(families["bert"])
    ran = []
    inputs, probe = batch("none"), First()
    with capture_attention(network, inputs, methods=[method]) as capture:
        last = network.encoder.layer[1]
        with_hook = last.register_forward_hook(lambda *_: ran.append(1))
        capture.run(inputs, probe)
        with_hook.remove()
    assert [layer.index for layer, _ in probe.seen] == [0]
    assert not ran


def test_a_model_without_softmax_attention_is_refused(families, network_of):
    import transformers as hf

    config = hf.MambaConfig(
        vocab_size=40, hidden_size=32, num_hidden_layers=1, state_size=4, pad_token_id=0
    )
    network = hf.AutoModel.from_config(config).eval()
    with (
        pytest.raises(ModelError, match="MambaModel gives no attention weights"),
        capture_attention(network, {"input_ids": batch("none")["input_ids"]}),
    ):
        pass


def test_something_that_is_no_transformer_is_refused(families, network_of):
    with (
        pytest.raises(ModelError, match="not a Hugging Face transformer"),
        capture_attention(torch.nn.Linear(2, 2), batch("none")),
    ):
        pass


def test_a_function_that_does_not_reproduce_the_model_is_not_used(
    monkeypatch, families, network_of
):
    """A model with something of its own inside its attention falls back to its own weights."""
    import transformers.models.bert.modeling_bert as bert

    own = bert.BertSelfAttention.forward

    def doubled(self, *args, **kwargs):
        output, weights = own(self, *args, **kwargs)
        factor = 2.0 if self.config._attn_implementation == "causattn" else 1.0
        return output * factor, weights

    monkeypatch.setattr(bert.BertSelfAttention, "forward", doubled)
    with capture_attention(network_of(families["bert"]), batch("right")) as capture:
        assert capture.method == HOOKS


def test_rows_that_do_not_sum_to_one_are_refused(monkeypatch, families, network_of):
    import transformers.models.bert.modeling_bert as bert

    own = bert.eager_attention_forward

    def sink(*args, **kwargs):
        output, weights = own(*args, **kwargs)
        return output, weights * 0.9

    monkeypatch.setattr(bert, "eager_attention_forward", sink)
    with (
        pytest.raises(ModelError, match=r"sum is off 1 by 0\.1"),
        capture_attention(network_of(families["bert"]), batch("none"), methods=[HOOKS]),
    ):
        pass


def test_weights_that_are_not_numbers_are_refused(families, network_of):
    network = network_of(families["bert"])
    with torch.no_grad():
        network.encoder.layer[1].attention.self.query.weight[0, 0] = float("nan")
    with (
        pytest.raises(ModelError, match=r"layer\.1\.attention\.self is not a number"),
        capture_attention(network, batch("none")),
    ):
        pass


def test_attention_paid_to_padding_is_refused(monkeypatch, families, network_of):
    import transformers.models.bert.modeling_bert as bert

    own = bert.eager_attention_forward

    def blind(module, query, key, value, attention_mask, **rest):
        return own(module, query, key, value, None, **rest)

    monkeypatch.setattr(bert, "eager_attention_forward", blind)
    network = network_of(families["bert"])
    with (
        pytest.raises(ModelError, match="to padding"),
        capture_attention(network, batch("right"), methods=[HOOKS]),
    ):
        pass


def test_the_registered_name_is_of_no_use_outside_a_capture(families, network_of):
    network = network_of(families["bert"])
    with (
        attention_implementation(network, "causattn") as taken,
        pytest.raises(ModelError, match="only inside a capture"),
    ):
        assert taken
        network(**batch("none"))
