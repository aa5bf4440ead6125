"""The pipeline in Python, stage by stage: each function takes what the ones before it gave.

>>> corpus = load_corpus("asia", documents=2000)  # doctest: +SKIP
>>> model = load_model("tiny_mlm", corpus, steps=300)  # doctest: +SKIP
>>> features = build_features(corpus, model)  # doctest: +SKIP
>>> summary = summarise_attention(model, corpus, features)  # doctest: +SKIP
>>> candidates = select_candidates(summary, features)  # doctest: +SKIP
>>> graph = discover(features, candidates, "ges")  # doctest: +SKIP
>>> search = lambda some: discover(some, candidates, "ges")  # doctest: +SKIP
>>> evidence = collect_evidence(
...     graph, features, corpus, candidates, model, search=search
... )  # doctest: +SKIP

Every function takes the name of an option (``causattn list`` prints them, ``causattn run --help``
those that files define), its settings by name, and a seed. The defaults are those of ``causattn
run``. Every result has ``.show()``, and shows itself in a notebook. A model is what `load_model`
gave, or whatever `load_model` takes: a Hugging Face model with its tokenizer, a folder, a name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causattn import attention as attention_room
from causattn import candidates as candidates_room
from causattn import corpora as corpora_room
from causattn import discovery as discovery_room
from causattn import effects as effects_room
from causattn import features as features_room
from causattn import models as models_room
from causattn.base import ModelError
from causattn.cli import given_model, model_options, options

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from causattn.attention import AttentionSummary
    from causattn.attribution import AttributionSummary
    from causattn.candidates import CandidateEdges
    from causattn.corpora import Corpus
    from causattn.discovery import Knowledge
    from causattn.effects import EvidenceTable, Independent
    from causattn.features import FeatureTable
    from causattn.graphs import CausalGraph
    from causattn.models import GivenModel, LanguageModel


def load_corpus(name: str = "asia", *, seed: int = 0, **settings: Any) -> Corpus:
    """Load or draw documents.

    Parameters
    ----------
    name
        An option of the group corpus, such as ``"asia"``, or ``"file"`` with ``path=...``.
    seed
        Every draw follows from it.
    settings
        The option's settings, such as ``documents=2000``.

    Raises
    ------
    CausattnError
        For settings or files that cannot be used.
    """
    return corpora_room.load_corpus(options("corpus", name, settings), seed)


def load_model(
    name: str | Path | PreTrainedModel = "tiny_mlm",
    corpus: Corpus | PreTrainedTokenizerFast | None = None,
    *,
    seed: int = 0,
    **settings: Any,
) -> LanguageModel:
    """Load a model, train one on a corpus, or take a Hugging Face model that is there already.

    Parameters
    ----------
    name
        An option of the group model, such as ``"tiny_mlm"``; or a folder that ``save_pretrained``
        wrote, or that of a run; or a name on the Hugging Face hub with an owner
        (``"owner/name"``); or a `transformers.PreTrainedModel`.
    corpus
        What it is trained on, where it is; behind a `PreTrainedModel`, its fast tokenizer.
    seed
        Weights and batches follow from it.
    settings
        The option's settings, such as ``steps=300``; for a `PreTrainedModel`, ``task`` and
        ``long_text``.

    Raises
    ------
    CausattnError
        For settings that cannot be used, or a model that needs a corpus and has none.
    """
    if not isinstance(name, str | Path):
        return models_room.wrap_model(name, corpus, **settings)
    if corpus is not None and not isinstance(corpus, corpora_room.Corpus):
        raise ModelError(
            f"load_model({name}, ...) takes a corpus to train on, and a {type(corpus).__name__} "
            "was given; a folder or a name on the hub brings its own tokenizer."
        )
    if corpus is None:
        return given_model(name, settings, seed)
    return models_room.load_model(model_options(str(name), settings), corpus, seed)


def build_features(
    corpus: Corpus,
    model: GivenModel | None = None,
    name: str = "slots",
    *,
    seed: int = 0,
    **settings: Any,
) -> FeatureTable:
    """Find the features in the documents, and which characters carry which.

    Parameters
    ----------
    corpus
        The documents.
    model
        The model whose tokens carry them, or whose output is one of them; None without a model.
    name
        An option of the group features: ``"slots"``, ``"words"``, ``"terms"``, ``"concepts"``,
        ``"clusters"`` (which needs the model).
    seed
        Every draw follows from it.
    settings
        The option's settings, such as ``include=["smoke", "lung"]``.
    """
    chosen = options("features", name, settings)
    model = None if model is None else given_model(model)
    return features_room.build_features(chosen, corpus, model, seed)


def summarise_attention(
    model: GivenModel,
    corpus: Corpus,
    features: FeatureTable,
    name: str = "masked",
    *,
    seed: int = 0,
    **settings: Any,
) -> AttentionSummary:
    """Sum a model's attention over a corpus, from feature to feature.

    Parameters
    ----------
    model, corpus, features
        What the stages before gave.
    name
        An option of the group attention: ``"masked"``, ``"next"`` for causal models,
        ``"observed"``.
    seed
        Which documents are read follows from it.
    settings
        The option's settings, such as ``documents=500``.
    """
    chosen = options("attention", name, settings)
    return attention_room.summarise_attention(chosen, given_model(model), corpus, features, seed)


def select_candidates(
    summary: AttentionSummary | AttributionSummary,
    features: FeatureTable,
    name: str = "top_k",
    *,
    null: Sequence[AttentionSummary | AttributionSummary] = (),
    seed: int = 0,
    **settings: Any,
) -> CandidateEdges:
    """Say which pairs of features may be adjacent.

    Parameters
    ----------
    summary
        Attention, or the attribution of another explainer.
    features
        The table behind it.
    name
        An option of the group candidates, such as ``"top_k"``.
    null
        The same without dependence between features, for ``"against_null"``.
    seed
        Every draw follows from it.
    settings
        The option's settings, such as ``pairs=20``.
    """
    chosen = options("candidates", name, settings)
    return candidates_room.select_candidates(chosen, summary, features, null=null, seed=seed)


def discover(
    features: FeatureTable,
    candidates: CandidateEdges | None = None,
    name: str = "pc",
    *,
    knowledge: Knowledge | None = None,
    seed: int = 0,
    **settings: Any,
) -> CausalGraph:
    """Find the graph.

    Parameters
    ----------
    features
        A feature table; a data frame or an array will do as well.
    candidates
        The pairs that may be adjacent; None searches all.
    name
        An option of the group discovery, such as ``"pc"`` or ``"ges"``.
    knowledge
        Required and forbidden edges, tiers, an order.
    seed
        Every draw follows from it.
    settings
        The option's settings, such as ``alpha=0.05``.
    """
    chosen = options("discovery", name, settings)
    return discovery_room.discover(chosen, features, candidates, seed, knowledge=knowledge)


def collect_evidence(
    graph: CausalGraph,
    features: FeatureTable,
    corpus: Corpus,
    candidates: CandidateEdges | None = None,
    model: GivenModel | None = None,
    name: str = "dowhy",
    *,
    seed: int = 0,
    search: Callable[[FeatureTable], CausalGraph] | None = None,
    given: bool = False,
    independent: Sequence[Independent] = (),
    **settings: Any,
) -> EvidenceTable:
    """Test every edge: effects in the data, refutations, interventions on the model.

    Parameters
    ----------
    graph, features, corpus, candidates, model
        What the stages before gave; without a model there are no interventions.
    name
        An option of the group effects.
    seed
        Every draw follows from it.
    search
        The search that found the graph, such as ``lambda table: discover(table, edges)``. It is
        repeated on half of the documents; without it no arrow is more than drawn.
    given
        The graph was not found in these documents.
    independent
        What is known without a search: interventions, people's edits.
    settings
        The option's settings, such as ``draws=200``.
    """
    return effects_room.collect_evidence(
        options("effects", name, settings),
        graph,
        features,
        candidates,
        None if model is None else given_model(model),
        corpus,
        seed,
        search=search,
        given=given,
        independent=independent,
    )
