"""RXNMapper's head: the map in its attention, whether it stands out, and what cutting it costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from sklearn.metrics import roc_auc_score

from causattn.attention import (
    AttentionLayer,
    Capture,
    KnockOut,
    attention_from,
    attention_weights,
    editable_attention,
)
from causattn.models import LanguageModel, untrained_copy
from causattn.reproduction import Context

from .maps import best_partner, both_ways, from_products, guided_map
from .model import packaged_model, published_tests
from .smiles import Reaction, read_reaction

LAYER, HEAD = 10, 5
"""The published head, counted from 0."""
KNOWN = yaml.safe_load((Path(__file__).parent / "reactions.yaml").read_text())


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a reaction."""
    for number in settings.reactions or range(len(KNOWN)):
        yield {"reaction": number, "measures": list(settings.measures)}


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return rows about readings, heads and cuts of one reaction."""
    torch.set_num_threads(1)
    known, wheel = KNOWN[job["reaction"]], context.data("wheel")
    model = packaged_model(wheel)
    trial = ReactionTrial(model, read_reaction(known["reads"]), np.array(known["map"]))
    aggregated = {name: trial.aggregated(name) for name in job["measures"]}
    with trial.open() as capture:
        weights = trial.weights(capture)
        rows = trial.readings(weights, aggregated)
        rows[0]["published"] = known["mapped"] in published_tests(wheel)
        rows += trial.heads(capture, weights)
        rows += trial.everywhere(capture)
        rows.append(trial.pairs(capture, weights))
    fresh = ReactionTrial(untrained_copy(model, context.seed), trial.reaction, trial.map)
    with fresh.open() as capture:
        right = fresh.right(from_products(fresh.reaction, fresh.weights(capture)))
    rows.append({"what": "reading", "reading": "untrained, best head", "right": int(right.max())})
    return [{**row, "atoms": int(trial.mapped.sum())} for row in rows]


class _Watched:
    """An edit of earlier layers that keeps what the published head's layer then pays."""

    seen: torch.Tensor

    def __init__(self, edit: KnockOut) -> None:
        self._edit = edit

    def touches(self, layer: AttentionLayer) -> bool:
        return layer.index == LAYER or self._edit.touches(layer)

    def scores(self, layer: AttentionLayer, scores: torch.Tensor) -> torch.Tensor:
        return self._edit.scores(layer, scores) if self._edit.touches(layer) else scores

    def weights(self, layer: AttentionLayer, weights: torch.Tensor) -> torch.Tensor:
        if self._edit.touches(layer):
            weights = self._edit.weights(layer, weights)
        if layer.index == LAYER:
            self.seen = weights
        return weights


