"""Between causal-learn and causattn: graphs, counted tests, and its errors as sentences.

causal-learn's matrix is transposed to what it looks like: ``graph[j, i] = 1, graph[i, j] = -1``
means i -> j, so that ``graph[a, b]`` is the mark at **a's** end. Its tests keep p-values by
variables inside one object, which is safe; the cache on disk, shared between objects by a hash that
collides, is never asked for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import CapabilityError, DataError
from causattn.discovery.data import DiscoveryData
from causattn.discovery.tests.contract import IndependenceTest, one_by_one
from causattn.graphs import CausalGraph, Mark

if TYPE_CHECKING:
    from causattn.discovery.shared_settings import ChosenScore, ScoreSettings

_ENDPOINTS = {-1: Mark.TAIL, 1: Mark.ARROW, 2: Mark.CIRCLE, 0: Mark.NONE}
_TEST_NAMES = {"fisher_z": "fisherz", "chi_square": "chisq", "g_square": "gsq"}


def from_causal_learn(graph: Any, names: tuple[str, ...], **about: Any) -> CausalGraph:
    """Return a causal-learn `GeneralGraph` as a `CausalGraph` over `names`.

    Parameters
    ----------
    graph
        causal-learn's graph, whose nodes carry the names.
    names
        The variables in the order wanted.
    about
        Other fields of the graph, `kind` among them.
    """
    place = {node.get_name(): k for k, node in enumerate(graph.nodes)}
    order = [place[name] for name in names]
    matrix = np.asarray(graph.graph)[np.ix_(order, order)]
    marks = np.zeros(matrix.shape, dtype=np.int8)
    for value, mark in _ENDPOINTS.items():
        marks[value == matrix.T] = mark
    return CausalGraph(names, marks, **about)


class CountedTest:
    """One of causal-learn's independence tests that counts and remembers what it was asked.

    A test of the same pair given the same set counts once, whichever end asked for it.

    Parameters
    ----------
    data
        The table.
    test
        ``fisher_z``, ``chi_square`` and ``g_square`` are causal-learn's own; any other is asked.
    """

    def __init__(self, data: DiscoveryData, test: IndependenceTest) -> None:
        from causallearn.utils.cit import CIT

        self._test: Callable[..., float]
        self.method = _TEST_NAMES.get(test.name, test.name)
        if test.name not in _TEST_NAMES:
            self._test = one_by_one(test.on(data))
        else:
            if test.name == "fisher_z":
                check_regular(data)
            with errors_as_sentences(data):
                self._test = CIT(data.values, self.method)
        self._known: dict[tuple[int, int, tuple[int, ...]], float] = {}
        self.by_order: list[int] = []

    def __call__(self, x: int, y: int, given: Any = ()) -> float:
        """Return the p-value of x and y being independent given a set of variables."""
        first, second = sorted((int(x), int(y)))
        key = (first, second, tuple(sorted(int(v) for v in given or ())))
        if key not in self._known:
            order = len(key[2])
            self.by_order += [0] * (order + 1 - len(self.by_order))
            self.by_order[order] += 1
            self._known[key] = float(self._test(first, second, key[2]))
        return self._known[key]

    @property
    def total(self) -> int:
        """Number of different tests so far."""
        return len(self._known)


def check_regular(data: DiscoveryData) -> None:
    """Raise where continuous columns are constant, copies or linear combinations of others.

    Libraries invert what cannot be inverted and go on with the rounding errors; this is the check
    that causattn's own engine makes.
    """
    from causattn.discovery.pc import GaussianStatistics  # not for those who check nothing

    GaussianStatistics.from_data(data.values, data.names)


@contextlib.contextmanager
def errors_as_sentences(data: DiscoveryData) -> Iterator[None]:
    """Turn causal-learn's complaint about a singular matrix into a sentence that names columns."""
    try:
        yield
    except (ValueError, np.linalg.LinAlgError) as error:
        if "singular" not in str(error).lower():
            raise
        raise DataError(
            f"Variables are exact linear combinations of others ({collinear(data)}), so that "
            "partial correlations do not exist; drop one of them."
        ) from None


def collinear(data: DiscoveryData) -> str:
    """Return in words which columns are linear combinations of others."""
    import scipy.linalg

    centred = data.values - data.values.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=0)
    _, upper, order = scipy.linalg.qr(centred, mode="economic", pivoting=True)
    size = np.abs(np.diagonal(upper))
    rank = int((size > 1e-8 * size[0]).sum())
    kept, extra = order[:rank], order[rank:]
    if not len(extra):
        return "no single column stands out"
    weights = np.linalg.lstsq(centred[:, kept], centred[:, extra[0]], rcond=None)[0]
    partners = [data.names[int(k)] for k in kept[np.abs(weights) > 1e-6]]
    return f"{data.names[int(extra[0])]} of {', '.join(sorted(partners)[:5])}"


def counted_method() -> str:
    """Return the name under which causal-learn's searches find a `CountedTest` handed to them.

    Those that build their test themselves, from data and a name, pass other arguments on: call
    ``fci(data, counted_method(), ..., counted=test)``.
    """
    from causallearn.utils import cit

    class HandedIn(cit.CIT_Base):
        """A test that was built before."""

        def __init__(self, data: np.ndarray, counted: CountedTest) -> None:
            self.data = data
            self.method = counted.method
            self._counted = counted

        def __call__(self, x: int, y: int, given: Any = ()) -> float:
            return self._counted(x, y, given)

    name = "causattn-counted"
    cit.register_ci_test(name, HandedIn)
    return name


def check_causal_learn_priors(chosen: ChosenScore, settings: ScoreSettings) -> None:
    """Raise where a score is asked for with what causal-learn's do not have."""
    if settings.ridge:
        raise CapabilityError("causal-learn's scores have no ridge; choose engine=causattn.")
    priors = (settings.equivalent_sample_size, settings.structure_prior)
    if chosen.name == "bdeu" and priors != (1, 1):
        raise CapabilityError(
            "causal-learn's BDeu has equivalent_sample_size=1 and structure_prior=1; leave them "
            "so or choose engine=causattn."
        )
    if chosen.name == "bdeu" and chosen.local.size < 3:
        raise CapabilityError(
            "causal-learn's BDeu is not defined for two variables; choose engine=causattn."
        )
