"""Examples: the documents that stand for, decide, taught or would turn what a model says."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.exemplars.continuations import (
        Continuation,
        ContinuationSettings,
        continuations,
    )
    from causattn.exemplars.deciding import Deciding, deciding_documents
    from causattn.exemplars.decisions import hidden_decision, label_decision
    from causattn.exemplars.edits import Decide, EditSettings, MinimalEdits, TextEdit, minimal_edits
    from causattn.exemplars.influence import (
        DocumentLosses,
        hidden_losses,
        label_losses,
        training_influence,
    )
    from causattn.exemplars.places import CorpusValues, EditPlace, proposed_places
    from causattn.exemplars.typical import (
        Typical,
        TypicalTexts,
        typical_documents,
        typical_texts,
    )
    from causattn.exemplars.vectors import Neighbours, document_vectors, nearest_documents

__all__ = [
    "Continuation",
    "ContinuationSettings",
    "CorpusValues",
    "Decide",
    "Deciding",
    "DocumentLosses",
    "EditPlace",
    "EditSettings",
    "MinimalEdits",
    "Neighbours",
    "TextEdit",
    "Typical",
    "TypicalTexts",
    "continuations",
    "deciding_documents",
    "document_vectors",
    "hidden_decision",
    "hidden_losses",
    "label_decision",
    "label_losses",
    "minimal_edits",
    "nearest_documents",
    "proposed_places",
    "training_influence",
    "typical_documents",
    "typical_texts",
]

__getattr__ = on_demand(__name__, __file__)
