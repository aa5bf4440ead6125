"""What a kind of features is: the class that features of one's own implement.

A contribution is one file that binds an instance to ``FEATURES``; see `causattn.base.registry` for
the ways in. It turns documents into a `FeatureTable`: a row a document, a column a feature, and
which characters of a document carry which feature. `causattn.features.assemble` checks and puts
together what was found.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from causattn.corpora import Corpus
    from causattn.features.table import FeatureTable


class FeatureBuilder(ABC):
    """A kind of features.

    The first line of its docstring says what it is.
    """

    name: str
    """What ``features.kind`` calls it; the table's ``about["kind"]``."""
    settings: type
    """The frozen dataclass of its settings, each explained in its docstring."""
    paper: str = ""
    """Where it was first described."""

    @abstractmethod
    def build(self, settings: Any, corpus: Corpus, model: Any, seed: int) -> FeatureTable:
        """Return the table.

        Parameters
        ----------
        settings
            An object of its `settings`.
        corpus
            The documents.
        model
            A `LanguageModel`; None where none is there.
        seed
            The run's seed, for a kind that draws.

        Raises
        ------
        ConfigError
            For features that the corpus does not have.
        DataError
            For gaps, constant, like, dependent or unseen columns.
        """

    def needs_model(self, settings: Any) -> bool:
        """Return whether the table depends on the model, such as on its tokenizer's pieces."""
        return False

    def transfer(self, table: FeatureTable, corpus: Corpus, model: Any) -> FeatureTable:
        """Return the same features found in another corpus, such as a null one.

        Nothing is chosen again: names, order and documents are those of `table`. As it is here,
        the columns are the corpus's variables and outcome, or the presence of words, which
        ``table.about["lexicon"]`` lists by feature and ``table.about["units"]`` says how to find.

        Parameters
        ----------
        table
            What `build` gave for the first corpus.
        corpus
            The other corpus: as many documents, the same variables.
        model
            As for `build`.

        Raises
        ------
        DataError
            Where the other corpus lacks the documents or variables, or a column became constant.
        """
        from causattn.features.transfer import transfer_table

        return transfer_table(table, corpus, model)
