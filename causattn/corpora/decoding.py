"""From a file's bytes to its text: compression, byte order marks, encodings."""

from __future__ import annotations

import codecs
from itertools import pairwise
from pathlib import Path

from causattn.base import DataError, memory_room, size_in_words, unzipped

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""Byte order marks, the longer ones first, and the encoding that each stands for."""


def ending_of(path: Path) -> str:
    """Return what a file's name ends in, without that of its compression."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def decoded(path: Path, encoding: str) -> str:
    """Return a file's text, or say at which byte it cannot be decoded."""
    try:
        if (size := path.stat().st_size) > memory_room():
            raise DataError(
                f"{path} has {size_in_words(size)}, for which there is no room in memory; give a "
                "part of it, or corpus=streamed."
            )
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); check its rights.") from None
    if content.startswith(_GZIP) or path.suffix.lower() == ".gz":
        content = unzipped(content, path)
    if content.startswith(_ZIP):
        raise DataError(
            f"{path} is an archive, as workbooks of spreadsheets are, and no text; save it as CSV."
        )
    for mark, marked in _MARKS.items():
        if content.startswith(mark):
            content, encoding = content[len(mark) :], marked
            break
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path}, line {line}: byte {error.start} (0x{content[error.start]:02x}) is not "
            f"{encoding}; set corpus.encoding={_likely(content)} or mend the file; more: "
            "causattn explain errors.encoding."
        ) from None
    except LookupError:
        raise DataError(
            f"corpus.encoding={encoding} is no encoding that Python knows; use utf-8, latin-1, "
            "gb18030 or another of its names."
        ) from None
    single = not encoding.lower().startswith(("utf-16", "utf-32", "utf16", "utf32"))
    zeros = [k for k, byte in enumerate(content[:1000]) if not byte]
    if single and len(zeros) > 0.3 * len(content[:1000]):
        order = "le" if zeros[0] % 2 else "be"
        raise DataError(
            f"{path} is not {encoding}: every other byte is zero; set corpus.encoding=utf-16-"
            f"{order}; more: causattn explain errors.encoding."
        )
    return text.removeprefix("\ufeff")


def _likely(content: bytes) -> str:
    """Return the encoding that text which is no UTF-8 is most likely in.

    Chinese characters take two bytes of which the first is high; in Western text high bytes stand
    alone between letters.
    """
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return "cp1252" if any(0x80 <= byte <= 0x9F for byte in content) else "latin-1"
    high = [letter for letter in text if letter > "\x7f"]
    chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in high)
    if high and chinese > 0.6 * len(high) and _in_runs(text):
        return "gb18030"
    return "cp1252" if any(0x80 <= byte <= 0x9F for byte in content) else "latin-1"


def _in_runs(text: str) -> bool:
    """Return whether Chinese characters mostly stand beside each other, as in Chinese text."""
    among = [k for k, letter in enumerate(text) if "\u4e00" <= letter <= "\u9fff"]
    beside = sum(after - before == 1 for before, after in pairwise(among))
    return len(among) > 1 and 2 * beside > len(among)
