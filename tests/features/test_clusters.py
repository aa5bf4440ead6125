"""Clusters of words: planted ones are found again, by vectors and by what stands around."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score
from transformers import BertConfig, BertModel

from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus, find_words, load_corpus
from causattn.features import FeatureKind, build_features, transfer_features
from causattn.features.clusters import word_clusters, word_vectors
from causattn.models import LanguageModel, load_model, word_tokenizer

GROUPS = {
    "cost": ("cheap", "costly", "dear", "price"),
    "sound": ("loud", "quiet", "noisy", "music"),
    "taste": ("bland", "salty", "sweet", "flavor"),
}
OF = {word: group for group, words in GROUPS.items() for word in words}


def _texts(count=300, seed=0):
    """Documents of one word of some groups, each in surroundings of its own group."""
    rng = np.random.default_rng(seed)
    around = {"cost": "we paid {} money", "sound": "ears heard {} noise", "taste": "it ate {} food"}
    texts = []
    for _ in range(count):
        said = [
            around[group].format(rng.choice(words))
            for group, words in GROUPS.items()
            if rng.random() < 0.6
        ]
        rng.shuffle(said)
        texts.append(" . ".join(said) or "nothing")
    return texts


@pytest.fixture(scope="module")
def corpus():
    texts = _texts()
    stars = np.random.default_rng(1).integers(0, 2, len(texts)).astype(float)
    return Corpus(
        name="made", texts=texts, outcome=stars, outcome_name="stars", outcome_classes=("1", "2")
    )


@pytest.fixture(scope="module")
def planted(corpus):
    """A network whose words of a group lie together, whatever their surroundings."""
    return _planted(corpus)


def _planted(corpus):
    tokenizer = word_tokenizer(corpus, 64)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    network = BertModel(config).eval()
    rng = np.random.default_rng(2)
    centres = {group: rng.normal(size=32) for group in GROUPS}
    with torch.no_grad():
        for word, token in tokenizer.get_vocab().items():
            near = centres.get(OF.get(word, ""), rng.normal(size=32))
            vector = near + 0.2 * rng.normal(size=32)
            network.embeddings.word_embeddings.weight[token] = torch.tensor(vector)
    return LanguageModel("planted", network, tokenizer, "encoder")


AROUND = ["we", "paid", "money", "ears", "heard", "noise", "it", "ate", "food", "nothing"]


def _build(corpus, model, **settings):
    asked = {"kind": "clusters", "clusters": 3, "exclude": AROUND, **settings}
    return build_features(asked, corpus, model, 0)


def test_planted_clusters_are_found(corpus, planted):
    table = _build(corpus, planted)
    assert {frozenset(words) for words in table.about["lexicon"].values()} == {
        frozenset(words) for words in GROUPS.values()
    }
    assert table.kinds == (*(FeatureKind.PRESENCE,) * 3, FeatureKind.OUTPUT)
    for column, (name, words) in enumerate(table.about["lexicon"].items()):
        assert name == "_".join(words[:3])
        spoken = [any(word in text for word in words) for text in corpus.texts]
        assert table.values[:, column].tolist() == spoken
    carriers = table.carriers
    own = carriers.variable < 3
    said = [
        corpus.texts[document][start:end]
        for document, start, end in zip(
            carriers.document[own], carriers.start[own], carriers.end[own], strict=True
        )
    ]
    for word, feature in zip(said, carriers.variable[own], strict=True):
        assert word in table.about["lexicon"][table.names[feature]]
    assert len(said) == sum(text.count(word) for text in corpus.texts for word in OF)


def test_words_of_like_surroundings_are_alike_to_a_trained_model(corpus):
    settings = {"kind": "tiny_mlm", "steps": 300, "width": 32, "heads": 2, "layers": 2}
    table = _build(corpus, load_model(settings, corpus, 0))
    found = {word: name for name, own in table.about["lexicon"].items() for word in own}
    true = [OF[word] for word in sorted(OF)]
    assert adjusted_rand_score(true, [found[word] for word in sorted(OF)]) == 1.0
    # The same without the sentences around: that is where a model that knows no word has it from.
    rng = np.random.default_rng(3)
    bare = [" ".join(rng.choice(list(OF), 3, replace=False)) for _ in range(300)]
    alone = Corpus(name="alone", texts=bare)
    untold = _build(alone, load_model(settings, alone, 0))
    found = {word: name for name, own in untold.about["lexicon"].items() for word in own}
    assert adjusted_rand_score(true, [found[word] for word in sorted(OF)]) < 0.6


def test_vectors_are_the_mean_of_the_last_states(corpus, planted):
    texts = ["we paid cheap money . ears heard loud noise", "it ate sweet food", "we paid cheap"]
    found = find_words(texts)
    words = [[found.vocabulary.index("cheap")], [found.vocabulary.index("sweet")]]
    vectors, seen = word_vectors(texts, found, words, planted, np.array([0, 2]))
    assert seen.tolist() == [True, False]  # the document with sweet is not read
    states = []
    for text in (texts[0], texts[2]):
        encoded = planted.tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
        at = [low for low, _ in encoded.pop("offset_mapping")[0].tolist()].index(8)
        with torch.inference_mode():
            states.append(planted.network(**encoded).last_hidden_state[0, at].numpy())
    np.testing.assert_allclose(vectors[0], np.mean(states, axis=0), atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_clusters_are_scipy_s(seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(40, 6)) + 3.0
    found = word_clusters(vectors, 7)
    points = vectors - vectors.mean(axis=0)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    labels = fcluster(linkage(points, "ward"), 7, "maxclust")
    together = {(a, b) for own in found for a, b in combinations(sorted(own), 2)}
    assert together == {(a, b) for a, b in combinations(range(40), 2) if labels[a] == labels[b]}
    for own in found:
        to_centre = points[own] @ points[own].mean(axis=0)
        assert (np.diff(to_centre) <= 1e-8).all()
    assert [len(own) for own in found] == sorted(map(len, found), reverse=True)


def test_found_again_in_another_corpus(corpus, planted):
    table = _build(corpus, planted)
    other = replace(corpus, texts=_texts(seed=5))
    moved = transfer_features(table, other)
    assert moved.names == table.names
    for column, words in enumerate(table.about["lexicon"].values()):
        spoken = [any(word in text for word in words) for text in other.texts]
        assert moved.values[:, column].tolist() == spoken


def test_fewer_documents_are_read_and_all_are_searched(corpus, planted):
    table = _build(corpus, planted, read=100)
    assert table.about["documents_read"] == 100
    assert len(table.documents) == len(corpus)
    assert {frozenset(words) for words in table.about["lexicon"].values()} == {
        frozenset(words) for words in GROUPS.values()
    }


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"clusters": 13}, DataError, r"has 12 content words for features\.clusters=13"),
        ({"clusters": 1}, ConfigError, r"features\.clusters"),
        ({"min_share": 0.5, "max_share": 0.1}, ConfigError, "are no band"),
    ],
)
def test_what_cannot_be_is_said(corpus, planted, settings, error, said):
    with pytest.raises(error, match=said):
        _build(corpus, planted, **settings)


def test_a_model_is_needed(corpus):
    with pytest.raises(ConfigError, match="features=clusters needs a model"):
        _build(corpus, None)


def test_chinese_words_are_whole():
    corpus = load_corpus({"kind": "scm", "documents": 200, "language": "chinese"}, 0)
    model = load_model({"kind": "tiny_mlm", "steps": 1, "tokenizer": "pieces"}, corpus, 0)
    table = _build(corpus, model, clusters=6, exclude=[])
    words = [word for own in table.about["lexicon"].values() for word in own]
    assert "服务" in words
    assert "务员" not in words  # a part of 服务员


def test_a_cluster_is_left_out_by_name(corpus, planted):
    table = _build(corpus, planted)
    less = _build(corpus, planted, exclude=[*AROUND, table.names[1]])
    assert less.names == (table.names[0], *table.names[2:])
    named = _build(corpus, planted, named_by=1)
    assert named.names[:3] == tuple(name.split("_")[0] for name in table.names[:3])
