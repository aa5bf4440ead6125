"""Effects of a person on the pronoun, by layer of neurons and by neuron.

Vig et al. (2020), section 3.1 and 4.1. The base input is a story of a profession, the alternative
the same story of a woman or a man, whichever the profession leans away from, and y the odds of the
pronoun against the profession's lean. Exchanged are, where the person stands, the word's embedding
and the output of each layer's feed-forward network: all of it, or one neuron. Beside them stands
the whole state after each layer, which tells up to where the person is read at this place.

The embedding at this place is all in which the two inputs differ, so that exchanging it is the
whole effect; this is looked at, not taken for granted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from causattn.models import LanguageModel, encode_texts, single_tokens, take

from .sentences import MEN, PRONOUNS, WOMEN, Story, leans

_PLACE = 1
"""Where the person stands: the second word."""


@dataclass(frozen=True)
class NeuronEffects:
    """Effects as shares of y under the base input, story by story.

    Parameters
    ----------
    total
        float64 [n].
    indirect, direct
        float64 [1 + L, n]: by all neurons of the embedding, then of each layer.
    indirect_states
        float64 [L, n]: by the whole state after each layer.
    indirect_neurons
        float64 [1 + L, width, n]: by one neuron.
    """

    total: np.ndarray
    indirect: np.ndarray
    direct: np.ndarray
    indirect_states: np.ndarray
    indirect_neurons: np.ndarray


def neuron_effects(model: LanguageModel, stories: list[Story]) -> NeuronEffects:
    """Exchange neurons between a story of a profession and one of a woman or a man."""
    people = [(MEN if leans(story.person) else WOMEN)[0] for story in stories]
    base = _inputs(model, [story.prompt() for story in stories])
    alternative = _inputs(
        model, [story.prompt(person) for story, person in zip(stories, people, strict=True)]
    )
    against = torch.tensor([int(leans(story.person)) for story in stories], device=model.device)
    pronouns = torch.from_numpy(single_tokens(model, PRONOUNS)).to(model.device)
    body: Any = model.network.base_model
    modules = [body.wte, *(block.mlp for block in body.h)]
    blocks = list(body.h)

    def odds(ids: torch.Tensor) -> torch.Tensor:
        logits = model.network(input_ids=ids).logits[:, -1, pronouns].double()
        return (logits[:, 1] - logits[:, 0]).exp() ** (2 * against - 1)

    with torch.inference_mode():
        y, y_alternative = odds(base), odds(alternative)
        of_base, of_alternative = (_states(modules, odds, ids) for ids in (base, alternative))
        indirect, direct, single = [], [], []
        for module, own, other in zip(modules, of_base, of_alternative, strict=True):
            with _exchanged(module, other):
                indirect.append(odds(base))
            with _exchanged(module, own):
                direct.append(odds(alternative))
            each = []
            for neuron in range(own.shape[-1]):
                with _exchanged(module, other, neuron):
                    each.append(odds(base))
            single.append(torch.stack(each))
        states = []
        for block, other in zip(blocks, _states(blocks, odds, alternative), strict=True):
            with _exchanged(block, other):
                states.append(odds(base))

    def share(found: torch.Tensor) -> np.ndarray:
        relative: np.ndarray = (found / y - 1).cpu().numpy()
        return relative

    return NeuronEffects(
        total=share(y_alternative),
        indirect=share(torch.stack(indirect)),
        direct=share(torch.stack(direct)),
        indirect_states=share(torch.stack(states)),
        indirect_neurons=share(torch.stack(single)),
    )


def _inputs(model: LanguageModel, prompts: list[str]) -> torch.Tensor:
    encoding = encode_texts(model, prompts)
    return take(encoding, np.arange(len(prompts))).to(model.device).input_ids


def _states(
    modules: list[nn.Module], run: Callable[[torch.Tensor], Any], ids: torch.Tensor
) -> list[torch.Tensor]:
    """Return what each module gives where the person stands, [n, width] each."""
    kept: dict[int, torch.Tensor] = {}
    hooks = [
        module.register_forward_hook(
            lambda _module, _given, state, k=k: kept.__setitem__(k, state[:, _PLACE].clone())
        )
        for k, module in enumerate(modules)
    ]
    try:
        run(ids)
    finally:
        for hook in hooks:
            hook.remove()
    return [kept[k] for k in range(len(modules))]


class _exchanged:
    """Give other states out of a module where the person stands, inside the block."""

    def __init__(self, module: nn.Module, states: torch.Tensor, neuron: int | None = None) -> None:
        self._module, self._states = module, states
        self._neurons = slice(None) if neuron is None else slice(neuron, neuron + 1)

    def __enter__(self) -> None:
        self._hook = self._module.register_forward_hook(self._put)

    def _put(self, _module: nn.Module, _given: Any, state: torch.Tensor) -> torch.Tensor:
        changed = state.clone()
        changed[:, _PLACE, self._neurons] = self._states[:, self._neurons]
        return changed

    def __exit__(self, *_: object) -> None:
        self._hook.remove()
