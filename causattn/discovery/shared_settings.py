"""Settings that families of algorithms share: one test or one score, named, for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from causattn.base import CapabilityError, ConfigError
from causattn.discovery.contract import Kinds, RunSettings, resolved
from causattn.discovery.data import DiscoveryData
from causattn.discovery.scores import BDeu, Categories, DiscreteBIC, GaussianBIC, LocalScore

Test = Literal["auto", "fisher_z", "chi_square", "g_square"]
Score = Literal["auto", "bic", "bdeu"]


@dataclass(frozen=True, kw_only=True)
class TestSettings(RunSettings):
    """Settings of algorithms that test independence.

    Parameters
    ----------
    test
        ``"auto"`` (fisher_z for continuous, g_square for discrete data), ``"fisher_z"``,
        ``"chi_square"`` or ``"g_square"``.
    alpha
        Level of each test.
    """

    __test__ = False  # not a test of pytest's

    test: Test = "auto"
    alpha: float = 0.01


@dataclass(frozen=True, kw_only=True)
class ScoreSettings(RunSettings):
    """Settings of algorithms that search by a score.

    Parameters
    ----------
    score
        ``"auto"`` (bic for continuous, bdeu for discrete data), ``"bic"`` or ``"bdeu"``.
    penalty
        bic: price of a parameter in units of log n; 0.5 is the BIC as published (Schwarz).
    equivalent_sample_size
        bdeu: weight of the uniform prior in rows.
    structure_prior
        bdeu: expected number of parents of a variable; None for no such prior.
    ridge
        bic of continuous data: share of each variance added to the diagonal of the covariance,
        where columns are linear combinations of others.
    """

    score: Score = "auto"
    penalty: float = 0.5
    equivalent_sample_size: float = 1.0
    structure_prior: float | None = 1.0
    ridge: float = 0.0


@dataclass(frozen=True)
class ChosenScore:
    """A score of the data, its name, and what it is in words."""

    local: LocalScore
    name: str
    text: str


def chosen_score(data: DiscoveryData, settings: ScoreSettings, offered: Kinds) -> ChosenScore:
    """Return the score that the settings name, of the data.

    Raises
    ------
    CapabilityError
        Where the score is not for this kind of data.
    ConfigError
        For a penalty that is not above 0.
    """
    name = resolved(settings.score, data, offered, "score")
    if not settings.penalty > 0:
        raise ConfigError(f"penalty={settings.penalty} must be above 0; 0.5 is the BIC.")
    local = local_score(
        data,
        name,
        penalty=settings.penalty,
        equivalent_sample_size=settings.equivalent_sample_size,
        structure_prior=settings.structure_prior,
        ridge=settings.ridge,
    )
    return ChosenScore(local, name, _score_text(name, settings))


def local_score(
    data: DiscoveryData,
    score: str,
    *,
    penalty: float = 0.5,
    equivalent_sample_size: float = 1.0,
    structure_prior: float | None = None,
    ridge: float = 0.0,
) -> LocalScore:
    """Return a score of the data.

    Parameters
    ----------
    data
        The table.
    score
        ``"bic"`` (Gaussian for continuous, multinomial for discrete data) or ``"bdeu"``.
    penalty
        Price of a parameter in units of log n, for the BIC.
    equivalent_sample_size, structure_prior
        Weight of the uniform prior in rows, and expected number of parents of a variable (None for
        no such prior), for BDeu. With two variables there is no structure prior.
    ridge
        Share of each variance added to the covariance's diagonal, for the Gaussian BIC.
    """
    if score == "bic" and data.kind == "continuous":
        return GaussianBIC.from_data(data.values, penalty=penalty, ridge=ridge, names=data.names)
    coded = Categories(data.codes, cardinalities=data.cardinalities.tolist(), names=data.names)
    if score == "bic":
        return DiscreteBIC(coded, penalty=penalty)
    if data.size <= 2:
        structure_prior = None
    return BDeu(
        coded, equivalent_sample_size=equivalent_sample_size, structure_prior=structure_prior
    )


def check_alpha(alpha: float, where: str = "alpha") -> None:
    """Raise where a level is none; `where` is what it is called."""
    if not 0 < alpha < 1:
        raise ConfigError(f"{where}={alpha:g} is no level of a test; choose one between 0 and 1.")


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


def _score_text(score: str, settings: ScoreSettings) -> str:
    """Return a score and what it costs in words."""
    if score == "bic":
        ridge = f", ridge {settings.ridge:g}" if settings.ridge else ""
        return f"bic, penalty {settings.penalty:g} log n{ridge}"
    prior = settings.structure_prior
    structure = "" if prior is None else f", structure prior {prior:g}"
    return f"bdeu, equivalent sample size {settings.equivalent_sample_size:g}{structure}"
