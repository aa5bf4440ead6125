import pickle

import pytest

from causattn.base import ConfigError, ConfigMistakes, DataError


def test_one_mistake_is_raised_as_it_was() -> None:
    mistakes = ConfigMistakes()
    mistakes.raise_all()
    for _ in range(2):
        with mistakes.noted():
            raise DataError("There is no file.")
    with pytest.raises(DataError, match="There is no file"):
        mistakes.raise_all()


def test_several_are_one_error_with_all_of_them() -> None:
    outer, inner = ConfigMistakes(), ConfigMistakes()
    for text in ("a.", "b."):
        with inner.noted():
            raise ConfigError(text)
    with outer.noted():
        inner.raise_all()
    with outer.noted():
        raise DataError("c.")
    with pytest.raises(ConfigError) as found:
        outer.raise_all()
    kept = pickle.loads(pickle.dumps(found.value))
    assert str(kept) == "3 mistakes: 1. a. 2. b. 3. c."
    assert kept.mistakes == ["a.", "b.", "c."]
