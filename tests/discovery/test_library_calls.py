"""Libraries are silenced and seeded, and the world is as it was afterwards."""

import logging
import random
import sys
import warnings

import numpy as np
import pytest

from causattn.discovery.libraries.calls import seeded, silenced


def test_nothing_is_printed_warned_or_logged(capsys, caplog):
    with silenced():
        print("noise")
        print("noise", file=sys.stderr)
        warnings.warn("noise", stacklevel=1)
        logging.getLogger("library").warning("noise")
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
    assert not caplog.records


def test_logging_is_back_afterwards(caplog):
    with pytest.raises(RuntimeError), silenced():
        raise RuntimeError
    logging.getLogger("library").warning("heard")
    assert caplog.records


def test_global_states_are_seeded_and_put_back():
    before = np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    draws = []
    for _ in range(2):
        with seeded(7):
            draws.append((np.random.random(), random.random()))  # noqa: NPY002
    assert draws[0] == draws[1]
    assert np.array_equal(np.random.get_state()[1], before[0])  # noqa: NPY002
    assert random.getstate() == before[1]
