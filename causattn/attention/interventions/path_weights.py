"""What each part of a decoder can write to the stream and read from it: its weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from causattn.attention.interventions.wiring import Block, Wiring


def writing_maps(network: PreTrainedModel, wiring: Wiring) -> Iterator[torch.Tensor]:
    """Yield the map of each sender to the stream, float32 [d, width], in the order of senders."""
    embedding = network.get_input_embeddings().weight
    assert isinstance(embedding, torch.Tensor)
    yield embedding.detach().float()
    for block in wiring.blocks:
        yield from block.written(wiring.heads).float()
        yield _linear(_mlp_maps(block)[1]).T


def reading_maps(wiring: Wiring) -> Iterator[torch.Tensor]:
    """Yield the map of the stream to each receiver, float32 [d, width], in their order.

    The gain of the norm before it is part of it. Heads that share a key or value read the same. Of
    an encoder's map to the vocabulary it is the first layer.
    """
    for block in wiring.blocks:
        width = block.written(wiring.heads).shape[-1]
        gain = norm_gain(block.norm, width)
        for channel in _channels(block, wiring.heads):
            yield from channel * gain
        gain = norm_gain(block.mlp_norm, width)
        yield torch.cat([_linear(each) for each in _mlp_maps(block)[0]]) * gain
    first = next(m for m in wiring.vocabulary.modules() if isinstance(m, torch.nn.Linear | Conv1D))
    yield _linear(first) * norm_gain(wiring.norm, width)


def _channels(block: Block, heads: int) -> Iterator[torch.Tensor]:
    """Yield query, key and value of all heads, [H, d, width] each."""
    size = block.written(heads).shape[1]
    if len(block.reads) == 3:
        whole = [_linear(module) for module in block.reads]
    else:
        fused = _linear(block.reads[0])
        shared = (len(fused) - heads * size) // 2
        whole = list(fused.split([heads * size, shared, shared]))
    for weight in whole:
        own = weight.unflatten(0, (-1, size))
        yield own.repeat_interleave(heads // len(own), dim=0)


def _mlp_maps(block: Block) -> tuple[Sequence[torch.nn.Module], torch.nn.Module]:
    """Return the linear maps of a feed-forward network that read the stream, and that writes it."""
    own = [m for m in block.mlp.modules() if isinstance(m, torch.nn.Linear | Conv1D)]
    return own[:-1], own[-1]


def _linear(module: torch.nn.Module) -> torch.Tensor:
    """Return a map's weights, float32 [out, in]."""
    weight = module.weight
    assert isinstance(weight, torch.Tensor)
    return (weight.T if isinstance(module, Conv1D) else weight).detach().float()


def norm_gain(norm: torch.nn.Module, width: int) -> torch.Tensor:
    """Return what a norm multiplies each direction of a stream of size 1 by, [width].

    A single 1 where there is none: a model that norms after adding reads its stream as it is.
    """
    weight = next(norm.parameters(), None)
    if weight is None:
        return torch.ones(())  # goes with tensors of any device
    signs = torch.ones(width, dtype=weight.dtype, device=weight.device)
    signs[1::2] = -1
    with torch.no_grad():
        return ((norm(signs) - norm(-signs)) * signs / 2).float()
