"""Streamed sums against a naive loop over documents, features and tokens."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from causattn.attention import summarise_attention
from causattn.base import ConfigError, DataError, ModelError
from causattn.corpora import Corpus


def naive(model, texts, features, find, run, hidden=None):
    """Sum over documents in the order of the definition, one pair of features at a time."""
    size = features.size
    raw, mean, rollout = {}, {}, {}
    for text, of in zip(texts, find(model, texts, features), strict=True):
        ids = model.tokenizer(text)["input_ids"]
        asked = [None] if hidden is None else sorted(of)
        for feature in asked:
            covered = list(ids)
            if feature is not None and hidden[feature] >= 0:
                for position in of[feature]:
                    covered[position] = hidden[feature]
            layers = run(model, covered)
            product = torch.eye(len(ids)).double()
            for layer in layers:
                product = (layer.mean(0) + torch.eye(len(ids))) / 2 @ product
            for i in of if feature is None else [feature]:
                for j in of:
                    pick = np.ix_(of[i], of[j])
                    blocks = [[float(h[pick].sum(1).mean()) for h in layer] for layer in layers]
                    raw.setdefault((i, j), []).append(blocks)
                    heads = [head for layer in blocks for head in layer]
                    mean.setdefault((i, j), []).append([[sum(heads) / len(heads)]])
                    rollout.setdefault((i, j), []).append([[float(product[pick].sum(1).mean())]])
    found = {"raw": raw, "mean": mean, "rollout": rollout}
    return {name: moments(observed, size) for name, observed in found.items()}


def moments(observed, size):
    shape = np.shape(next(iter(observed.values())))[1:]
    count = np.zeros((size, size), dtype=int)
    total, squares, top = (np.zeros((*shape, size, size)) for _ in range(3))
    for (i, j), values in observed.items():
        values = np.array(values)
        count[i, j] = len(values)
        total[..., i, j] = values.sum(0)
        squares[..., i, j] = (values**2).sum(0)
        top[..., i, j] = values.max(0)
    return count, total, squares, top


def with_mask_texts(corpus: Corpus, variables: tuple[str, ...], text: str) -> Corpus:
    return Corpus(
        "odd",
        corpus.texts,
        variables=variables,
        values=np.zeros((len(corpus), len(variables))),
        categories=(None,) * len(variables),
        mask_texts=(text,) * len(variables),
    )


def assert_same(summary, expected):
    for name, (count, total, squares, top) in expected.items():
        found = summary.measures[name]
        np.testing.assert_array_equal(found.count, count)
        np.testing.assert_allclose(found.sum, total, atol=2e-5)
        np.testing.assert_allclose(found.sum_of_squares, squares, atol=2e-5)
        np.testing.assert_allclose(found.maximum, top, atol=1e-5)


@pytest.mark.parametrize("tokens", [1, 40, 4000])
@pytest.mark.parametrize("family", ["bert", "gpt2", "deberta_v2", "xlnet", "qwen2"])
def test_observed(family, tokens, language_model, corpus, features, naive_tokens, eager_weights):
    model = language_model(family)
    settings = {"kind": "streamed", "query": "observed", "batch_tokens": tokens}
    summary = summarise_attention(settings, model, corpus, features, 0)
    expected = naive(model, corpus.texts, features, naive_tokens, eager_weights)
    assert_same(summary, expected)
    assert summary.documents == len(corpus.texts)
    assert summary.about["sequences"] == len(corpus.texts) - 1  # two documents read alike


@pytest.mark.parametrize("tokens", [1, 40, 4000])
def test_masked(tokens, language_model, corpus, features, naive_tokens, eager_weights):
    model = language_model("bert", task="masked")
    settings = {"query": "masked", "batch_tokens": tokens}
    summary = summarise_attention(settings, model, corpus, features, 0)
    mask = model.tokenizer.mask_token_id
    hidden = [mask] * 5 + [-1]  # the sixth attends from the pooled position, and hides nothing
    expected = naive(model, corpus.texts, features, naive_tokens, eager_weights, hidden)
    assert_same(summary, expected)
    assert summary.query == "masked"
    summary = summarise_attention({**settings, "measures": ["raw"]}, model, corpus, features, 0)
    assert_same(summary, {"raw": expected["raw"]})


def test_the_mean_is_taken_document_by_document(language_model, corpus, features):
    model = language_model("bert")
    summary = summarise_attention({}, model, corpus, features, 0)
    raw, mean = summary.measures["raw"], summary.measures["mean"]
    # Weights are float32: averaged over heads before the sum, they are rounded once more.
    np.testing.assert_allclose(mean.mean()[0, 0], raw.mean().mean((0, 1)), rtol=1e-6)
    seen = np.nan_to_num(mean.standard_error()[0, 0])
    # Heads of one document are neither independent nor the same.
    assert (seen <= np.nan_to_num(raw.standard_error()).mean((0, 1)) + 1e-7).all()


def test_chosen_layers_and_heads_are_those_of_the_whole(language_model, corpus, features):
    model = language_model("bert")
    whole = summarise_attention({}, model, corpus, features, 0)
    some = summarise_attention({"layers": [1], "heads": [3, 0]}, model, corpus, features, 0)
    np.testing.assert_allclose(
        some.measures["raw"].sum[0], whole.measures["raw"].sum[1][[0, 3]], atol=1e-6
    )
    np.testing.assert_allclose(
        some.measures["rollout"].sum, whole.measures["rollout"].sum, atol=1e-6
    )
    first = summarise_attention({"layers": [0]}, model, corpus, features, 0)
    np.testing.assert_allclose(
        first.measures["raw"].sum[0], whole.measures["raw"].sum[0], atol=1e-6
    )
    assert first.about["layers"] == [0]
    assert some.about["heads"] == [0, 3]


@pytest.mark.parametrize("last", [0, 1, 2])
@pytest.mark.parametrize("query", ["observed", "masked"])
def test_rollout_ends_at_the_last_chosen_layer(
    query, last, language_model, corpus, features, naive_tokens, eager_weights
):
    """The product starts at the first layer, chosen or not; layers above the last one are left."""
    model = language_model("bert", task="masked", num_hidden_layers=3)
    settings = {"query": query, "layers": [last], "measures": ["raw", "mean", "rollout"]}
    summary = summarise_attention(settings, model, corpus, features, 0)
    mask = model.tokenizer.mask_token_id
    hidden = [mask] * 5 + [-1] if query == "masked" else None
    up_to = naive(
        model,
        corpus.texts,
        features,
        naive_tokens,
        lambda *asked: eager_weights(*asked)[: last + 1],
        hidden,
    )
    alone = naive(
        model,
        corpus.texts,
        features,
        naive_tokens,
        lambda *asked: eager_weights(*asked)[last : last + 1],
        hidden,
    )
    assert_same(summary, {**alone, "rollout": up_to["rollout"]})
    several = {**settings, "layers": sorted({0, last})}
    between = summarise_attention(several, model, corpus, features, 0)
    assert_same(between, {"rollout": up_to["rollout"]})


def test_shards_merge_to_the_whole(language_model, corpus, features, table):
    model = language_model("bert")
    whole = summarise_attention({}, model, corpus, features, 0)
    rows = features.carriers

    def shard(documents):
        keep = np.isin(rows.document, documents)
        part = np.stack([rows.document, rows.variable, rows.start, rows.end], axis=1)[keep]
        found = table(part, len(corpus.texts), features.size)
        # Documents of the other shard carry nothing here, so that they add nothing.
        return summarise_attention({}, model, corpus, found, 0)

    halves = [shard(np.arange(0, 8, 2)), shard(np.arange(1, 8, 2))]
    for merged in (halves[0].merge(halves[1]), halves[1].merge(halves[0])):
        for name, moments in whole.measures.items():
            np.testing.assert_array_equal(merged.measures[name].count, moments.count)
            np.testing.assert_allclose(merged.measures[name].sum, moments.sum, atol=1e-6)


def test_stacks_of_an_encoder_decoder(language_model, corpus, features, naive_tokens):
    """Decoder queries stand one position later, behind the start token."""
    model = language_model("bart", decoder_start_token_id=2)
    places = naive_tokens(model, corpus.texts, features)
    config = model.network.config
    reference = type(model.network)._from_config(config, attn_implementation="eager").eval()
    reference.load_state_dict(model.network.state_dict())
    for stack, field, late in (
        ("encoder", "encoder_attentions", (0, 0)),
        ("decoder", "decoder_attentions", (1, 1)),
        ("cross", "cross_attentions", (1, 0)),
    ):
        summary = summarise_attention({"stack": stack}, model, corpus, features, 0)
        assert summary.about["stack"] == stack
        expected = np.zeros((2, 4, 6, 6))
        for text, of in zip(corpus.texts, places, strict=True):
            ids = torch.tensor([model.tokenizer(text)["input_ids"]])
            shifted = torch.cat([torch.tensor([[2]]), ids[:, :-1]], dim=1)
            with torch.no_grad():
                output = reference(input_ids=ids, decoder_input_ids=shifted, output_attentions=True)
            for layer, weights in enumerate(getattr(output, field)):
                for i in of:
                    for j in of:
                        pick = np.ix_(np.array(of[i]) + late[0], np.array(of[j]) + late[1])
                        block = [float(head[pick].sum(1).mean()) for head in weights[0]]
                        expected[layer, :, i, j] += block
        np.testing.assert_allclose(summary.measures["raw"].sum, expected, atol=2e-5)


def test_a_chosen_number_of_documents_is_drawn_by_the_seed(language_model, corpus, features):
    model = language_model("bert")
    sums = []
    for seed in (1, 1, 2, 3, 4):
        summary = summarise_attention({"documents": 7}, model, corpus, features, seed)
        assert summary.documents == 7
        sums.append(summary.measures["raw"].sum)
    np.testing.assert_array_equal(sums[0], sums[1])
    assert any(not np.array_equal(sums[0], other) for other in sums[2:])


def test_mask_texts_hide_their_variables(
    tokenizer, language_model, corpus, features, naive_tokens, eager_weights
):
    model = language_model("bert", task="masked")
    word = next(w for w in ("b", "o", "a") if len(tokenizer.tokenize(w)) == 1)
    corpus = with_mask_texts(corpus, features.names[:2], word)
    summary = summarise_attention({"query": "masked"}, model, corpus, features, 0)
    own = tokenizer.convert_tokens_to_ids(word)
    hidden = [own] * 2 + [tokenizer.mask_token_id] * 3 + [-1]
    assert_same(summary, naive(model, corpus.texts, features, naive_tokens, eager_weights, hidden))


@pytest.mark.parametrize(
    ("settings", "task", "sentence"),
    [
        ({"query": "masked"}, "causal", "needs a masked language model"),
        ({"querry": "masked"}, "masked", "did you mean query"),
        ({"layers": [2]}, "masked", "layers 0 to 1"),
        ({"heads": [-1]}, "masked", "heads 0 to 3"),
        ({"heads": []}, "masked", "leaves nothing"),
        ({"measures": []}, "masked", "one measure or more"),
        ({"measures": ["rolout"]}, "masked", "did you mean rollout"),
        ({"documents": 0}, "masked", "above 0"),
        ({"stack": "decoder"}, "masked", "no encoder-decoder"),
        ({"memory_gb": 1e-9}, "masked", "attention.memory_gb"),
        ({"kind": "kept"}, "masked", "attention.kind='kept'"),
    ],
)
def test_settings_that_make_no_sense(settings, task, sentence, language_model, corpus, features):
    with pytest.raises(ConfigError, match=sentence):
        summarise_attention(settings, language_model("bert", task=task), corpus, features, 0)


def test_a_feature_that_never_occurs(language_model, corpus, features, table):
    rows = features.carriers
    keep = rows.variable != 2
    part = np.stack([rows.document, rows.variable, rows.start, rows.end], axis=1)[keep]
    with pytest.raises(DataError, match=r"1 of 6 features \(f2\) are carried by no token"):
        summarise_attention(
            {}, language_model("bert"), corpus, table(part, len(corpus.texts), 6), 0
        )


def test_a_mask_text_of_several_tokens_gives_way_to_the_mask_token(
    language_model, corpus, features
):
    model = language_model("bert", task="masked")
    several = with_mask_texts(corpus, ("f0",), "the food")
    assert_equal_sums(
        summarise_attention({"query": "masked"}, model, several, features, 0),
        summarise_attention({"query": "masked"}, model, corpus, features, 0),
    )


def test_nothing_to_hide_with(language_model, corpus, features):
    model = language_model("bert", task="masked")
    bare = copy.deepcopy(model.tokenizer)
    bare.mask_token = None
    with pytest.raises(ModelError, match="no mask token"):
        summarise_attention(
            {"query": "masked"}, replace(model, tokenizer=bare), corpus, features, 0
        )


def assert_equal_sums(one, other):
    for name, moments in one.measures.items():
        np.testing.assert_array_equal(moments.sum, other.measures[name].sum)
