"""What a run keeps of explanation by examples, against the functions that find it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from causattn.base import ArtefactError, read_json, write_json
from causattn.exemplars import deciding_documents, document_vectors, nearest_documents
from causattn.report import Material, ShownRun, write_report
from causattn.report.record.document_examples import document_examples
from causattn.report.record.explained import examples_data
from causattn.report.record.question import DocumentSample, question_of, subject_of

Make = Callable[..., ShownRun]


def kept(run: ShownRun) -> dict[str, Any]:
    data = examples_data(run)
    assert data is not None
    return data


def material(run: ShownRun) -> Material:
    found: Material = run.material  # type: ignore[attr-defined]
    return found


def sample_of(run: ShownRun, count: int) -> DocumentSample:
    found = material(run)
    assert found.model is not None
    return DocumentSample(found.corpus, found.model, found.table, list(found.corpus.texts[:count]))


def whole(edits: dict[str, Any], side: int) -> str:
    return "".join(part[min(side, len(part) - 1)] for part in edits["parts"])


def test_every_row_of_the_evidence_has_its_documents(recorded_run: Make) -> None:
    run = recorded_run(documents=2, sample=12)
    data, table = kept(run), material(run).table
    assert len(data["edges"]) == len(run.evidence)
    estimated = 0
    for edge, row in zip(data["edges"], run.evidence.to_dict("records"), strict=True):
        names = [table.names[edge[end]] for end in ("source", "target")]
        assert names == [row["source"], row["target"]]
        for value, then, document, count in edge["typical"]:
            for end, label in (("source", value), ("target", then)):
                code = table.values[document, edge[end]]
                assert table.categories[edge[end]][int(code)] == label
            assert 0 < count <= 12
        if row["discovery_directed"] is not True and edge["deciding"] is None:
            assert edge["reason"]
            continue
        found = deciding_documents(table, *names, tuple(row["data_adjustment"]))
        if isinstance(found, str):
            assert edge["reason"] == found
            continue
        estimated += 1
        assert edge["deciding"]["estimate"] == pytest.approx(found.estimate)
        first, influence, alike = edge["deciding"]["rows"][0]
        assert abs(influence) == pytest.approx(np.nanmax(np.abs(found.influence)), rel=1e-5)
        used = [table.names.index(name) for name in (*names, *row["data_adjustment"])]
        same = (table.values[:, used] == table.values[first, used]).all(axis=1)
        assert alike == same.sum() - 1
    assert estimated > 0


@pytest.mark.parametrize("kind", ["recorded_run", "classifier_run"])
def test_a_features_documents_are_those_its_words_move_most(
    kind: str, request: pytest.FixtureRequest
) -> None:
    run = request.getfixturevalue(kind)(documents=2, sample=12, examples=2)
    data, sample = kept(run), sample_of(run, 12)
    table = sample.table
    assert len(data["features"]) == table.size
    question = question_of(sample, subject_of(run.graph, sample))
    assert not isinstance(question, str)
    moved = 0
    for feature, entry in enumerate(data["features"]):
        itself = f"The model is asked for {table.names[feature]} itself."
        assert entry["reason"] == (itself if feature == question.feature else None)
        for value, row, count in entry["typical"]:
            categories = table.categories[feature]
            assert categories is not None
            assert categories[int(table.values[row, feature])] == value
            assert count == (table.values[:12, feature] == table.values[row, feature]).sum()
        changes = {}
        for row in range(12):
            text, places = question.asked(row)
            said = question.decide([text])[0]
            for place in places:
                if place.feature == feature:
                    edited = text[: place.start] + place.texts[0] + text[place.end :]
                    changes[row] = (question.decide([edited])[0] - said)[said.argmax()]
        lowest = sorted(change for change in changes.values() if change < -2e-5)[:2]
        found = [each["change"] for each in entry["moved"]][: len(lowest)]
        np.testing.assert_allclose(found, lowest, atol=1e-5)
        for each in entry["moved"]:
            assert changes[each["row"]] == pytest.approx(each["change"], abs=1e-5)
        moved += len(found)
        assert [each["change"] for each in entry["moved"]] == sorted(
            each["change"] for each in entry["moved"]
        )
    assert moved > 0 or kind == "classifier_run"  # whose untrained answer hardly moves


@pytest.mark.parametrize("kind", ["recorded_run", "classifier_run"])
def test_edits_turn_what_the_model_says(kind: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(kind)(documents=3, sample=12)
    sample = sample_of(run, 12)
    for entry in kept(run)["documents"]:
        edits = entry["edits"]
        name = entry["asked"].partition(",")[0]
        names = material(run).table.names
        question = question_of(sample, names.index(name) if name in names else None)
        assert not isinstance(question, str)
        before, after = question.decide([whole(edits, 0), whole(edits, 1)])
        np.testing.assert_allclose(before, edits["before"], atol=1e-4)
        np.testing.assert_allclose(after, edits["after"], atol=1e-4)
        assert (before.argmax() != after.argmax()) == (edits["count"] > 0)
        assert (edits["reason"] is None) == (edits["count"] > 0)


def test_the_nearest_and_the_teachers_are_of_the_sample(recorded_run: Make) -> None:
    run = recorded_run(documents=2, sample=12, examples=2)
    found = material(run)
    assert found.model is not None
    vectors = document_vectors(found.model, found.corpus.texts[:12])
    for entry in kept(run)["documents"]:
        near = nearest_documents(vectors, entry["row"], 2)
        assert [row for row, _ in entry["nearest"]] == near.documents.tolist()
        for kind, sign in (("for", 1), ("against", -1)):
            assert len(entry["teachers"][kind]) <= 2
            assert all(sign * value > 0 for _, value in entry["teachers"][kind])
            assert all(row < 12 and row != entry["row"] for row, _ in entry["teachers"][kind])


def test_documents_nearest_to_one_have_other_texts_than_it_and_each_other() -> None:
    sample = SimpleNamespace(texts=["a", "a", "b", "b", "c"], model=SimpleNamespace(task="encoder"))
    angle = np.array([0.0, 0.0, 0.1, 0.1, 0.2])
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    settings = SimpleNamespace(examples=3, continuation=0)
    (entry,) = document_examples(
        "nothing", cast(Any, sample), vectors, np.array([0]), cast(Any, settings), 0
    )
    assert [row for row, _ in entry["nearest"]] == [2, 4]


def test_a_causal_model_goes_on_and_owes_it_to_words(causal_run: Make) -> None:
    run = causal_run(documents=1, continuation=4)
    (entry,) = kept(run)["documents"]
    assert "neither labels documents nor fills in hidden words" in entry["reason"]
    found = entry["continuation"]
    assert 0 < found["drawn"] == len(found["owed"]) <= 4
    first = len(found["tokens"]) - found["drawn"]
    assert [len(scores) for scores in found["owed"]] == list(range(first, len(found["tokens"])))


def test_nothing_is_kept_where_nothing_is_asked_for(recorded_run: Make) -> None:
    run = recorded_run(documents=1, sample=4, examples=0)
    assert kept(run)["documents"] == kept(run)["edges"] == []
    assert "Documents and what explains them" not in write_report(run).read_text("utf-8")


def test_no_edits_and_no_continuations_where_none_are_asked_for(causal_run: Make) -> None:
    (entry,) = kept(causal_run(documents=1, continuation=0, edits=0))["documents"]
    assert not {"edits", "continuation"} & set(entry)


def test_texts_that_are_shown_are_one_line_and_visible(recorded_run: Make, hostile: Any) -> None:
    run = recorded_run(hostile[:8], documents=2, sample=8)
    data = kept(run)
    shown = "".join(text for each in data["texts"].values() for text, _ in each["pieces"])
    assert "alert(1)" in shown
    assert "\x1b" not in shown
    page = write_report(run).read_text("utf-8").partition('id="data"')[2]
    assert "<script>" not in page.partition("</script>")[0]


def test_another_schema_is_a_sentence(recorded_run: Make) -> None:
    run = recorded_run(documents=1, sample=4)
    path = run.folder / "examples.json"
    write_json(path, read_json(path) | {"schema": 99})
    with pytest.raises(ArtefactError, match="schema 99"):
        examples_data(run)
    path.unlink()
    assert examples_data(run) is None
