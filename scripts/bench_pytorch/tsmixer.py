"""TSMixer as transformers has it: PatchTSMixerForPrediction with the configurations of the crate's variants."""

import torch
from torch import nn

LONG = dict(context_length=512, prediction_length=96)
ETTH1 = dict(LONG, num_input_channels=7, d_model=48, expansion_factor=3, dropout=0.5, head_dropout=0.7)
VARIANTS = {
    "default": dict(num_input_channels=1),
    "etth1": ETTH1,
    "etth1-mix-channel": dict(ETTH1, mode="mix_channel"),
    "etth1-ungated": dict(ETTH1, gated_attn=False),
    "electricity": dict(LONG, num_input_channels=321, d_model=16, num_layers=8),
}


class Forecaster(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, past):
        return self.model(past_values=past).prediction_outputs


def workload(name, samples):
    """The variant called `name`, with a batch of windows of noise; the loss is the mean squared error, as in the class itself."""
    # Here, so that the other systems can be measured without transformers.
    from transformers import PatchTSMixerConfig, PatchTSMixerForPrediction

    config = PatchTSMixerConfig(**VARIANTS[name])
    past = torch.randn(samples, config.context_length, config.num_input_channels)
    future = torch.randn(samples, config.prediction_length, config.num_input_channels)
    return Forecaster(PatchTSMixerForPrediction(config)), past, lambda forecast: nn.functional.mse_loss(forecast, future)
