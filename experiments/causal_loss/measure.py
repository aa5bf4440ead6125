"""One training and what is measured on the model that comes out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from causattn.attention import (
    AttentionSummary,
    KnockOut,
    editable_attention,
    summarise_attention,
)
from causattn.corpora import Corpus, Mentions, load_corpus, rewrite
from causattn.discovery import discover
from causattn.effects import Contrast, ModelInterventions
from causattn.features import FeatureTable, build_features
from causattn.models import (
    CausalSettings,
    LanguageModel,
    carrier_tokens,
    causal_term,
    encode_texts,
    load_model,
    predict_labels,
    take,
    write_model,
)
from causattn.reproduction import Context

Row = dict[str, Any]

PLAIN = "none"
TERMS: dict[str, Row] = {
    PLAIN: {"causal_weight": 0.0},
    "graph": {"causal_kind": "graph"},
    "interventions": {"causal_kind": "interventions"},
    "graph, each head": {"causal_kind": "graph", "causal_attention": "each"},
    "graph, rollout": {"causal_kind": "graph", "causal_attention": "rollout"},
    "graph, shuffled": {"causal_kind": "graph", "causal_graph": "shuffled"},
    "output": {"causal_kind": "output"},
    "graph, longer": {"causal_kind": "graph"},
    "graph, discovered": {"causal_kind": "graph"},
    "graph, afterwards": {"causal_kind": "graph"},
    "interventions, afterwards": {"causal_kind": "interventions"},
}
"""What is added to the loss, by the name that the tables give it."""

AFTERWARDS = ", afterwards"
"""Trained plainly first, then for as long again with the term: the shortcut is learned already."""

LONGER, TIMES = ", longer", 3
"""Trained for so many times the epochs."""

DISCOVERED = "graph, discovered"
"""The graph is PC's, from the very documents that are trained on, not the true one."""

DISCOVERY = {"kind": "pc", "test": "g_square", "alpha": 0.01}

MODEL = {
    "kind": "causal_classifier",
    "causal_attention": "mean",
    "causal_copies": 1,
    "layers": 2,
    "heads": 4,
    "width": 32,
    "feed_forward": 64,
    "batch": 32,
    "threads": 1,
}
TEST_SEED = 1000
"""Added to a seed for the documents that models are tried on, none of which is trained on."""

STRENGTHS = {
    "consequence": {"in": 0.95, "chance": 0.5, "reversed": 0.05},
    "common_cause": {"in": 0.85, "chance": 0.5, "reversed": 0.15},
}
"""How often the shortcut agrees with the label where a model is trained (in) and tried, by
mechanism. Through a common cause it cannot agree as often without being that cause's double."""

FIRST = (0.0, 1.0, 0.1, 100.0, 10.0, 0.01, 1000.0)
"""The weights by which a run that is cut short says most."""

OBSERVED = {"kind": "streamed", "query": "observed", "measures": ["raw", "mean", "rollout"]}


def jobs(settings: Any) -> Iterator[Row]:
    """Yield every training; all terms at one weight before the next."""
    own = {key: value for key, value in vars(settings).items() if key not in ("grid", "seeds")}
    weights = dict.fromkeys(weight for each in settings.grid.values() for weight in each)
    for weight in sorted(weights, key=FIRST.index):
        for term, there in settings.grid.items():
            for seed in range(settings.seeds) if weight in there else ():
                yield {"term": term, "weight": weight, "seed": seed, **own}


