"""The stages that need no model: corpus, features, candidates, discovery, effects.

What is expensive is computed once: it goes through the store, keyed by all that goes into it
(settings, seed, and the keys of the stages before it), so that a sweep over algorithms samples one
corpus. Those of a model are in `causattn.stages`.

A stage can be one's own: a function that a study does it with, instead of a room's. What it gives
is keyed by its content, so that the stages after it are found again whenever it gives the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from causattn import candidates, corpora, discovery, effects, features
from causattn.base import check_takes, choose, content_key, due, file_sha256
from causattn.graphs import CausalGraph
from causattn.results import Artefact, Store

if TYPE_CHECKING:
    from causattn.attention import AttentionSummary
    from causattn.attribution import AttributionSummary
    from causattn.models import LanguageModel

    Screen: TypeAlias = AttentionSummary | AttributionSummary

Settings = Mapping[str, Any]
T = TypeVar("T")

OWN_STAGES = {
    "corpus": "(seed) -> Corpus",
    "model": "(corpus, seed) -> LanguageModel",
    "features": "(corpus, model, seed) -> FeatureTable",
    "attention": "(model, corpus, features, seed) -> AttentionSummary",
    "attribution": "(model, corpus, features, seed) -> AttributionSummary",
    "candidates": "(summary, features, null, seed) -> CandidateEdges",
    "discovery": "(features, candidates, seed) -> CausalGraph",
    "effects": "(graph, features, candidates, model, corpus, seed) -> EvidenceTable",
}
"""The stages that a study takes functions for, which are called by these names of arguments."""


class OwnStages:
    """The functions that a study was given.

    Parameters
    ----------
    functions
        By the names in `OWN_STAGES`.
    seed
        The run's seed, which each is called with.

    Raises
    ------
    ConfigError
        For a stage that there is not, and a function that does not take what its stage has.
    """

    def __init__(self, functions: Mapping[str, Callable[..., Any]], seed: int) -> None:
        for name, function in functions.items():
            choose(name, OWN_STAGES, "stages")
            takes = OWN_STAGES[name].split(")")[0].strip("(").split(", ")
            check_takes(function, takes, by_name=True)
        self._functions, self._seed = dict(functions), seed

    def __contains__(self, stage: str) -> bool:
        return stage in self._functions

    @property
    def names(self) -> dict[str, str]:
        """What the functions are called, by stage."""
        return {
            stage: f"{function.__module__}.{getattr(function, '__qualname__', 'function')}"
            for stage, function in self._functions.items()
        }

    def call(self, stage: str, ours: Callable[..., Any], **given: Any) -> Any:
        """Do a stage: with the own function where there is one, with `ours` else."""
        own = self._functions.get(stage)
        if own is None:
            return ours(**given, seed=self._seed)
        return due(own(**given, seed=self._seed), OWN_STAGES[stage].split()[-1], own)

    def by_content(self, stage: str, value: T, write: Callable[[T, Path], object]) -> Artefact[T]:
        """Return what an own function gave, keyed by what it holds; it is not stored."""
        with tempfile.TemporaryDirectory(prefix="causattn-") as place:
            folder = Path(place, "content")
            write(value, folder)
            held = {
                str(path.relative_to(folder)): file_sha256(path)
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            }
        return Artefact(value, content_key({"own": stage, "files": held}), Path(), False)


class DataStages:
    """The stages of a study without a model, those that are expensive through the store.

    Parameters
    ----------
    config
        The resolved configuration.
    seed
        The run's seed.
    own
        Functions to do stages with, by the names in `causattn.data_stages.OWN_STAGES`.

    Raises
    ------
    ConfigError
        For a stage that there is not.
    """

    def __init__(
        self, config: Settings, seed: int, own: Mapping[str, Callable[..., Any]] | None = None
    ) -> None:
        self._config, self._seed = config, seed
        self._store = Store(Path(config["paths"]["cache"]))
        self.own = OwnStages(own or {}, seed)
        self.reused: list[str] = []

    def make_corpus(self) -> Artefact[corpora.Corpus]:
        """Load or sample the documents."""
        settings = self._config["corpus"]
        return self._fetch(
            "corpus",
            {"settings": settings, "source": corpora.corpus_checksum(settings)},
            lambda: self.own.call("corpus", lambda seed: corpora.load_corpus(settings, seed)),
            corpora.write_corpus,
            corpora.read_corpus,
        )

    def make_features(
        self, corpus: Artefact[corpora.Corpus], model: Artefact[LanguageModel] | None
    ) -> Artefact[features.FeatureTable]:
        """Find the features in the documents."""
        settings = self._config["features"]
        return self._fetch(
            "features",
            {
                "settings": features.feature_result_settings(settings),
                "corpus": corpus.key,
                "model": None if model is None else model.key,
            },
            lambda: self.own.call(
                "features",
                lambda corpus, model, seed: features.build_features(settings, corpus, model, seed),
                corpus=corpus.value,
                model=None if model is None else model.value,
            ),
            features.write_features,
            features.read_features,
        )

    def select_candidates(
        self, summary: Screen | None, table: features.FeatureTable, null: list[Screen]
    ) -> candidates.CandidateEdges:
        """Choose the pairs that may be adjacent."""
        settings = self._config["candidates"]
        found: candidates.CandidateEdges = self.own.call(
            "candidates",
            lambda summary, features, null, seed: candidates.select_candidates(
                settings, summary, features, null=null, seed=seed
            ),
            summary=summary,
            features=table,
            null=null,
        )
        return found

    def discover(
        self, table: features.FeatureTable, edges: candidates.CandidateEdges | None
    ) -> CausalGraph:
        """Find the graph."""
        settings = self._config["discovery"]
        found: CausalGraph = self.own.call(
            "discovery",
            lambda features, candidates, seed: discovery.discover(
                settings, features, candidates, seed
            ),
            features=table,
            candidates=edges,
        )
        return found

    def collect_evidence(
        self,
        graph: CausalGraph,
        table: features.FeatureTable,
        edges: candidates.CandidateEdges | None,
        model: LanguageModel | None,
        corpus: corpora.Corpus,
    ) -> effects.EvidenceTable:
        """Test every edge."""
        settings = self._config["effects"]
        found: effects.EvidenceTable = self.own.call(
            "effects",
            lambda graph, features, candidates, model, corpus, seed: effects.collect_evidence(
                settings,
                graph,
                features,
                candidates,
                model,
                corpus,
                seed,
                search=lambda some: self.discover(some, candidates),
            ),
            graph=graph,
            features=table,
            candidates=edges,
            model=model,
            corpus=corpus,
        )
        return found

    def _fetch(
        self,
        stage: str,
        parts: dict[str, Any],
        make: Callable[[], T],
        write: Callable[[T, Path], object],
        read: Callable[[Path], T],
    ) -> Artefact[T]:
        """Return a stage's artefact from the store, made there if need be."""
        kind = stage.split()[0]
        if kind in self.own:
            return self.own.by_content(kind, make(), write)
        found = self._store.fetch(
            kind, {"seed": self._seed, **parts}, SCHEMAS[kind], make, write, read
        )
        if found.reused:
            self.reused.append(stage)
        return found


SCHEMAS = {"corpus": 2, "model": 1, "features": 2, "attention": 1, "attribution": 1, "circuit": 1}
"""Version of each stage's layout and meaning: raised when either changes."""
