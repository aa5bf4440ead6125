"""The stages of a study with a model: `DataStages` and those that train it and read it.

A sweep over algorithms trains one model and reads its attention once. Controls and nulls
(`causattn.controls`) are the same stages over other documents or another model.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from causattn import attention, attribution, candidates, circuits, corpora, features, models
from causattn.checks import explainer
from causattn.controls import (
    CONTROLS,
    PERMUTED,
    SINKS,
    TRAINED_ON_PERMUTED,
    UNTRAINED,
    Control,
    about_permuted,
    control_key,
    controlled,
    permute,
)
from causattn.data_stages import SCHEMAS, DataStages
from causattn.results import Artefact

Settings = Mapping[str, Any]
if TYPE_CHECKING:
    from causattn.data_stages import Screen

__all__ = [
    "CONTROLS",
    "PERMUTED",
    "TRAINED_ON_PERMUTED",
    "UNTRAINED",
    "Control",
    "Stages",
    "attention_read",
]


class Stages(DataStages):
    """The stages of a study, those that are expensive through the store."""

    def make_model(self, corpus: Artefact[corpora.Corpus]) -> Artefact[models.LanguageModel]:
        """Load the model, or train it on the corpus: a new column beside the texts trains none."""
        settings = self._config["model"]
        read, key = corpus.value, corpus.key
        if "model" not in self.own and "corpus" not in self.own and models.is_native(settings):
            texts = corpora.what_models_read(self._config["corpus"], corpus.value)
            if texts is not None:
                read, key = texts, corpora.texts_key(texts)
        return self._fetch(
            "model",
            {
                "settings": models.model_result_settings(settings),
                "source": models.model_checksums(settings),
                "corpus": key,
            },
            lambda: self.own.call(
                "model",
                lambda corpus, seed: models.load_model(settings, corpus, seed),
                corpus=read,
            ),
            models.write_model,
            models.read_model,
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
        if control is not None and control.name == SINKS:
            other = "keep" if settings.get("sinks", "keep") == "remove" else "remove"
            settings, control = {**settings, "sinks": other}, None
        corpus, model = self._trained(corpus, model, control)

        def summarise(
            model: models.LanguageModel,
            corpus: corpora.Corpus,
            features: features.FeatureTable,
            seed: int,
        ) -> attention.AttentionSummary:
            return attention.summarise_attention(
                settings, model, corpus, features, seed, folder=unfinished
            )

        parts = {
            # Not who computes, which changes no bit: a summary is one for any number of workers.
            "settings": attention.attention_result_settings(settings),
            **control_key(control),
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
            lambda: self._screened("attention", summarise, corpus, model, table, control),
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

        def summarise(
            model: models.LanguageModel,
            corpus: corpora.Corpus,
            features: features.FeatureTable,
            seed: int,
        ) -> attribution.AttributionSummary:
            return attribution.summarise_attribution(settings, model, corpus, features, seed)

        return self._fetch(
            f"attribution ({control.name})" if control else "attribution",
            {
                "settings": attribution.attribution_result_settings(settings),
                **control_key(control),
                "corpus": corpus.key,
                "model": model.key,
                "features": table.key,
            },
            lambda: self._screened("attribution", summarise, corpus, model, table, control),
            attribution.write_attribution,
            attribution.read_attribution,
        )

    def make_circuit(
        self, corpus: Artefact[corpora.Corpus], model: Artefact[models.LanguageModel]
    ) -> Artefact[circuits.Circuit]:
        """Find the graph of the model on the corpus's task."""
        # What is negligible is asked of a graph that was found.
        settings = {k: v for k, v in self._config["graph"].items() if k != "negligible"}
        return self._fetch(
            "circuit",
            {"settings": settings, "corpus": corpus.key, "model": model.key},
            lambda: circuits.find_circuit(settings, model.value, corpus.value, self._seed),
            circuits.write_circuit,
            circuits.read_circuit,
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
            lambda: permute(corpus.value, draw, share, self._seed),
            corpora.write_corpus,
            corpora.read_corpus,
        )

    def _screened(
        self,
        stage: str,
        ours: Callable[..., Any],
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        table: Artefact[features.FeatureTable],
        control: Control | None,
    ) -> Any:
        """Sum attention or attributions, over documents and a model as a control has them."""
        documents, network, carried = controlled(
            control, corpus.value, model.value, table.value, self._seed
        )
        found = self.own.call(stage, ours, model=network, corpus=documents, features=carried)
        return replace(found, about={**found.about, **about_permuted(documents, control)})

    def _trained(
        self,
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        control: Control | None,
    ) -> tuple[Artefact[corpora.Corpus], Artefact[models.LanguageModel]]:
        """Return documents and model: those that a control trains again where it does."""
        if control is None or control.name != TRAINED_ON_PERMUTED:
            return corpus, model
        permuted = self.make_permuted(corpus, control.draw, control.share)
        return permuted, self.make_model(permuted)


def attention_read(config: Settings) -> dict[str, Any]:
    """Return how attention is read: the group `attention`.

    Where attention proposes the pairs and ``attribution.documents`` says over how many documents,
    it is summed over so many, as any other explainer's scores are.
    """
    documents = config.get("attribution", {}).get("documents")
    if documents is None or explainer(config) is not None:
        return dict(config["attention"])
    return {**config["attention"], "documents": documents}
