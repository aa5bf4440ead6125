"""Twins of a compiled program: the same shape, the weights learned by gradient descent.

*Imposed*: interchange training (Geiger et al. 2022) with the strict loss of Gupta et al. (2024),
"InterpBench", section 3, here for paths and not for whole parts. Paths of the circuit are patched
in the program and in the twin alike, and the twin shall answer as the program then does; paths
outside of it are patched in the twin alone, and shall change nothing. *Free*: answers alone.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from causattn.attention import HeadPaths
from causattn.base import generator, integer_seed
from causattn.corpora import PROGRAMS, load_corpus
from causattn.models import LanguageModel, ProgramCircuit, encode_texts


@dataclass(frozen=True)
class TwinSettings:
    """How a twin is trained.

    Parameters
    ----------
    width, head_width, units
        Of the stream, of a head and of a feed-forward network.
    steps, batch
        Of Adam, and documents in each.
    rate
        The largest learning rate, a cosine from there to 0.
    pool
        Documents that batches are drawn from.
    """

    width: int = 48
    head_width: int = 12
    units: int = 96
    steps: int = 800
    batch: int = 64
    rate: float = 3e-3
    pool: int = 4096


def trained_twin(
    model: LanguageModel, imposed: bool, settings: TwinSettings, seed: int
) -> LanguageModel:
    """Return a twin of a compiled program.

    Parameters
    ----------
    model
        Of kind ``compiled``; stays as it is.
    imposed
        Whether the program's circuit is imposed.
    settings
        How.
    seed
        Draws weights, documents and patched paths.
    """
    network = _fresh(model, settings, integer_seed(seed, "twins", "weights"))
    task = _Task(model, settings, seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, settings.steps)
    for _ in range(settings.steps):
        loss = task.answers(network)
        if imposed:
            loss = loss + task.interchange(network)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return replace(model, name=f"twin of {model.name}", network=network)


def _fresh(model: LanguageModel, settings: TwinSettings, seed: int) -> Any:
    config = deepcopy(model.network.config)
    config.hidden_size, config.head_dim = settings.width, settings.head_width
    config.intermediate_size = settings.units
    config.initializer_range = (settings.width * config.num_hidden_layers) ** -0.5
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return type(model.network)(config).eval()


class _Task:
    """Documents of a program, and what is asked of a twin on them."""

    def __init__(self, model: LanguageModel, settings: TwinSettings, seed: int) -> None:
        self._network, self._batch = model.network, settings.batch
        self._rng = generator(seed, "twins", "batches")
        name, length = str(model.about["program"]), int(model.about["length"])
        own = integer_seed(seed, "twins", "documents")
        # One token shorter than what stands in its place, as where paths are tried.
        self._short, self._short_answers = _documents(model, name, length - 1, settings.pool, own)
        self._long, self._long_answers = _documents(model, name, length, settings.pool, own + 1)
        self._at = torch.arange(1, length).expand(settings.batch, -1)
        circuit = ProgramCircuit.from_json(model.about["circuit"])
        first = HeadPaths(model.network, self._short[:1])
        names = [
            (first.senders[s], first.receivers[r]) for r, s in first.possible.nonzero().tolist()
        ]
        places = first.possible.nonzero()
        self._none = torch.zeros_like(first.possible)
        inside = torch.tensor([each in circuit.edges for each in names])
        apart = torch.tensor([each in circuit.constant for each in names])
        self._inside, self._outside = places[inside], places[~inside & ~apart]

    def answers(self, network: Any) -> torch.Tensor:
        """Return the loss of the answers to documents of both lengths."""
        rows = self._drawn(len(self._short))
        found = torch.zeros(())
        for ids, answers in (
            (self._short[rows], self._short_answers[rows]),
            (self._long[rows], self._long_answers[rows]),
        ):
            found = found + _loss(network(input_ids=ids).logits[:, 1:], answers)
        return found

    def interchange(self, network: Any) -> torch.Tensor:
        """Return the loss of answers where paths are patched."""
        ids = self._short[self._drawn(len(self._short))]
        others = self._long[self._drawn(len(self._long))]
        length = ids.shape[1]
        orders = np.tile(np.arange(1, length + 1), (len(ids), 1))
        places = torch.from_numpy(np.pad(self._rng.permuted(orders, axis=1), ((0, 0), (1, 0))))
        inside = self._some(self._inside, (0.0, 1.5 / len(self._inside), 0.3))
        outside = self._some(self._outside, (0.0, 0.1, 0.5, 1.0))
        with torch.no_grad():
            wanted = self._patched(self._network, ids, others, places, inside).argmax(-1)
        return _loss(self._patched(network, ids, others, places, inside | outside), wanted)

    def _patched(
        self,
        network: Any,
        ids: torch.Tensor,
        others: torch.Tensor,
        places: torch.Tensor,
        edges: torch.Tensor,
    ) -> torch.Tensor:
        """Return logits, [B, P, vocabulary], that gradients flow from."""
        body, length = network.base_model, ids.shape[1]
        there = body.embed_tokens(others) + body.embed_positions(places)
        here = body.embed_tokens(ids) + body.embed_positions(torch.arange(length)[None])
        run = HeadPaths(network, others).run(start=there, keep=True, slack=True)
        assert run.written is not None
        other = type(run.written)("counterfactual", run.written.senders[:, :, :length])
        return HeadPaths(network, ids, self._at).run(edges, other, start=here, slack=True).logits

    def _some(self, places: torch.Tensor, shares: tuple[float, ...]) -> torch.Tensor:
        """Return some of the paths, each with one of the probabilities."""
        share = shares[int(self._rng.integers(len(shares)))]
        kept = places[torch.from_numpy(self._rng.random(len(places)) < share)]
        found = self._none.clone()
        found[kept[:, 0], kept[:, 1]] = True
        return found

    def _drawn(self, count: int) -> torch.Tensor:
        return torch.from_numpy(self._rng.integers(0, count, self._batch))


def _loss(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), wanted.flatten())


def _documents(
    model: LanguageModel, name: str, length: int, count: int, seed: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids, int64 [n, 1 + length], and those of the answers, int64 [n, length]."""
    settings = {"kind": "program", "program": name, "length": length, "documents": count}
    corpus = load_corpus(settings, seed)
    ids = torch.from_numpy(encode_texts(model, corpus.texts).ids).view(count, -1)
    answers = [PROGRAMS[name].answer(text.split()) for text in corpus.texts]
    numbers = [model.tokenizer.convert_tokens_to_ids(answer) for answer in answers]
    return ids, torch.tensor(numbers)
