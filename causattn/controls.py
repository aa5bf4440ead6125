"""Controls: what candidates are compared with, and the null they are calibrated by.

====================== =========================================================================
`UNTRAINED`            the attention of the same network with fresh weights
`PERMUTED`             the attention over documents whose values come from other documents
`TRAINED_ON_PERMUTED`  the same network trained on permuted documents, its attention over these
`SINKS`                the same attention with sinks, where they are taken out, and without, where
                       they are left
====================== =========================================================================

Where another explainer than attention proposes the pairs, controls and nulls are its attributions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from causattn import corpora, features, models
from causattn.base import generator, integer_seed

if TYPE_CHECKING:  # torch is loaded where it is needed
    from causattn.corpora import Corpus
    from causattn.features import FeatureTable
    from causattn.models import LanguageModel

UNTRAINED = "untrained"
PERMUTED = "permuted"
TRAINED_ON_PERMUTED = "trained_on_permuted"
SINKS = "sinks"
CONTROLS = (UNTRAINED, PERMUTED, TRAINED_ON_PERMUTED, SINKS)


@dataclass(frozen=True)
class Control:
    """A draw of a control.

    Parameters
    ----------
    name
        One of `CONTROLS`.
    draw
        Its number.
    share
        Share of the variables that it permutes, see `permute`.
    """

    name: str
    draw: int = 0
    share: float = 1.0

    @property
    def permutes(self) -> bool:
        """Whether the documents are permuted."""
        return self.name in (PERMUTED, TRAINED_ON_PERMUTED)


def controlled(
    control: Control | None,
    documents: Corpus,
    network: LanguageModel,
    carried: FeatureTable,
    seed: int,
) -> tuple[Corpus, LanguageModel, FeatureTable]:
    """Return documents, model and features as a control's draw has them.

    Parameters
    ----------
    control
        The draw; None changes nothing.
    documents, network, carried
        Corpus, model and features; of `TRAINED_ON_PERMUTED`, those permuted and trained on them.
    seed
        The run's seed.
    """
    if control is None:
        return documents, network, carried
    if control.name == UNTRAINED:
        drawn = integer_seed(seed, UNTRAINED, control.draw) if control.draw else seed
        network = models.untrained_copy(network, drawn)
    elif control.name == PERMUTED:
        documents = permute(documents, control.draw, control.share, seed)
    if control.permutes:
        carried = features.transfer_features(carried, documents, network)
    return documents, network, carried


def permute(corpus: Corpus, draw: int, share: float, seed: int) -> Corpus:
    """Return a draw of permuted documents: frequencies and positions stay, dependence goes.

    Parameters
    ----------
    corpus
        The documents.
    draw
        Which draw.
    share
        Share of the variables that is permuted; those are drawn, too, where it is below 1.
    seed
        The run's seed.
    """
    rng = generator(seed, PERMUTED, *([draw] if draw else []))
    if share == 1.0:
        return corpora.permute_corpus(corpus, rng)
    names = [*corpus.variables, *([] if corpus.outcome is None else [corpus.outcome_name])]
    count = max(1, round(share * len(names)))
    return corpora.permute_corpus(corpus, rng, rng.permutation(names)[:count].tolist())


def control_key(control: Control | None) -> dict[str, Any]:
    """Return a control's part in what a summary is keyed by."""
    if control is None:
        return {"control": ""}
    drawn = {"draw": control.draw, "share": control.share}
    return {"control": control.name, **(drawn if control.draw or control.share < 1 else {})}


def about_permuted(documents: Corpus, control: Control | None) -> Mapping[str, Any]:
    """Return what a summary is to know of documents that were permuted."""
    permuted = control is not None and control.permutes
    return {"permuted": documents.about["permuted"]} if permuted else {}
