"""What each word adds to a logit of an LSTM language model, from the cells alone.

Murdoch and Szlam (2017), "Automatic rule extraction from long short term memory networks", section
3, take the hidden state of a position T apart by the words that were read on the way to it. With
input gate i, forget gate f, output gate o, candidate g and cell c of the top layer:

cell difference (their beta)
    ``h_T = sum_k o_T * (tanh(c_k) - tanh(c_(k-1)))``, the difference that step k made to the cell;
additive cell (their gamma)
    ``c_T = sum_k e_k`` with ``e_k = f_T * ... * f_(k+1) * i_k * g_k``, what is left at T of what
    step k wrote, and ``h_T = sum_k o_T * (tanh(e_1 + ... + e_k) - tanh(e_1 + ... + e_(k-1)))``.

(Theirs are the exponentials of what these add to a class's logit.) Where the model attends, its
output is ``h_T + W_c sum_j a_j h_j`` with attention weights a_j, so that the same is done with
every h_j attended to, the weights taken as they are: which words moved the weights is not said. In
a network of several layers the words are the steps of the top one.

Either way the contributions of all positions add up to the logit without its bias, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from causattn.models import LSTMForCausalLM

Decomposition = Literal["cell_difference", "additive_cell"]


@dataclass(frozen=True)
class Cells:
    """The top layer's cells while it read some texts, each [b, T, width].

    Parameters
    ----------
    output_gate
        o.
    forget_gate
        f.
    written
        i * g, what a step wrote into the cell.
    cell
        c, after the step.
    """

    output_gate: torch.Tensor
    forget_gate: torch.Tensor
    written: torch.Tensor
    cell: torch.Tensor

    @property
    def states(self) -> torch.Tensor:
        """The hidden states, [b, T, width]."""
        return self.output_gate * torch.tanh(self.cell)


def top_cells(lstm: torch.nn.LSTM, embedded: torch.Tensor) -> Cells:
    """Run an LSTM of one direction step by step and return its top layer's cells.

    Parameters
    ----------
    lstm
        Batch first.
    embedded
        [b, T, width in].
    """
    inputs = embedded
    for layer in range(lstm.num_layers):
        cells = _layer_cells(lstm, layer, inputs)
        inputs = cells.states
    return cells


def contributions(
    network: LSTMForCausalLM,
    ids: torch.Tensor,
    mask: torch.Tensor,
    position: torch.Tensor,
    token: torch.Tensor,
    decomposition: Decomposition,
) -> torch.Tensor:
    """Return what each position adds to a logit, float64 [b, T].

    Parameters
    ----------
    network
        In evaluation mode.
    ids, mask
        int64 [b, T], texts padded on the right.
    position
        int64 [b], the position at which the logit is read.
    token
        int64 [b], whose logit.
    decomposition
        See the module.
    """
    with torch.no_grad():
        body = network.model
        cells = top_cells(body.lstm, body.embedding(ids))
        direction = network.head.weight[token]
        rows = torch.arange(len(ids), device=ids.device)
        # How strongly each state speaks for the token: its own, and by way of attention.
        spoken = torch.zeros_like(cells.cell)
        spoken[rows, position] += direction
        if network.config.attention is not None:
            weights = body(ids, mask, output_attentions=True).attentions[0]
            paid = weights[rows, 0, position]
            spoken += paid[:, :, None] * (direction @ body.context_projection.weight)[:, None]
        if decomposition == "cell_difference":
            return _by_difference(cells, spoken)
        return _by_addition(cells, spoken)


def _by_difference(cells: Cells, spoken: torch.Tensor) -> torch.Tensor:
    """Return contributions by the difference that each step made to the cell."""
    turned = torch.tanh(cells.cell).double()
    before = torch.cat([torch.zeros_like(turned[:, :1]), turned[:, :-1]], dim=1)
    # A step counts for its own state and for all later ones, through their output gates.
    heard = (spoken * cells.output_gate).double().flip(1).cumsum(1).flip(1)
    return ((turned - before) * heard).sum(-1)


def _by_addition(cells: Cells, spoken: torch.Tensor) -> torch.Tensor:
    """Return contributions by what is left at each state of what each step wrote."""
    batch, length, _ = cells.cell.shape
    total = torch.zeros((batch, length), dtype=torch.float64, device=cells.cell.device)
    left: list[torch.Tensor] = []
    for state in range(length):
        left = [part * cells.forget_gate[:, state].double() for part in left]
        left.append(cells.written[:, state].double())
        turned = torch.tanh(torch.stack(left, dim=1).cumsum(1))
        before = torch.cat([torch.zeros_like(turned[:, :1]), turned[:, :-1]], dim=1)
        heard = (spoken[:, state] * cells.output_gate[:, state]).double()[:, None]
        total[:, : state + 1] += ((turned - before) * heard).sum(-1)
    return total


def _layer_cells(lstm: torch.nn.LSTM, layer: int, inputs: torch.Tensor) -> Cells:
    """Run one layer step by step."""
    into, back = getattr(lstm, f"weight_ih_l{layer}"), getattr(lstm, f"weight_hh_l{layer}")
    bias = getattr(lstm, f"bias_ih_l{layer}") + getattr(lstm, f"bias_hh_l{layer}")
    driven = inputs @ into.T + bias
    state = cell = inputs.new_zeros((len(inputs), back.shape[1]))
    parts: list[tuple[torch.Tensor, ...]] = []
    for step in range(inputs.shape[1]):
        # torch keeps the gates in the order input, forget, candidate, output.
        entry, forget, candidate, output = (driven[:, step] + state @ back.T).chunk(4, dim=1)
        forget, output = forget.sigmoid(), output.sigmoid()
        written = entry.sigmoid() * candidate.tanh()
        cell = forget * cell + written
        state = output * cell.tanh()
        parts.append((output, forget, written, cell))
    return Cells(*(torch.stack(column, dim=1) for column in zip(*parts, strict=True)))