class ReactionTrial:
    """One reaction and what a model makes of it.

    Parameters
    ----------
    model
        A masked language model of reactions.
    reaction
        The reaction.
    true
        int64 [products], the map; -1 where an atom has no partner.
    """

    def __init__(self, model: LanguageModel, reaction: Reaction, true: np.ndarray) -> None:
        self.model, self.reaction, self.map = model, reaction, true
        self.mapped = true >= 0
        self.ids = torch.tensor([model.tokenizer(reaction.text)["input_ids"]])
        self.places = torch.from_numpy(reaction.atoms + 1)

    def open(self) -> Any:
        """Return the model with attention that can be changed."""
        return editable_attention(self.model.network, {"input_ids": self.ids})

    def weights(self, capture: Capture) -> np.ndarray:
        """Return all heads' attention, [L, H, T, T]."""
        found = attention_weights(capture, {"input_ids": self.ids})
        return np.stack([found[layer][0].numpy() for layer in sorted(found)])

    def right(self, scores: np.ndarray) -> np.ndarray:
        """Return how many atoms' best partner is theirs, of scores [..., products, reactants]."""
        found: np.ndarray = (best_partner(scores) == self.map)[..., self.mapped].sum(-1)
        return found

    def area(self, scores: np.ndarray) -> float:
        """Return the AUROC of mapped pairs among those of mapped atoms, [products, reactants]."""
        pairs = self.map[:, None] == np.arange(self.reaction.reactants)
        own = pairs[self.mapped], scores[self.mapped]
        return round(float(roc_auc_score(own[0].ravel(), own[1].ravel())), 4)

    def readings(
        self, weights: np.ndarray, aggregated: dict[str, np.ndarray]
    ) -> list[dict[str, Any]]:
        """Return a row a way to read a map."""
        own, element = weights[LAYER, HEAD], self.reaction.same_element()
        guided = guided_map(self.reaction, both_ways(self.reaction, own))
        rows: list[dict[str, Any]] = [
            {
                "what": "reading",
                "reading": "RXNMapper's algorithm",
                "right": int((guided == self.map)[self.mapped].sum()),
                "equal": bool((guided == self.map).all()),
            }
        ]
        scores = {"the head": from_products(self.reaction, own)}
        scores["the head, both ways"] = both_ways(self.reaction, own)
        scores |= aggregated
        for name, found in scores.items():
            area = self.area(found)
            for suffix, each in ((name, found), (f"{name}, one element", found * element)):
                right = int(self.right(each))
                rows.append({"what": "reading", "reading": suffix, "right": right, "auroc": area})
        rows.append({"what": "reading", "reading": "order of writing", "right": self._in_order()})
        return rows

    def aggregated(self, name: str) -> np.ndarray:
        """Return attention of all layers and heads from products to reactants by a measure."""
        ids = self.ids.expand(self.reaction.products, -1)
        rows, after = torch.arange(len(ids)), self.places[self.reaction.reactants :]

        def target(output: Any) -> torch.Tensor:
            found: torch.Tensor = output.logits[rows, after, ids[rows, after]]
            return found.sum()

        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        paid = attention_from(self.model, inputs, after[:, None].numpy(), name, target)
        return paid[:, self.places[: self.reaction.reactants]]

    def heads(self, capture: Capture, weights: np.ndarray) -> list[dict[str, Any]]:
        """Return a row a head: what it pays, and what is lost where it is silent."""
        paid = from_products(self.reaction, weights)
        back = from_products(self.reaction, weights.swapaxes(-1, -2)).swapaxes(-1, -2)
        best, right = best_partner(paid), self.right(paid)
        share = paid / paid.sum(-1, keepdims=True).clip(1e-30)
        entropy = -(share * np.log(share.clip(1e-30))).sum(-1).mean(-1)
        products = np.arange(self.reaction.products)
        element = self.reaction.same_element()
        before = self.losses(capture, None)
        rows = []
        for layer, head in np.ndindex(*right.shape):
            own = best[layer, head]
            edit = KnockOut("zero", heads={layer: (head,)})
            lost = self.losses(capture, edit) - before
            row = {
                "what": "head",
                "layer": layer,
                "head": head,
                "right": int(right[layer, head]),
                "auroc": self.area(paid[layer, head]),
                "paid": float(paid[layer, head].sum(-1).mean()),
                "entropy": float(entropy[layer, head]),
                "distinct": len(set(own.tolist())) / len(own),
                "mutual": float((back[layer, head].argmax(-1)[own] == products).mean()),
                "element": float(element[products, own].mean()),
                "cut": float(lost.mean()),
            }
            if layer < LAYER:
                row["right_without"] = self._right_without(capture, edit)
            rows.append({key: round(v, 5) if isinstance(v, float) else v for key, v in row.items()})
        return rows

    def everywhere(self, capture: Capture) -> list[dict[str, Any]]:
        """Return a row a head that is silent in all layers, which share their weights."""
        before = self.losses(capture, None)
        rows = []
        for head in range(capture.heads):
            layers = {layer.index: (head,) for layer in capture.layers}
            below = {layer: own for layer, own in layers.items() if layer < LAYER}
            lost = self.losses(capture, KnockOut("zero", heads=layers)) - before
            right = self._right_without(capture, KnockOut("zero", heads=below))
            own = {"head": head, "cut": round(float(lost.mean()), 5), "right_without": right}
            rows.append({"what": "everywhere", **own})
        return rows

    def losses(self, capture: Capture, edit: KnockOut | None) -> np.ndarray:
        """Return the loss of each mapped atom's token where it is hidden, float64 [mapped]."""
        ids, places = self._hidden()
        logits = capture.edited({"input_ids": ids}, edit).logits
        rows = torch.arange(len(ids))
        said = logits[rows, places].log_softmax(-1)
        return -said[rows, self.ids[0, places]].detach().double().numpy()

    def pairs(self, capture: Capture, weights: np.ndarray) -> dict[str, Any]:
        """Return how what cutting a pair's attention costs ranks the mapped pairs.

        Cut is the attention of the hidden atom to one atom of the reactants: in every head, where
        what is left of a row sums to 1, and in the published head alone.
        """
        ids, places = self._hidden()
        rows, before = torch.arange(len(ids)), self.losses(capture, None)
        found = np.zeros((2, self.reaction.products, self.reaction.reactants))
        for column, reactant in enumerate(self.places[: self.reaction.reactants].tolist()):
            edges = torch.zeros((len(ids), ids.shape[1], ids.shape[1]), dtype=torch.bool)
            edges[rows, places, reactant] = True
            for k, heads in enumerate((None, {LAYER: (HEAD,)})):
                edit = KnockOut("renormalise", edges=edges, heads=heads)
                found[k, self.mapped, column] = self.losses(capture, edit) - before
        return {
            "what": "pairs",
            "auroc_all": self.area(found[0]),
            "auroc_head": self.area(found[1]),
            "auroc_paid": self.area(from_products(self.reaction, weights[LAYER, HEAD])),
            "loss": round(float(before.mean()), 5),
        }

    def _right_without(self, capture: Capture, edit: KnockOut) -> int:
        """Return how many atoms the published head gets right where earlier heads are silent."""
        watched = _Watched(edit)
        capture.edited({"input_ids": self.ids}, watched)
        return int(self.right(from_products(self.reaction, watched.seen[0, HEAD].numpy())))

    def _hidden(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the reaction with each mapped atom hidden in turn, and where."""
        places = self.places[self.reaction.reactants :][torch.from_numpy(self.mapped)]
        ids = self.ids.repeat(len(places), 1)
        ids[torch.arange(len(ids)), places] = self.model.tokenizer.mask_token_id
        return ids, places

    def _in_order(self) -> int:
        """Return how many are right where each atom is the next one of its element."""
        element, taken = self.reaction.same_element(), set()
        right = 0
        for product, allowed in enumerate(element):
            free = [k for k in np.flatnonzero(allowed).tolist() if k not in taken]
            if free:
                taken.add(free[0])
                right += free[0] == self.map[product]
        return right
