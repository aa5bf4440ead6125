import numpy as np

from causattn.graphs import Mark
from experiments.abcd.cleann import Explanation, explain, sets_by_graph, sets_by_rank


def chain():
    """Return the PAG 2 -> 1 -> 0, and 3 apart."""
    marks = np.zeros((4, 4), dtype=np.int8)
    for cause, effect in ((2, 1), (1, 0)):
        marks[cause, effect], marks[effect, cause] = Mark.ARROW, Mark.TAIL
    return marks


def test_sets_follow_the_graph_from_the_target_outwards():
    marks = chain()
    # 1 is no collider and closes no triangle, so that no path goes through it to 2.
    assert list(sets_by_graph(marks, 0, 2)) == [(1,)]
    marks[0, 2], marks[2, 0] = Mark.TAIL, Mark.ARROW
    marks[2, 0], marks[0, 2] = Mark.ARROW, Mark.TAIL
    assert list(sets_by_graph(marks, 0, 2)) == [(1,), (2,), (1, 2)]


def test_descendants_of_the_target_explain_nothing():
    assert list(sets_by_graph(chain(), 2, 2)) == []


def test_sets_by_rank_come_small_first_and_best_first():
    assert list(sets_by_rank([7, 3, 5], 2)) == [(7,), (3,), (5,), (7, 3), (7, 5), (3, 5)]


def test_explanation_is_the_first_set_that_changes_the_prediction():
    asked = []

    def changes(nodes):
        asked.append(nodes)
        return nodes == (7, 5)

    assert explain(sets_by_rank([7, 3, 5], 2), changes, 10) == Explanation((7, 5), 5)
    assert explain(sets_by_rank([7, 3, 5], 2), changes, 3) == Explanation(None, 3)
    assert explain(iter(()), changes, 3) == Explanation(None, 0)
    assert len(asked) == 8
