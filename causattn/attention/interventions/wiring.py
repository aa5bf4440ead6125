"""How a model's blocks are wired: which module reads the residual stream, and which writes it.

A block reads the stream through a norm and adds to it, first its attention, then its feed-forward
network; BERT and its kin read it as it is, and norm it after each addition. Families name these
parts differently; what they are called is looked up here, and whether that is all there is, is
tried on the model (`causattn.attention.interventions.paths`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from causattn.base import ModelError

Channels = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Block:
    """One block's parts.

    Parameters
    ----------
    norm, attention
        What the attention reads the stream through, and the attention module.
    reads
        The maps to query, key and value: three, or one that does all.
    writes
        The map from all heads' outputs back to the stream.
    after
        The norm that its output passes before it is added; None for none.
    mlp_norm, mlp, mlp_after
        The same of the feed-forward network.
    added, mlp_added
        The norms that the stream passes once either is added; None for none.
    """

    norm: torch.nn.Module
    attention: torch.nn.Module
    reads: tuple[torch.nn.Module, ...]
    writes: torch.nn.Module
    after: torch.nn.Module | None
    mlp_norm: torch.nn.Module
    mlp: torch.nn.Module
    mlp_after: torch.nn.Module | None
    added: torch.nn.Module | None = None
    mlp_added: torch.nn.Module | None = None

    def written(self, heads: int) -> torch.Tensor:
        """Return each head's rows of the map back to the stream, [H, d, width]."""
        weight = self.writes.weight
        assert isinstance(weight, torch.Tensor)
        weight = weight if isinstance(self.writes, Conv1D) else weight.T
        return weight.detach().reshape(heads, -1, weight.shape[1])


@dataclass(frozen=True)
class Wiring:
    """A decoder's blocks, its last norm, and the map to the vocabulary."""

    blocks: tuple[Block, ...]
    norm: torch.nn.Module
    vocabulary: torch.nn.Module
    heads: int


def wiring_of(network: PreTrainedModel) -> Wiring:
    """Return how a decoder is wired.

    Raises
    ------
    ModelError
        Where a part is not found: another architecture, or quantised weights.
    """
    if getattr(network.config, "is_encoder_decoder", False):
        raise _unknown(network, "its decoder reads the encoder's stream beside its own")
    body = network.base_model
    if hasattr(body, "encoder") and not hasattr(body, "layers"):
        return _normed_after(network)
    layers = _first(body, "layers", "h")
    norm = _first(body, "norm", "ln_f", "final_layer_norm", "final_norm")
    vocabulary = _to_vocabulary(network)
    heads = getattr(network.config, "num_attention_heads", None)
    if layers is None or norm is None or vocabulary is None or not isinstance(heads, int):
        raise _unknown(network, "its blocks, last norm or map to the vocabulary were not found")
    blocks = tuple(_block(network, layer) for layer in layers.children())
    return Wiring(blocks, norm, vocabulary, heads)


def _normed_after(network: PreTrainedModel) -> Wiring:
    """Return how BERT, RoBERTa, ELECTRA or a model of their modules is wired."""
    body: Any = network.base_model
    layers = _first(body.encoder, "layer")
    heads = getattr(network.config, "num_attention_heads", None)
    vocabulary = _first(network, "cls", "lm_head")
    two = _first(network, "generator_predictions"), _first(network, "generator_lm_head")
    if two[0] is not None and two[1] is not None:
        vocabulary = torch.nn.Sequential(two[0], two[1])
    if layers is None or vocabulary is None or not isinstance(heads, int):
        raise _unknown(network, "its blocks or its map to the vocabulary were not found")
    blocks = tuple(_block_normed_after(network, layer) for layer in layers.children())
    return Wiring(blocks, torch.nn.Identity(), vocabulary, heads)


def _block_normed_after(network: PreTrainedModel, layer: torch.nn.Module) -> Block:
    """Return one block's parts, where the stream is normed after each addition."""
    attention: Any = _first(layer, "attention")
    output: Any = _first(layer, "output")
    own, writes = _first(attention, "self"), _first(attention, "output")
    maps: list[Any] = [_first(own, name) for name in ("query", "key", "value")]
    maps += [_first(writes, "dense"), _first(output, "dense")]
    norms: list[Any] = [_first(writes, "LayerNorm"), _first(output, "LayerNorm")]
    inner: Any = _first(layer, "intermediate")
    if None in (inner, *maps, *norms) or hasattr(layer, "crossattention"):
        raise _unknown(network, f"a part of {type(layer).__name__} was not found")
    _check_plain(network, maps)
    return Block(
        norm=torch.nn.Identity(),
        attention=attention,
        reads=tuple(maps[:3]),
        writes=maps[3],
        after=None,
        mlp_norm=torch.nn.Identity(),
        mlp=torch.nn.Sequential(inner, maps[4]),
        mlp_after=None,
        added=norms[0],
        mlp_added=norms[1],
    )


def _to_vocabulary(network: PreTrainedModel) -> torch.nn.Module | None:
    """Return the map from the last norm to the vocabulary: an encoder's has a layer of its own."""
    found = network.get_output_embeddings()
    head = _first(network, "head")
    if isinstance(found, torch.nn.Module) and head is not None and head is not found:
        return torch.nn.Sequential(head, found)
    return found


