"""Shards over processes: the same sums, whoever dies on the way."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from causattn.attention import read_summary, summarise_attention
from causattn.attention.corpus_sum import process_engine
from causattn.attention.corpus_sum.shard_run import ShardRunner
from causattn.base import CausattnError, DataError
from causattn.corpora import Corpus, write_corpus
from causattn.features import write_features
from causattn.models import read_model, write_model


def assert_equal(one, other):
    """Equal to the last bit."""
    assert one.documents == other.documents
    assert one.about == other.about
    for name, moments in one.measures.items():
        for part in ("count", "sum", "sum_of_squares", "maximum"):
            found = getattr(other.measures[name], part)
            np.testing.assert_array_equal(getattr(moments, part), found)


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


def this_process_waits_for(patched, ready):
    """Let this process run shards only when `ready`; return what the others replied so far."""
    run, ask, asked = ShardRunner.run, process_engine._Crew._ask, []

    def wait_and_run(self, shard, advance):
        deadline = time.monotonic() + 200
        while not ready(asked) and time.monotonic() < deadline:
            time.sleep(0.01)
        return run(self, shard, advance)

    def note(self, line):
        reply = ask(self, line)
        asked.append(reply)
        return reply

    patched.setattr(process_engine.ShardRunner, "run", wait_and_run)
    patched.setattr(process_engine._Crew, "_ask", note)
    return asked


def test_short_work_does_not_wait_for_workers(language_model, many, monkeypatch):
    """A worker that never gets ready is given no shard, and keeps nobody waiting."""

    def start(self):
        return subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(600)"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    model = language_model("bert")
    settings = {"shard_documents": 40}
    one = summarise_attention(settings, model, *many, 0)
    monkeypatch.setattr(process_engine._Crew, "_start_worker", start)
    two = summarise_attention({**settings, "workers": 3}, model, *many, 0)
    assert_equal(two, one)


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_sums(language_model, many, tmp_path, monkeypatch):
    write_model(language_model("bert", task="masked"), tmp_path / "model")
    model = read_model(tmp_path / "model")  # with a head, as a worker reads it
    for query in ("observed", "masked"):
        settings = {"query": query, "shard_documents": 100}
        one = summarise_attention(settings, model, *many, 0)
        with monkeypatch.context() as patched:
            asked = this_process_waits_for(patched, bool)
            two = summarise_attention({**settings, "workers": 2}, model, *many, 0)
        assert asked  # the other one did a shard
        assert_equal(two, one)


def test_a_dead_workers_shard_is_done_again(language_model, many, tmp_path, monkeypatch, capsys):
    model = language_model("bert")
    settings = {"shard_documents": 40}
    one = summarise_attention(settings, model, *many, 0)
    started = process_engine._Crew._start_worker
    processes = []

    def start(self):
        process = started(self)
        processes.append(process)
        if len(processes) == 1:

            def kill():
                # Once it has been given a shard.
                while not list(tmp_path.glob("*/jobs/*/shard.json")):
                    time.sleep(0.005)
                process.kill()

            threading.Thread(target=kill, daemon=True).start()
        return process

    monkeypatch.setattr(process_engine._Crew, "_start_worker", start)
    this_process_waits_for(monkeypatch, lambda asked: len(processes) >= 2)
    monkeypatch.setattr(process_engine.base, "is_quiet", lambda: False)
    two = summarise_attention({**settings, "workers": 2}, model, *many, 0, folder=tmp_path)
    assert_equal(two, one)
    assert len(processes) == 2
    assert processes[0].returncode == -signal.SIGKILL
    assert "ended by signal 9" in capsys.readouterr().err
    assert all(process.returncode is not None for process in processes)


def test_a_shard_that_kills_every_worker_is_an_error(language_model, many, monkeypatch):
    processes = []
    program = "print('ready', flush=True); input(); raise SystemExit('no memory left')"

    def start(self):
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log.open("wb"),
            text=True,
        )
        processes.append(process)
        return process

    monkeypatch.setattr(process_engine._Crew, "_start_worker", start)
    this_process_waits_for(monkeypatch, lambda asked: len(processes) == 3)
    settings = {"shard_documents": 200, "workers": 2}
    with pytest.raises(CausattnError, match=r"died 3 times .* \(no memory left\)"):
        summarise_attention(settings, language_model("bert"), *many, 0)


@pytest.mark.slow
def test_a_workers_sentence_reaches_the_caller(language_model, many):
    corpus, features = many
    settings = {"shard_documents": 100, "workers": 2}
    empty = replace(corpus, texts=[*corpus.texts[:-1], ""])
    model = language_model("gpt2")
    bare = model.tokenizer.backend_tokenizer.post_processor
    model.tokenizer.backend_tokenizer.post_processor = None
    try:
        with pytest.raises(DataError, match=r"from 300 on: Document 19 has no tokens"):
            summarise_attention(settings, model, empty, features, 0)
    finally:
        model.tokenizer.backend_tokenizer.post_processor = bare


def test_a_killed_run_goes_on_where_it_was(language_model, many, tmp_path):
    """A process is killed with SIGKILL between two shards; the same call does the rest."""
    model = language_model("bert")
    corpus, features = many
    write_model(model, tmp_path / "model")
    write_corpus(corpus, tmp_path / "corpus")
    write_features(features, tmp_path / "features")
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        import torch
        torch.set_num_threads(1)
        from causattn.attention import summarise_attention, write_summary
        from causattn.corpora import read_corpus
        from causattn.features import read_features
        from causattn.models import read_model

        home, kept, out = map(Path, sys.argv[1:])
        summary = summarise_attention(
            {"shard_documents": 4, "batch_tokens": 30}, read_model(home / "model"),
            read_corpus(home / "corpus"), read_features(home / "features"), 0, folder=kept,
        )
        write_summary(summary, out)
        """
    )

    def call(name):
        folders = [tmp_path, tmp_path / name, tmp_path / f"{name} summary"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        return subprocess.Popen(
            [sys.executable, "-c", script, *map(str, folders)],
            env=environment,
            stderr=subprocess.DEVNULL,
        )

    killed = call("killed")
    while len(finished(tmp_path / "killed")) < 3 and killed.poll() is None:
        time.sleep(0.002)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    before = finished(tmp_path / "killed")
    assert 3 <= len(before) < 80  # of 80 shards
    times = {place: place.stat().st_mtime_ns for place in before}
    assert call("killed").wait() == 0
    assert len(finished(tmp_path / "killed")) == 80
    assert {place: place.stat().st_mtime_ns for place in before} == times  # none was done again
    settings = {"shard_documents": 4, "batch_tokens": 30}
    whole = summarise_attention(settings, read_model(tmp_path / "model"), corpus, features, 0)
    assert_equal(read_summary(tmp_path / "killed summary"), whole)


def finished(folder):
    return sorted(folder.glob("*/shard-*"))
