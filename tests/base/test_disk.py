"""What libraries raise where a disk refuses, as a sentence."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from causattn.base import disk_error


def test_a_library_in_rust_has_the_number_in_its_text_alone() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no device that is full")
    with pytest.raises(Exception, match="No space left") as caught:
        Tokenizer(WordLevel({"a": 0}, "a")).save("/dev/full")
    assert not isinstance(caught.value, OSError)
    said = str(disk_error(caught.value, Path("store"), "look elsewhere"))
    assert said == "The disk under store is full; free space, or look elsewhere."


@pytest.mark.parametrize("error", [ValueError("no space"), OSError(2, "No such file"), OSError()])
def test_other_errors_are_not_the_disks(error: Exception) -> None:
    assert disk_error(error, Path("store"), "look elsewhere") is None
