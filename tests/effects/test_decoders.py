"""Effects on what decoders predict, against one document at a time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from causattn.attention import KnockOut, editable_attention
from causattn.corpora import rewrite
from causattn.effects import (
    INTERVENTIONS,
    ModelEffect,
    ModelInterventions,
    Trial,
    collect_evidence,
)
from causattn.graphs import CausalGraph
from causattn.models import LanguageModel, encode_texts
from tests.small_models import DECODERS, small_decoder

COLOUR, SIZE, SHAPE = 0, 1, 2


@pytest.fixture(scope="module", params=DECODERS)
def decoder(request: pytest.FixtureRequest, tokenizer) -> LanguageModel:
    network = small_decoder(request.param, len(tokenizer), seed=3)
    return LanguageModel(request.param, network, tokenizer, "causal")


@pytest.fixture(scope="module")
def llama(tokenizer) -> LanguageModel:
    return LanguageModel("llama", small_decoder("llama", len(tokenizer), 3), tokenizer, "causal")


@pytest.fixture(scope="module")
def slots(slot_table):
    """The three slots, without the outcome, which a decoder does not give."""
    three = slice(0, 3)
    return replace(
        slot_table,
        names=slot_table.names[three],
        kinds=slot_table.kinds[three],
        values=slot_table.values[:, three],
        categories=slot_table.categories[three],
    )


@pytest.fixture(scope="module")
def plain(slot_corpus):
    """The same documents, whose slots cannot be rewritten."""
    return replace(slot_corpus, value_texts=None)


def probabilities(model: LanguageModel, ids: list[int], hidden: int | None = None) -> np.ndarray:
    """The distribution after some tokens; one of them perhaps seen by nobody."""
    given = {"input_ids": torch.tensor([ids])}
    with editable_attention(model.network, given) as capture:
        edit = None
        if hidden is not None:
            edges = torch.zeros((1, len(ids), len(ids)), dtype=torch.bool)
            edges[0, :, hidden] = True
            edit = KnockOut("renormalise", edges=edges)
        return capture.edited(given, edit).logits[0, -1].softmax(-1).numpy()


def places(model, corpus, source: int, target: int):
    """Each document's ids with the places of source and target, where the source comes first."""
    for document, text in enumerate(corpus.texts):
        ids = model.tokenizer(text)["input_ids"]
        own = corpus.mentions.document == document
        words = ["[CLS]", *text.split()]
        first = {}
        for variable in (source, target):
            start = corpus.mentions.start[own & (corpus.mentions.variable == variable)][0]
            first[variable] = 1 + len(text[:start].split())
            assert words[first[variable]] in text
        if first[source] < first[target]:
            yield document, ids, first[source], first[target]


@pytest.mark.parametrize("reads", ["next", "span"])
def test_hiding_is_that_of_every_edge_to_the_token(decoder, plain, slots, reads) -> None:
    found = ModelInterventions(decoder, plain, slots, documents=30, batch_size=4, reads=reads)
    effect = found.effect(COLOUR, SHAPE)
    assert isinstance(effect, ModelEffect)
    changes, moved = [], []
    for _, ids, source, target in places(decoder, plain, COLOUR, SHAPE):
        both = [probabilities(decoder, ids[:target], hidden) for hidden in (source, None)]
        after, before = (one[ids[target]] for one in both)
        changes.append(np.log(before) - np.log(after) if reads == "span" else before - after)
        moved.append(np.abs(both[1] - both[0]).sum() / 2)
    assert effect.estimate == pytest.approx(np.mean(changes), abs=1e-5)
    assert abs(effect.estimate) > 1e-4
    assert (effect.documents, effect.reads) == (len(changes), reads)
    assert effect.kind == "hidden from attention"
    if reads == "next":
        assert effect.total_variation == pytest.approx(np.mean(moved), abs=1e-5)


