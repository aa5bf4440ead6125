"""Induction heads: found by attention, tried by cutting."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from scipy import stats
from sklearn.metrics import average_precision_score, roc_auc_score

from causattn.attention import AttentionLayer, Capture, KnockOut, Probe, editable_attention
from causattn.base import generator
from causattn.models import LanguageModel, load_model
from causattn.reproduction import Context

CONFIDENCE = 0.95
PARTS = 6
"""Jobs into which what is done head by head is divided."""
Heads = dict[int, tuple[int, ...] | None]


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield the scores with the curves, then each layer's heads alone."""
    own = {key: getattr(settings, key) for key in ("documents", "tokens", "batch")}
    yield {"part": "curve", "cuts": list(settings.cuts), "draws": settings.draws, **own}
    tried = {"documents": settings.tried, "tokens": settings.tried_tokens, "batch": settings.tried}
    for part in range(PARTS):
        yield {"part": "heads", "layers": part, **tried}


def measure(values: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return a row a head, or a row a set of heads that was cut."""
    torch.set_num_threads(1)
    job = SimpleNamespace(**values)
    model = load_model({"kind": "smollm2"}, None, 0)
    trial = Trial(model, job.documents, job.tokens, job.batch, context.seed)
    if job.part == "curve":
        return trial.curve(job, context.seed)
    return trial.alone(some_layers(trial.layers, job.layers))


def some_layers(layers: int, part: int) -> list[int]:
    """Return the layers that one of the parts of the work is about."""
    return list(range(part * layers // PARTS, (part + 1) * layers // PARTS))


class Trial:
    """Repeated random tokens and what a model makes of them.

    Parameters
    ----------
    model
        A causal language model.
    documents, tokens
        How many documents, of twice so many tokens.
    batch
        Documents in a pass.
    seed
        Draws the tokens.
    """

    def __init__(
        self, model: LanguageModel, documents: int, tokens: int, batch: int, seed: int
    ) -> None:
        self.model, self.tokens, self._batch = model, tokens, batch
        rng = generator(seed, "induction", "tokens")
        special = set(model.tokenizer.all_special_ids)
        usual = [k for k in range(int(model.network.config.vocab_size)) if k not in special]
        once = np.stack([rng.choice(usual, tokens, replace=False) for _ in range(documents)])
        self.ids = torch.from_numpy(np.concatenate([once, once], axis=1))
        # Query t of the second half looks back at the token after its previous occurrence.
        length = 2 * tokens
        self.edges = torch.zeros((1, length, length), dtype=torch.bool)
        second = torch.arange(tokens, length)
        self.edges[0, second, second - tokens + 1] = True
        self.layers = int(model.network.config.num_hidden_layers)
        self.heads = int(model.network.config.num_attention_heads)

    def losses(self, edit: KnockOut | None, capture: Capture) -> np.ndarray:
        """Return the loss of each half, nats a token, float64 [documents, 2]."""
        found = []
        for ids in self.ids.split(self._batch):
            logits = capture.edited({"input_ids": ids}, edit).logits[:, :-1]
            own = logits.log_softmax(-1).gather(2, ids[:, 1:, None])[..., 0]
            # The second half's first token is as new as the first half's.
            first, second = own[:, : self.tokens - 1], own[:, self.tokens :]
            found.append(-torch.stack([first.mean(1), second.mean(1)], dim=1).double().numpy())
        return np.concatenate(found)

    def open(self) -> Any:
        """Return the model with attention that can be changed."""
        return editable_attention(self.model.network, {"input_ids": self.ids[:1]})

    def attention(self, capture: Capture) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return each head's score, its largest attention elsewhere, and where that is.

        Returns
        -------
        score, elsewhere
            float64 [documents, L, H], means over the second half's tokens.
        place
            int64 [documents, L, H, tokens], the key of the largest.
        """
        probe = _Look(self.tokens)
        for ids in self.ids.split(self._batch):
            capture.run({"input_ids": ids}, probe)
        return probe.found(len(self.ids))

    def curve(self, job: Any, seed: int) -> list[dict[str, Any]]:
        """Return the heads' scores, and the loss against the number of heads that are cut."""
        rows = []
        with self.open() as capture:
            score, elsewhere, place = self.attention(capture)
            plain = self.losses(None, capture)
            rows.append(self._row("none", 0, 0, plain, 0.0))
            order = np.argsort(-score.mean(0), axis=None)
            other = np.argsort(-elsewhere.mean(0), axis=None)
            rng = generator(seed, "induction", "random heads")
            draws = [rng.permutation(order.size) for _ in range(job.draws)]
            for count in job.cuts:
                chosen = {"induction": [order], "random": draws}
                for name, orders in chosen.items():
                    for draw, each in enumerate(orders):
                        edit = KnockOut(
                            "renormalise", edges=self.edges, heads=self._of(each[:count])
                        )
                        cut = float(score.mean(0).flat[each[:count]].sum())
                        rows.append(self._row(name, count, draw, self.losses(edit, capture), cut))
                own = other[:count]
                losses = self._elsewhere(capture, own, place)
                cut = float(elsewhere.mean(0).flat[own].sum())
                rows.append(self._row("equal attention", count, 0, losses, cut))
        for layer, head in np.ndindex(self.layers, self.heads):
            rows.append(
                {
                    "what": "score",
                    "layer": layer,
                    "head": head,
                    "value": float(score[:, layer, head].mean()),
                    "elsewhere": float(elsewhere[:, layer, head].mean()),
                }
            )
        return rows

    def alone(self, layers: list[int]) -> list[dict[str, Any]]:
        """Return what cutting one head's edges alone adds to the second half's loss."""
        rows = []
        with self.open() as capture:
            score, _, _ = self.attention(capture)
            before = self.losses(None, capture)[:, 1]
            for layer in layers:
                for head in range(self.heads):
                    edit = KnockOut("renormalise", edges=self.edges, heads={layer: (head,)})
                    added = self.losses(edit, capture)[:, 1] - before
                    rows.append(
                        {
                            "what": "effect",
                            "layer": layer,
                            "head": head,
                            "by_document": added.round(5).tolist(),
                            "attention": score[:, layer, head].round(5).tolist(),
                            "value": float(added.mean()),
                        }
                    )
        return rows

    def _elsewhere(self, capture: Capture, chosen: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Return the losses with each chosen head's most attended other tokens cut."""
        found = []
        size, length = self._batch, 2 * self.tokens
        for first in range(0, len(self.ids), size):
            documents = slice(first, first + size)
            masks: dict[int, torch.Tensor] = {}
            for layer, head in (divmod(int(k), self.heads) for k in chosen):
                own = torch.from_numpy(place[documents, layer, head])
                mask = masks.setdefault(
                    layer, torch.zeros((len(own), self.heads, length, length), dtype=torch.bool)
                )
                mask[:, head, self.tokens :] = torch.nn.functional.one_hot(own, length).bool()
            kept = self.ids
            self.ids = kept[documents]
            try:
                found.append(self.losses(_Each(masks), capture))  # type: ignore[arg-type]
            finally:
                self.ids = kept
        return np.concatenate(found)

    def _of(self, chosen: np.ndarray) -> Heads:
        """Return heads, numbered through all layers, by layer."""
        found: dict[int, tuple[int, ...] | None] = {}
        for layer, head in (divmod(int(k), self.heads) for k in chosen):
            found[layer] = (*(found.get(layer) or ()), head)
        return found

    def _row(
        self, name: str, count: int, draw: int, losses: np.ndarray, attention: float
    ) -> dict[str, Any]:
        length = 2 * self.tokens
        every = self.layers * self.heads * length * (length + 1) // 2
        return {
            "what": "curve",
            "cut": name,
            "heads": count,
            "draw": draw,
            "edges": count * self.tokens,
            "share": count * self.tokens / every,
            "attention": attention,
            "first": float(losses[:, 0].mean()),
            "value": float(losses[:, 1].mean()),
            "by_document": losses[:, 1].round(5).tolist(),
        }


class _Look(Probe):
    """Sums up what the second half's tokens attend to."""

    def __init__(self, tokens: int) -> None:
        self._tokens = tokens
        self._found: dict[int, list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {}

    def wants(self, layer: AttentionLayer) -> bool:
        return True

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        n = self._tokens
        second = torch.arange(n)
        rows = weights[:, :, n:].clone()
        score = rows[:, :, second, second + 1].mean(-1)
        rows[:, :, second, second + 1] = 0
        rows[:, :, :, 0] = 0
        largest, place = rows.max(-1)
        parts = (score.double(), largest.mean(-1).double(), place)
        self._found.setdefault(layer.index, []).append(
            tuple(part.numpy().copy() for part in parts)  # type: ignore[arg-type]
        )

    def found(self, documents: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        layers = [self._found[index] for index in sorted(self._found)]
        parts = [
            np.stack([np.concatenate([batch[k] for batch in layer]) for layer in layers], axis=1)
            for k in range(3)
        ]
        assert len(parts[0]) == documents
        return parts[0], parts[1], parts[2]


class _Each:
    """Cuts other edges in every head before the softmax; an `Edit`."""

    def __init__(self, masks: dict[int, torch.Tensor]) -> None:
        self._masks = masks

    def touches(self, layer: AttentionLayer) -> bool:
        return layer.index in self._masks

    def scores(self, layer: AttentionLayer, scores: torch.Tensor) -> torch.Tensor:
        return scores.masked_fill(self._masks[layer.index], torch.finfo(scores.dtype).min)

    def weights(self, layer: AttentionLayer, weights: torch.Tensor) -> torch.Tensor:
        return weights


def screened(
    score: np.ndarray,
    effect: np.ndarray,
    draws: int,
    rng: np.random.Generator,
    both_sides: bool = False,
) -> dict[str, tuple[float, float, float]]:
    """Return how well scores find what has an effect: AUC, average precision, rank correlation.

    Parameters
    ----------
    score, effect
        float64 [documents, n], what attention says of n edges or heads, and what cutting does.
    draws
        Of documents drawn again, for the intervals.
    rng
        Draws.
    both_sides
        Whether an effect below 0 is one, too, and sizes are ranked.

    Returns
    -------
    Each with the ends of its interval. True is what has an effect above 0, by Student's t over all
    documents, at 5% divided by n.
    """
    documents, n = effect.shape
    error = effect.std(0, ddof=1) / np.sqrt(documents)
    bar = stats.t.isf(0.05 / n / (1 + both_sides), documents - 1)
    size = np.abs if both_sides else np.asarray
    true = size(effect.mean(0)) > bar * np.maximum(error, 1e-12)

    def all_three(rows: np.ndarray) -> tuple[float, float, float]:
        own = score[rows].mean(0)
        rank = float(stats.spearmanr(own, size(effect[rows].mean(0))).statistic)
        if not 0 < true.sum() < n:
            return float("nan"), float("nan"), rank
        return float(roc_auc_score(true, own)), float(average_precision_score(true, own)), rank

    point = all_three(np.arange(documents))
    drawn = np.array([all_three(rng.integers(0, documents, documents)) for _ in range(draws)])
    ends = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
    # A sample of documents that leaves nothing true, or all, has no area.
    known = [column[np.isfinite(column)] for column in drawn.T]
    low, high = np.array(
        [np.quantile(own, ends) if len(own) else (np.nan, np.nan) for own in known]
    ).T
    names = ("AUC", "average precision", "rank correlation")
    return {"true": (float(true.sum()), float(n), 0.0)} | {
        name: (point[k], float(low[k]), float(high[k])) for k, name in enumerate(names)
    }
