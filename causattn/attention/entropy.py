"""Heads chosen by how sharp their attention is.

Clark, Khandelwal, Levy and Manning (2019), "What does BERT look at?", section 3.3: heads differ in
the entropy of the attention that a token pays; some spread it over the whole text, others put
nearly all of it on a few tokens. Voita, Talbot, Moiseev, Sennrich and Titov (2019), "Analyzing
multi-head self-attention", find that the heads that matter to a translation are the confident
ones, whose attention has a large maximum. The entropy of a token's attention is divided by the log
of the number of tokens that it can see, so that long documents count as short ones do; tokens that
can see only themselves are left out, and so are special tokens as queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch

from causattn.attention.capture.layer import AttentionLayer, Probe, Stack
from causattn.attention.capture.stream import capture_attention
from causattn.attention.settings import CaptureSettings, chosen_indices, default_stack
from causattn.base import ConfigError
from causattn.models import Batch, LanguageModel, batches, encode_texts

Which = Literal["lowest", "highest"]
Heads = tuple[tuple[int, int], ...]
"""Pairs of layer and head, as numbered in the model, ascending."""

SAMPLE = 200
"""Documents over which entropy is taken where heads are chosen for a run."""


def chosen_heads(
    settings: CaptureSettings, model: LanguageModel, texts: Sequence[str]
) -> Heads | None:
    """Return the heads that the settings ask for, by their entropy over the first documents.

    Raises
    ------
    ConfigError
        Where a layer or head is not there, or more are asked for than there are.
    """
    if settings.entropy is None:
        return None
    stack = default_stack(settings.stack, model.network.config, model.name)
    entropy, known = _entropy(model, texts[:SAMPLE], stack)
    layers = chosen_indices(settings.layers, known, "layers", model.name)
    heads = chosen_indices(settings.heads, range(entropy.shape[1]), "heads", model.name)
    places = [known.index(layer) for layer in layers]
    found = heads_by_entropy(entropy, settings.entropy, settings.heads_kept, places, heads)
    return tuple((known[place], head) for place, head in found)


def head_entropy(model: LanguageModel, texts: Sequence[str], stack: Stack) -> np.ndarray:
    """Return the mean entropy of each head's attention, 0 to 1, float64 [layers, heads].

    Parameters
    ----------
    model, texts
        Whose heads, over which documents.
    stack
        Which of the model's stacks.

    Raises
    ------
    ModelError
        Where the model gives no attention weights.
    """
    return _entropy(model, texts, stack)[0]


def _entropy(
    model: LanguageModel, texts: Sequence[str], stack: Stack
) -> tuple[np.ndarray, list[int]]:
    """Return the entropies and the numbers of their layers."""
    total: np.ndarray | float = 0.0
    tokens = 0
    work = [batch.to(model.device) for batch in batches(encode_texts(model, texts), 8)]
    alone: Stack | None = "encoder" if stack == "encoder" else None
    with capture_attention(model.network, work[0].inputs, stack=alone) as capture:
        known = [layer.index for layer in capture.layers if layer.stack == stack]
        for batch in work:
            probe = _EntropyProbe(batch, stack)
            capture.run(batch.inputs, probe)
            total = total + torch.stack(probe.sums).cpu().double().numpy()
            tokens += probe.tokens
    return np.asarray(total) / max(tokens, 1), known


def heads_by_entropy(
    entropy: np.ndarray,
    which: Which,
    kept: float,
    layers: Sequence[int],
    heads: Sequence[int],
) -> Heads:
    """Return the sharpest or the broadest heads.

    Parameters
    ----------
    entropy
        float64 [layers, heads] of the whole model.
    which
        ``"lowest"`` or ``"highest"`` entropy.
    kept
        Below 1 the share of the heads (at least one head), else their number.
    layers, heads
        Among which layers and heads, as numbered in the model.

    Raises
    ------
    ConfigError
        Where more heads are asked for than there are.
    """
    grid = [(layer, head) for layer in layers for head in heads]
    number = max(1, round(kept * len(grid))) if kept < 1 else int(kept)
    if number > len(grid):
        raise ConfigError(
            f"attention.heads_kept={kept:g}: there are {len(grid)} heads to choose among; take "
            "fewer, or a share below 1."
        )
    sign = 1 if which == "lowest" else -1
    ranked = sorted(grid, key=lambda place: (sign * entropy[place], place))
    return tuple(sorted(ranked[:number]))


class _EntropyProbe(Probe):
    """Sums one batch."""

    lets_go = True

    def __init__(self, batch: Batch, stack: Stack) -> None:
        self._content = batch.content
        self._stack = stack
        self.sums: list[torch.Tensor] = []
        self.tokens = 0

    def wants(self, layer: AttentionLayer) -> bool:
        """Return whether this is a layer of the stack."""
        return layer.stack == self._stack

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        """Sum one layer."""
        rows = weights.movedim(1, 2)[self._content]  # [tokens, H, T]
        seen = (rows.amax(1) > 0).sum(-1)
        rows, seen = rows[seen > 1], seen[seen > 1]
        entropy = torch.special.entr(rows).sum(-1) / seen.log()[:, None]
        self.sums.append(entropy.sum(0))
        self.tokens = len(rows)
