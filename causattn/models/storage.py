"""A model as an artefact on disk: what save_pretrained writes, in one checked folder."""

from __future__ import annotations

from pathlib import Path

from transformers import PreTrainedTokenizerFast

from causattn.base import check_artefact, new_artefact, read_json, write_json
from causattn.models.loading import AUTO, hushed, read_network
from causattn.models.model import LanguageModel

KIND, SCHEMA = "model", 1


def write_model(model: LanguageModel, folder: Path) -> None:
    """Write a model as an artefact folder: safetensors, the tokenizer and JSON.

    `read_model` reads it back equal, and so does Hugging Face's ``from_pretrained`` (kind ``hf``).
    """
    with new_artefact(folder, KIND, SCHEMA, {"name": model.name}) as new, hushed():
        model.network.save_pretrained(new)
        model.tokenizer.save_pretrained(new)
        write_json(
            new / "model.json",
            {
                "name": model.name,
                "task": model.task,
                "long_text": model.long_text,
                "about": dict(model.about),
            },
        )


def read_model(folder: Path) -> LanguageModel:
    """Read what `write_model` wrote, onto the processor.

    Raises
    ------
    ArtefactError
        Where the folder is no model, or a file in it is missing or damaged.
    """
    check_artefact(folder, KIND, SCHEMA)
    known = read_json(folder / "model.json")
    task = known["task"]
    assert task in AUTO
    network, _ = read_network(str(folder), task, "auto")
    with hushed():
        # This class takes tokenizer.json as it stands; an architecture's own may rebuild it.
        tokenizer = PreTrainedTokenizerFast.from_pretrained(str(folder))
    return LanguageModel(
        known["name"], network, tokenizer, task, known["long_text"], known["about"]
    )
