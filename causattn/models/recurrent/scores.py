"""How a recurrent network scores what it could attend to, and the softmax over the scores.

With s a state that attends (query) and h_j the states attended to (keys), the published scores are

============== ============================= ====================================================
attention      score of h_j                  source
============== ============================= ====================================================
``dot``        s' h_j                        Luong, Pham and Manning (2015), section 3.1
``general``    s' W h_j                      Luong, Pham and Manning (2015), section 3.1
``scaled_dot`` s' h_j / sqrt(width)          Vaswani et al. (2017), equation 1
``additive``   v' tanh(W s + U h_j)          Bahdanau, Cho and Bengio (2015), appendix A.1.2
============== ============================= ====================================================

The weights are their softmax over the keys that may be seen, and the context is the weighted sum
of the keys themselves. One head; every score is given to transformers' attention functions, so
that what can be captured, cut or differentiated of a transformer's attention can be of this one:
the first three as products of vectors, the additive one as a bias of products that are zero.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import torch
from torch import nn
from transformers import PreTrainedConfig
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

Score = Literal["dot", "general", "scaled_dot", "additive"]
RECURRENT_SCORES: tuple[str, ...] = get_args(Score)


class RecurrentAttention(nn.Module):
    """Attention of recurrent states to recurrent states, one head.

    Parameters
    ----------
    config
        The network's; its attention implementation is looked up at every call.
    kind
        Which score.
    query_width, key_width
        Of the states that attend, and of those attended to.

    Raises
    ------
    ValueError
        For an unknown score, or a product of vectors of unequal width.
    """

    def __init__(
        self, config: PreTrainedConfig, kind: str, query_width: int, key_width: int
    ) -> None:
        super().__init__()
        if kind not in RECURRENT_SCORES:
            raise ValueError(
                f"attention={kind} is not known; choose one of {', '.join(RECURRENT_SCORES)}."
            )
        if kind in ("dot", "scaled_dot") and query_width != key_width:
            raise ValueError(
                f"attention={kind} multiplies states of {query_width} and {key_width} numbers; "
                "make the widths equal, or choose general or additive."
            )
        self.config = config
        self.kind = kind
        self.is_causal = False
        self.scaling = key_width**-0.5 if kind == "scaled_dot" else 1.0
        if kind == "general":
            self.query_projection = nn.Linear(query_width, key_width, bias=False)
        elif kind == "additive":
            self.query_projection = nn.Linear(query_width, key_width, bias=False)
            self.key_projection = nn.Linear(key_width, key_width, bias=False)
            self.energy = nn.Linear(key_width, 1, bias=False)

    def scores(
        self,
        query: torch.Tensor,
        keys: torch.Tensor,
        mask: torch.Tensor,
        prepared: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return the scores of all keys, the lowest float where `mask` hides one.

        Parameters
        ----------
        query
            [B, Q, query width].
        keys
            [B, K, key width].
        mask
            [B, 1, Q, K] or a shape that fits it: 0 where a query may see a key, the lowest float
            where not.
        prepared
            What `prepared` returned for these keys, where it is not to be computed again.

        Returns
        -------
        Tensor
            [B, 1, Q, K].
        """
        asked, bias = self._asked(query, keys, prepared)
        products = (asked @ keys.transpose(1, 2))[:, None] * self.scaling
        return products + (mask if bias is None else mask + bias)

    def forward(
        self,
        query: torch.Tensor,
        keys: torch.Tensor,
        mask: torch.Tensor,
        *,
        weights_too: bool = False,
        **passed: Any,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return contexts [B, Q, key width] and, where asked for, the weights [B, 1, Q, K].

        Parameters are those of `scores`; `passed` reaches the attention function.
        """
        asked, bias = self._asked(query, keys)
        function = ALL_ATTENTION_FUNCTIONS.get_interface(
            "eager" if weights_too else self.config._attn_implementation, _eager
        )
        held = keys[:, None]
        context, weights = function(
            self,
            asked[:, None],
            held,
            held,
            mask if bias is None else mask + bias,
            dropout=0.0,
            scaling=self.scaling,
            **passed,
        )
        # [B, Q, 1, key width], one head.
        return context.flatten(2), weights

    def prepared(self, keys: torch.Tensor) -> torch.Tensor | None:
        """Return what an additive score needs of the keys alone, [B, K, key width]; else None."""
        return self.key_projection(keys) if self.kind == "additive" else None

    def _asked(
        self, query: torch.Tensor, keys: torch.Tensor, prepared: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the vectors to multiply with the keys, and what is added to the products."""
        if self.kind == "additive":
            prepared = self.key_projection(keys) if prepared is None else prepared
            summed = self.query_projection(query)[:, :, None] + prepared[:, None]
            energy = self.energy(torch.tanh(summed))[..., 0][:, None]
            return keys.new_zeros((*query.shape[:2], keys.shape[2])), energy
        if self.kind == "general":
            return self.query_projection(query), None
        return query, None


def lowest(like: torch.Tensor) -> float:
    """Return what is added to a score that must not count."""
    return float(torch.finfo(like.dtype).min)


def _eager(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor,
    scaling: float = 1.0,
    **rest: Any,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attend with the softmax written out; the weights come back, too."""
    weights = (query @ key.transpose(2, 3) * scaling + attention_mask).softmax(-1)
    return (weights @ value).transpose(1, 2).contiguous(), weights
