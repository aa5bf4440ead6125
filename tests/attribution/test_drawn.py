"""LIME, KernelSHAP and Shapley sampling: by hand, by all coalitions, and against shap."""

from itertools import permutations, product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from causattn.attribution import HiddenTarget, LabelTarget, explain
from causattn.attribution.cases import ready_cases
from causattn.attribution.explainers.kernel_shap import KernelShapExplainer
from causattn.attribution.explainers.lime import LimeExplainer
from causattn.attribution.explainers.shapley_sampling import ShapleySamplingExplainer
from causattn.attribution.explainers.shared.coalitions import Coalitions, drawn_by
from causattn.attribution.output import ModelOutput


class Game:
    """A game given by a function of who is in, which notes what it was asked."""

    def __init__(self, players: int, worth) -> None:
        self._players, self._worth = players, worth
        self.asked: list[np.ndarray] = []

    def __len__(self) -> int:
        return self._players

    def __call__(self, members: torch.Tensor) -> torch.Tensor:
        rows = members.numpy().astype(float)
        self.asked += list(rows)
        return torch.tensor([float(self._worth(row)) for row in rows], dtype=torch.float64)


def random_game(players: int, seed: int) -> Game:
    table = np.random.default_rng(seed).normal(size=2**players)
    return Game(players, lambda row: table[int(row @ (2 ** np.arange(players)))])


def shapley_values(game) -> np.ndarray:
    """All orders of the players, one after the other."""
    players = len(game)
    total, count = np.zeros(players), 0
    for order in permutations(range(players)):
        members = np.zeros(players)
        before = float(game(torch.tensor(members[None]))[0])
        for player in order:
            members[player] = 1
            after = float(game(torch.tensor(members[None]))[0])
            total[player] += after - before
            before = after
        count += 1
    return total / count


def drawn(kind, game, samples, seed=0, **more):
    chosen = kind.settings(samples=samples, **more)
    explainer = kind(None, chosen, seed)
    with drawn_by(np.random.default_rng(seed)):
        return explainer.of_game(game, 16)


WEIGHTS = np.array([2.0, -1.0, 0.5, 0.0, 3.0])


@pytest.mark.parametrize("kind", [LimeExplainer, KernelShapExplainer, ShapleySamplingExplainer])
def test_an_additive_game_is_found_exactly(kind):
    more = {"ridge": 1e-9} if kind is LimeExplainer else {}
    score, error = drawn(kind, Game(5, lambda row: 7 + row @ WEIGHTS), 60, **more)
    assert np.allclose(score, WEIGHTS, atol=1e-5)
    assert np.allclose(error, 0, atol=1e-5)


def test_lime_is_a_weighted_ridge_of_what_it_drew():
    game = random_game(5, 1)
    score, _ = drawn(LimeExplainer, game, 80, ridge=1.0, kernel_width=0.25)
    rows = np.array(game.asked)[-80:]
    outcomes = np.array([float(game(torch.tensor(row[None]))[0]) for row in rows])
    cosine = np.sqrt(rows.sum(1) / 5)
    weights = np.exp(-((1 - cosine) ** 2) / (2 * 0.25**2))
    expected = Ridge(alpha=1.0).fit(rows, outcomes, sample_weight=weights).coef_
    assert np.allclose(score, expected, atol=1e-4)


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_sampled_orders_are_near_the_shapley_values(seed):
    game = random_game(4, seed)
    score, error = drawn(ShapleySamplingExplainer, game, 200, seed)
    exact = shapley_values(game)
    assert (np.abs(score - exact) < 5 * error + 1e-6).all()
    # Each order hands out all that there is.
    whole, empty = game(torch.tensor([[1.0] * 4, [0.0] * 4])).tolist()
    assert np.isclose(score.sum(), whole - empty, atol=1e-4)


@given(st.integers(0, 10_000))
@settings(max_examples=4, deadline=None)
def test_kernel_shap_is_near_the_shapley_values(seed):
    game = random_game(4, seed)
    score, error = drawn(KernelShapExplainer, game, 800, seed)
    assert (np.abs(score - shapley_values(game)) < 6 * error + 2e-2).all()


def test_kernel_shap_agrees_with_shap():
    shap = pytest.importorskip("shap")
    game = random_game(5, 3)
    explainer = shap.KernelExplainer(
        lambda rows: game(torch.tensor(rows)).numpy(), np.zeros((1, 5)), link="identity"
    )
    exact = explainer.shap_values(np.ones((1, 5)), silent=True)[0]
    assert np.allclose(exact, shapley_values(game), atol=1e-6)
    score, error = drawn(KernelShapExplainer, game, 4000)
    assert (np.abs(score - exact) < 5 * error + 1e-2).all()


def test_one_player_gets_all():
    score, error = drawn(KernelShapExplainer, Game(1, lambda row: 3 + 4 * row[0]), 10)
    assert score.tolist() == [4]
    assert error.tolist() == [0]


@pytest.mark.parametrize(
    ("kind", "samples"),
    [(LimeExplainer, 120), (KernelShapExplainer, 120), (ShapleySamplingExplainer, 40)],
)
def test_standard_errors_are_the_spread_of_repeated_draws(kind, samples):
    found = [drawn(kind, random_game(4, 5), samples, seed) for seed in range(40)]
    spread = np.std([score for score, _ in found], axis=0, ddof=1)
    said = np.sqrt(np.mean([error**2 for _, error in found], axis=0))
    assert (said / spread > 0.6).all()
    assert (said / spread < 1.6).all()


def test_coalitions_are_worth_what_the_model_says(models, texts):
    model = models("masked")
    cases = ready_cases(model, texts[2:3], HiddenTarget([(0, 5)]))
    output = ModelOutput(model, "logit")
    batch = cases.take(np.array([0]), model.device)
    worth = Coalitions(output, batch, 0, 2)
    rows = np.array(list(product([0, 1], repeat=len(worth))))
    found = worth(torch.tensor(rows)).numpy()
    again = worth(torch.tensor(rows[::-1].copy())).numpy()[::-1]
    assert (found == again).all()
    for row, value in zip(rows, found, strict=True):
        ids = batch.ids[0].clone()
        for stays, place in zip(row, worth.players.tolist(), strict=True):
            if not stays:
                ids[place] = model.tokenizer.mask_token_id
        with torch.no_grad():
            logits = model.network(input_ids=ids[None]).logits[0]
        position, token = batch.position[0], batch.index[0]
        expected = sum(logits[p, t].item() for p, t in zip(position, token, strict=True) if p >= 0)
        assert np.isclose(value, expected, atol=1e-4)


@pytest.mark.parametrize("kind", ["kernel_shap", "shapley_sampling"])
def test_a_text_is_explained_by_its_shapley_values(models, kind):
    model, text = models("classifier"), "great food, slow"
    (found,) = explain(model, [text], {"kind": kind, "samples": 400}, target=LabelTarget(0))
    cases = ready_cases(model, [text], LabelTarget(0))
    batch = cases.take(np.array([0]), model.device)
    exact = shapley_values(Coalitions(ModelOutput(model, "logit"), batch, 0, 64))
    inner = found.score[1:-1]
    assert found.error is not None
    assert (np.abs(inner - exact) < 5 * found.error[1:-1] + 5e-3).all()
    assert np.isclose(found.score.sum(), found.output - found.baseline, atol=1e-3)
