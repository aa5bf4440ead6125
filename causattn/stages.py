"""What is expensive in a study, each stage computed once: it goes through the store.

A stage is keyed by all that goes into it (settings, seed, and the keys of the stages before it), so
that a sweep over algorithms trains one model and reads its attention once. Controls and nulls are
the same stages over other documents or another model:

====================== =========================================================================
`UNTRAINED`            the attention of the same network with fresh weights
`PERMUTED`             the attention over documents whose values come from other documents
`TRAINED_ON_PERMUTED`  the same network trained on permuted documents, its attention over these
====================== =========================================================================

Where another explainer than attention proposes the pairs, controls and nulls are its attributions.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from causattn import attention, attribution, candidates, corpora, features, models
from causattn.base import generator, integer_seed
from causattn.results import Artefact, Store

Settings = Mapping[str, Any]
T = TypeVar("T")
if TYPE_CHECKING:  # torch is loaded where it is needed
    Screen: TypeAlias = attention.AttentionSummary | attribution.AttributionSummary

ATTENTION = "attention"
UNTRAINED = "untrained"
PERMUTED = "permuted"
TRAINED_ON_PERMUTED = "trained_on_permuted"
CONTROLS = (UNTRAINED, PERMUTED, TRAINED_ON_PERMUTED)


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
        Share of the variables that it permutes, see `Stages.make_permuted`.
    """

    name: str
    draw: int = 0
    share: float = 1.0

    @property
    def permutes(self) -> bool:
        """Whether the documents are permuted."""
        return self.name in (PERMUTED, TRAINED_ON_PERMUTED)


