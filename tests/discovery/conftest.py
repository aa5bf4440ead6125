"""Small data sets with a known graph, and candidates made from it."""

import gzip
from collections.abc import Callable
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from causattn.candidates import CandidateEdges
from causattn.graphs import CausalGraph


def _graph(text: str, names: str) -> CausalGraph:
    adjacency = np.zeros((len(names), len(names)))
    for left, _, right in text.split():
        adjacency[names.index(left), names.index(right)] = 1
    return CausalGraph.from_adjacency(adjacency, tuple(names), direction="from row to column")


def _gaussian(truth: CausalGraph, rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    adjacency = truth.adjacency("from row to column")
    signs = rng.choice([-1, 1], adjacency.shape)
    weights = adjacency * signs * rng.uniform(0.6, 1.2, adjacency.shape)
    noise = rng.normal(size=(rows, truth.size))
    return pd.DataFrame(
        noise @ np.linalg.inv(np.eye(truth.size) - weights), columns=list(truth.names)
    )


def _network(name: str, rows: int, seed: int = 0) -> tuple[pd.DataFrame, CausalGraph]:
    from pgmpy.readwrite import BIFReader

    packed = files("pgmpy.utils.example_models").joinpath(f"{name}.bif.gz").read_bytes()
    model = BIFReader(string=gzip.decompress(packed).decode()).get_model()
    nodes = sorted(model.nodes())
    data = model.simulate(rows, seed=seed, show_progress=False)[nodes].astype(str)
    adjacency = np.zeros((len(nodes), len(nodes)))
    for source, target in model.edges():
        adjacency[nodes.index(source), nodes.index(target)] = 1
    truth = CausalGraph.from_adjacency(adjacency, nodes, direction="from row to column")
    return data, truth


def _candidates(names: tuple[str, ...], allowed: np.ndarray) -> CandidateEdges:
    return CandidateEdges(
        names,
        score=allowed.astype(float),
        p_value=np.full(allowed.shape, np.nan),
        allowed=allowed,
        method="by hand",
    )


@pytest.fixture(scope="session")
def graph_of() -> Callable[[str, str], CausalGraph]:
    """Return the DAG of a text such as ``"a>b b>c"`` over the letters given."""
    return _graph


@pytest.fixture(scope="session")
def gaussian() -> Callable[[CausalGraph, int, int], pd.DataFrame]:
    """Return linear Gaussian data of a DAG, for a number of rows and a seed."""
    return _gaussian


@pytest.fixture(scope="session")
def network() -> Callable[..., tuple[pd.DataFrame, CausalGraph]]:
    """Return rows sampled from a Bayesian network that pgmpy bundles, and its DAG."""
    return _network


@pytest.fixture(scope="session")
def candidates_of() -> Callable[[tuple[str, ...], np.ndarray], CandidateEdges]:
    """Return candidates with the pairs allowed that a bool matrix names."""
    return _candidates
