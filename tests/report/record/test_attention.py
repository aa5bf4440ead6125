from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from causattn.attention import summarise_attention
from causattn.base import ArtefactError, ConfigError
from causattn.corpora import Mentions
from causattn.report import ShownRun, page_settings
from causattn.report.record.carried import carried_by
from causattn.report.record.examples import _different
from causattn.report.record.reading import KeptDocument, recorded

Recorded = Callable[..., ShownRun]


def test_what_is_kept_is_what_the_model_does(recorded_run: Recorded) -> None:
    run = recorded_run(documents=2, sample=10)
    kept = recorded(run)
    assert kept is not None
    assert [each.number for each in kept.documents] == [0, 1]
    document = kept.documents[0]
    weights = document.arrays["weights"]
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)
    assert weights.shape[-1] == len(document.words["tokens"])
    assert (document.arrays["flow"] <= 1 + 1e-6).all()
    layers, heads, features, _ = kept.corpus["measure.raw"].shape
    assert (layers, heads) == weights.shape[:2]
    assert features == run.graph.size
    assert kept.corpus["statistics.entropy"].shape == (layers, heads)


def test_documents_behind_an_edge_carry_both_ends_and_are_ranked(recorded_run: Recorded) -> None:
    run = recorded_run(documents=1, sample=12, examples=4)
    kept = recorded(run)
    assert kept is not None
    found = kept.about["examples"]
    joined = {frozenset((i, j)) for i, j, _ in found["pairs"]}
    names = list(run.graph.names)
    for edge in run.graph.edges():
        assert frozenset((names.index(edge.source), names.index(edge.target))) in joined
    for i, j, shown in found["pairs"]:
        strengths = [attention for _, attention in shown]
        assert len(shown) == 4
        assert strengths == sorted(strengths, reverse=True)
        for number, _ in shown:
            pieces = found["documents"][str(number)]["pieces"]
            carried = [feature for _, features in pieces for feature in features]
            assert i in carried
            assert j in carried


def test_the_strongest_document_is_the_one_whose_map_says_so(recorded_run: Recorded) -> None:
    run = recorded_run(documents=12, sample=12, examples=12)
    kept = recorded(run)
    assert kept is not None
    i, j, shown = kept.about["examples"]["pairs"][0]
    names = run.graph.names
    for number, attention in shown:
        document = next(each for each in kept.documents if each.number == number)
        mean = document.arrays["weights"].mean((0, 1))
        places = [
            next(k for k, t in enumerate(document.words["tokens"]) if t.startswith(f"{names[f]}="))
            for f in (i, j)
        ]
        expected = max(mean[places[0], places[1]], mean[places[1], places[0]])
        assert attention == pytest.approx(expected, abs=1e-5)


def test_rows_of_a_model_that_foretells_are_named_by_what_is_foretold(
    causal_run: Recorded,
) -> None:
    run = causal_run(documents=5, sample=5, examples=5, continuation=0)
    kept = recorded(run)
    assert kept is not None
    names = run.graph.names
    said = np.zeros((len(names), len(names)))
    for document in kept.documents:
        tokens, attending = document.words["tokens"], document.words["attending"]
        assert attending == [*tokens[1:], ""]
        said += _paid(document, names)
    # What the study summed of the documents is what their rows say under their names.
    material = run.material  # type: ignore[attr-defined]
    table = material.table
    few = replace(
        table,
        values=table.values[:5],
        documents=table.documents[:5],
        carriers=_of_first(table.carriers, 5),
    )
    how = {"kind": "streamed", "query": "next", "measures": ["mean"]}
    summed = summarise_attention(how, material.model, material.corpus, few, 0)
    np.testing.assert_allclose(summed.measures["mean"].sum[0, 0], said, atol=1e-5)
    i, j, shown = kept.about["examples"]["pairs"][0]
    for number, attention in shown:
        paid = _paid(next(each for each in kept.documents if each.number == number), names)
        assert attention == pytest.approx(max(paid[i, j], paid[j, i]), abs=1e-5)


def _paid(document: KeptDocument, names: Sequence[str]) -> np.ndarray:
    """Return what a document's rows say that each name pays to each other."""
    mean = document.arrays["weights"].mean((0, 1))
    attending, tokens = (
        [next((k for k, t in enumerate(words) if t.startswith(f"{name}=")), -1) for name in names]
        for words in (document.words["attending"], document.words["tokens"])
    )
    paid = mean[np.ix_(attending, tokens)]
    paid[np.array(attending) < 0] = 0
    np.fill_diagonal(paid, 0)
    return paid


def _of_first(mentions: Mentions, rows: int) -> Mentions:
    """Return the mentions of the first rows."""
    kept = mentions.document < rows
    return Mentions(
        mentions.document[kept], mentions.variable[kept], mentions.start[kept], mentions.end[kept]
    )


def test_pieces_join_to_the_text(recorded_run: Recorded) -> None:
    run = recorded_run(documents=1, sample=5)
    table, corpus = run.material.table, run.material.corpus  # type: ignore[attr-defined]
    for row in range(5):
        pieces = carried_by(corpus.texts[row], table, row)
        assert "".join(text for text, _ in pieces) == corpus.texts[row]
        told = sorted(f for _, features in pieces for f in features)
        assert told == list(range(table.size))


def test_long_documents_are_passed_over(recorded_run: Recorded) -> None:
    kept = recorded(recorded_run(documents=3, sample=5, tokens=2))
    assert kept is not None
    assert kept.documents == []


def test_settings_that_make_no_sense_are_sentences() -> None:
    with pytest.raises(ConfigError, match=r"page\.sample=1 should be at least 2"):
        page_settings({"sample": 1})
    with pytest.raises(ConfigError, match=r"page"):
        page_settings({"document": 1})


def test_attention_of_another_schema_is_refused(recorded_run: Recorded) -> None:
    run = recorded_run(documents=0, sample=5)
    about = run.folder / "attention" / "about.json"
    about.write_text(about.read_text().replace('"schema": 1', '"schema": 99'))
    with pytest.raises(ArtefactError, match="schema 99"):
        recorded(run)


def test_a_document_that_was_not_kept_needs_the_cache(recorded_run: Recorded) -> None:
    run = recorded_run(documents=1, sample=5)
    assert run.attention.document(0).number == 0
    with pytest.raises(ArtefactError, match=r"kept whole \(\[0\]\)"):
        run.attention.document(3)


def test_documents_with_the_same_words_are_shown_once() -> None:
    texts = ["a=1 b=2", "b=2 a=1", "a=1 b=1", "a=1 b=2", "a=2 b=2"]
    order = np.array([4, 7, 9, 2, 1])
    assert _different(order, texts, 2).tolist() == [4, 9]
    assert _different(order, texts, 9).tolist() == [4, 9, 1]
