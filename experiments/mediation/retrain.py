"""The interventions for real: on small models trained here, whose world is known exactly.

For each model and, as a control, for the same network with fresh weights: the pronoun's effect on
the reason by head (`heads`), and the person's effect on the pronoun by neuron (`neurons`), on
stories and scenes that were not trained on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from causattn.base import generator
from causattn.models import LanguageModel, read_model, untrained_copy, write_model
from causattn.reproduction import Context, Figure, Findings
from causattn.results import Store

from .heads import HeadEffects, head_effects
from .neurons import NeuronEffects, neuron_effects
from .pictures import draw_heads, draw_neurons
from .sentences import Scene, Story, draw_sentences, held_out
from .settings import Settings
from .train import train

_SCHEMA = 1
_FEW = 8
_TRAINED, _FRESH = "trained", "untrained"


@dataclass(frozen=True)
class Measured:
    """One model's effects."""

    which: str
    heads: HeadEffects
    neurons: NeuronEffects


def retrain(settings: Settings, context: Context) -> Findings:
    """Train models, exchange what they compute, and say what it mediates."""
    stories, scenes = held_out(settings.held_out, generator(context.seed, "mediation", "held out"))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        measured = []
        for number in range(1, settings.models + 1):
            model = _model(settings, context, number, (stories, scenes))
            for which, one in (
                (_TRAINED, model),
                (_FRESH, untrained_copy(model, context.seed + number)),
            ):
                measured.append(
                    Measured(which, head_effects(one, scenes), neuron_effects(one, stories))
                )
    finally:
        torch.set_num_threads(before)
    trained = [one for one in measured if one.which == _TRAINED]
    fresh = [one for one in measured if one.which == _FRESH]
    findings = Findings()
    findings.figures = [
        *_checks(measured, context),
        *_head_figures(trained, fresh, context),
        *_neuron_figures(trained, fresh, context),
    ]
    findings.tables = {
        "Trained here: effects of the pronoun on the reason, all heads": _models_table(measured),
        "Trained here: the strongest heads of each model": _heads_table(trained),
        "Trained here: effects by layer": _layers_table(trained),
    }
    findings.pictures = {
        "Indirect effect of each head on models trained here, as a share of the odds (layers from "
        "below; right: all heads of a layer at once)": draw_heads(
            [one.heads for one in trained], context.folder / "heads.png"
        ),
        "Indirect effect where the person stands, by layer, as a share of the total effect; thin: "
        "each model": draw_neurons(
            [one.neurons for one in trained], context.folder / "neurons.png"
        ),
    }
    findings.remarks = [
        f"Trained here: {settings.layers} layers and {settings.heads} heads, "
        f"{settings.sentences:,} generated sentences, models: {settings.models}; effects are means "
        f"over {len(scenes)} scenes and {len(stories)} stories that were not trained on. Published "
        "figures beside them are GPT-2 small's on Winobias: the shape is compared, not the values.",
        "With the embedding the whole difference between the two inputs is exchanged, and with no "
        "head nothing: both are exact by construction and checked on each model, trained or not.",
        "In a scene the pronoun tells for whom it stands only by whom it is compared with, so that "
        "attention may mediate all of its effect; in the paper's sentences a part is direct.",
        "Effects are shares of odds: those of single heads do not add up where several heads do "
        "the same, and where they multiply.",
    ]
    return findings


def _model(
    settings: Settings, context: Context, number: int, without: tuple[list[Story], list[Scene]]
) -> LanguageModel:
    """Return a trained model, from the store where it is there."""

    def make() -> LanguageModel:
        rng = generator(context.seed, "mediation", "sentences", number)
        sentences = draw_sentences(settings.sentences, rng, without)
        return train(sentences, settings.training, context.seed, number)

    parts = {
        "paper": "mediation",
        "training": asdict(settings.training),
        "sentences": settings.sentences,
        "held_out": settings.held_out,
        "seed": context.seed,
        "number": number,
    }
    store = Store(Path(context.cache))
    return store.fetch("model", parts, _SCHEMA, make, write_model, read_model).value


def _checks(measured: list[Measured], context: Context) -> list[Figure]:
    """Return what must hold of any model."""
    nothing = max(float(np.abs(one.heads.nothing).max()) for one in measured)
    embedding = max(
        float(np.abs((one.neurons.indirect[0] - one.neurons.total) / (1 + one.neurons.total)).max())
        for one in measured
    )
    held = max(float(np.abs(one.neurons.direct[0]).max()) for one in measured)
    return [
        context.figure(name, value)
        for name, value in (
            ("largest indirect effect of no head, and direct less total effect", nothing),
            ("largest relative difference, effect of the embedding from the total", embedding),
            ("largest direct effect with the embedding held", held),
        )
    ]


