"""Encoders with decoders, and T5's encoder alone."""

from tiny import SIDES, both_sides, text, tiny, tiny_each

T5 = {
    "vocab_size": 99, "d_model": 32, "d_kv": 8, "d_ff": 37, "num_layers": 2, "num_heads": 4, "relative_attention_num_buckets": 8,
    "pad_token_id": 0, "decoder_start_token_id": 0, "use_cache": False}

tiny_each("""
    t5-encoder          T5      EncoderModel
    mt5-encoder         MT5     EncoderModel
    umt5-encoder        UMT5    EncoderModel
    """, T5, text)
tiny("t5-encoder-gated", "T5", "EncoderModel", T5, text, feed_forward_proj="gated-gelu")
tiny("t5", "T5", "ForConditionalGeneration", T5, both_sides)
tiny_each("""
    bart                Bart            Model
    bart-generation     Bart            ForConditionalGeneration
    blenderbot-small    BlenderbotSmall Model
    m2m-100             M2M100          Model
    marian              Marian          MTModel
    mbart               MBart           Model
    pegasus             Pegasus         Model
    plbart              PLBart          Model
    """, SIDES, both_sides)
