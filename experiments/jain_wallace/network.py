"""The paper's classifiers: an encoder, additive attention over its states, one linear decision.

Jain and Wallace (2019), section 2: with states h_t, t = 1 ... T, attention is softmax of
v' tanh(W h_t + b) (Bahdanau et al. 2015), its context sum_t a_t h_t, the output the sigmoid of a
linear function of it. Encoders: a bidirectional LSTM; convolutions of widths 1, 3, 5 and 7 with
ReLU; and a projection of each embedding with tanh, which sees no context ("average"). The markers
at both ends are encoded but get no attention.

The decision is linear, so that for a given sentence the output is a function of attention alone:
logit = sum_t a_t c_t + b with c_t = w' h_t (`contributions`). Whatever is asked of other attention
than the network's own needs no more than the c_t.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from .sentences import PADDING

Encoder = Literal["bilstm", "cnn", "average"]
ENCODERS: tuple[Encoder, ...] = ("bilstm", "cnn", "average")
_WIDTHS = (1, 3, 5, 7)


class TanhAttention(nn.Module):
    """Additive attention of one fixed question to states."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, width // 2)
        self.outer = nn.Linear(width // 2, 1, bias=False)

    def forward(self, states: torch.Tensor, is_word: torch.Tensor) -> torch.Tensor:
        """Return attention [B, L], 0 where no word stands, from states [B, L, H]."""
        scores = self.outer(torch.tanh(self.inner(states))).squeeze(-1)
        return torch.softmax(scores.masked_fill(~is_word, -torch.inf), dim=-1)


@dataclass
class Reading:
    """What the network makes of a batch.

    Parameters
    ----------
    logit
        Of label 1, [B].
    attention
        [B, L].
    contributions
        What a word adds to the logit per unit of attention, [B, L].
    """

    logit: torch.Tensor
    attention: torch.Tensor
    contributions: torch.Tensor


class AttentiveClassifier(nn.Module):
    """Embedding, encoder, attention, decision.

    Parameters
    ----------
    vectors
        First embeddings, [V, E]; they are trained on.
    encoder
        Which.
    hidden
        Width of the states: of each direction of the LSTM, of all filters together, of the
        projection.
    """

    def __init__(self, vectors: torch.Tensor, encoder: Encoder, hidden: int) -> None:
        super().__init__()
        self.kind = encoder
        self.embedding = nn.Embedding.from_pretrained(
            vectors.clone(), freeze=False, padding_idx=PADDING
        )
        size = vectors.shape[1]
        width = hidden
        if encoder == "bilstm":
            self.lstm = nn.LSTM(size, hidden, batch_first=True, bidirectional=True)
            width = 2 * hidden
        elif encoder == "cnn":
            filters = hidden // len(_WIDTHS)
            width = filters * len(_WIDTHS)
            self.convolutions = nn.ModuleList(
                nn.Conv1d(size, filters, wide, padding=wide // 2) for wide in _WIDTHS
            )
        else:
            self.projection = nn.Linear(size, hidden)
        self.attention = TanhAttention(width)
        self.decision = nn.Linear(width, 1)

    def states(self, embedded: torch.Tensor, is_token: torch.Tensor) -> torch.Tensor:
        """Return the encoder's states [B, L, H] from embeddings [B, L, E].

        Padding, where `is_token` [B, L] is False, has no influence on the states of tokens.
        """
        if self.kind == "bilstm":
            packed = nn.utils.rnn.pack_padded_sequence(
                embedded, is_token.sum(1).cpu(), batch_first=True, enforce_sorted=False
            )
            encoded, _ = nn.utils.rnn.pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=embedded.shape[1]
            )
            states: torch.Tensor = encoded
        elif self.kind == "cnn":
            across = embedded.transpose(1, 2)
            states = torch.relu(
                torch.cat([layer(across) for layer in self.convolutions], dim=1)
            ).transpose(1, 2)
        else:
            states = torch.tanh(self.projection(embedded))
        return states

    def read(
        self,
        ids: torch.Tensor,
        is_word: torch.Tensor,
        *,
        embedded: torch.Tensor | None = None,
        detach_attention: bool = False,
    ) -> Reading:
        """Return output and attention for a batch.

        Parameters
        ----------
        ids, is_word
            As `Batch` has them.
        embedded
            The embeddings [B, L, E] to use for those of `ids`, to take a gradient by.
        detach_attention
            Take attention as given, so that no gradient flows through it (the paper's footnote to
            its algorithm 1).
        """
        if embedded is None:
            embedded = self.embedding(ids)
        states = self.states(embedded, ids != PADDING)
        attention = self.attention(states, is_word)
        if detach_attention:
            attention = attention.detach()
        # The context's linear function is the weighted sum of the states' own.
        contributions = states @ self.decision.weight[0]
        logit = (attention * contributions).sum(1) + self.decision.bias
        return Reading(logit, attention, contributions)
