"""Training a pretrained encoder on a corpus as a masked language model.

The encoder gets a head whose last layer is its own word embeddings (Press and Wolf 2017, "Using the
output embedding to improve language models"), as checkpoints of masked language models have it.
Head and encoder learn together; training ends once the loss on held-out documents stops falling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from causattn.base import Bounds, CapabilityError, ConfigError, ModelError, generator, integer_seed
from causattn.corpora import Corpus
from causattn.models.classifier import ClassifierSettings
from causattn.models.encoding import encode_texts
from causattn.models.masked_training import MaskedTraining, train_masked
from causattn.models.masking import masking
from causattn.models.model import LanguageModel
from causattn.models.reachable import reachable
from causattn.models.schedule import most_steps
from causattn.models.seeded import seeded_torch
from causattn.models.shuffling import split_documents

_RATE = 3e-4
_LOOKED_AT = 256
"""Most documents that are held out: each look at them takes as long as some steps."""


@dataclass(frozen=True, kw_only=True)
class EncoderSettings(ClassifierSettings):
    """How to train an encoder, as a classifier or as a masked language model.

    Parameters
    ----------
    train_mlm
        Train it on the corpus's words instead: a head tied to its embeddings learns, with the
        encoder, to fill in what is hidden. Batch, weight_decay, held_out (256 documents at most)
        and threads are those above; learning_rate is 3e-4 where it is null. Then read it with
        attention=masked.
    mlm_steps
        The most batches to learn from; None takes as many as the corpus is worth. It ends before
        where nothing more is learned.
    mask_probability
        How often a mention (or, in other text, a token) is hidden.
    """

    train_mlm: bool = False
    mlm_steps: Annotated[int, Bounds(least=1)] | None = None
    mask_probability: Annotated[float, Bounds(above=0, below=1)] = 0.2

    def __post_init__(self) -> None:
        if self.train_mlm and self.train == "head":
            raise ConfigError(
                "model.train=head and model.train_mlm=true exclude each other: what a head alone "
                "learns changes no attention; set model.train=all."
            )


def check_missing(name: str, missing: list[str]) -> None:
    """Refuse a checkpoint that lacks more than the head to be trained.

    Raises
    ------
    ModelError
        Naming what is missing.
    """
    head = ("cls.", "lm_head.", "vocab_", "generator_", "predictions.", "decoder.", "head.")
    lacking = [key for key in missing if not key.startswith(head) and "pooler" not in key]
    if lacking:
        raise ModelError(
            f"The checkpoint {name} lacks {len(lacking)} weights of the encoder, such as "
            f"{lacking[0]}; take a whole one."
        )


def train_encoder(
    model: LanguageModel, corpus: Corpus, settings: EncoderSettings, seed: int
) -> dict[str, Any]:
    """Train an encoder in place as a masked language model.

    Parameters
    ----------
    model
        With a masked-language head, perhaps fresh; left in evaluation mode.
    corpus
        The documents.
    settings
        How.
    seed
        The run's seed.

    Returns
    -------
    dict
        What `train_masked` and `reachable` say of the losses, and how it was trained.

    Raises
    ------
    CapabilityError
        Where the head is not tied to the embeddings, or the model is on an accelerator.
    DataError
        Where there is nothing to hide.
    ModelError
        Where the loss is no longer a number.
    """
    network = model.network
    embeddings, head = network.get_input_embeddings(), network.get_output_embeddings()
    if head is None or head.weight is not embeddings.weight:
        raise CapabilityError(
            f"Model {model.name} has no masked-language head that is tied to its embeddings; take "
            "an encoder such as BERT, or model.train_mlm=false."
        )
    if model.device.type != "cpu":
        raise CapabilityError(
            "A masked language model is trained on the processor; set model.device=cpu."
        )
    encoding = encode_texts(model, corpus.texts)
    rng = generator(seed, "models", "mlm", "training")
    share = min(settings.held_out, _LOOKED_AT / len(encoding))
    split = split_documents(len(encoding), share, rng)
    hides = masking(model, corpus, encoding)
    values = None
    if corpus.value_texts is not None:
        values = sum(len(texts) for texts in corpus.value_texts)
    how = MaskedTraining(
        steps=settings.mlm_steps or most_steps(len(split[0]), values, settings.batch),
        batch=settings.batch,
        early_stopping=True,
        learning_rate=settings.learning_rate or _RATE,
        weight_decay=settings.weight_decay,
        mask_probability=settings.mask_probability,
    )
    dropout = integer_seed(seed, "models", "mlm", "dropout")
    with seeded_torch(dropout, settings.threads):
        what = f"training {model.name} on {corpus.name}"
        losses = train_masked(network, encoding, hides, how, split, rng, what)
        learned = reachable(network, encoding, hides, corpus, *split, rng)
    return {
        "documents": len(encoding),
        "documents_truncated": len(encoding.truncated),
        "mlm_steps": how.steps,
        "learning_rate": how.learning_rate,
        **losses,
        **learned,
    }
