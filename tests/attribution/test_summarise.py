"""Attribution over a corpus, against one document at a time, and against attention's own sums."""

from dataclasses import replace

import numpy as np
import pytest

from causattn.attention import summarise_attention
from causattn.attribution import AttributionSummary, HiddenTarget, explain, summarise_attribution
from causattn.attribution.corpus_cases import feature_hiding
from causattn.base import ConfigError, DataError, ModelError
from causattn.corpora import POOLED, Corpus, Mentions, load_corpus
from causattn.features import FeatureKind, FeatureTable, build_features
from causattn.models import load_model

SLOW = {"lime": {"samples": 20}, "kernel_shap": {"samples": 20}, "shapley_sampling": {"samples": 3}}
WORDS = ("great", "slow", "food", "service", "the")


def table_over(texts, words=WORDS, outcome=False) -> FeatureTable:
    """Features that are the occurrences of words, and a pooled one where asked for."""
    rows = []
    for document, text in enumerate(texts):
        for feature, word in enumerate(words):
            start = text.find(word)
            while start >= 0:
                rows.append((document, feature, start, start + len(word)))
                start = text.find(word, start + 1)
        if outcome:
            rows.append((document, len(words), POOLED, POOLED))
    size = len(words) + outcome
    kinds = (FeatureKind.PRESENCE,) * len(words) + (FeatureKind.OUTPUT,) * outcome
    values = np.random.default_rng(0).normal(size=(len(texts), size))
    names = (*words, "label")[:size]
    mentions = Mentions(*np.array(rows).T)
    return FeatureTable(names, kinds, values, (None,) * size, mentions, np.arange(len(texts)))


TEXTS = [
    "the food was great, the service slow",
    "great food",
    "slow service and great noise",
    "great food",
    "the slow food",
]