def _block(network: PreTrainedModel, layer: torch.nn.Module) -> Block:
    """Return one block's parts."""
    attention = _first(layer, "self_attn", "attn", "attention")
    both_sides = hasattr(layer, "pre_feedforward_layernorm")
    found: dict[str, Any] = {
        "norm": _first(layer, "input_layernorm", "ln_1", "attn_norm"),
        "attention": attention,
        "writes": _first(attention, "o_proj", "c_proj", "out_proj", "Wo"),
        "after": _first(layer, "post_attention_layernorm") if both_sides else None,
        "mlp": _first(layer, "mlp"),
        "mlp_after": _first(layer, "post_feedforward_layernorm") if both_sides else None,
    }
    names: tuple[str, ...] = ("post_attention_layernorm", "ln_2", "mlp_norm")
    names = ("pre_feedforward_layernorm",) if both_sides else names
    found["mlp_norm"] = _first(layer, *names)
    three = [_first(attention, f"{each}_proj") for each in "qkv"]
    fused = _first(attention, "c_attn", "qkv_proj", "Wqkv")
    reads = (fused,) if fused is not None else tuple(each for each in three if each is not None)
    if not reads and _first(attention, "query_key_value") is not None:
        raise _unknown(network, "one map gives its queries, keys and values, mixed head by head")
    needed = {"norm", "attention", "writes", "mlp", "mlp_norm"}
    if any(found[name] is None for name in needed) or len(reads) not in (1, 3):
        raise _unknown(network, f"a part of {type(layer).__name__} was not found")
    _check_plain(network, (*reads, found["writes"]))
    return Block(reads=reads, **found)


def _check_plain(network: PreTrainedModel, maps: Iterable[torch.nn.Module | None]) -> None:
    """Raise where a map is anything but a matrix of numbers."""
    for module in maps:
        if (
            not isinstance(module, torch.nn.Linear | Conv1D)
            or not module.weight.is_floating_point()
        ):
            raise _unknown(
                network,
                f"{type(module).__name__} is no plain linear map (quantised or adapted weights); "
                "load it in float32, adapters merged",
            )


def _first(module: torch.nn.Module | None, *names: str) -> torch.nn.Module | None:
    """Return the first submodule of these names."""
    found = (getattr(module, name, None) for name in names)
    return next((each for each in found if isinstance(each, torch.nn.Module)), None)


def _unknown(network: PreTrainedModel, why: str) -> ModelError:
    return ModelError(
        f"Paths between heads of {type(network).__name__} cannot be patched: {why}; attention can "
        "still be cut (causattn.attention.KnockOut), or take a Llama, Qwen3, Gemma3, GPT-2, BERT "
        "or ModernBERT."
    )


class _HeadsDone(Exception):
    """Ends an attention module once its heads' outputs are known."""


def head_outputs(
    block: Block, inputs: torch.Tensor | Channels, settings: dict[str, Any], heads: int
) -> torch.Tensor:
    """Return what an attention's heads give before they are written, [N, T, H, d].

    Parameters
    ----------
    block
        Whose attention.
    inputs
        What query, key and value are made from, [N, T, width]: one for all, or one each.
    settings
        What else the attention module is called with: positions and masks of B documents, where N
        is a multiple of B.
    heads
        How many heads there are.
    """
    found: list[torch.Tensor] = []

    def stop(module: torch.nn.Module, arguments: tuple[torch.Tensor, ...]) -> None:
        found.append(arguments[0])
        raise _HeadsDone

    given = inputs if isinstance(inputs, torch.Tensor) else inputs[0]
    own = {key: _tiled(value, len(given)) for key, value in settings.items()}
    handle = block.writes.register_forward_pre_hook(stop)
    try:
        with _reading(block, inputs):
            block.attention(given, **own)
    except _HeadsDone:
        pass
    finally:
        handle.remove()
    return found[0].unflatten(-1, (heads, -1))


@contextmanager
def _reading(block: Block, inputs: torch.Tensor | Channels) -> Iterator[None]:
    """Have query, key and value made from inputs of their own inside the block."""
    if isinstance(inputs, torch.Tensor):
        yield
        return
    handles = []
    if len(block.reads) == 3:
        for module, own in zip(block.reads, inputs, strict=True):
            handles.append(module.register_forward_pre_hook(lambda _, __, own=own: (own,)))
    else:
        (fused,) = block.reads
        together = torch.cat(inputs)
        width, whole = block.writes.weight.shape, fused.weight.shape
        queries = width[0] if isinstance(block.writes, Conv1D) else width[1]  # type: ignore[index]
        out = whole[1] if isinstance(fused, Conv1D) else whole[0]  # type: ignore[index]
        sizes = (int(queries), (int(out) - int(queries)) // 2, (int(out) - int(queries)) // 2)

        def pick(_: Any, __: Any, output: torch.Tensor) -> torch.Tensor:
            parts = output.chunk(3)
            split = [part.split(sizes, dim=-1)[k] for k, part in enumerate(parts)]
            return torch.cat(split, dim=-1)

        handles.append(fused.register_forward_pre_hook(lambda _, __: (together,)))
        handles.append(fused.register_forward_hook(pick))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _tiled(value: Any, count: int) -> Any:
    """Return a setting of B documents for a multiple of them."""
    if isinstance(value, tuple):
        return tuple(_tiled(each, count) for each in value)
    if not isinstance(value, torch.Tensor) or value.dim() < 2 or value.shape[0] in (1, count):
        return value
    return value.repeat(count // value.shape[0], *[1] * (value.dim() - 1))


def frozen_gain(norm: torch.nn.Module, total: torch.Tensor) -> torch.Tensor:
    """Return what a root-mean-square norm multiplies each part of its input by, [..., width].

    Parameters
    ----------
    norm
        The norm.
    total
        Its whole input, whose size is held.
    """
    epsilon = float(getattr(norm, "eps", getattr(norm, "variance_epsilon", 1e-6)))
    ones = torch.ones_like(total[..., :1, :])
    weight = norm(ones) * (1 + epsilon) ** 0.5
    return weight * torch.rsqrt(total.pow(2).mean(-1, keepdim=True) + epsilon)
