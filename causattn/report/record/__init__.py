"""What a run keeps to be looked at, and how it is read again."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.report.record.explained import examples_data
    from causattn.report.record.packing import packed, unpacked
    from causattn.report.record.reading import KeptDocument, recorded

__all__ = ["KeptDocument", "examples_data", "packed", "recorded", "unpacked"]

__getattr__ = on_demand(__name__, __file__)