def _head_figures(trained: list[Measured], fresh: list[Measured], context: Context) -> list[Figure]:
    heads = [one.heads for one in trained]
    total = _mean([one.total for one in heads])
    bare = _mean([one.heads.total for one in fresh])
    told = _mean([one.told for one in heads])
    decomposed = [np.corrcoef(one.total, one.direct + one.indirect)[0, 1] for one in heads]
    shares, uniform = zip(*map(_share_of_few, heads), strict=True)
    figures = [
        context.figure(f"pronoun to reason: {name}", value, note)
        for name, value, note in (
            ("mean total effect, trained", total, f"{told:.2f} by how the sentences are drawn"),
            ("mean total effect, untrained", bare, ""),
            ("total effect, trained less untrained", total - bare, ""),
            ("mean direct effect", _mean([one.direct for one in heads]), ""),
            ("mean indirect effect, all heads", _mean([one.indirect for one in heads]), ""),
            (
                "mean sum of heads' indirect effects",
                _mean([one.indirect_heads.sum((0, 1)) for one in heads]),
                "",
            ),
        )
    ]
    figures += [
        context.figure(
            "correlation of total with direct + indirect effect", float(np.mean(decomposed))
        ),
        context.figure(
            "strongest eighth of heads, share of positive indirect effects",
            float(np.mean(shares)),
            f"the shape: few heads mediate; {np.mean(uniform):.2f} if all were equal",
        ),
    ]
    if len(trained) > 1:
        name = "correlation of heads' indirect effects by place, between models"
        figures.append(context.figure(name, _agreement(trained)))
    return figures


def _share_of_few(effects: HeadEffects) -> tuple[float, float]:
    """Return what the strongest eighth of heads has of positive effects, and has of all heads."""
    mean = np.sort(effects.indirect_heads.mean(-1).clip(0), axis=None)[::-1]
    few = max(1, len(mean) // _FEW)
    return float(mean[:few].sum() / mean.sum()), few / len(mean)


def _agreement(trained: list[Measured]) -> float:
    """Return the mean correlation, over pairs of models, of heads at the same place."""
    maps = [one.heads.indirect_heads.mean(-1).ravel() for one in trained]
    upper = np.triu_indices(len(maps), 1)
    return float(np.corrcoef(maps)[upper].mean())


def _neuron_figures(
    trained: list[Measured], fresh: list[Measured], context: Context
) -> list[Figure]:
    ours = {
        "mean total effect, trained": _mean([one.neurons.total for one in trained]),
        "mean total effect, untrained": _mean([one.neurons.total for one in fresh]),
        "first layer's neurons, share of the total effect": np.mean(
            [_by_layer(one.neurons)[1] for one in trained]
        ),
        "last layer's neurons, share of the total effect": np.mean(
            [_by_layer(one.neurons)[-1] for one in trained]
        ),
    }
    return [
        context.figure(f"person to pronoun: {name}", float(value)) for name, value in ours.items()
    ]


def _by_layer(effects: NeuronEffects) -> np.ndarray:
    """Return each layer's mean indirect effect as a share of the mean total one, [1 + L]."""
    share: np.ndarray = effects.indirect.mean(-1) / effects.total.mean()
    return share


def _models_table(measured: list[Measured]) -> pd.DataFrame:
    rows = []
    for place, one in enumerate(measured):
        heads = one.heads
        rows.append(
            {
                "model": place // 2 + 1,
                "weights": one.which,
                "examples": len(heads.total),
                "total effect": float(heads.total.mean()),
                "by the sentences": float(heads.told.mean()),
                "direct": float(heads.direct.mean()),
                "indirect": float(heads.indirect.mean()),
                "sum of heads' indirect": float(heads.indirect_heads.sum((0, 1)).mean()),
                "correlation of total with direct + indirect": float(
                    np.corrcoef(heads.total, heads.direct + heads.indirect)[0, 1]
                ),
            }
        )
    return pd.DataFrame(rows)


def _heads_table(trained: list[Measured], shown: int = 5) -> pd.DataFrame:
    rows = []
    for number, one in enumerate(trained, 1):
        indirect, direct = (
            part.mean(-1) for part in (one.heads.indirect_heads, one.heads.direct_heads)
        )
        for rank, place in enumerate(np.argsort(-indirect, axis=None)[:shown], 1):
            layer, head = divmod(int(place), indirect.shape[1])
            rows.append(
                {
                    "model": number,
                    "rank": rank,
                    "head": f"{layer}-{head}",
                    "indirect": float(indirect[layer, head]),
                    "direct, this head held": float(direct[layer, head]),
                    "total": float(one.heads.total.mean()),
                }
            )
    return pd.DataFrame(rows)


def _layers_table(trained: list[Measured]) -> pd.DataFrame:
    rows = []
    for number, one in enumerate(trained, 1):
        neurons = one.neurons
        strongest = np.sort(neurons.indirect_neurons.mean(-1), axis=1)[:, ::-1]
        # The paper's figure: the mean over a layer's strongest twentieth.
        few = max(1, strongest.shape[1] // 20)
        whole = np.concatenate([neurons.indirect[:1], neurons.indirect_states])
        for layer in range(len(neurons.indirect)):
            attention = one.heads.indirect_layers[layer - 1] if layer else None
            held = one.heads.direct_layers[layer - 1] if layer else None
            rows.append(
                {
                    "model": number,
                    "layer": "embedding" if layer == 0 else str(layer - 1),
                    "attention, indirect": None if attention is None else float(attention.mean()),
                    "attention, direct": None if held is None else float(held.mean()),
                    "neurons, indirect": float(neurons.indirect[layer].mean()),
                    "neurons, direct": float(neurons.direct[layer].mean()),
                    "whole state, indirect": float(whole[layer].mean()),
                    "strongest 5% of neurons, one at a time": float(strongest[layer, :few].mean()),
                }
            )
    return pd.DataFrame(rows)


def _mean(values: list[np.ndarray]) -> float:
    return float(np.mean([part.mean() for part in values]))
