"""`Network`: a discrete Bayesian network as plain arrays, sampled ancestrally and exactly seeded.

The networks are those that pgmpy bundles (the bnlearn repository's, in Hulten and Domingos's
interchange format BIF), and what its reader takes besides (`causattn.corpora.bif`). Its sampler
is slow and cannot be handed a generator, so ours draws instead: parents first, every document at
once.

An intervention mutilates the network, as in Pearl (2009), *Causality*, section 1.3.1: the
intervened variable loses its parents and takes its value with certainty.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from causattn.base import ConfigError, DataError, choose, unzipped
from causattn.corpora.bif import check_size, read_plain
from causattn.graphs import CausalGraph

ENDINGS = (".bif", ".bif.gz")


@dataclass(frozen=True)
class Network:
    """A discrete Bayesian network over v variables.

    Parameters
    ----------
    name
        The network in a word.
    variables
        The v variables' names.
    states
        Per variable the names of its values.
    parents
        Per variable its parents, as indices.
    tables
        Per variable its conditional probabilities, float64 [rows, values], each row summing to 1;
        there is one row a combination of the parents' values, the last parent turning fastest.
    """

    name: str
    variables: tuple[str, ...]
    states: tuple[tuple[str, ...], ...]
    parents: tuple[tuple[int, ...], ...]
    tables: tuple[np.ndarray, ...]

    def graph(self) -> CausalGraph:
        """Return the network's DAG."""
        adjacency = np.zeros((len(self.variables),) * 2, dtype=np.uint8)
        for child, parents in enumerate(self.parents):
            adjacency[list(parents), child] = 1
        return CausalGraph.from_adjacency(
            adjacency, self.variables, direction="from row to column", algorithm="truth"
        )

    def causal_order(self) -> list[int]:
        """Return the variables, parents before children, else in the network's own order."""
        order: list[int] = []
        placed: set[int] = set()
        while len(order) < len(self.variables):
            ready = [
                child
                for child, parents in enumerate(self.parents)
                if child not in placed and placed.issuperset(parents)
            ]
            if not ready:
                raise DataError(f"Network {self.name} has a cycle; a Bayesian network has none.")
            order += ready
            placed.update(ready)
        return order

    def intervened(self, do: Mapping[str, str]) -> Network:
        """Return the network under the intervention that sets each variable of `do` to its value.

        Raises
        ------
        ConfigError
            For an unknown variable or value, with the nearest one.
        """
        index = {name: k for k, name in enumerate(self.variables)}
        parents, tables = list(self.parents), list(self.tables)
        for variable, value in do.items():
            which = choose(variable, index, f"intervention on {self.name}: variable")
            codes = {name: k for k, name in enumerate(self.states[which])}
            code = choose(value, codes, f"intervention on {self.name}: {variable}")
            parents[which] = ()
            tables[which] = np.eye(len(codes))[[code]]
        return replace(self, parents=tuple(parents), tables=tuple(tables))

    def marginal(self, variable: str) -> np.ndarray:
        """Return the exact distribution of a variable, float64 [values], summing to 1.

        After `intervened` it is the interventional distribution P(variable | do(...)). Summed
        over the variable's ancestors in a good order (variable elimination by `opt_einsum`), so
        that cost grows with the network's width, not with its size.

        Raises
        ------
        ConfigError
            For an unknown variable, with the nearest one.
        """
        from opt_einsum import contract

        index = {name: k for k, name in enumerate(self.variables)}
        target = choose(variable, index, f"marginal of {self.name}: variable")
        needed, front = {target}, [target]
        while front:
            for parent in self.parents[front.pop()]:
                if parent not in needed:
                    needed.add(parent)
                    front.append(parent)
        operands: list[Any] = []
        for node in sorted(needed):
            axes = [*self.parents[node], node]
            shape = [len(self.states[axis]) for axis in axes]
            operands += [self.tables[node].reshape(shape), axes]
        found: np.ndarray = contract(*operands, [target])
        return found

    def sample(self, documents: int, rng: np.random.Generator) -> np.ndarray:
        """Draw documents independently, parents first.

        Each variable draws from a child stream of its own, so that the same generator under an
        intervention gives the same noise to every variable (common random numbers).

        Returns
        -------
        int32 [documents, v], indices into `states`.
        """
        codes = np.zeros((documents, len(self.variables)), dtype=np.int32)
        streams = rng.spawn(len(self.variables))
        for child in self.causal_order():
            row = np.zeros(documents, dtype=np.int64)
            for parent in self.parents[child]:
                row = row * len(self.states[parent]) + codes[:, parent]
            cumulative = np.cumsum(self.tables[child], axis=1)
            # Divided by its own end, so that behind the last possible value it is exactly 1 and
            # no rounding can draw a value of probability 0.
            cumulative /= cumulative[:, -1:]
            uniform = streams[child].random(documents)
            codes[:, child] = (uniform[:, None] >= cumulative[row, :-1]).sum(axis=1)
        return codes


