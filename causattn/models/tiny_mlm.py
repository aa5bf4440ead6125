"""Models of kind ``tiny_mlm``: a small BERT trained on the corpus as a masked language model.

The optimal predictor of a hidden variable needs its Markov blanket and nothing else, so a model
that has learned to predict well attends to it. BERT is that of Devlin, Chang, Lee, Toutanova (2019)
at a size that a laptop trains in seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from causattn.base import Bounds, ConfigError, generator, integer_seed
from causattn.models.contract import LongText, ModelKind, Task

if TYPE_CHECKING:
    from transformers import BertForMaskedLM, PreTrainedTokenizerFast

    from causattn.corpora import Corpus
    from causattn.models.masked_training import MaskedTraining
    from causattn.models.model import LanguageModel

# Below this many tokens the plain matrix products cost less than the fused kernel.
_SHORT = 96
RATE, RATE_WIDTH = 3e-3, 64
"""Highest learning rate of models up to this width; wider ones take less in proportion."""


@dataclass(frozen=True)
class TinyMLMSettings:
    """Size and training of a small masked language model.

    Parameters
    ----------
    layers, heads, width, feed_forward
        Encoder layers, attention heads in each, width of the states and of the layer between.
    steps, batch
        The most batches to learn from, and documents in each; None takes as many steps as the
        corpus is worth, by its documents and its variables' values.
    early_stopping
        End before, once the loss on held-out documents has stopped falling.
    learning_rate
        AdamW's highest; None takes one that suits the width.
    weight_decay
        Of AdamW.
    dropout
        Probability of dropping a state or an attention weight while training.
    mask_probability
        How often a mention (or, in other text, a token) is hidden.
    held_out
        Share of the documents kept from training, to see when nothing more is learned.
    tokenizer
        ``"words"``: a token for each word between white space; ``"pieces"``: word pieces learned
        from the corpus; ``"auto"``: words where each document is only its mentions, one word each.
    vocabulary
        The most word pieces to learn.
    longest
        The most tokens that a document may have.
    long_text
        Documents longer than that: ``"error"`` refuses, ``"truncate"`` reads their beginning.
    threads
        Threads to train with, None for those of the run. The weights depend on it by rounding.
    """

    layers: Annotated[int, Bounds(least=1)] = 2
    heads: Annotated[int, Bounds(least=1)] = 4
    width: Annotated[int, Bounds(least=1)] = 64
    feed_forward: Annotated[int, Bounds(least=1)] = 128
    steps: Annotated[int, Bounds(least=1)] | None = None
    batch: Annotated[int, Bounds(least=1)] = 128
    early_stopping: bool = True
    learning_rate: Annotated[float, Bounds(above=0)] | None = None
    weight_decay: Annotated[float, Bounds(least=0)] = 0.01
    dropout: Annotated[float, Bounds(least=0, below=1)] = 0.0
    mask_probability: Annotated[float, Bounds(above=0, below=1)] = 0.2
    held_out: Annotated[float, Bounds(above=0, below=1)] = 0.02
    tokenizer: Literal["auto", "words", "pieces"] = "auto"
    vocabulary: Annotated[int, Bounds(least=1)] = 8000
    longest: Annotated[int, Bounds(least=1)] = 512
    long_text: LongText = "error"
    threads: Annotated[int, Bounds(least=1)] | None = 1

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise ConfigError(
                f"model.width={self.width} cannot be shared among model.heads={self.heads}; make "
                "it a multiple."
            )


class TinyMLM(ModelKind):
    """A small BERT trained on the corpus as a masked language model."""

    name = "tiny_mlm"
    settings = TinyMLMSettings
    task: Task = "masked"

    def load(self, settings: TinyMLMSettings, corpus: Corpus, seed: int) -> LanguageModel:
        """Train a small BERT on a corpus.

        Equal settings, corpus and seed give equal weights (for one number of threads).

        Raises
        ------
        DataError
            Where a document is longer than `settings.longest`, or there is nothing to hide.
        ModelError
            Where training diverges.
        """
        from causattn.models.encoding import encode_texts
        from causattn.models.masked_training import train_masked
        from causattn.models.masking import masking
        from causattn.models.model import LanguageModel
        from causattn.models.reachable import reachable
        from causattn.models.seeded import seeded_torch
        from causattn.models.shuffling import split_documents
        from causattn.models.tiny_tokenizer import corpus_tokenizer

        tokenizer = corpus_tokenizer(
            settings.tokenizer, corpus, settings.vocabulary, settings.longest
        )
        network = fresh_network(
            settings, tokenizer, integer_seed(seed, "models", "tiny_mlm", "weights")
        )
        model = LanguageModel("tiny_mlm", network, tokenizer, "masked", settings.long_text)
        encoding = encode_texts(model, corpus.texts)
        short = int(encoding.lengths.max()) <= _SHORT
        network.set_attn_implementation("eager" if short else "sdpa")
        rng = generator(seed, "models", "tiny_mlm", "training")
        split = split_documents(len(encoding), settings.held_out, rng)
        hides = masking(model, corpus, encoding)
        how = training_of(settings, corpus, len(split[0]))
        dropout_seed = integer_seed(seed, "models", "tiny_mlm", "dropout")
        with seeded_torch(dropout_seed, settings.threads):
            what = f"training a model on {corpus.name}"
            losses = train_masked(network, encoding, hides, how, split, rng, what)
            learned = reachable(network, encoding, hides, corpus, *split, rng)
        network.set_attn_implementation("sdpa")
        about = {
            "kind": "tiny_mlm",
            "corpus": corpus.name,
            **asdict(settings),
            "steps": how.steps,
            "learning_rate": how.learning_rate,
            "seed": seed,
            "parameters": sum(weight.numel() for weight in network.parameters()),
            "tokens": len(tokenizer),
            "documents_truncated": len(encoding.truncated),
            **losses,
            **learned,
        }
        return LanguageModel("tiny_mlm", network, tokenizer, "masked", settings.long_text, about)


def training_of(settings: TinyMLMSettings, corpus: Corpus, documents: int) -> MaskedTraining:
    """Return how a corpus is trained on: what is set, and what follows from corpus and width.

    Parameters
    ----------
    documents
        That are trained on.
    """
    from causattn.models.masked_training import MaskedTraining
    from causattn.models.schedule import most_steps

    values = None
    if corpus.value_texts is not None:
        values = sum(len(texts) for texts in corpus.value_texts)
    return MaskedTraining(
        steps=settings.steps or most_steps(documents, values, settings.batch),
        batch=settings.batch,
        early_stopping=settings.early_stopping,
        learning_rate=settings.learning_rate or RATE * min(1.0, RATE_WIDTH / settings.width),
        weight_decay=settings.weight_decay,
        mask_probability=settings.mask_probability,
    )


def fresh_network(
    settings: TinyMLMSettings, tokenizer: PreTrainedTokenizerFast, seed: int
) -> BertForMaskedLM:
    """Return an untrained network that fits a tokenizer."""
    from transformers import BertForMaskedLM

    from causattn.models.seeded import seeded_torch
    from causattn.models.tiny_bert import bert_config

    with seeded_torch(seed):
        return BertForMaskedLM(bert_config(settings, tokenizer)).eval()


MODEL = TinyMLM()
