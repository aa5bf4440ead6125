"""Own functions are checked for what they take and give."""

from functools import partial

import numpy as np
import pytest

from causattn.base import ConfigError, check_takes, number_given


def two(x, y):
    return x + y


class Asks:
    def p_values(self, questions):
        return questions


@pytest.mark.parametrize(
    "function", [two, lambda *anything: 0, partial(lambda x, y, z: 0, z=1), Asks, max]
)
def test_a_function_that_takes_them_passes(function):
    check_takes(function, ("x", "y") if function is not Asks else ())


def test_by_place_and_by_name():
    check_takes(Asks().p_values, ("anything",))
    check_takes(two, ("y", "x"), by_name=True)
    with pytest.raises(
        ConfigError, match=r"two\(x, y\) is called with \(a, b\), which it does not"
    ):
        check_takes(two, ("a", "b"), by_name=True)
    with pytest.raises(
        ConfigError, match=r"\(x, y\) is called with \(x, y, given\), which it does"
    ):
        check_takes(two, ("x", "y", "given"))


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.array(1), "1", True])
def test_a_number_is_its_float(value):
    assert number_given(value) == 1.0


@pytest.mark.parametrize("value", [None, "high", [1.0, 2.0], np.array([1.0, 2.0]), object()])
def test_what_is_no_number_is_nan(value):
    assert np.isnan(number_given(value))
