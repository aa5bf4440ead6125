"""Programs compiled to transformers, with the circuit that they are."""

import causattn.models.programs.registering  # noqa: F401
from causattn.models.programs.circuit import ProgramCircuit, program_attention, program_circuit
from causattn.models.programs.network import (
    ProgramBody,
    ProgramForMaskedLM,
    ProgramNetworkConfig,
)

__all__ = [
    "ProgramBody",
    "ProgramCircuit",
    "ProgramForMaskedLM",
    "ProgramNetworkConfig",
    "program_attention",
    "program_circuit",
]
