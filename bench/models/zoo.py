"""The bench's models, with random weights: `build(name)` gives a module, `inputs(name)` what it takes. The time of a run depends on neither's values.

Torchvision's classifiers by their names, and beside them the sizes that people know by name: BERT-base at 128 tokens, the encoder of Whisper-tiny
(30 seconds of sound), GPT-2 small at 64 tokens, and the U-Net of Ronneberger et al. (2015) with batch norm, 32 channels wide, at 256x256.
"""

import pathlib
import sys

import torch
import transformers
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "models"))
import torchvision_models


def tokens(length, vocabulary):
    return torch.randint(0, vocabulary, (1, length))


class Output(nn.Module):
    """One tensor of what a model of transformers answers."""

    def __init__(self, model, field, **options):
        super().__init__()
        self.model, self.field, self.options = model, field, options

    def forward(self, x):
        return self.model(x, **self.options)[self.field]


class UNet(nn.Module):
    def __init__(self, width=32, depth=4):
        super().__init__()
        widths = [width << level for level in range(depth + 1)]
        self.down = nn.ModuleList(self.block(a, b) for a, b in zip([3] + widths, widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in reversed(widths[:-1]))
        self.join = nn.ModuleList(self.block(2 * w, w) for w in reversed(widths[:-1]))
        self.head = nn.Conv2d(width, 1, 1)

    @staticmethod
    def block(inputs, outputs):
        layers = []
        for channels in (inputs, outputs):
            layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
        return nn.Sequential(*layers)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else nn.functional.max_pool2d(x, 2))
            skips.append(x)
        for up, join, skip in zip(self.up, self.join, reversed(skips[:-1])):
            x = join(torch.cat([up(x), skip], dim=1))
        return self.head(x)


OTHERS = {
    "bert_base": (lambda: Output(transformers.BertModel(transformers.BertConfig(), add_pooling_layer=False), "last_hidden_state"), lambda: tokens(128, 30522)),
    "whisper_tiny": (
        lambda: Output(transformers.models.whisper.modeling_whisper.WhisperEncoder(transformers.WhisperConfig(
            d_model=384, encoder_layers=4, decoder_layers=4, encoder_attention_heads=6, decoder_attention_heads=6,
            encoder_ffn_dim=1536, decoder_ffn_dim=1536)), "last_hidden_state"),
        lambda: torch.randn(1, 80, 3000)),
    # With a mask given: without one, the model looks for several texts in one, by an operator that ONNX has not.
    "gpt2": (
        lambda: Output(transformers.GPT2LMHeadModel(transformers.GPT2Config()), "logits", use_cache=False, attention_mask=torch.ones(1, 64, dtype=torch.int64)),
        lambda: tokens(64, 50257)),
    "unet": (UNet, lambda: torchvision_models.picture(1, 3, 256, 256)),
}


def build(name):
    model = OTHERS[name][0]() if name in OTHERS else torchvision_models.build(name, 224)
    return model.eval()


def example(name):
    return OTHERS[name][1]() if name in OTHERS else torchvision_models.picture(1, 3, 224, 224)
