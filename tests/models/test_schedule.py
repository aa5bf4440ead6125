import pytest

from causattn.models.schedule import Plateau, Schedule, most_steps


def test_more_values_take_more_steps_and_few_documents_fewer() -> None:
    asia, alarm = most_steps(19_600, 16, 128), most_steps(19_600, 105, 128)
    assert 500 <= asia < alarm
    assert most_steps(400, 105, 128) < alarm
    assert most_steps(10**6, 16, 128) == asia


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    schedule = Schedule(1000)
    rates = [schedule.rate(step) for step in range(1001)]
    assert rates[0] < 0.05
    assert rates[300] == rates[700] == 1
    assert rates[900] == pytest.approx(0.4)
    assert rates[1000] == 0


def test_what_has_settled_cools_for_a_share_of_what_was_done() -> None:
    schedule = Schedule(1000)
    schedule.settle(300)
    assert schedule.end == 400
    assert schedule.rate(299) == 1
    assert schedule.rate(350) == pytest.approx(0.5)
    schedule.settle(350)  # it is cooling
    assert schedule.end == 400


def test_one_step_is_a_schedule() -> None:
    assert 0 < Schedule(1).rate(0) <= 1


def test_a_plateau_is_so_many_looks_without_news() -> None:
    plateau = Plateau(patience=2, least=0.01)
    said = [plateau.reached(loss) for loss in (1.0, 0.5, 0.499, 0.4, 0.399, 0.398)]
    assert said == [False, False, False, False, False, True]
