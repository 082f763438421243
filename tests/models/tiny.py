"""Declares tiny configurations of transformers' architectures; architectures/ has them, transformers_models.py writes them."""

import torch
import transformers

MODELS = {}  # name: (model class, configuration class, configuration, inputs)


def tiny(name, prefix, head, base, inputs, config=None, **changes):
    """The class Prefix + Head with the configuration `base`, changed; `inputs(batch, length)` gives its keyword arguments."""
    MODELS[name] = (prefix + head, config or prefix + "Config", base | changes, inputs)


def tiny_each(table, base, inputs):
    """Those that need no change: a line each of name, prefix and head."""
    for line in table.strip().splitlines():
        tiny(*line.split(), base, inputs)


def build(name):
    """The model with weights large enough that what they compute shows."""
    model_class, config_class, configuration, _ = MODELS[name]
    model_class, _, part = model_class.partition(".")
    model = getattr(transformers, model_class)(getattr(transformers, config_class)(**configuration)).eval()
    for parameter_name, parameter in model.named_parameters():
        if parameter.dim() > 1:  # the library starts with a deviation of .02, at which attention sees hardly anything
            parameter.data.mul_(3)
        elif parameter_name.endswith("bias"):
            parameter.data.add_(torch.randn_like(parameter) * 0.1)
    return model.get_submodule(part) if part else model


# --- sizes -----------------------------------------------------------------------------------------------------------

TEXT = {
    "vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37,
    "max_position_embeddings": 64, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
PICTURE = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "image_size": 32, "patch_size": 8,
    "num_channels": 3}
SIDES = {
    "vocab_size": 99, "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
    "decoder_attention_heads": 4, "encoder_ffn_dim": 37, "decoder_ffn_dim": 37, "max_position_embeddings": 64, "pad_token_id": 0,
    "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2, "forced_eos_token_id": 2, "use_cache": False}

# --- inputs ----------------------------------------------------------------------------------------------------------


def ids(batch, length):
    return torch.randint(3, 99, (batch, length))


def mask(batch, length):
    """The last row's tail is padding."""
    attention = torch.ones(batch, length, dtype=torch.int64)
    attention[-1, length - length // 3 :] = 0
    return attention


def text(batch=2, length=9):
    return {"input_ids": ids(batch, length), "attention_mask": mask(batch, length)}


def text_with_types(batch=2, length=9):
    return text(batch, length) | {"token_type_ids": torch.randint(0, 2, (batch, length))}


def only_ids(batch=2, length=9):
    return {"input_ids": ids(batch, length)}


def both_sides(batch=2, length=9):
    return text(batch, length) | {"decoder_input_ids": ids(batch, 7)}


def image(side):
    return lambda batch=2, length=None: {"pixel_values": torch.randn(batch, 3, side, side)}


def image_and_text(batch=2, length=9):
    return text(batch, length) | image(32)(batch)


def numbers(name, *shape):
    """One input of a fixed shape after the batch."""
    return lambda batch=1, length=None: {name: torch.randn(batch, *shape)}
