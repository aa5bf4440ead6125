import numpy as np
from CausalDisco.analytics import var_sortability as reference

from causattn.graphs import var_sortability
from experiments.sortability.measure import random_linear_model


def test_random_model_is_acyclic_and_obeys_its_equations():
    rng = np.random.default_rng(0)
    data, truth = random_linear_model(8, 3.0, 20_000, rng)
    adjacency = truth.adjacency("from row to column")
    assert truth.kind == "dag"
    assert adjacency.sum() > 0
    # Given its parents, a variable is independent of its other predecessors' noise.
    for node in range(8):
        parents = np.flatnonzero(adjacency[:, node])
        design = np.column_stack([data[:, parents], np.ones(len(data))])
        coefficients, *_ = np.linalg.lstsq(design, data[:, node], rcond=None)
        assert np.all((np.abs(coefficients[:-1]) > 0.45) & (np.abs(coefficients[:-1]) < 2.05))
        residual = data[:, node] - design @ coefficients
        assert 0.45 < residual.std() < 2.05
    assert np.isclose(var_sortability(data, truth), reference(data, adjacency))