def measure(job: Row, context: Context) -> Row:
    """Train one model and return its figures.

    Parameters
    ----------
    job
        ``term``, a key of `TERMS`; the ``weight`` that it is multiplied by; the ``seed`` of
        documents, weights and draws; ``documents``, ``epochs`` and ``learning_rate`` of the
        training; ``test_documents``; and ``mechanism`` and ``label_noise`` of the corpus.
    context
        Not used: nothing is kept.
    """
    torch.set_num_threads(1)
    term, weight, seed = job["term"], job["weight"], job["seed"]
    strengths = STRENGTHS[job["mechanism"]]
    drawn = {
        "kind": "shortcut",
        "strength": strengths["in"],
        "mechanism": job["mechanism"],
        "label_noise": job["label_noise"],
    }
    corpus = load_corpus({**drawn, "documents": job["documents"]}, seed)
    wanted = {
        **MODEL,
        "epochs": job["epochs"] * (TIMES if term.endswith(LONGER) else 1),
        "learning_rate": job["learning_rate"],
        "causal_weight": weight,
        **TERMS[term],
    }
    graph = None
    start = time.process_time()
    with TemporaryDirectory() as name:
        folder = Path(name)
        if term.endswith(AFTERWARDS):
            write_model(
                load_model({**wanted, "causal_weight": 0.0}, corpus, seed), folder / "model"
            )
            wanted |= {"path": str(folder / "model")}
        if term == DISCOVERED:
            graph = discover(
                DISCOVERY, build_features({"kind": "slots"}, corpus, None, seed), None, seed
            )
            graph.write(folder / "graph.json")
            wanted |= {"causal_graph": str(folder / "graph.json")}
        model = load_model(wanted, corpus, seed)
    edges = [" ".join((a, symbol, b)) for a, b, symbol in graph.edges()] if graph else None
    seconds = time.process_time() - start
    tests = {
        name: load_corpus(
            {**drawn, "strength": strength, "documents": job["test_documents"]},
            seed + TEST_SEED,
        )
        for name, strength in strengths.items()
    }
    held = tests["in"]
    table = build_features({"kind": "slots"}, held, model, seed)
    return {
        **{f"accuracy_{name}": accuracy(model, test) for name, test in tests.items()},
        **attention_figures(summarise_attention(OBSERVED, model, held, table, seed)),
        **effect_figures(model, held, table, seed),
        **cut_figures(model, held),
        "term_graph": causal_term(CausalSettings(causal_attention="mean"), model, held, seed),
        "term_interventions": causal_term(
            CausalSettings(causal_kind="interventions", causal_attention="mean"), model, held, seed
        ),
        "term_train": model.about.get("causal_term_train"),
        "discovered": edges,
        "loss_train": model.about["loss_train"],
        "cpu_seconds": round(seconds, 1),
    }


def accuracy(model: LanguageModel, corpus: Corpus) -> float:
    """Return the share of documents whose label is predicted."""
    said = predict_labels(model, encode_texts(model, corpus.texts))
    assert corpus.outcome is not None
    return float((said.argmax(1) == corpus.outcome).mean())


def attention_figures(summary: AttentionSummary) -> Row:
    """Return what the pooled position pays to cause and shortcut, and the sharpest head's."""
    label = summary.names.index("label")
    found: Row = {}
    for name in ("cause", "shortcut"):
        word = summary.names.index(name)
        found[f"attention_{name}"] = float(summary.measures["mean"].mean()[0, 0, label, word])
        found[f"rollout_{name}"] = float(summary.measures["rollout"].mean()[0, 0, label, word])
        found[f"sharpest_{name}"] = float(summary.measures["raw"].mean()[:, :, label, word].max())
    return found


def effect_figures(model: LanguageModel, corpus: Corpus, table: FeatureTable, seed: int) -> Row:
    """Return the change in P(satisfied) when a word is replaced by its other value."""
    tried = ModelInterventions(model, corpus, table, documents=len(corpus), seed=seed)
    found: Row = {}
    for name in ("cause", "shortcut"):
        low, high = corpus.categories[corpus.variables.index(name)] or ("", "")
        effect = tried.effect(
            table.names.index(name),
            table.names.index("label"),
            Contrast(low, high, "satisfied"),
        )
        assert not isinstance(effect, str), effect
        found[f"effect_{name}"] = float(effect.estimate)
    return {key: value if np.isfinite(value) else None for key, value in found.items()}


def cut_figures(model: LanguageModel, corpus: Corpus) -> Row:
    """Return the shortcut's effect where its word can be read only directly, or only by detours.

    Cut before the softmax, in all layers: what the pooled position pays to the shortcut's word, or
    what all other words pay to it (but for that word itself).
    """
    column = corpus.variables.index("shortcut")
    codes = np.full((2, len(corpus), len(corpus.variables)), np.nan)
    codes[0, :, column], codes[1, :, column] = 0, 1
    read = [rewrite(corpus, said) for said in codes]
    encoding = encode_texts(model, [text for part in read for text in part.texts])
    batch = take(encoding, np.arange(len(encoding)))
    word = torch.zeros(batch.input_ids.shape, dtype=torch.bool)
    for half, part in enumerate(read):
        here = part.mentions.variable == column
        mentions = Mentions(
            part.mentions.document[here] + half * len(corpus),
            part.mentions.variable[here],
            part.mentions.start[here],
            part.mentions.end[here],
        )
        carriers = carrier_tokens(encoding, mentions)
        word[carriers.document, carriers.position] = True
    pooled = torch.zeros_like(word)
    pooled[np.arange(len(encoding)), encoding.pooled] = True
    cuts = {
        "effect_by_detours": pooled[:, :, None] & word[:, None, :],
        "effect_directly": ~(pooled | word)[:, :, None] & word[:, None, :],
    }
    found: Row = {}
    with torch.inference_mode(), editable_attention(model.network, batch.inputs) as capture:
        for name, edges in cuts.items():
            logits = capture.edited(batch.inputs, KnockOut("renormalise", edges=edges)).logits
            said = logits.softmax(-1)[:, 1].reshape(2, -1)
            found[name] = float((said[1] - said[0]).mean())
    return found