def by_hand(model, texts, table, settings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count, sum of absolute and of signed contributions, one document and feature at a time."""
    size = table.size
    count, total, signed = np.zeros((size, size)), np.zeros((size, size)), np.zeros((size, size))
    carriers = table.carriers
    for document, text in enumerate(texts):
        own = carriers.document == document
        spans = {
            int(feature): [
                (int(carriers.start[row]), int(carriers.end[row]))
                for row in np.flatnonzero(own & (carriers.variable == feature))
            ]
            for feature in np.unique(carriers.variable[own])
        }
        for asked, places in spans.items():
            # One span each here, so that the public function can hide it.
            if len(places) > 1:
                continue
            (found,) = explain(model, [text], settings, target=HiddenTarget(places))
            for other, others in spans.items():
                if other == asked:
                    continue
                inside = sum(
                    (found.offsets[:, 0] < high) & (found.offsets[:, 1] > low)
                    for low, high in others
                )
                contribution = found.score[inside > 0].sum()
                count[asked, other] += 1
                total[asked, other] += abs(contribution)
                signed[asked, other] += contribution
    return count, total, signed


@pytest.mark.parametrize("kind", ["occlusion", "gradient_input", "saliency"])
def test_it_is_the_sum_over_documents_taken_one_by_one(models, kind):
    model, texts = models("masked"), [text for text in TEXTS if text.count("the ") < 2]
    words = ("great", "slow", "food", "service")
    table = table_over(texts, words)
    summary = summarise_attribution(
        {"kind": kind, "unit": "output"}, model, Corpus("c", texts), table, 0
    )
    count, total, signed = by_hand(model, texts, table, {"kind": kind})
    assert (summary.moments.count == count).all()
    assert np.allclose(summary.moments.sum[0, 0], total, atol=1e-4)
    assert np.allclose(summary.signed, signed, atol=1e-4)
    assert summary.documents == len(texts)
    assert summary.query == "masked"
    assert summary.method == kind


@pytest.mark.parametrize(
    ("measure", "sums"), [("raw", "mean"), ("rollout", "rollout"), ("gradient", "gradient")]
)
def test_attention_as_an_explainer_gives_attentions_own_sums(models, measure, sums):
    model, corpus, table = models("masked"), Corpus("c", TEXTS), table_over(TEXTS)
    settings = {"kind": "attention", "measure": measure, "scale": "logit", "unit": "output"}
    summary = summarise_attribution(settings, model, corpus, table, 0)
    attention = {"kind": "streamed", "query": "masked", "measures": [sums]}
    expected = summarise_attention(attention, model, corpus, table, 0).measures[sums]
    off = ~np.eye(table.size, dtype=bool)
    assert (summary.moments.count[off] == expected.count[off]).all()
    for part in ("sum", "sum_of_squares", "maximum"):
        found, known = getattr(summary.moments, part)[0, 0], getattr(expected, part)[0, 0]
        assert np.allclose(found[off], known[off], atol=1e-5)


KINDS = ["random", "occlusion", "deletion", "integrated_gradients", *SLOW]


@pytest.mark.parametrize("kind", KINDS)
def test_the_summary_of_all_is_the_merge_of_its_shards(models, kind):
    model, corpus, table = models("masked"), Corpus("c", TEXTS), table_over(TEXTS)
    settings = {"kind": kind, **SLOW.get(kind, {})}
    whole = summarise_attribution(settings, model, corpus, table, 4)
    parts = [summarise_attribution(settings, model, corpus, part, 4) for part in shards(table)]
    for merged in (parts[0].merge(parts[1]), parts[1].merge(parts[0])):
        assert (merged.moments.count == whole.moments.count).all()
        assert np.allclose(merged.moments.sum, whole.moments.sum, atol=2e-4)
        assert np.allclose(merged.moments.maximum, whole.moments.maximum, atol=2e-4)
        assert np.allclose(merged.signed, whole.signed, atol=2e-4)


@pytest.mark.parametrize("kind", ["random", "occlusion"])
def test_how_many_documents_are_done_at_a_time_changes_nothing(models, monkeypatch, kind):
    model, corpus, table = models("masked"), Corpus("c", TEXTS), table_over(TEXTS)
    whole = summarise_attribution({"kind": kind}, model, corpus, table, 4)
    monkeypatch.setattr("causattn.attribution.summarise._CHUNK", 2)
    parts = summarise_attribution({"kind": kind}, model, corpus, table, 4)
    assert (parts.moments.count == whole.moments.count).all()
    assert np.allclose(parts.moments.sum_of_squares, whole.moments.sum_of_squares, atol=2e-4)
    assert np.allclose(parts.signed, whole.signed, atol=2e-4)
    assert parts.documents == whole.documents == len(TEXTS)


def shards(table: FeatureTable) -> list[FeatureTable]:
    """The table with the carriers of some documents alone: the others count for nothing."""
    found = []
    for rows in ([0, 1], [2, 3, 4]):
        keep = np.isin(table.carriers.document, rows)
        carriers = Mentions(
            *(getattr(table.carriers, n)[keep] for n in ("document", "variable", "start", "end"))
        )
        found.append(replace(table, carriers=carriers))
    return found


def test_shares_of_a_prediction_add_up_to_one(models):
    """A document at a time: the same contributions, divided by the sum of their absolute values."""
    model = models("masked")
    for text in TEXTS:
        words = [word for word in WORDS if word in text]
        corpus, table = Corpus("c", [text] * 2), table_over([text] * 2, words)
        share, output = (
            summarise_attribution({"kind": "occlusion", "unit": unit}, model, corpus, table, 0)
            for unit in ("share", "output")
        )
        each, own = share.moments.mean()[0, 0], output.moments.mean()[0, 0]
        assert np.allclose(each.sum(1), 1)
        assert np.allclose(each, own / own.sum(1, keepdims=True))
        assert np.allclose(share.signed_mean(), output.signed_mean() / own.sum(1, keepdims=True))


def test_documents_that_read_alike_are_explained_once(models):
    model, corpus, table = models("masked"), Corpus("c", TEXTS), table_over(TEXTS)
    once = summarise_attribution({"kind": "occlusion"}, model, corpus, table, 0)
    each = summarise_attribution({"kind": "random"}, model, corpus, table, 0)
    assert each.about["sequences"] == once.about["sequences"] + 2  # "great food" has two features
    assert (each.moments.count == once.moments.count).all()


def test_a_classifiers_output_is_explained_by_every_feature(models):
    model, corpus = models("classifier"), Corpus("c", TEXTS)
    table = table_over(TEXTS, outcome=True)
    settings = {"kind": "occlusion", "unit": "output"}
    summary = summarise_attribution(settings, model, corpus, table, 0)
    assert summary.query == "label"
    assert summary.moments.count[:-1].sum() == 0
    expected = np.zeros(len(WORDS))
    for document, found in enumerate(explain(model, TEXTS, {"kind": "occlusion"})):
        own = table.carriers.document == document
        for feature in range(len(WORDS)):
            inside = sum(
                (found.offsets[:, 0] < table.carriers.end[row])
                & (found.offsets[:, 1] > table.carriers.start[row])
                for row in np.flatnonzero(own & (table.carriers.variable == feature))
            )
            expected[feature] += found.score[np.asarray(inside, dtype=int) > 0].sum()
    assert np.allclose(summary.signed[-1, :-1], expected, atol=1e-4)
    assert summary.signed[-1, -1] == 0


def test_what_hid_a_variable_in_training_stands_in_for_it():
    corpus = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 900}, 0)
    model = load_model({"kind": "tiny_mlm", "steps": 1}, corpus, 0)
    table = build_features({"kind": "slots"}, corpus, model, 0)
    hiding = feature_hiding(model, corpus, table)
    tokens = model.tokenizer.convert_ids_to_tokens(hiding.tolist())
    assert tokens == [f"{name}=?" for name in table.names]


def test_errors_shrink_with_documents(models):
    model = models("masked")
    few, many = (
        summarise_attribution(
            {"kind": "random"}, model, Corpus("c", TEXTS * times), table_over(TEXTS * times), 0
        )
        for times in (4, 64)
    )
    off = ~np.eye(5, dtype=bool) & (few.moments.count > 4)
    ratio = few.signed_standard_error()[off] / many.signed_standard_error()[off]
    assert 3 < np.median(ratio) < 5.5
    assert np.abs(many.signed_mean()[off] / many.signed_standard_error()[off]).max() < 5


def test_documents_are_drawn_by_the_seed(models):
    model, corpus, table = models("masked"), Corpus("c", TEXTS * 4), table_over(TEXTS * 4)
    settings = {"kind": "occlusion", "documents": 12}
    one, same, other = (
        summarise_attribution(settings, model, corpus, table, seed) for seed in (0, 0, 1)
    )
    assert one.documents == 12
    assert (one.signed == same.signed).all()
    assert (one.signed != other.signed).any()


def test_a_feature_without_tokens_is_said(models):
    table = table_over([*TEXTS, "noise"], (*WORDS, "noise"))
    corpus = Corpus("c", [*TEXTS, "noise"])
    summarise_attribution({"kind": "random"}, models("masked"), corpus, table, 0)
    with pytest.raises(DataError, match="noise"):
        summarise_attribution(
            {"kind": "random"}, models("masked"), Corpus("c", ["noise"] * 2 + TEXTS), unseen(), 0
        )


def unseen() -> FeatureTable:
    """`noise` stands alone in its documents, so that nothing explains it."""
    return table_over(
        ["noise"] * 2 + [t.replace("noise", "xxxxx") for t in TEXTS], (*WORDS, "noise")
    )


@pytest.mark.parametrize(
    ("name", "query"), [("causal", "masked"), ("masked", "label"), ("classifier", "masked")]
)
def test_what_a_model_does_not_predict_is_a_sentence(models, name, query):
    with pytest.raises(ConfigError, match=f"attribution.query={query} cannot be asked of {name}"):
        summarise_attribution(
            {"kind": "occlusion", "query": query},
            models(name),
            Corpus("c", TEXTS),
            table_over(TEXTS),
            0,
        )


def test_a_label_among_the_features_of_a_model_of_words(models):
    with pytest.raises(ConfigError, match=r"Feature label is .* set features\.outcome=false"):
        summarise_attribution(
            {"kind": "occlusion"},
            models("masked"),
            Corpus("c", TEXTS),
            table_over(TEXTS, outcome=True),
            0,
        )


def test_a_quantised_model_has_no_gradient(models):
    model = models("masked")
    model.network.is_quantized = True
    try:
        with pytest.raises(ModelError, match="quantised"):
            summarise_attribution(
                {"kind": "saliency"}, model, Corpus("c", TEXTS), table_over(TEXTS), 0
            )
    finally:
        del model.network.is_quantized


def test_types(models):
    found = summarise_attribution(
        {"kind": "random"}, models("masked"), Corpus("c", TEXTS), table_over(TEXTS), 0
    )
    assert isinstance(found, AttributionSummary)
    assert found.as_attention().measures["mean"].sum.shape == (1, 1, 5, 5)
