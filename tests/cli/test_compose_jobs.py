"""A job composed over a shared copy is what Hydra composes from its files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.types import RunMode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omegaconf import DictConfig, OmegaConf

from causattn.cli.compose import config_folder
from causattn.cli.compose_jobs import JobComposer
from causattn.cli.hydra import register_names

CHOICES = st.lists(
    st.sampled_from(
        [
            "discovery=pc",
            "discovery=ges",
            "corpus=alarm",
            "experiment=quick",
            "experiment=discovery",
            "seed=3",
            "seed=4",
            "threads=2",
            "corpus.documents=77",
            "corpus.style=sentences",
            "+corpus.extra={a:1,b:[2,x]}",
            "controls=[]",
            "controls=[permuted]",
            "paths.cache=${paths.runs}/c",
            "limits={timeout_s:3}",
            "~limits.timeout_s",
            "++limits.timeout_s=9",
            "launcher=basic",
        ]
    ),
    max_size=6,
    unique_by=lambda text: text.lstrip("+~").partition("=")[0],
)


@pytest.fixture(scope="module")
def hydra() -> Iterator[tuple[Any, DictConfig]]:
    """Hydra's loader, and the configuration of a sweep over the real files."""
    register_names()
    Plugins.instance()
    with initialize_config_dir(config_dir=str(config_folder()), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        yield loader, loader.load_configuration("config", [], run_mode=RunMode.MULTIRUN)


def by_hydra(hydra: tuple[Any, DictConfig], overrides: list[str]) -> Any:
    loader, master = hydra
    whole = loader.load_sweep_config(master, overrides)
    names = [str(key) for key in whole if key != "hydra"]
    return OmegaConf.to_container(OmegaConf.masked_copy(whole, names))


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(sweep=st.lists(CHOICES, min_size=1, max_size=3))
def test_it_is_what_hydra_composes(hydra: tuple[Any, DictConfig], sweep: list[list[str]]) -> None:
    composer = JobComposer(*hydra)
    for overrides in sweep:
        try:
            expected = by_hydra(hydra, overrides)
        except HydraException:
            with pytest.raises(HydraException):
                composer.compose(overrides)
            continue
        assert OmegaConf.to_container(composer.compose(overrides)[0]) == expected


def test_jobs_with_the_same_options_share_their_files(hydra: tuple[Any, DictConfig]) -> None:
    composer = JobComposer(*hydra)
    first, second, other = (
        composer.compose(given)
        for given in (["discovery=pc", "seed=1"], ["discovery=pc", "seed=2"], ["discovery=ges"])
    )
    assert first[1] is second[1]
    assert other[1] is not first[1]
    assert (first[0].seed, second[0].seed, other[0].seed) == (1, 2, 0)


def test_an_unknown_key_is_as_unknown(hydra: tuple[Any, DictConfig], tmp_path: Path) -> None:
    with pytest.raises(HydraException, match="sed"):
        JobComposer(*hydra).compose(["sed=3"])
