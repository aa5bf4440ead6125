from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from causattn.corpora import write_corpus
from causattn.effects import CounterfactualAttention, counterfactual_attention
from causattn.graphs import CausalGraph
from causattn.models import write_model
from causattn.report import (
    Material,
    ShownRun,
    record_attention,
    show_document,
    show_graph,
    show_run,
)
from causattn.report.record import recorded


def test_a_runs_graph_shows_itself(
    recorded_run: Callable[..., ShownRun],
) -> None:
    run = recorded_run(documents=1, sample=5)
    assert isinstance(run.graph, CausalGraph)
    assert list(run.graph.edges()) == list(CausalGraph.read(run.folder / "graph.json").edges())
    assert "verdict_reason" in run.graph.show().html
    alone = CausalGraph.from_adjacency(
        np.array([[0, 1], [0, 0]]), ["a", "b"], direction="from row to column"
    )
    assert '"names":["a","b"]' in show_graph(alone).html
    assert "B>" not in repr(show_graph(alone))


def test_to_bertviz_gives_what_its_views_take(recorded_run: Callable[..., ShownRun]) -> None:
    run = recorded_run(documents=2, sample=5)
    found = run.attention.to_bertviz(doc=1)
    assert set(found) == {"attention", "tokens"}
    for layer in found["attention"]:
        assert layer.shape == (1, 2, len(found["tokens"]), len(found["tokens"]))
        torch.testing.assert_close(layer.sum(-1), torch.ones(layer.shape[:-1]))


def test_other_documents_come_from_the_cache(recorded_run: Callable[..., ShownRun]) -> None:
    run = recorded_run(documents=1, sample=5)
    material: Material = run.material  # type: ignore[attr-defined]
    assert material.model is not None
    cache = Path(run.config["paths"]["cache"])
    for kind, write, value in (
        ("corpus", write_corpus, material.corpus),
        ("model", write_model, material.model),
    ):
        folder = cache / kind / "key" / "content"
        folder.mkdir(parents=True)
        write(value, folder)  # type: ignore[operator]
    keys = {"corpus": "key", "model": "key"}
    again = Material(material.corpus, material.table, material.model, material.summary, keys)
    record_attention(run, again, {"documents": 1, "sample": 5})
    document = show_run(run.folder).attention.document(7)
    assert document.words["text"] == material.corpus.texts[7]
    assert "canvas" in show_document(document, "heads").html


def test_a_classifiers_run_keeps_what_words_do_to_it(
    classifier_run: Callable[..., ShownRun],
) -> None:
    run = classifier_run()
    kept = recorded(run)
    assert kept is not None
    title, pair = kept.pairs[0]
    assert isinstance(pair, CounterfactualAttention)
    assert title.startswith("document 0 without the words of ")
    material: Material = run.material  # type: ignore[attr-defined]
    assert material.model is not None
    name = title.split()[-1]
    text = material.corpus.texts[0]
    rest = " ".join(word for word in text.split() if not word.startswith(f"{name}="))
    again = counterfactual_attention(material.model, text, rest)
    np.testing.assert_allclose(pair.output_after, again.output_after, atol=1e-6)
    np.testing.assert_allclose(pair.attention_before, again.attention_before, atol=1e-6)
