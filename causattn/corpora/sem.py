"""Data drawn from a structural equation model with additive noise, whose graph is drawn, too.

Every variable is a function of its parents plus noise. Graphs are Erdos-Renyi (each pair joined
with the same probability) or scale-free (Barabasi and Albert 1999, "Emergence of scaling in random
networks"), directed by a random order of the variables. Linear weights have either sign; nonlinear
functions are those of Zheng et al. (2020), "Learning sparse nonparametric DAGs", section 5: one
hidden layer of 100 sigmoid units with random weights. Standardised columns say nothing of the
order by their variance (Reisach, Seiler and Weichwald 2021, "Beware of the simulated DAG!").
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from causattn.base import ConfigError, generator, integer_seed
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.tabular import tabular_corpus
from causattn.graphs import CausalGraph

HIDDEN_UNITS = 100
Noise = Literal["gaussian", "uniform", "exponential", "laplace", "gumbel"]


@dataclass(frozen=True)
class SemSettings:
    """How the graph, the functions and the noise are drawn.

    Goes with experiment=discovery, which asks for no model.

    Parameters
    ----------
    documents
        How many rows to draw.
    variables
        How many variables.
    graph
        ``"erdos_renyi"`` or ``"scale_free"``.
    degree
        Edges at a variable, on average; of scale-free graphs half of it is rounded.
    function
        ``"linear"``, or ``"nonlinear"``: a layer of random sigmoid units.
    weights
        Least and largest size of a linear weight; its sign is drawn, too.
    noise
        ``"gaussian"``, ``"uniform"``, ``"exponential"``, ``"laplace"`` or ``"gumbel"``; mean 0.
    noise_scale
        Least and largest standard deviation of a variable's noise.
    standardise
        Give every column mean 0 and variance 1.
    """

    documents: int = 2000
    variables: int = 10
    graph: Literal["erdos_renyi", "scale_free"] = "erdos_renyi"
    degree: float = 2.0
    function: Literal["linear", "nonlinear"] = "linear"
    weights: tuple[float, ...] = (0.5, 2.0)
    noise: Noise = "gaussian"
    noise_scale: tuple[float, ...] = (1.0, 1.0)
    standardise: bool = True

    def __post_init__(self) -> None:
        for name, least in (("documents", 2), ("variables", 2)):
            if getattr(self, name) < least:
                raise ConfigError(
                    f"corpus.{name}={getattr(self, name)} is too few; ask for at least {least}."
                )
        if not 0 < self.degree <= self.variables - 1:
            raise ConfigError(
                f"corpus.degree={self.degree:g} should be above 0 and at most "
                f"{self.variables - 1}, the number of other variables."
            )
        for name in ("weights", "noise_scale"):
            bounds = getattr(self, name)
            if len(bounds) != 2 or not 0 < bounds[0] <= bounds[1]:
                raise ConfigError(
                    f"corpus.{name}={list(bounds)} should be two numbers above 0, the smaller "
                    "first, such as [0.5,2]."
                )


class Sem(CorpusSource):
    """Data drawn from a random structural equation model; its true graph rides along."""

    name = "sem"
    settings = SemSettings

    def load(self, settings: SemSettings, seed: int) -> Corpus:
        """Draw a graph, functions and data."""
        adjacency, order = _graph(settings, seed)
        values, _ = _values(settings, adjacency, order, seed)
        if settings.standardise:
            values = (values - values.mean(axis=0)) / values.std(axis=0)
        names = tuple(f"x{k + 1}" for k in range(settings.variables))
        return tabular_corpus(
            "sem",
            names,
            values,
            [None] * len(names),
            truth=CausalGraph.from_adjacency(
                adjacency, names, direction="from row to column", kind="dag"
            ),
            about={"kind": "sem", **asdict(settings)},
        )


def _graph(settings: SemSettings, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a DAG's adjacency from row to column, bool [v, v], and a causal order of it."""
    size = settings.variables
    rng = generator(seed, "corpora", "sem", "graph")
    if settings.graph == "erdos_renyi":
        joined = np.triu(rng.random((size, size)) < settings.degree / (size - 1), 1)
    else:
        import networkx

        edges = min(max(1, round(settings.degree / 2)), size - 1)
        drawn = networkx.barabasi_albert_graph(
            size, edges, seed=integer_seed(seed, "corpora", "sem", "scale_free")
        )
        joined = networkx.to_numpy_array(drawn) != 0
    joined |= joined.T
    order = rng.permutation(size)
    place = np.argsort(order)
    return joined & (place[:, None] < place[None, :]), order


def _values(
    settings: SemSettings, adjacency: np.ndarray, order: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the values, float64 [n, v], and the weights from row to column where linear."""
    size, count = settings.variables, settings.documents
    functions = generator(seed, "corpora", "sem", "functions")
    noises = generator(seed, "corpora", "sem", "noise")
    least, most = settings.noise_scale
    scale = functions.uniform(least, most, size)
    sign = np.where(functions.random((size, size)) < 0.5, -1, 1)
    least, most = settings.weights
    weights = np.where(adjacency, sign * functions.uniform(least, most, (size, size)), 0.0)
    values = np.empty((count, size))
    for variable in order:
        parents = np.flatnonzero(adjacency[:, variable])
        values[:, variable] = scale[variable] * _noise(settings.noise, noises, count)
        if settings.function == "linear":
            values[:, variable] += values[:, parents] @ weights[parents, variable]
        elif len(parents):
            values[:, variable] += _layer(values[:, parents], functions)
    return values, weights if settings.function == "linear" else None


def _layer(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a random function of some columns, float64 [n]."""
    into, out = (
        rng.uniform(0.5, 2.0, shape) * np.where(rng.random(shape) < 0.5, -1, 1)
        for shape in ((values.shape[1], HIDDEN_UNITS), (HIDDEN_UNITS,))
    )
    return expit(values @ into) @ out


def _noise(kind: Noise, rng: np.random.Generator, count: int) -> np.ndarray:
    """Return noise of mean 0 and standard deviation 1."""
    if kind == "gaussian":
        return rng.normal(size=count)
    if kind == "uniform":
        return rng.uniform(-np.sqrt(3), np.sqrt(3), count)
    if kind == "exponential":
        return rng.exponential(size=count) - 1
    if kind == "laplace":
        return rng.laplace(scale=np.sqrt(0.5), size=count)
    beta = np.sqrt(6) / np.pi
    return rng.gumbel(-np.euler_gamma * beta, beta, count)


CORPUS = Sem()
