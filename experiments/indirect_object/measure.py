"""Paths, heads and tokens that answer prompts; other experiments ask other prompts by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from causattn.attention import (
    AttentionLayer,
    HeadPaths,
    KnockOut,
    Probe,
    check_same_length,
    editable_attention,
    path_attribution,
)
from causattn.base import generator
from causattn.corpora import load_corpus
from causattn.models import (
    LanguageModel,
    carrier_tokens,
    encode_texts,
    load_model,
    single_tokens,
)
from causattn.reproduction import Context
from experiments.induction.measure import PARTS, some_layers

STRONGEST = 20


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield the whole model, its paths, its heads by layer, and its tokens."""
    asked = ("corpus", "rephrased", "looked", "batch")
    own = {key: getattr(settings, key) for key in asked}
    yield {"part": "prompts", "prompts": settings.prompts, **own}
    yield {"part": "tokens", "tried": settings.tried, **own}
    for part in range(PARTS):
        yield {"part": "heads", "layers": part, "tried": settings.tried, **own}
    paths = {key: getattr(settings, key) for key in ("attributed", "cut")}
    yield {"part": "paths", "shares": list(settings.shares), **paths, **own}


def measure(values: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return the rows of one part."""
    torch.set_num_threads(1)
    job = SimpleNamespace(**values)
    model = load_model({"kind": "smollm2"}, None, 0)
    if job.part == "prompts":
        return whole(model, job, context.seed)
    if job.part == "tokens":
        return tokens(model, job, context.seed)
    if job.part == "heads":
        return heads(model, job, context.seed)
    return paths(model, job, context.seed)


@dataclass(frozen=True)
class Prompts:
    """Prompts of one length, token by token.

    Parameters
    ----------
    ids, counterparts
        int64 [B, T].
    right, wrong
        The tokens that count for and against, B lists.
    looked
        bool [B, T], the tokens of the slots that attention is held against.
    """

    ids: torch.Tensor
    counterparts: torch.Tensor
    right: tuple[list[int], ...]
    wrong: tuple[list[int], ...]
    looked: torch.Tensor

    def metric(self, logits: torch.Tensor) -> torch.Tensor:
        """Return the mean logit of the right answers less that of the wrong ones, [B]."""
        each = zip(logits[:, -1], self.right, self.wrong, strict=True)
        return torch.stack([last[right].mean() - last[wrong].mean() for last, right, wrong in each])


def drawn(
    model: LanguageModel, job: Any, count: int, templates: list[int], seed: int
) -> Iterator[Prompts]:
    """Yield prompts of some templates, a batch of equal length at a time."""
    own = {"kind": job.corpus, "documents": count, "templates": tuple(templates)}
    corpus = load_corpus(own, seed)
    encoding = encode_texts(model, corpus.texts)
    carriers = carrier_tokens(encoding, corpus.mentions)
    known = corpus.metadata
    assert known is not None
    answer = carriers.feature == corpus.variables.index("answer")
    slots = np.isin(carriers.feature, [corpus.variables.index(name) for name in job.looked])
    by_length: dict[int, list[Prompts]] = {}
    for document, row in enumerate(known.to_dict("records")):
        here = carriers.document == document
        end = int(carriers.position[here & answer].min())
        first = encoding.bounds[document]
        ids = torch.from_numpy(encoding.ids[None, first : first + end])
        other = torch.tensor([model.tokenizer(str(row["counterpart"]))["input_ids"]])[:, :end]
        check_same_length({"the prompt": ids, "its counterpart": other})
        looked = torch.zeros((1, end), dtype=torch.bool)
        looked[0, carriers.position[here & slots]] = True
        right, wrong = (
            single_tokens(model, str(row[side]).split("|")).tolist() for side in ("right", "wrong")
        )
        one = Prompts(ids, other, (right,), (wrong,), looked)
        by_length.setdefault(end, []).append(one)
    for _, group in sorted(by_length.items()):
        for start in range(0, len(group), job.batch):
            some = group[start : start + job.batch]
            yield Prompts(
                torch.cat([one.ids for one in some]),
                torch.cat([one.counterparts for one in some]),
                tuple(one.right[0] for one in some),
                tuple(one.wrong[0] for one in some),
                torch.cat([one.looked for one in some]),
            )


def every(job: Any) -> list[int]:
    """Return all templates."""
    return [k for some in job.rephrased for k in some]


def whole(model: LanguageModel, job: Any, seed: int) -> list[dict[str, Any]]:
    """Return the logit difference of each prompt."""
    found: list[float] = []
    with torch.inference_mode():
        for some in drawn(model, job, job.prompts, every(job), seed):
            found += some.metric(model.network(input_ids=some.ids).logits).tolist()
    return [{"what": "prompt", "value": value} for value in found]


def heads(model: LanguageModel, job: Any, seed: int) -> list[dict[str, Any]]:
    """Return each head's attention to the slots looked at, and what replacing it does."""
    effect: dict[str, list[float]] = {}
    paid: dict[str, list[float]] = {}
    for some in drawn(model, job, job.tried, every(job), seed + 1):
        there = HeadPaths(model.network, some.counterparts).written().counterfactual()
        here = HeadPaths(model.network, some.ids)
        before = some.metric(here.run().logits)
        rows = last_rows(model, some.ids)
        for layer in some_layers(here.layers, job.layers):
            for head in range(here.heads):
                name = f"{layer}.{head}"
                node = torch.zeros(len(here.senders), dtype=torch.bool)
                node[here.index(name)] = True
                after = some.metric(here.run(other=there, nodes=node).logits)
                effect.setdefault(name, []).extend((before - after).tolist())
                own = (rows[:, layer, head] * some.looked).sum(1)
                paid.setdefault(name, []).extend(own.tolist())
    return [
        {
            "what": "head",
            "name": name,
            "effect": np.round(effect[name], 5).tolist(),
            "attention": np.round(paid[name], 5).tolist(),
        }
        for name in effect
    ]


def tokens(model: LanguageModel, job: Any, seed: int) -> list[dict[str, Any]]:
    """Return for each pair of places the mean attention, and what cutting it in all heads does."""
    some = max(
        drawn(model, job, job.tried, job.rephrased[0][:1], seed + 2), key=lambda one: len(one.ids)
    )
    inputs = {"input_ids": some.ids}
    length = some.ids.shape[1]
    names = [model.tokenizer.decode(token) for token in some.ids[0]]
    with editable_attention(model.network, inputs) as capture:
        probe = _Sum()
        capture.run(inputs, probe)
        mean = probe.mean()
        apart = mean.clone()
        apart[:, :, 0] = 0
        apart = apart / apart.sum(-1, keepdim=True).clamp(min=1e-9)
        before = some.metric(capture.edited(inputs, None).logits)
        rows = []
        for query in range(1, length):
            for key in range(query):
                edges = torch.zeros((1, length, length), dtype=torch.bool)
                edges[0, query, key] = True
                cut = KnockOut("renormalise", edges=edges)
                after = some.metric(capture.edited(inputs, cut).logits)
                rows.append(
                    {
                        "what": "tokens",
                        "name": f"{query} {names[query]} from {key} {names[key]}",
                        "effect": np.round((before - after).numpy(), 5).tolist(),
                        "attention": np.round(mean[:, query, key].numpy(), 6).tolist(),
                        "without_first": np.round(apart[:, query, key].numpy(), 6).tolist(),
                    }
                )
    return rows


def paths(model: LanguageModel, job: Any, seed: int) -> list[dict[str, Any]]:
    """Return the curve over shares of the paths, and the heads' strengths by templates."""
    rows, mean = [], 0.0
    strength = []
    difference = 0.0
    possible = None
    for templates in job.rephrased:
        total, count = 0.0, 0
        for some in drawn(model, job, job.attributed // 2, templates, seed + 3):
            there = HeadPaths(model.network, some.counterparts).written().counterfactual()
            here = HeadPaths(model.network, some.ids)
            total = total + path_attribution(here, there, some.metric).sum(0)
            apart = there.senders - here.written().senders
            difference = difference + apart.pow(2).sum((1, 2, 3)).sqrt()
            count += len(some.ids)
            possible = here.possible
        own = total / count
        mean = mean + own / len(job.rephrased)
        strength.append(own.abs().sum(0))
        senders = here.senders
    assert possible is not None
    for k, name in enumerate(senders):
        rows.append(
            {
                "what": "sender",
                "name": name,
                "strength": [float(each[k]) for each in strength],
            }
        )
    flat = possible.flatten().nonzero()[:, 0]
    rng = generator(seed, "indirect_object", "random paths")
    alone = difference[None].expand(possible.shape)
    orders = {
        "attribution": flat[mean.abs().flatten()[flat].argsort(descending=True)],
        "activation difference": flat[alone.flatten()[flat].argsort(descending=True, stable=True)],
        "random": flat[torch.from_numpy(rng.permutation(len(flat)))],
    }
    evaluated = list(drawn(model, job, job.cut, every(job), seed + 4))
    ready = []
    for some in evaluated:
        there = HeadPaths(model.network, some.counterparts)
        here = HeadPaths(model.network, some.ids)
        ready.append((some, here, there.written().counterfactual()))
        for what, logits in (("whole", here.run().logits), ("nothing", there.run().logits)):
            rows += [{"what": what, "value": value} for value in some.metric(logits).tolist()]
    for share in job.shares:
        for order, ranked in orders.items():
            chosen = torch.zeros(possible.numel(), dtype=torch.bool)
            chosen[ranked[: max(1, round(share * len(flat)))]] = True
            chosen = chosen.view_as(possible)
            for done, patched in (("cut", chosen), ("kept", possible & ~chosen)):
                found: list[float] = []
                for some, here, there in ready:
                    found += some.metric(here.run(patched, there).logits).tolist()
                rows.append(
                    {
                        "what": "curve",
                        "order": order,
                        "done": done,
                        "share": share,
                        "paths": int(chosen.sum()),
                        "effect": np.round(found, 4).tolist(),
                    }
                )
    return rows


def last_rows(model: LanguageModel, ids: torch.Tensor) -> torch.Tensor:
    """Return what the last token attends to, [B, L, H, T]."""
    probe = _Last()
    with editable_attention(model.network, {"input_ids": ids}) as capture:
        capture.run({"input_ids": ids}, probe)
    return torch.stack(probe.rows_seen, dim=1)


class _Last(Probe):
    """Keeps the last token's row of every layer."""

    def __init__(self) -> None:
        self.rows_seen: list[torch.Tensor] = []

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        self.rows_seen.append(weights[:, :, -1].clone())


class _Sum(Probe):
    """Averages attention over layers and heads, [B, T, T]."""

    def __init__(self) -> None:
        self._sum: torch.Tensor | None = None
        self._count = 0

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        own = weights.double().sum(1)
        self._sum = own if self._sum is None else self._sum + own
        self._count += weights.shape[1]

    def mean(self) -> torch.Tensor:
        assert self._sum is not None
        return self._sum / self._count