def test_rewriting_reads_the_values_where_the_target_then_stands(
    decoder, slot_corpus, slots
) -> None:
    sample = ModelInterventions(decoder, slot_corpus, slots, documents=30).sample
    effect = INTERVENTIONS["rewrite"].effect(Trial(sample), SIZE, SHAPE, None)
    assert isinstance(effect, ModelEffect)
    assert effect.kind in ("rewrite small to big", "rewrite big to small")
    assert (effect.reads, effect.outcome) == ("next", "P(shape = square)")
    words = decoder.tokenizer.convert_tokens_to_ids(["round", "square"])
    read = []
    for size in (0, 1):
        wanted = np.full((30, 3), np.nan)
        wanted[:, SIZE] = size
        changed = rewrite(slot_corpus, wanted)
        read.append(
            [
                probabilities(decoder, ids[:target])[words]
                for _, ids, _, target in places(decoder, changed, SIZE, SHAPE)
            ]
        )
    shares = [np.array(one) / np.sum(one, axis=1, keepdims=True) for one in read]
    change = float((shares[1] - shares[0])[:, 1].mean())
    assert effect.estimate == pytest.approx(change, abs=1e-5)
    assert effect.documents == len(shares[0])


def test_an_answer_is_held_against_the_wrong_ones(llama, plain, slots, slot_corpus) -> None:
    words = ["red", "green", "blue"]
    texts = plain.texts
    wrong = [" | ".join(w for w in words[:2] if f" {w} " not in text) for text in texts]
    asked = replace(plain, metadata=pd.DataFrame({"wrong": wrong}))
    found = ModelInterventions(llama, asked, slots, documents=20, reads="answer", seed=4)
    effect = found.effect(SIZE, COLOUR)
    assert isinstance(effect, ModelEffect)
    ids_of = dict(zip(words, llama.tokenizer.convert_tokens_to_ids(words), strict=True))
    changes = []
    for document, ids, source, target in places(llama, plain, SIZE, COLOUR):
        if document not in found.sample.rows:
            continue
        against = [ids_of[w.strip()] for w in wrong[document].split("|")]
        both = []
        for hidden in (source, None):
            logits = np.log(probabilities(llama, ids[:target], hidden))
            both.append(logits[ids[target]] - logits[against].mean())
        changes.append(both[1] - both[0])
    assert effect.estimate == pytest.approx(np.mean(changes), abs=1e-4)
    assert effect.outcome == "logit difference of colour"
    # Without answers of the corpus's own, the slot's other values are the wrong ones.
    whole = ModelInterventions(llama, slot_corpus, slots, documents=30, reads="answer")
    other = whole.effect(SIZE, COLOUR)
    assert isinstance(other, ModelEffect)
    assert other.reads == "answer"


def test_resampled_tokens_are_those_of_other_documents(llama, plain, slots) -> None:
    found = ModelInterventions(llama, plain, slots, documents=30, operation="resample")
    effect = found.effect(SIZE, SHAPE)
    assert isinstance(effect, ModelEffect)
    assert effect.kind == "resample"
    # Of two values the other document has the other one: nothing is left to chance.
    small, big = llama.tokenizer.convert_tokens_to_ids(["small", "big"])
    other = {small: big, big: small}
    changes = []
    for _, ids, source, target in places(llama, plain, SIZE, SHAPE):
        swapped = [*ids[:source], other[ids[source]], *ids[source + 1 : target]]
        before = probabilities(llama, ids[:target])[ids[target]]
        changes.append(before - probabilities(llama, swapped)[ids[target]])
    assert effect.estimate == pytest.approx(np.mean(changes), abs=1e-5)


def test_attention_is_cut_where_the_target_is_predicted(llama, plain, slots) -> None:
    effect = ModelInterventions(llama, plain, slots, documents=30).cut(COLOUR, SIZE, "zero")
    assert isinstance(effect, ModelEffect)
    moved = []
    for _, ids, source, target in places(llama, plain, COLOUR, SIZE):
        given = {"input_ids": torch.tensor([ids])}
        edges = torch.zeros((1, len(ids), len(ids)), dtype=torch.bool)
        edges[0, target - 1, source] = True
        with editable_attention(llama.network, given) as capture:
            before, after = (
                capture.edited(given, edit).logits[0, target - 1].softmax(-1)
                for edit in (None, KnockOut("zero", edges=edges))
            )
        moved.append(float((before - after).abs().sum() / 2))
    assert effect.estimate == pytest.approx(np.mean(moved), abs=1e-6)
    assert (effect.reads, effect.documents) == ("next", len(moved))