class Stages:
    """The stages that go through the store, each keyed by all that goes into it.

    Parameters
    ----------
    config
        The resolved configuration.
    seed
        The run's seed.
    """

    def __init__(self, config: Settings, seed: int) -> None:
        self._config, self._seed = config, seed
        self._store = Store(Path(config["paths"]["cache"]))
        self.reused: list[str] = []

    def make_corpus(self) -> Artefact[corpora.Corpus]:
        """Load or sample the documents."""
        settings = self._config["corpus"]
        return self._fetch(
            "corpus",
            {"settings": settings, "source": corpora.source_checksum(settings)},
            lambda: corpora.load_corpus(settings, self._seed),
            corpora.write_corpus,
            corpora.read_corpus,
        )

    def make_model(self, corpus: Artefact[corpora.Corpus]) -> Artefact[models.LanguageModel]:
        """Load the model, or train it on the corpus."""
        settings = self._config["model"]
        return self._fetch(
            "model",
            {
                "settings": models.result_settings(settings),
                "source": models.source_checksum(settings),
                "corpus": corpus.key,
            },
            lambda: models.load_model(settings, corpus.value, self._seed),
            models.write_model,
            models.read_model,
        )

    def make_features(
        self, corpus: Artefact[corpora.Corpus], model: Artefact[models.LanguageModel] | None
    ) -> Artefact[features.FeatureTable]:
        """Find the features in the documents."""
        settings = self._config["features"]
        return self._fetch(
            "features",
            {
                "settings": settings,
                "corpus": corpus.key,
                "model": None if model is None else model.key,
            },
            lambda: features.build_features(
                settings, corpus.value, None if model is None else model.value, self._seed
            ),
            features.write_features,
            features.read_features,
        )

    def make_attention(
        self,
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        table: Artefact[features.FeatureTable],
        control: Control | None = None,
    ) -> Artefact[attention.AttentionSummary]:
        """Sum the model's attention from feature to feature, or that of a control's draw."""
        settings = attention_read(self._config)
        corpus, model = self._trained(corpus, model, control)

        def make() -> attention.AttentionSummary:
            documents, network, carried = self._controlled(
                corpus.value, model.value, table.value, control
            )
            found = attention.summarise_attention(
                settings, network, documents, carried, self._seed, folder=unfinished
            )
            return replace(found, about={**found.about, **_permuted(documents, control)})

        parts = {
            # Not who computes, which changes no bit: a summary is one for any number of workers.
            "settings": attention.attention_result_settings(settings),
            **_parts(control),
            "corpus": corpus.key,
            "model": model.key,
            "features": table.key,
        }
        # Finished shards outlive a run that is stopped, and go when their sum is stored.
        key = self._store.key("attention", {"seed": self._seed, **parts}, SCHEMAS["attention"])
        unfinished = self._store.folder / "attention" / f".{key}.shards"
        found = self._fetch(
            f"attention ({control.name})" if control else "attention",
            parts,
            make,
            attention.write_summary,
            attention.read_summary,
        )
        shutil.rmtree(unfinished, ignore_errors=True)
        return found

    def make_attribution(
        self,
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        table: Artefact[features.FeatureTable],
        control: Control | None = None,
    ) -> Artefact[attribution.AttributionSummary]:
        """Explain each feature's prediction by the others, or that of a control's draw."""
        settings = self._config["attribution"]
        corpus, model = self._trained(corpus, model, control)

        def make() -> attribution.AttributionSummary:
            documents, network, carried = self._controlled(
                corpus.value, model.value, table.value, control
            )
            found = attribution.summarise_attribution(
                settings, network, documents, carried, self._seed
            )
            return replace(found, about={**found.about, **_permuted(documents, control)})

        return self._fetch(
            f"attribution ({control.name})" if control else "attribution",
            {
                "settings": attribution.attribution_result_settings(settings),
                **_parts(control),
                "corpus": corpus.key,
                "model": model.key,
                "features": table.key,
            },
            make,
            attribution.write_attribution,
            attribution.read_attribution,
        )

    def make_screen(
        self,
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        table: Artefact[features.FeatureTable],
        control: Control | None = None,
    ) -> Screen:
        """Sum what proposes the pairs: the attribution of an explainer, or attention."""
        if explainer(self._config) is not None:
            return self.make_attribution(corpus, model, table, control).value
        return self.make_attention(corpus, model, table, control).value

    def make_controls(
        self,
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        table: Artefact[features.FeatureTable],
    ) -> dict[str, Screen]:
        """Sum what proposes the pairs, of every control."""
        wanted = list(self._config["controls"] or [])
        return {name: self.make_screen(corpus, model, table, Control(name)) for name in wanted}

    def make_nulls(
        self,
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        table: Artefact[features.FeatureTable],
    ) -> list[Screen]:
        """Sum what proposes the pairs, of the null's draws, where candidates have a null."""
        name, draws, share = candidates.null_draws(self._config["candidates"])
        return [
            self.make_screen(corpus, model, table, Control(name, draw, share))
            for draw in range(draws)
        ]

    def make_permuted(
        self, corpus: Artefact[corpora.Corpus], draw: int, share: float = 1.0
    ) -> Artefact[corpora.Corpus]:
        """Permute a share of the variables: frequencies and positions stay, dependence goes."""
        return self._fetch(
            "corpus (permuted)",
            {"permuted": corpus.key, "draw": draw, **({"share": share} if share < 1 else {})},
            lambda: self._permute(corpus.value, draw, share),
            corpora.write_corpus,
            corpora.read_corpus,
        )

    def _controlled(
        self,
        documents: corpora.Corpus,
        network: models.LanguageModel,
        carried: features.FeatureTable,
        control: Control | None,
    ) -> tuple[corpora.Corpus, models.LanguageModel, features.FeatureTable]:
        """Return documents, model and features as a control's draw has them."""
        if control is None:
            return documents, network, carried
        if control.name == UNTRAINED:
            seed = integer_seed(self._seed, UNTRAINED, control.draw) if control.draw else self._seed
            network = models.untrained_copy(network, seed)
        elif control.name == PERMUTED:
            documents = self._permute(documents, control.draw, control.share)
        if control.permutes:
            carried = features.transfer_features(carried, documents, network)
        return documents, network, carried

    def _trained(
        self,
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        control: Control | None,
    ) -> tuple[Artefact[corpora.Corpus], Artefact[models.LanguageModel]]:
        """Return documents and model: those that a control trains anew where it does."""
        if control is None or control.name != TRAINED_ON_PERMUTED:
            return corpus, model
        permuted = self.make_permuted(corpus, control.draw, control.share)
        return permuted, self.make_model(permuted)

    def _permute(self, corpus: corpora.Corpus, draw: int, share: float) -> corpora.Corpus:
        """Return a draw of permuted documents; with a share below 1, of variables drawn with it."""
        rng = generator(self._seed, PERMUTED, *([draw] if draw else []))
        if share == 1.0:
            return corpora.permute_corpus(corpus, rng)
        names = [*corpus.variables, *([] if corpus.outcome is None else [corpus.outcome_name])]
        count = max(1, round(share * len(names)))
        return corpora.permute_corpus(corpus, rng, rng.permutation(names)[:count].tolist())

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
        found = self._store.fetch(
            kind, {"seed": self._seed, **parts}, SCHEMAS[kind], make, write, read
        )
        if found.reused:
            self.reused.append(stage)
        return found


def explainer(config: Settings) -> str | None:
    """Return the explainer that proposes the pairs; None where attention does."""
    kind = str(config.get("attribution", {}).get("kind", ATTENTION))
    return None if kind == ATTENTION else kind


def attention_read(config: Settings) -> dict[str, Any]:
    """Return how attention is read: the group `attention`.

    Where attention proposes the pairs and ``attribution.documents`` says over how many documents,
    it is summed over so many, as any other explainer's scores are.
    """
    documents = config.get("attribution", {}).get("documents")
    if documents is None or explainer(config) is not None:
        return dict(config["attention"])
    return {**config["attention"], "documents": documents}


def _parts(control: Control | None) -> dict[str, Any]:
    """Return a control's part in what a summary is keyed by."""
    if control is None:
        return {"control": ""}
    drawn = {"draw": control.draw, "share": control.share}
    return {"control": control.name, **(drawn if control.draw or control.share < 1 else {})}


def _permuted(documents: corpora.Corpus, control: Control | None) -> dict[str, Any]:
    """Return what a summary is to know of documents that were permuted."""
    permuted = control is not None and control.permutes
    return {"permuted": documents.about["permuted"]} if permuted else {}


SCHEMAS = {"corpus": 1, "model": 1, "features": 1, "attention": 1, "attribution": 1}
"""Version of each stage's layout and meaning: raised when either changes."""
