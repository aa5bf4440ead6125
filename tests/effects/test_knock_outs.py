"""Knock-outs of single edges, against all of them at once and against one cut by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from causattn.attention import KnockOut, edge_effects, editable_attention
from causattn.effects import ModelEffect, ModelInterventions, collect_evidence
from causattn.graphs import CausalGraph


@pytest.mark.parametrize("kind", ["renormalise", "zero"])
def test_of_slots_they_are_those_of_all_edges_at_once(
    masked_model, slot_corpus, slot_table, kind
) -> None:
    slots = replace(
        slot_table,
        names=slot_table.names[:3],
        kinds=slot_table.kinds[:3],
        values=slot_table.values[:, :3],
        categories=slot_table.categories[:3],
    )
    one = ModelInterventions(
        masked_model, slot_corpus, slots, documents=len(slot_corpus), batch_size=7
    )
    every = edge_effects(masked_model, slot_corpus, slots, 0, kind=kind, documents=None)
    for source in range(3):
        for target in range(3):
            if source == target:
                continue
            found = one.cut(source, target, kind)
            assert isinstance(found, ModelEffect)
            assert found.estimate == pytest.approx(every.effect[source, target], abs=1e-6)
            assert found.documents == len(slot_corpus)
            half = 1.959964 * every.moments.standard_error()[0, 0, target, source]
            assert found.high == pytest.approx(found.estimate + half)
            assert found.kind == kind


def test_of_an_output_it_is_the_pooled_positions_attention(
    classifier, slot_corpus, slot_table
) -> None:
    interventions = ModelInterventions(
        classifier, slot_corpus, slot_table, documents=len(slot_corpus), batch_size=7
    )
    found = interventions.cut(0, 3, "renormalise")
    assert isinstance(found, ModelEffect)
    encoding, carriers = interventions.sample.plain()
    expected = []
    for document in range(len(slot_corpus)):
        first, last = encoding.bounds[document : document + 2]
        inputs = {"input_ids": torch.from_numpy(encoding.ids[first:last])[None]}
        edges = torch.zeros((1, last - first, last - first), dtype=torch.bool)
        own = (carriers.document == document) & (carriers.feature == 0)
        edges[0, 0, carriers.position[own]] = True
        with editable_attention(classifier.network, inputs) as capture:
            before, after = (
                capture.edited(inputs, cut).logits.softmax(-1)
                for cut in (None, KnockOut("renormalise", edges=edges))
            )
        expected.append(float((after - before).abs().sum() / 2))
    assert found.estimate == pytest.approx(np.mean(expected), abs=1e-6)
    assert found.estimate > 1e-3


def test_the_evidence_table_holds_them_or_says_why_not(
    masked_model, classifier, slot_corpus, slot_table
) -> None:
    graph = CausalGraph.from_adjacency(
        np.eye(4, k=1), slot_table.names, direction="from row to column"
    )
    settings = {"kind": "dowhy", "draws": 20, "documents": 20, "minimum_count": 2}

    def row(model, source: str, target: str, **more):
        asked = {**settings, **more}
        table = collect_evidence(asked, graph, slot_table, None, model, slot_corpus, 0, given=True)
        return table.row(source, target)

    cut = row(masked_model, "colour", "size")
    assert 0 <= cut["knock_out_low"] <= cut["knock_out_effect"] <= cut["knock_out_high"]
    assert cut["knock_out_n"] == 20
    assert "does not predict size" in row(classifier, "colour", "size")["knock_out_reason"]
    assert "nothing attends" in row(classifier, "liked", "shape")["knock_out_reason"]
    assert row(classifier, "shape", "liked")["knock_out_effect"] > 0
    assert row(masked_model, "colour", "size", knock_outs="none")["knock_out_kind"] is None