def bundled_networks() -> tuple[str, ...]:
    """Return the names of the discrete networks that the installed pgmpy bundles."""
    return tuple(sorted(_bundled()))


def load_network(name: str) -> Network:
    """Return a network that pgmpy bundles, or read one from a ``.bif`` or ``.bif.gz`` file.

    Raises
    ------
    ConfigError
        For an unknown name, with the names there are.
    DataError
        Where a file is missing or is no network.
    """
    check_network(name)
    if name.endswith(ENDINGS):
        path = Path(name).expanduser()
        content = path.read_bytes()
        title = path.name.removesuffix(".gz").removesuffix(".bif")
    else:
        content = choose(name, _bundled(), "corpus.network").read_bytes()
        title = name
    return _parsed(title, content)


def check_network(name: str) -> None:
    """Raise where there is no such network, as `load_network` does."""
    if not name.endswith(ENDINGS):
        choose(name, _bundled(), "corpus.network")
    elif not (path := Path(name).expanduser()).is_file():
        raise DataError(f"There is no network file {path}; give corpus.network a BIF file.")


@functools.lru_cache(maxsize=8)
def _parsed(name: str, content: bytes) -> Network:
    """Return the network that a BIF file holds, read once a process."""
    try:
        text = (unzipped(content, name) if content[:2] == b"\x1f\x8b" else content).decode()
        if (plain := read_plain(text)) is not None:
            return Network(name, *plain)
        check_size(text)
        from pgmpy.readwrite import BIFReader  # seconds to import

        # Its grammar goes over white space again and again.
        model = BIFReader(string=re.sub(r"[^\S\n]{2,}", " ", text)).get_model()
    except DataError:
        raise
    except Exception as error:  # the reader raises whatever its parser meets
        raise DataError(
            f"Network {name} is no readable BIF file ({type(error).__name__}: {error}); mend it."
        ) from None
    return _from_pgmpy(name, model)


def sample_intervened(
    network: Network | str, do: Mapping[str, str], documents: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw documents from a network under an intervention; the truth that effects are held to.

    Parameters
    ----------
    network
        A network, or the name of one.
    do
        Value by variable, in the network's own names, such as ``{"smoke": "yes"}``; with none it
        draws what is observed.
    documents
        How many to draw.
    rng
        The same generator state gives the same noise under every intervention.

    Returns
    -------
    int32 [documents, v], indices into ``network.states``.
    """
    known = load_network(network) if isinstance(network, str) else network
    return known.intervened(do).sample(documents, rng)


def _bundled() -> dict[str, Any]:
    """Return the bundled BIF files by network name."""
    folder = files("pgmpy").joinpath("utils/example_models")
    found = {
        entry.name.removesuffix(".bif.gz"): entry
        for entry in folder.iterdir()
        if entry.name.endswith(".bif.gz")
    }
    if not found:
        raise ConfigError(
            "The installed pgmpy bundles no networks; install the version that the lock file "
            "names, or give corpus.network a BIF file."
        )
    return dict(sorted(found.items()))


def _from_pgmpy(name: str, model: Any) -> Network:
    """Return a pgmpy discrete Bayesian network as arrays."""
    variables = tuple(str(node) for node in model.nodes())
    if not variables:
        raise DataError(f"Network {name} has no variables; it is no BIF file, or an empty one.")
    index = {variable: k for k, variable in enumerate(variables)}
    states, parents, tables = [], [], []
    for variable in variables:
        table = model.get_cpds(variable)
        if table is None:
            raise DataError(f"Network {name} gives no probabilities for {variable}; mend its file.")
        states.append(tuple(str(state) for state in table.state_names[variable]))
        above = [str(parent) for parent in table.variables[1:]]
        parents.append(tuple(index[parent] for parent in above))
        # [values, parents' values ...] -> [combinations, values], the last parent fastest
        values = np.moveaxis(np.asarray(table.values, dtype=float), 0, -1)
        rows = math.prod(values.shape[:-1])
        values = values.reshape(rows, values.shape[-1])
        tables.append(values / values.sum(axis=1, keepdims=True))
    for variable, indices in zip(variables, parents, strict=True):
        for parent in indices:
            wanted = list(states[parent])
            stated = list(model.get_cpds(variable).state_names[variables[parent]])
            if wanted != stated:
                raise DataError(
                    f"Network {name} orders the values of {variables[parent]} differently at "
                    f"{variable}; mend its file."
                )
    return Network(name, variables, tuple(states), tuple(parents), tuple(tables))
