"""A study: from a configuration to a run. The only file that knows all the rooms.

    corpora -> models -> attention -> candidates -> discovery -> effects -> report
                  \\-> features ----------^-------------^

Each stage takes plain settings and what the stages before it gave. What is expensive and depends
on nothing but settings, seed and earlier artefacts goes through the store, so that it is computed
once (`Stages`); the rest is written into the run's folder.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from causattn import attention, candidates, corpora, discovery, effects, features, models
from causattn.base import ConfigError, choose, generator, integer_seed
from causattn.graphs import CausalGraph, compare_graphs, sortabilities
from causattn.report import (
    Material,
    draw_figures,
    page_settings,
    record_attention,
    write_report,
)
from causattn.results import Artefact, Run, Store, versions, write_results

Settings = Mapping[str, Any]
T = TypeVar("T")

UNTRAINED = "untrained"
"""Control: the attention of the same network with fresh weights."""
PERMUTED = "permuted"
"""Control: the attention over documents whose values come from other documents."""
TRAINED_ON_PERMUTED = "trained_on_permuted"
"""Control: the same network trained on permuted documents, and its attention over these."""
CONTROLS = (UNTRAINED, PERMUTED, TRAINED_ON_PERMUTED)


def run_study(config: Settings, folder: Path) -> Run:
    """Do a study and write it into `folder`.

    Parameters
    ----------
    config
        The resolved configuration: one mapping a room, ``seed``, ``controls`` and ``paths``.
    folder
        The run's folder; it exists and is empty but for ``config.yaml``.

    Returns
    -------
    Run
        The finished results, read back from the folder.

    Raises
    ------
    CausattnError
        Where a setting or an input cannot be used.
    """
    check_settings(config)
    seed = int(config["seed"])
    clock = Clock()
    stages = Stages(config, seed)
    with clock.stage("corpus"):
        corpus = stages.make_corpus()
    with clock.stage("model"):
        model = None if is_none(config, "model") else stages.make_model(corpus)
    with clock.stage("features"):
        table = stages.make_features(corpus, model)
    summary, controls, edges = None, {}, None
    if model is not None and not is_none(config, "attention"):
        with clock.stage("attention"):
            summary = stages.make_attention(corpus, model, table)
        with clock.stage("controls"):
            controls = stages.make_controls(corpus, model, table)
            nulls = stages.make_nulls(corpus, model, table)
        with clock.stage("candidates"):
            edges = candidates.select_candidates(
                config["candidates"],
                summary.value,
                table.value,
                null=nulls,
                seed=seed,
            )
    with clock.stage("screens"):
        screens = screens_beside(config["candidates"], table.value, controls)
    with clock.stage("discovery"):
        graph = discovery.discover(config["discovery"], table.value, edges, seed)
    with clock.stage("effects"):
        evidence = effects.collect_evidence(
            config["effects"],
            graph,
            table.value,
            edges,
            None if model is None else model.value,
            corpus.value,
            seed,
        )
    truth = truth_over(corpus.value.truth, table.value.names)
    figures = {
        "seed": seed,
        "corpus": {
            "name": corpus.value.name,
            "documents": len(corpus.value),
            **corpus.value.about,
        },
        "model": {}
        if model is None
        else {"name": model.value.name, "task": model.value.task, **model.value.about},
        "features": {
            "count": table.value.size,
            "rows": len(table.value.documents),
            "data": table.value.data_kind,
            "sortability": {} if truth is None else sortabilities(table.value.values, truth),
            **table.value.about,
        },
        "attention": {}
        if summary is None
        else {
            "documents": summary.value.documents,
            "query": summary.value.query,
            **summary.value.about,
        },
        "candidates": {
            **({} if edges is None else quality(edges.strength, truth)),
            "pairs": None if edges is None else edges.pair_count,
            "method": "none: every pair was searched" if edges is None else edges.method,
            **({} if edges is None else dict(edges.about)),
            "screens": {name: quality(strength, truth) for name, strength in screens.items()},
        },
        "graph": {
            "algorithm": graph.algorithm,
            "edges": graph.edge_count,
            "tests": graph.tests,
            "tests_by_order": list(graph.tests_by_order),
            "score": graph.score,
            "details": dict(graph.details),
            **({} if truth is None else compare_graphs(graph, truth)),
        },
        "evidence": evidence.summary(),
        "effects": {"known": effects.known_effects(corpus.value)},
        "reused": stages.reused,
        "timing": clock.seconds,
        "versions": versions(),
    }
    run = write_results(
        folder,
        summary=figures,
        graph=graph,
        candidates=None if edges is None else edges.frame(),
        evidence=evidence,
        truth=truth,
        screens=screens,
    )
    if config.get("report", True):
        material = Material(
            corpus.value,
            table.value,
            None if model is None else model.value,
            None if summary is None else summary.value,
            {"corpus": corpus.key, **({} if model is None else {"model": model.key})},
        )
        record_attention(run, material, config.get("page"))
        draw_figures(run)
        write_report(run)
    return run


def check_settings(config: Settings) -> None:
    """Check the settings of all rooms before anything is computed.

    Raises
    ------
    ConfigError
        For an unknown kind, key or control, or a value that makes no sense.
    """
    corpora.corpus_settings(config["corpus"])
    check_nones(config)
    if not is_none(config, "model"):
        models.model_settings(config["model"])
    features.feature_settings(config["features"])
    if not is_none(config, "attention"):
        attention.attention_settings(config["attention"], attention.MEASURES)
        candidates.candidate_settings(config["candidates"])
    discovery.discovery_settings(config["discovery"])
    effects.effect_settings(config["effects"])
    page_settings(config.get("page"))
    for name in config["controls"] or []:
        choose(name, dict.fromkeys(CONTROLS), "controls")
    if not isinstance(config["seed"], int) or config["seed"] < 0:
        raise ConfigError(f"seed={config['seed']} should be a whole number from 0; change it.")


def is_none(config: Settings, room: str) -> bool:
    """Tell whether the configuration leaves a room out: its kind is ``none``."""
    return str(config[room].get("kind")) == "none"


def check_nones(config: Settings) -> None:
    """Check that what is left out is not needed by what is asked for.

    Without attention there are no candidates, and discovery searches all pairs: nothing stands in
    for attention that was not read.

    Raises
    ------
    ConfigError
        Where candidates or controls are asked for without attention, attention without candidates
        to make of it, or attention without a model.
    """
    for room in ("model", "attention", "candidates"):
        if is_none(config, room) and len(config[room]) > 1:
            spare = next(key for key in config[room] if key != "kind")
            raise ConfigError(f"{room}.{spare} has no meaning with {room}=none; leave it out.")
    if is_none(config, "attention") != is_none(config, "candidates"):
        raise ConfigError(
            "attention=none and candidates=none belong together, since candidates are made of "
            "attention and attention serves nothing else; set both or neither."
        )
    if is_none(config, "model") and not is_none(config, "attention"):
        raise ConfigError(
            "model=none has no attention to read; set attention=none and candidates=none, too."
        )
    if is_none(config, "attention") and config["controls"]:
        raise ConfigError(
            f"controls={list(config['controls'])} are controls of attention, and attention=none "
            "reads none; set controls=[]."
        )


class Clock:
    """Seconds by stage, as ``timing.<stage>_s``."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block under `name`."""
        start = time.perf_counter()
        yield
        self.seconds[f"{name}_s"] = round(time.perf_counter() - start, 3)


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
                "settings": settings,
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
        control: str = "",
        draw: int = 0,
        share: float = 1.0,
    ) -> Artefact[attention.AttentionSummary]:
        """Sum the model's attention from feature to feature, or that of a control's draw.

        `share` is that of the variables which a draw permutes, see `make_permuted`.
        """
        settings = self._config["attention"]
        if control == TRAINED_ON_PERMUTED:
            corpus = self.make_permuted(corpus, draw, share)
            trained = self.make_model(corpus)
            assert trained is not None
            model = trained

        def make() -> attention.AttentionSummary:
            documents, network, carried = corpus.value, model.value, table.value
            if control == UNTRAINED:
                seed = integer_seed(self._seed, UNTRAINED, draw) if draw else self._seed
                network = models.untrained_copy(network, seed)
            elif control == PERMUTED:
                documents = self._permute(documents, draw, share)
            if control in (PERMUTED, TRAINED_ON_PERMUTED):
                carried = features.transfer_features(carried, documents, network)
            found = attention.summarise_attention(
                settings, network, documents, carried, self._seed, folder=unfinished
            )
            if control in (PERMUTED, TRAINED_ON_PERMUTED):
                about = {**found.about, "permuted": documents.about["permuted"]}
                found = replace(found, about=about)
            return found

        parts = {
            # Not who computes, which changes no bit: a summary is one for any number of workers.
            "settings": attention.result_settings(settings),
            "control": control,
            **({"draw": draw, "share": share} if draw or share < 1 else {}),
            "corpus": corpus.key,
            "model": model.key,
            "features": table.key,
        }
        # Finished shards outlive a run that is stopped, and go when their sum is stored.
        key = self._store.key("attention", {"seed": self._seed, **parts}, SCHEMAS["attention"])
        unfinished = self._store.folder / "attention" / f".{key}.shards"
        found = self._fetch(
            f"attention ({control})" if control else "attention",
            parts,
            make,
            attention.write_summary,
            attention.read_summary,
        )
        shutil.rmtree(unfinished, ignore_errors=True)
        return found

    def make_controls(
        self,
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        table: Artefact[features.FeatureTable],
    ) -> dict[str, attention.AttentionSummary]:
        """Sum the attention of every control."""
        wanted = list(self._config["controls"] or [])
        return {name: self.make_attention(corpus, model, table, name).value for name in wanted}

    def make_nulls(
        self,
        corpus: Artefact[corpora.Corpus],
        model: Artefact[models.LanguageModel],
        table: Artefact[features.FeatureTable],
    ) -> list[attention.AttentionSummary]:
        """Sum the attention of the null's draws, where candidates are compared with one."""
        control, draws, share = candidates.null_draws(self._config["candidates"])
        return [
            self.make_attention(corpus, model, table, control, draw, share).value
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


SCHEMAS = {"corpus": 1, "model": 1, "features": 1, "attention": 1}
"""Version of each stage's layout and meaning: raised when either changes."""


def truth_over(truth: CausalGraph | None, names: tuple[str, ...]) -> CausalGraph | None:
    """Return the true graph in the features' order, None where it is not over the same variables.

    Leaving a variable out would turn a DAG into another graph, so that a truth over more or other
    variables than the features is none for them.
    """
    if truth is None or set(truth.names) != set(names):
        return None
    order = [truth.names.index(name) for name in names]
    return CausalGraph(names, truth.marks[np.ix_(order, order)], kind=truth.kind)


def screens_beside(
    settings: Settings,
    table: features.FeatureTable,
    controls: Mapping[str, attention.AttentionSummary],
) -> dict[str, np.ndarray]:
    """Return what the candidates are compared with: strengths by name, float64 [f, f], symmetric.

    Parameters
    ----------
    settings
        The group `candidates`: controls are aggregated over layers and heads as candidates are.
    table
        Documents by features, for mutual information.
    controls
        Attention of the controls, by name.
    """
    screens = {"mutual_information": candidates.mutual_information_screen(table)}
    for name, summary in controls.items():
        score = candidates.attention_score(
            summary,
            settings.get("aggregate", "mean"),
            layers=settings.get("layers"),
            heads=settings.get("heads"),
        )
        screens[name] = np.maximum(score, score.T)
    return screens


def quality(strength: np.ndarray, truth: CausalGraph | None) -> dict[str, Any]:
    """Return how well a screen's strengths rank the true adjacencies; nothing without a truth."""
    return {} if truth is None else candidates.score_candidates(strength, truth.skeleton())
