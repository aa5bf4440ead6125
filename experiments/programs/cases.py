"""A compiled program's documents with what stands in the place of a path that is patched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from causattn.attention import HeadPaths, PathCase
from causattn.base import generator
from causattn.corpora import PROGRAMS, Corpus, load_corpus
from causattn.models import LanguageModel, encode_texts, untrained_copy


def program_case(
    model: LanguageModel, documents: int, seed: int, permuted: bool = False
) -> PathCase:
    """Return documents of a compiled program, one token shorter than it can be.

    In the place of a path stands what the same part writes in another document, which is as long as
    can be, whose places are in a random order, and of which the last is left out: so that tokens,
    places and the length all differ. Read is the mean log probability of what the program gives.

    Parameters
    ----------
    model
        Of kind ``compiled``.
    documents
        How many.
    seed
        Draws documents, the others and their orders.
    permuted
        Whether the tokens at each place are permuted over the documents, so that what is read are
        the answers to other documents.
    """
    name, length = str(model.about["program"]), int(model.about["length"])
    own = _drawn(name, length - 1, documents, seed)
    ids, others = _ids(model, own), _ids(model, _drawn(name, length, documents, seed + 1))
    if permuted:
        drawn = generator(seed, "programs", "permuted").permuted(ids.numpy(), axis=0)
        ids = torch.from_numpy(drawn)
    orders = generator(seed, "programs", "orders").permuted(
        np.tile(np.arange(1, length + 1), (documents, 1)), axis=1
    )
    places = torch.from_numpy(np.pad(orders, ((0, 0), (1, 0))))
    body: Any = model.network.base_model
    with torch.no_grad():
        start = body.embed_tokens(others) + body.embed_positions(places)
    written = HeadPaths(model.network, others).written(start)
    other = type(written)("counterfactual", written.senders[:, :, :length].contiguous())
    at = torch.arange(1, length).expand(documents, -1)
    answers = [PROGRAMS[name].answer(text.split()) for text in own.texts]
    right = torch.tensor([model.tokenizer.convert_tokens_to_ids(answer) for answer in answers])

    def metric(logits: torch.Tensor) -> torch.Tensor:
        return logits.log_softmax(-1).gather(-1, right[..., None])[..., 0].mean(1)

    return PathCase(HeadPaths(model.network, ids, at), other, metric)


def untrained(model: LanguageModel, seed: int) -> LanguageModel:
    """Return a compiled program with random weights in the place of its own.

    There are no norms, so that weights have variance 1 over inputs times layers: whatever the
    depth, the stream keeps its size.

    Parameters
    ----------
    model
        Of kind ``compiled``; stays as it is.
    seed
        Draws the weights.
    """
    network: Any = untrained_copy(model, seed).network
    layers = network.config.num_hidden_layers
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, torch.nn.Linear):
                spread = network.config.initializer_range * (module.in_features * layers) ** 0.5
                module.weight /= spread
    return replace(model, network=network)


def largest_changes(case: PathCase) -> torch.Tensor:
    """Return by how much patching each path alone moves any logit of any document, [R, S]."""
    before = case.paths.run().logits
    found = torch.zeros(case.paths.possible.shape)
    for receiver, sender in case.paths.possible.nonzero().tolist():
        one = torch.zeros_like(case.paths.possible)
        one[receiver, sender] = True
        found[receiver, sender] = (case.paths.run(one, case.other).logits - before).abs().max()
    return found


def wrong_documents(model: LanguageModel, documents: int, seed: int) -> int:
    """Return how many documents of any length are not answered as the program is meant."""
    name = str(model.about["program"])
    corpus = _drawn(name, int(model.about["length"]), documents, seed, shortest=1)
    assert corpus.metadata is not None
    found = 0
    for text, answer in zip(corpus.texts, corpus.metadata["output"], strict=True):
        ids = torch.tensor([model.tokenizer(text)["input_ids"]])
        with torch.inference_mode():
            given = model.network(input_ids=ids).logits[0, 1:].argmax(-1)
        found += model.tokenizer.convert_ids_to_tokens(given.tolist()) != answer.split()
    return found


def _drawn(name: str, length: int, documents: int, seed: int, **more: int) -> Corpus:
    settings = {"kind": "program", "program": name, "length": length, "documents": documents}
    return load_corpus({**settings, **more}, seed)


def _ids(model: LanguageModel, corpus: Corpus) -> torch.Tensor:
    return torch.from_numpy(encode_texts(model, corpus.texts).ids).view(len(corpus), -1)
