"""Heads and paths between heads, patched here and by other packages; timed in turn, one thread."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from causattn.attention import HeadPaths, Written, path_effects
from causattn.base import ConfigError
from causattn.reproduction import Context, machine

PYTHON = "CAUSATTN_PEERS"
"""Environment variable: the Python of an environment that holds the peers."""
PEERS = ("pyvene", "pyvene, units of heads", "nnsight", "transformer_lens")
OURS = "causattn"
TASKS = ("heads", "q", "k", "v")
VOCABULARY, DOCUMENTS, TOKENS = 64, 4, 12
Edge = tuple[str, str]
_SPECIAL = {"bos_token_id": 1, "eos_token_id": 2}


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a model on which effects are compared, and the one that is timed."""
    for model in settings.models:
        yield {"part": "same", "model": model}
    shape = {"layers": settings.layers, "heads": settings.heads, "width": settings.width}
    yield {"part": "speed", **shape, "every": settings.every, "blocks": settings.blocks}


def measure(job: Mapping[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return a row a peer and task, or a peer and block of paths."""
    torch.set_num_threads(1)
    python = os.environ.get(PYTHON, "")
    if not Path(python).is_file():
        raise ConfigError(
            "The peers are no dependency and are run by a Python of their own: make an environment "
            f"with pyvene, nnsight and transformer-lens, and set {PYTHON} to its Python."
        )
    name = "timed" if job["part"] == "speed" else job["model"]
    network = _timed(job) if job["part"] == "speed" else MODELS[name]()
    task = _Task(network, context.seed)
    task.write(context.folder / "models" / name)
    with _Asked(python, context.folder / "models") as asked:
        found = (
            _speed(task, asked, name, job) if job["part"] == "speed" else _same(task, asked, name)
        )
        rows = [{**row, "machine": machine(), **asked.versions} for row in found]
    return rows


def _llama(layers: int, heads: int, groups: int, width: int) -> PreTrainedModel:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=groups,
        max_position_embeddings=64,
        initializer_range=0.15,
        tie_word_embeddings=False,
        **_SPECIAL,
    )
    return LlamaForCausalLM(config).eval()


def _gpt2() -> PreTrainedModel:
    torch.manual_seed(0)
    size = {"n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 64}
    config = GPT2Config(vocab_size=VOCABULARY, initializer_range=0.15, **size, **_SPECIAL)
    return GPT2LMHeadModel(config).eval()


MODELS: dict[str, Callable[[], PreTrainedModel]] = {
    "gpt2": _gpt2,
    "llama": lambda: _llama(3, 4, 4, 32),
    "llama, grouped": lambda: _llama(3, 4, 2, 32),
}


def _timed(job: Mapping[str, Any]) -> PreTrainedModel:
    return _llama(job["layers"], job["heads"], job["heads"], job["width"])


class _Task:
    """A model, documents, their counterparts, and two answers."""

    def __init__(self, network: PreTrainedModel, seed: int) -> None:
        rng = torch.Generator().manual_seed(seed + 1)
        self.network = network
        self.ids, self.others = (
            torch.randint(3, VOCABULARY, (DOCUMENTS, TOKENS), generator=rng) for _ in range(2)
        )
        self.paths, self.other = self._ready()

    def _ready(self) -> tuple[HeadPaths, Written]:
        other = HeadPaths(self.network, self.others).written().counterfactual()
        return HeadPaths(self.network, self.ids), other

    def read(self, logits: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = logits[:, -1, 5] - logits[:, -1, 9]
        return found

    def edges(self, channels: Sequence[str]) -> list[Edge]:
        """Return the paths from heads to heads of later layers."""
        heads = range(self.paths.heads)
        return [
            (f"{layer}.{head}.{channel}", f"{before}.{sender}")
            for channel in channels
            for layer in range(self.paths.layers)
            for head in heads
            for before in range(layer)
            for sender in heads
        ]

    def heads(self) -> torch.Tensor:
        """Return the effect of every head replaced, [n, B]."""
        before = self.read(self.paths.run().logits)
        found = []
        for layer in range(self.paths.layers):
            for head in range(self.paths.heads):
                nodes = torch.zeros(len(self.paths.senders), dtype=torch.bool)
                nodes[self.paths.index(f"{layer}.{head}")] = True
                found.append(
                    self.read(self.paths.run(other=self.other, nodes=nodes).logits) - before
                )
        return torch.stack(found)

    def effects(self, edges: Sequence[Edge]) -> torch.Tensor:
        """Return the effect of every path patched, [n, B], with all that has to be run before."""
        paths, other = self._ready()
        places = {name: k for k, name in enumerate(paths.receivers)}
        chosen = [[places[receiver], paths.index(sender)] for receiver, sender in edges]
        return path_effects(paths, other, self.read, torch.tensor(chosen))

    def write(self, folder: Path) -> None:
        """Write model, tokenizer, documents and answers for the peers."""
        self.network.save_pretrained(folder)
        words = Tokenizer(WordLevel({f"w{k}": k for k in range(VOCABULARY)}, unk_token="w0"))
        special = {"bos_token": "w1", "eos_token": "w2", "pad_token": "w0", "unk_token": "w0"}
        PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(folder)
        known = {"documents": self.ids.tolist(), "counterparts": self.others.tolist()}
        (folder / "tokens.json").write_text(json.dumps({**known, "answers": [5, 9]}))


class _Asked:
    """The process of the peers."""

    def __init__(self, python: str, folder: Path) -> None:
        command = [python, str(Path(__file__).with_name("peers.py")), str(folder)]
        own = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**own, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        )
        self.versions = {"peers": self(peer="", model="", task="versions")["versions"]}

    def __enter__(self) -> _Asked:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)

    def __call__(self, **question: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def _same(task: _Task, asked: _Asked, name: str) -> Iterator[dict[str, Any]]:
    """Yield how far each peer's effects are from ours, or why it has none."""
    for what in TASKS:
        edges = [] if what == "heads" else task.edges([what])
        ours = task.heads() if what == "heads" else task.effects(edges)
        for peer in PEERS:
            kind = "heads" if what == "heads" else "edges"
            answer = asked(peer=peer, model=name, task=kind, edges=edges)
            row = {"peer": peer, "task": what, "effects": len(ours)}
            if "error" in answer:
                yield {**row, "error": answer["error"]}
            else:
                apart = (torch.tensor(answer["effects"]) - ours).abs().max()
                largest = float(ours.abs().max())
                yield {**row, "difference": float(apart), "largest": largest, "error": ""}


def _speed(
    task: _Task, asked: _Asked, name: str, job: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield what some paths take, block by block, everybody in turn."""
    edges = task.edges("qkv")[:: job["every"]]
    blocks = [edges[k :: job["blocks"]] for k in range(job["blocks"])]
    task.effects(blocks[0][:8])
    for peer in PEERS:
        asked(peer=peer, model=name, task="edges", edges=blocks[0][:8])
    for number, block in enumerate(blocks):
        began = time.process_time(), time.perf_counter()
        ours = task.effects(block)
        cpu, wall = time.process_time() - began[0], time.perf_counter() - began[1]
        row = {"block": number, "effects": len(block)}
        yield {**row, "peer": OURS, "cpu": cpu, "wall": wall, "error": ""}
        for peer in PEERS:
            answer = asked(peer=peer, model=name, task="edges", edges=block)
            if "error" in answer:
                yield {**row, "peer": peer, "error": answer["error"]}
                continue
            apart = float((torch.tensor(answer["effects"]) - ours).abs().max())
            seconds = {"cpu": answer["cpu"], "wall": answer["wall"]}
            yield {**row, "peer": peer, **seconds, "difference": apart, "error": ""}