def ordered(corpus):
    """Documents in which the colour comes first, then the size, then the shape."""
    rng = np.random.default_rng(2)
    rows = corpus.values[rng.integers(0, len(corpus), 12)].astype(int)
    rows[:2] = [[0, 0, 0], [1, 1, 1]]
    words = [[corpus.value_texts[k][row[k]] for k in range(3)] for row in rows]
    texts = ["it is " + " . it is ".join(three) + " ." for three in words]
    found = []
    for document, row in enumerate(rows):
        for variable, value in enumerate(row):
            word = corpus.value_texts[variable][value]
            start = texts[document].index(f" {word} ") + 1
            found.append((document, variable, start, start + len(word)))
    columns = map(np.array, zip(*found, strict=True))
    return replace(
        corpus,
        texts=texts,
        values=rows.astype(float),
        mentions=type(corpus.mentions)(*columns),
        outcome=None,
    )


@pytest.mark.parametrize("reads", ["next", "answer", "span"])
def test_rows_are_full_for_what_comes_before_and_say_what_comes_after(
    llama, slot_corpus, slots, reads
) -> None:
    corpus = ordered(slot_corpus)
    table = replace(slots, values=corpus.values, carriers=corpus.mentions, documents=np.arange(12))
    graph = CausalGraph.from_adjacency(
        np.triu(np.ones((3, 3)), 1), table.names, direction="from row to column"
    )
    asked = {"kind": "dowhy", "draws": 20, "minimum_count": 2, "reads": reads}
    for operation in ("mask", "resample"):
        settings = {**asked, "operation": operation, "attention_levels": True}
        rows = collect_evidence(settings, graph, table, None, llama, corpus, 0)
        for source, target in ((0, 1), (0, 2), (1, 2)):
            row = rows.row(table.names[source], table.names[target])
            assert row["model_reads"] == reads
            assert row["model_n"] == 12
            for column in ("estimate", "low", "high", "scale"):
                assert np.isfinite(row[f"model_{column}"])
            assert row["knock_out_effect"] > 0
            back = rows.row(table.names[target], table.names[source])
            assert "stands" in back["model_reason"]
            assert "stands after" in back["knock_out_reason"]
            assert pd.isna(back["model_n"])


def test_bad_input_is_said_in_a_sentence(llama, slot_corpus, plain, slots, slot_table) -> None:
    def says(corpus, table, *pair: int, **more) -> str:
        found = ModelInterventions(llama, corpus, table, documents=30, **more).effect(*pair)
        assert isinstance(found, str)
        return found

    assert "gives no liked" in says(slot_corpus, slot_table, COLOUR, 3)
    several = replace(plain, metadata=pd.DataFrame({"wrong": ["very green"] * 30}))
    assert "'very green' is not one token" in says(several, slots, SIZE, COLOUR, reads="answer")
    same = replace(
        plain, metadata=pd.DataFrame({"right": ["red"] * 30, "wrong": ["so | red"] * 30})
    )
    assert "right and wrong" in says(same, slots, SIZE, COLOUR, reads="answer")
    assert "names no wrong answers" in says(plain, slots, SIZE, COLOUR, reads="answer")
    # One kind of token in every document: there is nothing to exchange it for.
    always = replace(plain, texts=[t.replace("small", "big  ") for t in plain.texts])
    assert "could be exchanged" in says(always, slots, SIZE, SHAPE, operation="resample")


def test_padding_on_the_left_is_not_asked_for(llama, plain, slots) -> None:
    left = replace(llama, tokenizer=llama.tokenizer)
    left.tokenizer.padding_side = "left"
    assert encode_texts(left, plain.texts).pad_id is not None
    many, one = (
        ModelInterventions(left, plain, slots, documents=30, batch_size=size).effect(COLOUR, SIZE)
        for size in (16, 1)
    )
    assert isinstance(many, ModelEffect)
    assert isinstance(one, ModelEffect)
    assert many.estimate == pytest.approx(one.estimate, abs=1e-6)
