"""The benchmark of capture: its documents, its features, and its page."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "experiments" / "benchmarks" / "attention"
MODULES = ("texts", "table")


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    found = {}
    for name in MODULES:
        sys.modules.pop(name, None)
        found[name] = importlib.import_module(name)
    yield found
    for name in MODULES:
        sys.modules.pop(name, None)


class Words:
    """A tokenizer of whole words."""

    def get_vocab(self):
        return {f"word{chr(97 + k)}{chr(97 + j)}": 26 * k + j for k in range(26) for j in range(26)}


class Model:
    tokenizer = Words()


def test_features_are_the_words_that_stand_there(benchmark):
    texts = benchmark["texts"]
    corpus = texts.documents(Model(), 32, 40, seed=0)
    lengths = [len(text.split(" ")) for text in corpus.texts]
    assert min(lengths) >= 14
    assert max(lengths) <= 30
    assert corpus.texts == texts.documents(Model(), 32, 40, seed=0).texts
    features = texts.frequent_words(corpus, 20)
    carriers = features.carriers
    assert features.values.sum() == len(carriers)
    for document, feature, start, end in zip(
        carriers.document, carriers.variable, carriers.start, carriers.end, strict=True
    ):
        assert corpus.texts[document][start:end] == features.names[feature]
    held = [sum(name in text.split(" ") for text in corpus.texts) for name in features.names]
    assert held == sorted(held, reverse=True)
    np.testing.assert_array_equal((features.values > 0).sum(0), held)


def test_a_target_is_reached_or_missed_by_processor_time(benchmark):
    row = {
        "length": 128,
        "case": "mean",
        "plain_per_second": 10.0,
        "per_second": 9.0,
        "share": 0.9,
        "share_of_processor_time": 0.8,
        "target": 0.85,
    }
    about = {"cpu": "a processor", "cores": 4, "python": "3", "versions": {"torch": "2"}}
    results = {"about": about, "runs": {}, "parts": {"speed": [row]}}
    page = benchmark["table"].page(results)
    assert "| 128 | mean | 10.0 | 9.0 | 0.90 | 0.80 | >= 0.85 | no |" in page
    row["share_of_processor_time"] = 0.86
    assert ">= 0.85 | yes |" in benchmark["table"].page(results)


def test_memory_that_grows_is_not_flat(benchmark):
    def rows(peaks):
        return [
            {"way": "mean", "length": 32, "documents": n, "plain_mb": 100.0, "peak_mb": peak}
            | {"sums_mb": 10.0, "held_mb": 90.0}
            for n, peak in zip((500, 2_000, 20_000), peaks, strict=True)
        ]

    about = {"cpu": "a processor", "cores": 4, "python": "3", "versions": {"torch": "2"}}

    def page(peaks):
        results = {"about": about, "runs": {}, "parts": {"size": rows(peaks)}}
        return benchmark["table"].page(results)

    assert "moves by 1 MB, 0.8% of the peak (target <= 2%: yes) and 3.2% of itself" in page(
        (130.0, 130.5, 131.0)
    )
    assert "moves by 30 MB, 18.8% of the peak (target <= 2%: no) and 50.0% of itself" in page(
        (130.0, 140.0, 160.0)
    )


def test_each_part_names_the_run_that_measured_it(benchmark):
    first = {"command": "run.py", "when": "monday", "load": "1.0"}
    second = {"command": "run.py --only size", "when": "tuesday", "load": "2.0"}
    about = {"cpu": "a processor", "cores": 4, "python": "3", "versions": {"torch": "2"}}
    runs = {"speed at T = 32": first, "size": second, "batch": first}
    page = benchmark["table"].page({"about": about, "runs": runs, "parts": {}})
    assert "- speed at T = 32, batch: `run.py`, monday, load 1.0\n" in page
    assert "- size: `run.py --only size`, tuesday, load 2.0\n" in page
