"""A small GPT-2 that learns the sentences, one word a token.

Radford, Wu, Child, Luan, Amodei and Sutskever (2019), "Language models are unsupervised multitask
learners": the architecture of the models of Vig et al. (2020), at a size that trains in minutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import GPT2Config, GPT2LMHeadModel

from causattn.base import ModelError, generator, integer_seed, track
from causattn.corpora import Corpus
from causattn.models import LanguageModel, encode_texts, seeded_torch, take, word_tokenizer

_LONGEST = 16
_IGNORED = -100


@dataclass(frozen=True)
class Training:
    """Size and training.

    Parameters
    ----------
    layers, heads, width
        Of the network.
    steps, batch, learning_rate
        Of AdamW, with the one-cycle schedule of Smith and Topin (2018).
    """

    layers: int
    heads: int
    width: int
    steps: int
    batch: int
    learning_rate: float


def train(sentences: list[str], how: Training, seed: int, number: int) -> LanguageModel:
    """Return a network that predicts each next word.

    Parameters
    ----------
    sentences
        To learn from.
    how
        Size and training; 0 steps leave the weights as drawn.
    seed, number
        The run's seed, and which of its models this is: weights and batches have streams of their
        own.

    Raises
    ------
    ModelError
        Where training diverges.
    """
    corpus = Corpus("professions", sentences)
    tokenizer = word_tokenizer(corpus, _LONGEST)
    with seeded_torch(integer_seed(seed, "mediation", "weights", number), 1):
        network = GPT2LMHeadModel(_config(how, tokenizer.pad_token_id, len(tokenizer)))
        model = LanguageModel("gpt2", network, tokenizer, "causal")
        losses = _fit(model, sentences, how, generator(seed, "mediation", "batches", number))
    about = {"kind": "gpt2", "seed": seed, "number": number}
    if losses:
        about["loss"] = float(np.mean(losses[-max(1, how.steps // 10) :]))
    return LanguageModel("gpt2", network.eval(), tokenizer, "causal", about=about)


def _config(how: Training, padding: int, vocabulary: int) -> GPT2Config:
    return GPT2Config(
        vocab_size=vocabulary,
        n_positions=_LONGEST,
        n_embd=how.width,
        n_layer=how.layers,
        n_head=how.heads,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        pad_token_id=padding,
        bos_token_id=None,
        eos_token_id=None,
    )


def _fit(
    model: LanguageModel, sentences: list[str], how: Training, rng: np.random.Generator
) -> list[float]:
    """Train in place and return the loss of every step, in nats a word."""
    network = model.network
    encoding = encode_texts(model, sentences)
    everything = take(encoding, np.arange(len(sentences)))
    ids, seen = everything.input_ids, everything.attention_mask
    wanted = ids.masked_fill(seen == 0, _IGNORED)[:, 1:]
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=how.learning_rate, weight_decay=0.01, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, how.learning_rate, total_steps=max(how.steps, 2)
    )
    losses: list[float] = []
    network.train()
    for step in track(range(how.steps), "training a model on professions", unit="steps"):
        rows = torch.from_numpy(rng.integers(len(sentences), size=how.batch))
        logits = network(input_ids=ids[rows], attention_mask=seen[rows]).logits[:, :-1]
        loss = cross_entropy(logits.flatten(0, 1), wanted[rows].flatten(), ignore_index=_IGNORED)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise ModelError(
                f"The loss is no longer a number after {step + 1} steps; lower "
                f"learning_rate={how.learning_rate}."
            )
    return losses
