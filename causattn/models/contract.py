"""What a kind of model is: the class that a model of one's own implements.

A contribution is one file that binds an instance to ``MODEL``; see `causattn.base.registry` for
the ways in. Its file is read to check settings, so that PyTorch and what needs it are imported in
`load`. What it returns is a `LanguageModel`: a Hugging Face network with its tokenizer, as it
was saved or trained on the corpus here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from causattn.models.model import LanguageModel

Task = Literal["masked", "causal", "classifier", "seq2seq", "encoder"]
LongText = Literal["error", "truncate"]


class ModelKind(ABC):
    """A kind of model.

    The first line of its docstring says what it is.
    """

    name: str
    """What ``model.kind`` calls it."""
    settings: type
    """The frozen dataclass of its settings, each explained in its docstring."""
    paper: str = ""
    """Where it was first described."""
    task: Task | None = None
    """What every model of this kind predicts; None where that is not the same for all."""
    without_effect: tuple[str, ...] = ()
    """Settings that change no bit of the model."""

    @abstractmethod
    def load(self, settings: Any, corpus: Any, seed: int) -> LanguageModel:
        """Return the model, trained on the corpus where it is one that is.

        Parameters
        ----------
        settings
            An object of its `settings`.
        corpus
            The `Corpus` to train on; None only where `needs_corpus` says that it may be.
        seed
            The run's seed; equal seeds give equal weights.

        Raises
        ------
        ModelError
            Where the model is missing, damaged or not of a kind that can be used.
        DataError
            Where the corpus cannot be trained on.
        """

    def needs_corpus(self, settings: Any) -> bool:
        """Return whether the model is trained on a corpus."""
        return True

    def known_task(self, settings: Any) -> Task | None:
        """Return what a model will predict, before there is one; None where nobody can say."""
        return self.task

    def files(self, settings: Any) -> list[Path]:
        """Return the files that the model is made from, beside the settings.

        What is trained is found again while they are the same. One that is all in the settings, or
        fixed by them (as a name and a revision on the hub), has none.
        """
        return []
