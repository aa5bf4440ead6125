r"""The causal term of a training loss: what attention should look like, as a number.

The loss is ``prediction + weight * term``. For document d, layer l and head h let A be the weights
before dropout, ``A[q, k]`` the attention of token q to token k, and C(i) the tokens that carry
feature i (the label's carrier is the position from which the model pools). Attention between
features is

    a(i, j) = mean over q in C(i) of the sum over k in C(j) of A[q, k]                           (1)

for the maps that `attention_maps` makes of the layers and heads: each for itself, their mean, or
rollout, ``R = prod_l (I + mean_h A_l) / 2`` (Abnar and Zuidema 2020, "Quantifying attention flow in
transformers", section 3), which also counts what reaches a token by way of others.

*graph*. A feature may read itself and its parents in a graph: with G the 0/1 matrix of who may read
whom, T(i, j) = G(i, j) / sum_j G(i, j), and b(i, j) = a(i, j) / sum_j a(i, j) over the features
that the document mentions,

    kl:       mean over documents, maps and i of  sum_j T(i, j) log(T(i, j) / b(i, j))           (2)
    squared:  mean over documents, maps and i of  sum_j (T(i, j) - b(i, j))^2                    (3)

*interventions*. Each document is read R times: as it is, and with the words of features that should
not matter drawn again, each for itself. Over the features S that stay (and the label),

    mean over documents, maps and i in S of  sum_j in S of  Var_r a_r(i, j)                      (4)

with the unbiased variance over the R readings.

*output* has no attention in it and is the yardstick for (4): the same readings, and the variance of
the class probabilities p instead,

    mean over documents of  sum_c Var_r p_r(c)                                                   (5)

Related work. Attention has been supervised by human alignments (Mi, Wang and Ittycheriah 2016;
Liu, Utiyama, Finch and Sumita 2016, for translation) and rationales (Strout, Zhang and Mooney
2019; Stacey, Belinkov and Rei 2022), mostly with (2) or (3) for one row. That a prediction should
not vary over counterfactual texts is (5) in the form of Garg, Perot, Limtiaco, Taly, Chi and Beutel
(2019, "counterfactual logit pairing"), and over environments that of Krueger et al. (2021, "REx").
That attention can be moved while predictions stay is from Jain and Wallace (2019) and, trained to
deceive, Pruthi, Gupta, Dhingra, Neubig and Lipton (2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch

Average = Literal["each", "mean", "rollout"]
Distance = Literal["kl", "squared"]

# Below any weight that matters; a softmax can underflow to 0, whose logarithm has no gradient.
_TINY = 1e-12


def attention_maps(layers: Sequence[torch.Tensor], average: Average) -> torch.Tensor:
    """Return the attention that a term looks at, [B, M, T, T].

    Parameters
    ----------
    layers
        Each layer's weights, [B, H, T, T].
    average
        ``"each"`` head of each layer is a map; their ``"mean"``, or ``"rollout"``, is one.
    """
    if average == "each":
        return torch.cat(list(layers), dim=1)
    means = [weights.mean(1) for weights in layers]
    if average == "mean":
        return torch.stack(means).mean(0)[:, None]
    rolled = torch.eye(means[0].shape[-1], dtype=means[0].dtype, device=means[0].device)
    for weights in means:
        rolled = (rolled + weights @ rolled) / 2
    return rolled[:, None]


def feature_attention(maps: torch.Tensor, carried: torch.Tensor) -> torch.Tensor:
    """Return attention between features, equation (1), [B, M, F, F]: from row to column it reads.

    Parameters
    ----------
    maps
        [B, M, T, T].
    carried
        [B, F, T], 1 where a token carries a feature, 0 elsewhere; rows of features that a document
        does not mention are 0 and stay so.
    """
    carried = carried.to(maps.dtype)
    readers = carried / carried.sum(-1, keepdim=True).clamp(min=1)
    return readers[:, None] @ maps @ carried.transpose(1, 2)[:, None]


def graph_distance(
    attention: torch.Tensor, reads: torch.Tensor, mentioned: torch.Tensor, distance: Distance
) -> torch.Tensor:
    """Return how far attention is from a graph, equation (2) or (3), one number.

    Parameters
    ----------
    attention
        [B, M, F, F], from `feature_attention`.
    reads
        bool [F, F], whether the row's feature may read the column's; the diagonal is true.
    mentioned
        bool [B, F], the features that a document mentions.
    distance
        ``"kl"`` or ``"squared"``.
    """
    allowed = (reads & mentioned[:, None, :] & mentioned[:, :, None]).to(attention.dtype)[:, None]
    target = allowed / allowed.sum(-1, keepdim=True).clamp(min=1)
    share = attention / attention.sum(-1, keepdim=True).clamp(min=_TINY)
    if distance == "squared":
        rows = (target - share).square().sum(-1)
    else:
        rows = (torch.special.xlogy(target, target) - target * share.clamp(min=_TINY).log()).sum(-1)
    weight = mentioned[:, None].to(rows.dtype).expand_as(rows)
    return (rows * weight).sum() / weight.sum()


def intervention_variance(attention: torch.Tensor, stay: torch.Tensor) -> torch.Tensor:
    """Return how much attention moves with what should not matter, equation (4), one number.

    Parameters
    ----------
    attention
        [R, B, M, F, F], from `feature_attention`, of R readings of each document.
    stay
        bool [B, F], the features that are mentioned and stay as they are.
    """
    rows = (attention.var(0) * stay[:, None, None]).sum(-1)
    weight = stay[:, None].to(rows.dtype).expand_as(rows)
    return (rows * weight).sum() / weight.sum()


def output_variance(logits: torch.Tensor) -> torch.Tensor:
    """Return how much the output moves, equation (5), one number.

    Parameters
    ----------
    logits
        [R, B, c]; with c = 1 the value of a regression itself.
    """
    said = logits if logits.shape[-1] == 1 else logits.softmax(-1)
    return said.var(0).sum(-1).mean()
