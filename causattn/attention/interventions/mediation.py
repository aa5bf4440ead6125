"""Natural direct and indirect effects of attention, by replacing it.

Vig, Gehrmann, Belinkov, Qian, Nevo, Singer and Shieber (2020), "Investigating gender bias in
language models using causal mediation analysis", section 3. With y the quantity watched, u the
base input and u' the alternative one, as shares of y(u):

* total effect: y(u') - y(u);
* natural direct effect: y under u' with every head's attention held at what it is under u;
* natural indirect effect of some heads: y under u with their attention set to what it is under u'.

Both inputs have the same length, token by token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedModel

from causattn.attention.capture.body import Inputs
from causattn.attention.interventions.knock_out import (
    KnockOut,
    attention_weights,
    editable_attention,
)
from causattn.base import DataError

Heads = Mapping[int, tuple[int, ...] | None]


@dataclass(frozen=True)
class NaturalEffects:
    """The quantity watched, per document, under each intervention.

    Parameters
    ----------
    base, alternative
        [B], under the two inputs.
    direct
        [B], under the alternative input with the base's attention.
    indirect
        [sets, B], under the base input with the alternative's attention in one set of heads.
    """

    base: torch.Tensor
    alternative: torch.Tensor
    direct: torch.Tensor
    indirect: torch.Tensor

    @property
    def total_effect(self) -> torch.Tensor:
        """Change from base to alternative as a share of base, [B]."""
        return self.alternative / self.base - 1

    @property
    def direct_effect(self) -> torch.Tensor:
        """Change that does not go through attention, [B]."""
        return self.direct / self.base - 1

    @property
    def indirect_effect(self) -> torch.Tensor:
        """Change that goes through each set of heads, [sets, B]."""
        return self.indirect / self.base - 1


def natural_effects(
    network: PreTrainedModel,
    base: Inputs,
    alternative: Inputs,
    watched: Callable[[Any], torch.Tensor],
    sets: Sequence[Heads],
) -> NaturalEffects:
    """Return the effects of an alternative input, direct and through sets of heads.

    Parameters
    ----------
    network
        A model of one stack with its head.
    base, alternative
        Two batches of the same shape.
    watched
        From the network's output to the quantity watched, [B], such as an odds.
    sets
        Heads by layer index (None: all heads of the layer); one indirect effect each.

    Raises
    ------
    DataError
        Where the two batches differ in shape.
    ModelError
        Where the model's attention cannot be changed.
    """
    if base["input_ids"].shape != alternative["input_ids"].shape:
        raise DataError(
            f"Base and alternative inputs have shapes {tuple(base['input_ids'].shape)} and "
            f"{tuple(alternative['input_ids'].shape)}; attention can only be exchanged between "
            "texts of as many tokens."
        )
    with editable_attention(network, base) as capture:
        under_base = attention_weights(capture, base)
        under_alternative = attention_weights(capture, alternative)
        held = KnockOut("resample", replacement=under_base)
        through = [
            KnockOut("resample", heads=heads, replacement=under_alternative) for heads in sets
        ]
        indirect = [watched(capture.edited(base, edit)) for edit in through]
        before = watched(capture.edited(base, None))
        return NaturalEffects(
            base=before,
            alternative=watched(capture.edited(alternative, None)),
            direct=watched(capture.edited(alternative, held)),
            indirect=torch.stack(indirect) if indirect else before.new_empty((0, len(before))),
        )
