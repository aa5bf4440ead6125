"""Effects of the pronoun on the reason, by head: their attention exchanged for real.

Vig et al. (2020), section 3.2. The base input is a scene with one pronoun, the alternative the same
scene with the other, and y the odds of the reason against the profession's lean. By head, layer
and all heads at once: the natural indirect effect (base input, attention of the alternative there)
and the natural direct effect (alternative input, attention of the base there).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from causattn.attention import natural_effects
from causattn.models import LanguageModel, encode_texts, single_tokens, take

from .sentences import PRONOUNS, REASONS, Scene, leans

_BATCH = 256


@dataclass(frozen=True)
class HeadEffects:
    """Effects as shares of y under the base input, example by example.

    Parameters
    ----------
    total
        float64 [n].
    nothing
        float64 [2, n]: the indirect effect where no head is exchanged, which is 0, and the direct
        one less the total, which is 0 too.
    indirect, direct
        float64 [n]: by all heads at once.
    indirect_layers, direct_layers
        float64 [L, n]: by all heads of a layer.
    indirect_heads, direct_heads
        float64 [L, H, n].
    told
        float64 [n]: the total effect in the world of the sentences.
    """

    total: np.ndarray
    nothing: np.ndarray
    indirect: np.ndarray
    direct: np.ndarray
    indirect_layers: np.ndarray
    direct_layers: np.ndarray
    indirect_heads: np.ndarray
    direct_heads: np.ndarray
    told: np.ndarray


def head_effects(model: LanguageModel, scenes: list[Scene]) -> HeadEffects:
    """Exchange attention between a scene and its twin with the other pronoun.

    Parameters
    ----------
    model
        A causal language model that has all words.
    scenes
        Of two professions that lean to different genders; the base input has the pronoun that
        most of the doer's profession would be given.
    """
    layers, heads = _shape(model)
    every = dict.fromkeys(range(layers))
    sets = [{}, every]
    sets += [{layer: None} for layer in range(layers)]
    sets += [{layer: (head,)} for layer in range(layers) for head in range(heads)]
    parts = [
        _quantities(model, scenes[start : start + _BATCH], sets)
        for start in range(0, len(scenes), _BATCH)
    ]
    base, alternative, forward, backward = (
        np.concatenate([part[k] for part in parts], axis=-1) for k in range(4)
    )
    total = alternative / base - 1
    indirect, direct = forward / base - 1, backward / base - 1
    return HeadEffects(
        total=total,
        nothing=np.stack([indirect[0], direct[0] - total]),
        indirect=indirect[1],
        direct=direct[1],
        indirect_layers=indirect[2 : 2 + layers],
        direct_layers=direct[2 : 2 + layers],
        indirect_heads=indirect[2 + layers :].reshape(layers, heads, -1),
        direct_heads=direct[2 + layers :].reshape(layers, heads, -1),
        told=np.array([_told(scene) for scene in scenes]),
    )


def _quantities(model: LanguageModel, scenes: list[Scene], sets: list) -> tuple[np.ndarray, ...]:
    """Return y under base and alternative [n], and y by set [sets, n] both ways round."""
    ends = []
    for twin in (False, True):
        pronouns = [PRONOUNS[int(leans(scene.doer) == twin)] for scene in scenes]
        prompts = [scene.prompt(word) for scene, word in zip(scenes, pronouns, strict=True)]
        batch = take(encode_texts(model, prompts), np.arange(len(prompts))).to(model.device)
        ends.append({"input_ids": batch.input_ids})
    reasons = torch.from_numpy(single_tokens(model, REASONS)).to(model.device)

    def odds(output: object) -> torch.Tensor:
        """Return the odds of the other's reason against the doer's."""
        logits = output.logits[:, -1, reasons].double()  # type: ignore[attr-defined]
        return (logits[:, 1] - logits[:, 0]).exp()

    base, alternative = ends
    there = natural_effects(model.network, base, alternative, odds, sets)
    back = natural_effects(model.network, alternative, base, odds, sets)
    found = (there.base, there.alternative, there.indirect, back.indirect)
    return tuple(part.cpu().numpy() for part in found)


def _told(scene: Scene) -> float:
    """Return the total effect that follows from how the sentences are drawn."""
    first = PRONOUNS[int(not leans(scene.doer))]
    second = PRONOUNS[int(leans(scene.doer))]
    odds = [(1 - scene.told(word)) / scene.told(word) for word in (first, second)]
    return odds[1] / odds[0] - 1


def _shape(model: LanguageModel) -> tuple[int, int]:
    config = model.network.config
    return int(config.num_hidden_layers), int(config.num_attention_heads)
