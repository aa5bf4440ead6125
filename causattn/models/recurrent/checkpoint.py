"""Where a training stands, on disk: safetensors and JSON, written whole or not at all.

A training is found at ``<model.checkpoints>/<kind>/<key>``, and whoever works on it holds the lock
``<model.checkpoints>/.locks/<kind>-<key>.lock``, so that what is being trained is not pruned, nor
trained twice at once. `causattn.results.list_artefacts` knows this layout.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

from causattn.base import (
    ArtefactError,
    check_artefact,
    exclusive,
    new_artefact,
    read_json,
    write_json,
)

KIND, SCHEMA = "recurrent training", 1
_NAME = "epoch-{:05d}"

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Place:
    """Where a training's checkpoints lie.

    Parameters
    ----------
    folder
        It is there.
    key
        Names the training: a checkpoint of another key is refused.
    parts
        What the key was made of, in short.
    """

    folder: Path
    key: str
    parts: Mapping[str, Any]

    @contextmanager
    def held(self) -> Iterator[Place]:
        """Hold the training inside the block, waiting for whoever does it now."""
        kind = self.folder.parent
        lock = kind.parent / ".locks" / f"{kind.name}-{self.key}.lock"
        with exclusive(lock, f"training {kind.name} {self.key}"):
            self.folder.mkdir(parents=True, exist_ok=True)  # it may have been pruned meanwhile
            os.utime(self.folder)
            yield self


@dataclass(frozen=True)
class State:
    """A training after a whole epoch.

    Parameters
    ----------
    weights, best
        The network's weights now and at its best epoch, by name.
    optimiser
        The optimiser's tensors by number of the weight and name.
    history
        What was noted of each epoch.
    """

    weights: Tensors
    best: Tensors
    optimiser: Tensors
    history: list[dict[str, Any]]

    @classmethod
    def of(
        cls,
        network: PreTrainedModel,
        optimiser: torch.optim.Optimizer,
        best: Tensors,
        history: list[dict[str, Any]],
    ) -> State:
        """Return where a training stands."""
        kept = {
            f"{number}.{name}": tensor
            for number, tensors in optimiser.state_dict()["state"].items()
            for name, tensor in tensors.items()
        }
        return cls(dict(network.state_dict()), best, kept, history)

    def restore(
        self, network: PreTrainedModel, optimiser: torch.optim.Optimizer
    ) -> list[dict[str, Any]]:
        """Put a network and its optimiser where they stood; return the history."""
        network.load_state_dict(self.weights)
        kept: dict[int, Tensors] = {}
        for name, tensor in self.optimiser.items():
            number, _, what = name.partition(".")
            kept.setdefault(int(number), {})[what] = tensor
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": kept, "param_groups": groups})
        return list(self.history)


def write_state(place: Place, state: State) -> None:
    """Write where a training stands, in place of what stood before."""
    epochs = len(state.history)
    folder = place.folder / _NAME.format(epochs)
    about = {"key": place.key, "parts": {**place.parts, "epochs_run": epochs}}
    with new_artefact(folder, KIND, SCHEMA, about) as new:
        save_file(_plain(state.weights), new / "weights.safetensors")
        save_file(_plain(state.best), new / "best.safetensors")
        save_file(_plain(state.optimiser), new / "optimiser.safetensors")
        write_json(new / "history.json", state.history)
    for old in place.folder.glob("epoch-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def last_state(place: Place) -> State | None:
    """Return where a training stood when it was stopped; None where it has not begun.

    Raises
    ------
    ArtefactError
        Where the folder holds another training, or what it holds is damaged.
    """
    found = sorted(place.folder.glob("epoch-*"))
    if not found:
        return None
    folder = found[-1]
    manifest = check_artefact(folder, KIND, SCHEMA)
    if manifest["about"].get("key") != place.key:
        raise ArtefactError(
            f"{folder} is the checkpoint of a training with other settings, corpus or seed; "
            "delete it, or set model.checkpoints to another folder."
        )
    return State(
        load_file(folder / "weights.safetensors"),
        load_file(folder / "best.safetensors"),
        load_file(folder / "optimiser.safetensors"),
        read_json(folder / "history.json"),
    )


def _plain(tensors: Tensors) -> Tensors:
    """Return tensors as safetensors takes them."""
    return {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
