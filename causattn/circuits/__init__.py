"""Circuits: the graph of a model on a task, its nodes the model's parts."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.circuits.circuit import Circuit, read_circuit, write_circuit
    from causattn.circuits.contract import CircuitTask, PathRule, PathScreen
    from causattn.circuits.evidence import circuit_candidates, circuit_evidence, path_verdict
    from causattn.circuits.find import find_circuit
    from causattn.circuits.parts import part_stage
    from causattn.circuits.prompts import PromptCase, prompt_cases
    from causattn.circuits.registry import PATH_RULES, PATH_SCREENS
    from causattn.circuits.settings import DocumentsSettings, HeadsSettings, graph_settings

__all__ = [
    "PATH_RULES",
    "PATH_SCREENS",
    "Circuit",
    "CircuitTask",
    "DocumentsSettings",
    "HeadsSettings",
    "PathRule",
    "PathScreen",
    "PromptCase",
    "circuit_candidates",
    "circuit_evidence",
    "find_circuit",
    "graph_settings",
    "part_stage",
    "path_verdict",
    "prompt_cases",
    "read_circuit",
    "write_circuit",
]

__getattr__ = on_demand(__name__, __file__)
