import numpy as np

from experiments.cebab.uncertainty import bootstrap_means


def test_against_drawing_the_rows_one_by_one():
    """Groups of unequal size: the scatter is that of drawing groups, not rows."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(60), rng.integers(1, 5, 60))
    level = rng.normal(size=60)[groups]
    values = np.column_stack([level, 2 * level + 1])[:, None, :]
    found = bootstrap_means(values, groups.astype(str), np.random.default_rng(1), 4000)
    assert found.shape == (4000, 1, 2)
    members = [np.flatnonzero(groups == group) for group in range(60)]
    expected = []
    for _ in range(2000):
        rows = np.concatenate([members[k] for k in rng.integers(0, 60, 60)])
        expected.append(values[rows, 0, 0].mean())
    np.testing.assert_allclose(found[:, 0, 0].mean(), np.mean(expected), atol=0.02)
    np.testing.assert_allclose(found[:, 0, 0].std(), np.std(expected), rtol=0.08)
    # Both columns are means over the same rows.
    np.testing.assert_allclose(found[:, 0, 1], 2 * found[:, 0, 0] + 1)
