"""Paths between heads against the residual stream edited by hand, with hooks, on small models."""

from contextlib import ExitStack

import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from causattn.attention import (
    HeadPaths,
    check_same_length,
    part_effects,
    path_attribution,
    path_effects,
    paths_from,
)
from causattn.base import DataError, ModelError
from tests.small_models import DECODERS, small_decoder, small_modernbert

IDS = torch.tensor([[3, 4, 5, 6, 7, 8], [9, 10, 11, 5, 4, 3]])
OTHERS = torch.tensor([[3, 9, 5, 12, 7, 8], [9, 13, 11, 14, 4, 3]])
LAYERS, HEADS = 3, 4


@pytest.fixture(scope="module", params=(*DECODERS, "modernbert"))
def network(request: pytest.FixtureRequest):
    if request.param == "modernbert":
        return small_modernbert(16, seed=7, layers=LAYERS)
    return small_decoder(request.param, 16, seed=7, layers=LAYERS)


@pytest.fixture(scope="module")
def llama():
    return small_decoder("llama", 16, seed=7, layers=LAYERS)


def ungrouped(network):
    """The same function with a key and a value for every head, by repeating weights."""
    config = network.config
    if not hasattr(config, "num_key_value_heads"):
        return network
    own = {**config.to_dict(), "num_key_value_heads": HEADS}
    full = AutoModelForCausalLM.from_config(AutoConfig.for_model(**own)).eval()
    state = network.state_dict()
    for key, weight in state.items():
        if ".k_proj." in key or ".v_proj." in key:
            groups = weight.unflatten(0, (config.num_key_value_heads, -1))
            state[key] = groups.repeat_interleave(HEADS // len(groups), 0).flatten(0, 1)
    full.load_state_dict(state)
    return full


class ByHand:
    """A model whose parts are known by name; one path is patched with hooks of its own."""

    def __init__(self, network) -> None:
        self.network = ungrouped(network)
        body = self.network.base_model
        self.gpt2 = hasattr(body, "h")
        self.layers = body.h if self.gpt2 else body.layers
        self.encoder = network.config.model_type == "modernbert"
        self.last = body.ln_f if self.gpt2 else body.final_norm if self.encoder else body.norm
        self.gemma = "gemma" in network.config.model_type

    def parts(self, layer: int):
        own = self.layers[layer]
        if self.gpt2:
            return own.ln_1, own.attn, own.attn.c_proj, own.ln_2, own.mlp
        if self.encoder:
            return own.attn_norm, own.attn, own.attn.Wo, own.mlp_norm, own.mlp
        after = own.pre_feedforward_layernorm if self.gemma else own.post_attention_layernorm
        return own.input_layernorm, own.self_attn, own.self_attn.o_proj, after, own.mlp

    @torch.no_grad()
    def wrote(self, ids: torch.Tensor, sender: str, scale_of: torch.Tensor) -> torch.Tensor:
        """What a part adds to the stream; a norm's scale is that of the documents `scale_of`."""
        if sender == "embedding":
            return self.seen(ids, self.parts(0)[0])
        layer, part = sender.split(".")
        number = int(layer)
        _, _, writes, _, mlp = self.parts(number)
        if part == "mlp":
            module = self.layers[number].post_feedforward_layernorm if self.gemma else mlp
            return self.seen(ids, module, output=True)
        heads = self.seen(ids, writes)
        mask = torch.zeros(HEADS, heads.shape[-1] // HEADS)
        mask[int(part)] = 1
        added = writes(heads * mask.flatten()) - writes(torch.zeros_like(heads))
        if self.gemma:
            norm = self.layers[number].post_attention_layernorm
            whole = writes(self.seen(scale_of, writes))
            size = torch.rsqrt(whole.pow(2).mean(-1, keepdim=True) + norm.eps)
            added = added * size * (1 + norm.weight)
        return added

    @torch.no_grad()
    def seen(self, ids, module, output: bool = False) -> torch.Tensor:
        found = []
        if output:
            handle = module.register_forward_hook(lambda _, __, out: found.append(out))
        else:
            handle = module.register_forward_pre_hook(lambda _, given: found.append(given[0]))
        with ExitStack() as stack:
            stack.callback(handle.remove)
            self.network(input_ids=ids)
        return found[0]

    @torch.no_grad()
    def patched(self, ids, change: torch.Tensor, receiver: str) -> torch.Tensor:
        """Logits at the last position with `change` in what one receiver reads."""
        handles = []
        if receiver == "output":

            def add(module, given):
                return (given[0] + change,)

            handles.append(self.last.register_forward_pre_hook(add))
        elif receiver.endswith("mlp"):
            norm, mlp = self.parts(int(receiver.split(".")[0]))[3:]
            stream = self.seen(ids, norm)

            def swap(module, given):
                return (norm(stream + change),)

            handles.append(mlp.register_forward_pre_hook(swap))
        else:
            layer, head, channel = receiver.split(".")
            norm, attention, *_ = self.parts(int(layer))
            stream = self.seen(ids, norm)
            if self.gpt2 or self.encoder:
                module = attention.c_attn if self.gpt2 else attention.Wqkv
                size = self.network.config.hidden_size
                width = size // HEADS
                first = "qkv".index(channel) * size + int(head) * width
            else:
                module = getattr(attention, f"{channel}_proj")
                width = module.weight.shape[0] // HEADS
                first = int(head) * width

            def splice(module, given, output):
                edited = module.forward(norm(stream + change))
                output = output.clone()
                output[..., first : first + width] = edited[..., first : first + width]
                return output

            handles.append(module.register_forward_hook(splice))
        logits = self.network(input_ids=ids).logits[:, -1:]
        for handle in handles:
            handle.remove()
        return logits


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [
        ("0.1", "1.2.q"),
        ("0.2", "2.3.k"),
        ("1.0", "2.1.v"),
        ("0.3", "0.mlp"),
        ("1.mlp", "2.0.v"),
        ("embedding", "1.1.k"),
        ("1.3", "output"),
    ],
)
def test_a_path_is_the_stream_edited_where_one_part_reads_it(network, sender, receiver) -> None:
    paths, by_hand = HeadPaths(network, IDS), ByHand(network)
    other = HeadPaths(network, OTHERS).written().counterfactual()
    # Where a norm stands behind the heads, the counterfactual has its own scale.
    own, theirs = by_hand.wrote(IDS, sender, IDS), by_hand.wrote(OTHERS, sender, OTHERS)
    k = paths.index(sender)
    torch.testing.assert_close(paths.written().senders[k], own, atol=1e-5, rtol=1e-4)
    found = paths.run(paths_from(paths, [sender], [receiver]), other).logits
    expected = by_hand.patched(IDS, theirs - own, receiver)
    torch.testing.assert_close(found, expected, atol=2e-5, rtol=1e-4)
    assert (found - paths.run().logits).abs().max() > 1e-4


def test_all_paths_patched_are_the_other_document(network) -> None:
    paths, there = HeadPaths(network, IDS), HeadPaths(network, OTHERS)
    other = there.written().counterfactual()
    found = paths.run(paths.possible, other).logits
    torch.testing.assert_close(found, there.run().logits, atol=1e-4, rtol=1e-4)


def test_a_part_replaced_is_all_its_paths_patched(network) -> None:
    paths = HeadPaths(network, IDS)
    for other in (paths.written().zero(), paths.written().mean()):
        for part in ("0.2", "1.mlp"):
            node = torch.zeros(len(paths.senders), dtype=torch.bool)
            node[paths.index(part)] = True
            whole = paths.run(other=other, nodes=node).logits
            each = paths.run(paths_from(paths, [part]), other).logits
            torch.testing.assert_close(whole, each, atol=1e-4, rtol=1e-4)


def test_a_head_set_to_zero_is_its_rows_of_the_output_map_at_zero(llama) -> None:
    paths = HeadPaths(llama, IDS)
    other = paths.written().zero()
    node = torch.zeros(len(paths.senders), dtype=torch.bool)
    node[paths.index("1.2")] = True
    found = paths.run(other=other, nodes=node).logits
    weight = llama.model.layers[1].self_attn.o_proj.weight
    kept = weight.detach().clone()
    with torch.no_grad():
        weight[:, 12:18] = 0
        expected = llama(input_ids=IDS).logits[:, -1:]
        weight.copy_(kept)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def metric(logits: torch.Tensor) -> torch.Tensor:
    return logits[:, -1, 3] - logits[:, -1, 5]


@pytest.fixture(scope="module")
def linear():
    """Attention that looks everywhere alike, no norms, no feed-forward networks: all linear."""
    network = small_decoder("llama", 16, seed=8, layers=LAYERS)
    network.model.norm = torch.nn.Identity()
    with torch.no_grad():
        for layer in network.model.layers:
            layer.input_layernorm = layer.post_attention_layernorm = torch.nn.Identity()
            layer.self_attn.q_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
    return network


def test_where_the_model_is_linear_paths_add_up(linear) -> None:
    paths = HeadPaths(linear, IDS)
    other = HeadPaths(linear, OTHERS).written().counterfactual()
    effects = part_effects(paths, other, metric, ["0.1", "1.2", "embedding"])
    assert effects.kind == "counterfactual"
    torch.testing.assert_close(
        effects.total, effects.direct + effects.indirect, atol=1e-5, rtol=1e-4
    )
    attributed = path_attribution(paths, other, metric)
    for part, total in zip(effects.parts, effects.total, strict=True):
        k = paths.index(part)
        rows = paths.possible[:, k].nonzero()[:, 0]
        edges = torch.stack([rows, torch.full_like(rows, k)], dim=1)
        exact = path_effects(paths, other, metric, edges)
        torch.testing.assert_close(exact.sum(0), total, atol=1e-5, rtol=1e-4)
        # To first order is exact here.
        torch.testing.assert_close(attributed[:, rows, k].T, exact, atol=1e-5, rtol=1e-4)
    assert effects.direct[:2].abs().min() > 1e-4


def test_attribution_is_the_slope_of_the_exact_patch(network) -> None:
    paths = HeadPaths(network, IDS)
    own = paths.written()
    theirs = HeadPaths(network, OTHERS).written()
    small = type(own)("counterfactual", own.senders + 1e-2 * (theirs.senders - own.senders))
    attributed = path_attribution(paths, small, metric)
    assert (attributed[:, ~paths.possible] == 0).all()
    chosen = paths_from(paths, ["0.0", "1.3", "1.mlp"]).nonzero()
    exact = path_effects(paths, small, metric, chosen)
    first_order = attributed[:, chosen[:, 0], chosen[:, 1]].T
    assert (exact - first_order).abs().max() < 0.05 * exact.abs().max()


def test_integrated_slopes_of_the_embedding_are_the_whole_change(llama) -> None:
    paths, there = HeadPaths(llama, IDS), HeadPaths(llama, OTHERS)
    other = there.written().counterfactual()
    found = path_attribution(paths, other, metric, steps=40)
    whole = metric(there.run().logits) - metric(paths.run().logits)
    torch.testing.assert_close(found[:, :, 0].sum(1), whole, atol=0.03, rtol=0.05)
    at_once = path_attribution(paths, other, metric)
    assert (at_once[:, :, 0].sum(1) - whole).abs().max() > 0.2


def test_bad_input_is_said_in_a_sentence(llama) -> None:
    paths = HeadPaths(llama, IDS)
    with pytest.raises(DataError, match="as many tokens"):
        paths.run(paths.possible, HeadPaths(llama, OTHERS[:, :4]).written())
    with pytest.raises(DataError, match="no part 9"):
        paths_from(paths, ["9.1"])
    with pytest.raises(DataError, match="no receiver 1"):
        paths_from(paths, ["0.1"], ["1.2.x"])
    with pytest.raises(DataError, match="must come after"):
        paths_from(paths, ["2.1"], ["0.1.q"])
    with pytest.raises(DataError, match="give other="):
        paths.run(paths.possible)
    with pytest.raises(DataError, match="documents with 6 tokens and counterparts with 4"):
        check_same_length({"documents": IDS, "counterparts": OTHERS[:, :4]})
    mixed = GPTNeoXConfig(
        vocab_size=16,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
    )
    with pytest.raises(ModelError, match=r"one map gives its queries, keys.*KnockOut"):
        HeadPaths(GPTNeoXForCausalLM(mixed).eval(), IDS)
    both = T5Config(vocab_size=16, d_model=8, d_ff=8, d_kv=4, num_layers=1, num_heads=2)
    with pytest.raises(ModelError, match=r"reads the encoder's stream.*KnockOut"):
        HeadPaths(T5ForConditionalGeneration(both).eval(), IDS)


def test_what_else_a_block_does_is_found_out(llama) -> None:
    handle = llama.model.layers[1].register_forward_hook(lambda _, __, out: out * 1.1)
    try:
        with pytest.raises(ModelError, match="do more than add"):
            HeadPaths(llama, IDS)
    finally:
        handle.remove()


def test_quantised_weights_are_refused_in_a_sentence() -> None:
    network = small_decoder("llama", 16, seed=7, layers=1)
    attention = network.model.layers[0].self_attn
    whole = attention.o_proj

    class Quantised(torch.nn.Module):
        """Weights of eight bits, as libraries put in the place of a linear map."""

        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(whole.weight.to(torch.int8), requires_grad=False)

        def forward(self, states: torch.Tensor) -> torch.Tensor:
            return whole(states)

    attention.o_proj = Quantised()
    with pytest.raises(ModelError, match=r"no plain linear map .*load it in float32"):
        HeadPaths(network, IDS)
