"""Our own question: does leave-one-out agree better with attention, with the graph, or with both?

Every order of a held-out sentence's words is held against leave-one-out by Kendall's tau-b, 0 where
all words are tied (an order that says nothing agrees with nothing), and by how often its first word
is leave-one-out's. Each is compared with attention on the same sentences.

=========================== ======================================================================
by                          a word's value
=========================== ======================================================================
attention                   the network's, in this sentence
graph into the label        size of the word's coefficient on the label, where an edge joins them
graph into the output       the same with the network's log odds in the label's place
attention at edges          attention where an edge joins the word to the label, else 0
ranks of both               mean of the ranks by attention and by the graph into the label
ranks of both, output       mean of the ranks by attention and by the graph into the output
gradient                    gradient times embedding
mean attention of the word  over the training sentences: what attention says without this sentence
mutual information          of word and label, for the same words: a screen without discovery
graph, all pairs            the graph into the label found without candidates
graph, shuffled             the graph's coefficients dealt again to the same words of the table
=========================== ======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from causattn.candidates import mutual_information_screen
from causattn.features import FeatureTable

from .agreement import agreement, bootstrap_interval, top_hit
from .graph import (
    OUTCOME,
    GraphSettings,
    attention_candidates,
    by_word,
    edge_weights,
    graph_into_outcome,
    relative_attention,
    word_table,
)
from .importance import Importance
from .sentences import Sentences
from .training import Trained, log_odds


@dataclass(frozen=True)
class Ground:
    """What the training sentences say without any network.

    Parameters
    ----------
    sentences
        The training sentences.
    table
        Presence of words, and the label.
    settings
        Of the graph.
    all_pairs
        Weights by the graph over all pairs.
    information
        Of each word with the label, in nats.
    """

    sentences: Sentences
    table: FeatureTable
    settings: GraphSettings
    all_pairs: dict[str, float]
    information: dict[str, float]


def ground(sentences: Sentences, settings: GraphSettings) -> Ground:
    """Return what training sentences say without any network."""
    table = word_table(sentences, settings.words)
    label = sentences.labels.astype(float)
    graph = graph_into_outcome(table, label, None, settings)
    information = mutual_information_screen(table)[:, table.names.index(OUTCOME)].tolist()
    screen = {
        name: value for name, value in zip(table.names, information, strict=True) if name != OUTCOME
    }
    return Ground(sentences, table, settings, edge_weights(table, graph, label), screen)


def orders(
    trained: Trained,
    known: Ground,
    held_out: Sentences,
    words: Importance,
    rng: np.random.Generator,
) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Return each order of the held-out sentences' words, and how large the graphs are.

    Parameters
    ----------
    trained
        The network.
    known
        The training sentences, for the graph.
    held_out
        Sentences to be asked about.
    words
        Importance of the held-out sentences' words.
    rng
        Shuffles coefficients.

    Returns
    -------
    orders
        By name (see the module) float64 [W].
    sizes
        Words joined to the outcome in each graph, and words that could have been.
    """
    table, training = known.table, known.sentences
    attention = relative_attention(trained, training)
    candidates = attention_candidates(table, attention, known.settings)
    output = log_odds(trained.network, trained.vocabulary, training.words)
    weights = {
        name: edge_weights(
            table, graph_into_outcome(table, outcome, candidates, known.settings), outcome
        )
        for name, outcome in (
            ("graph into the label", training.labels.astype(float)),
            ("graph into the output", output),
        )
    }
    weights["graph, all pairs"] = known.all_pairs
    found = {name: by_word(held_out, weight) for name, weight in weights.items()}
    graph, names = weights["graph into the label"], list(known.information)
    dealt = rng.permutation([graph.get(name, 0.0) for name in names]).tolist()
    own = words.attention
    by_label, by_output = found["graph into the label"], found["graph into the output"]
    ordered = {
        "attention": own,
        "graph into the label": by_label,
        "graph into the output": by_output,
        "attention at edges": np.where(by_label > 0, own, 0.0),
        "ranks of both": _mean_ranks(words.bounds, own, by_label),
        "ranks of both, output": _mean_ranks(words.bounds, own, by_output),
        "gradient": words.gradient,
        "mean attention of the word": by_word(held_out, attention),
        "mutual information": by_word(held_out, known.information),
        "graph, all pairs": found["graph, all pairs"],
        "graph, shuffled": by_word(held_out, dict(zip(names, dealt, strict=True))),
    }
    sizes = {name: len(weight) for name, weight in weights.items()}
    return ordered, {
        **sizes,
        "words that could be joined": int(candidates.allowed[table.names.index(OUTCOME)].sum()),
    }


def compare(
    words: Importance, ordered: dict[str, np.ndarray], draws: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one row an order: its agreement with leave-one-out, and less that of attention.

    Parameters
    ----------
    words
        With leave-one-out.
    ordered
        As `orders` gives them.
    draws, rng
        Of the bootstrap over sentences, whose draws are the same for every order.
    """
    seed = int(rng.integers(2**32))
    tau = {
        name: np.nan_to_num(agreement(words.bounds, values, words.leave_one_out)[0])
        for name, values in ordered.items()
    }
    hit = {
        name: top_hit(words.bounds, values, words.leave_one_out) for name, values in ordered.items()
    }
    rows = []
    for name in ordered:
        row: dict[str, object] = {"by": name}
        for title, found in (("tau", tau), ("first word", hit)):
            apart = found[name] - found["attention"]
            low, high = bootstrap_interval(found[name], np.random.default_rng(seed), draws)
            row |= {title: found[name].mean(), f"{title} low": low, f"{title} high": high}
            if title == "tau":
                low, high = bootstrap_interval(apart, np.random.default_rng(seed), draws)
                row |= {"less attention's": apart.mean(), "low": low, "high": high}
        spread = pd.Series(np.add.reduceat(ordered[name] > 0, words.bounds[:-1]))
        row["words above 0"] = float(spread.mean())
        rows.append(row)
    return pd.DataFrame(rows)


def _mean_ranks(bounds: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the mean of two ranks of each word in its sentence, float64 [W]."""
    found = np.empty(len(first))
    for low, high in pairwise(bounds):
        here = slice(low, high)
        found[here] = (rankdata(first[here]) + rankdata(second[here])) / 2
    return found
