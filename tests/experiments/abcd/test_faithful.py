import numpy as np

from experiments.abcd.faithful import data_of_correlation, faithful_attention


def test_data_have_exactly_the_correlation_given():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(5, 8))
    covariance = root @ root.T
    scale = np.sqrt(np.diagonal(covariance))
    wanted = covariance / np.outer(scale, scale)
    data = data_of_correlation(wanted, 40, rng)
    np.testing.assert_allclose(np.corrcoef(data.T), wanted, atol=1e-12)
    np.testing.assert_allclose(data.mean(0), 0, atol=1e-12)


def test_attention_rows_sum_to_one_and_reach_along_directed_paths_only():
    import networkx as nx

    for seed in range(10):
        attention, truth = faithful_attention(7, 2.0, np.random.default_rng(seed))
        np.testing.assert_allclose(attention.sum(1), 1)
        assert truth.kind == "dag"
        graph = nx.DiGraph(truth.adjacency("from row to column"))
        for token in range(7):
            read = set(np.flatnonzero(attention[token] > 1e-12)) - {token}
            assert read == nx.ancestors(graph, token)
