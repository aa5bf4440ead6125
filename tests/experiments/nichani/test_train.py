import numpy as np

from experiments.nichani.pipeline import attention_candidates, forest_graph
from experiments.nichani.train import Trained, train

PARENTS = np.array([-1, 0, -1, 2, 1])


def short(seed):
    return train(
        PARENTS,
        symbols=3,
        concentration=0.1,
        batch=256,
        steps=500,
        learning_rate=1.0,
        seed=seed,
    )


def test_training_finds_the_parents_and_repeats_itself():
    first, again = short(0), short(0)
    np.testing.assert_array_equal(first.attention, again.attention)
    assert first.hits == 3
    assert first.loss < np.log(3) - 0.05


def test_attention_on_parents_is_read_off_by_hand():
    attention = np.tril(np.ones((4, 4)))
    attention /= attention.sum(1, keepdims=True)
    attention[2] = [0.1, 0.7, 0.2, 0]
    trained = Trained(np.array([-1, 0, 1]), attention, 0.0)
    np.testing.assert_allclose(trained.on_parents, [0.5, 0.7])
    assert trained.hits == 2


def test_candidates_run_from_what_is_read_to_what_reads():
    attention = np.zeros((4, 4))
    attention[1, 0], attention[2, 1], attention[2, 0] = 0.9, 0.8, 0.1
    np.fill_diagonal(attention, 1.0)
    found = attention_candidates(attention, 2 / 3)
    assert found.score[0, 1] == 0.9
    assert found.pair_count == 2
    assert not found.allowed[0, 2]
    graph = forest_graph(np.array([-1, 0, 1]))
    assert np.all(found.allowed == graph.skeleton())
