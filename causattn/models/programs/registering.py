"""Makes transformers' ``Auto`` classes know compiled programs, so that folders can be read."""

from transformers import AutoConfig, AutoModel, AutoModelForMaskedLM

from causattn.models.programs.network import (
    ProgramBody,
    ProgramForMaskedLM,
    ProgramNetworkConfig,
)

AutoConfig.register(ProgramNetworkConfig.model_type, ProgramNetworkConfig)
AutoModel.register(ProgramNetworkConfig, ProgramBody)
AutoModelForMaskedLM.register(ProgramNetworkConfig, ProgramForMaskedLM)
