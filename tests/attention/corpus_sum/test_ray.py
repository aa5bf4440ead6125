"""Shards over Ray: the same sums, also where a node is lost on the way."""

import os
import threading

import numpy as np
import pytest

from causattn.attention import AttentionSummary, attention_settings, summarise_attention
from causattn.attention.corpus_sum import ray_engine
from causattn.attention.corpus_sum.shard import Shards
from causattn.attention.corpus_sum.task import Task, write_task
from causattn.attention.corpus_sum.totals import Totals
from causattn.base import ConfigError
from causattn.corpora import Corpus

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")


@pytest.fixture
def many(corpus, features, table):
    """The odd documents many times over, with their features."""
    times = 40
    rows = features.carriers
    columns = np.stack([rows.document, rows.variable, rows.start, rows.end], axis=1)
    shift = np.array([len(corpus), 0, 0, 0])
    repeated = np.concatenate([columns + k * shift for k in range(times)])
    texts = [f"{text} {k}" for k in range(times) for text in corpus.texts]
    return Corpus("many", texts), table(repeated, len(texts), features.size)


def test_without_the_package_there_is_a_sentence(monkeypatch, language_model, many):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(ConfigError, match=r"install causattn\[ray\]"):
        summarise_attention({"engine": "ray"}, language_model("bert"), *many, 0)


def test_what_a_node_runs_gives_the_same_sums(language_model, many, tmp_path):
    """A shard as a Ray process does it, from nothing but files and texts."""
    model = language_model("bert")
    chosen = attention_settings({"shard_documents": 100})
    shards = Shards(*many, None, 100, 0)
    task = Task.of(chosen, model, *many, shards)
    write_task(tmp_path, task, model)
    files = {
        str(path.relative_to(tmp_path)): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    totals = Totals(many[1].names, "observed", memory_gb=1.0)
    for shard in shards:
        found = ray_engine._run("key", files, shard)
        assert isinstance(found, AttentionSummary)
        totals.add(found)
    ray_engine._open.popitem()[1].__exit__(None, None, None)
    here = summarise_attention({"shard_documents": 100}, model, *many, 0)
    for name, moments in totals.summary().measures.items():
        np.testing.assert_array_equal(moments.sum, here.measures[name].sum)


@pytest.mark.slow
def test_a_node_lost_on_the_way_changes_nothing(language_model, many, tmp_path, monkeypatch):
    """A cluster of two nodes; one is killed when it has begun a shard."""
    ray = pytest.importorskip("ray", reason="the extra ray is not installed")
    from ray.cluster_utils import Cluster

    model = language_model("bert")
    settings = {"shard_documents": 10}
    one = summarise_attention(settings, model, *many, 0)
    begun = str(tmp_path)
    lost: list[str] = []
    over = threading.Event()

    def run(key, files, shard):  # pickled by value, so that it may note where it runs
        import pathlib
        import time

        import ray

        from causattn.attention.corpus_sum import ray_engine

        node = ray.get_runtime_context().get_node_id()
        (pathlib.Path(begun) / f"{shard.number} {node}").touch()
        while node == doomed:  # it never comes to an end there, so that another node has to
            time.sleep(1)
        return ray_engine._run(key, files, shard)

    def kill():
        while not lost and not over.wait(0.1):
            lost.extend(path.name for path in tmp_path.iterdir() if path.name.endswith(doomed))
        if lost:
            cluster.remove_node(second, allow_graceful=False)

    small = {"num_cpus": 1, "object_store_memory": 100_000_000}
    cluster = Cluster(initialize_head=True, head_node_args={**small, "include_dashboard": False})
    try:
        second = cluster.add_node(**small)
        doomed = second.node_id
        ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
        cluster.wait_for_nodes()
        monkeypatch.setattr(ray_engine, "_run", run)
        killer = threading.Thread(target=kill)
        killer.start()
        both = {**settings, "engine": "ray", "workers": 2}
        two = summarise_attention(both, model, *many, 0)
        over.set()
        killer.join()
    finally:
        over.set()
        ray.shutdown()
        cluster.shutdown()
    shard = lost[0].partition(" ")[0]
    assert len(list(tmp_path.glob(f"{shard} *"))) == 2  # begun there, done here
    assert two.documents == one.documents
    assert two.about == one.about
    for name, moments in one.measures.items():
        for part in ("count", "sum", "sum_of_squares", "maximum"):
            found = getattr(two.measures[name], part)
            np.testing.assert_array_equal(getattr(moments, part), found)
