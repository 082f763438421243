"""Writes transformers' models in tiny configurations: transformers_models.py OUT [names ...] [--core] [--dynamic].

Each is the library's own module with seeded random weights: two layers or so, a few dozen channels.
"""

import logging
import sys

import torch
import transformers

import bigger
import case

transformers.logging.set_verbosity_error()

SIZE = {
    "vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37,
    "max_position_embeddings": 64,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
GPT2_SIZE = {"vocab_size": 99, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "bos_token_id": 1, "eos_token_id": 2}
VISION = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "image_size": 32,
    "patch_size": 8, "num_channels": 3}
SEQ2SEQ = {
    "vocab_size": 99, "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 37, "decoder_ffn_dim": 37, "max_position_embeddings": 64, "pad_token_id": 0, "bos_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 2, "forced_eos_token_id": 2}
AUDIO = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "conv_dim": (16, 16, 16),
    "conv_stride": (5, 4, 2),
    "conv_kernel": (10, 8, 4), "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2, "vocab_size": 32}


# --- inputs: (exported with, tried with) are made with the same function, at another batch and length when dynamic ---


def ids(batch, length, high=99):
    return torch.randint(3, high, (batch, length))


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


def image(side=32, height=None):
    return lambda batch=2, length=None: {"pixel_values": torch.randn(batch, 3, height or side, side)}


def samples(batch=1, length=811):
    return {"input_values": torch.randn(batch, length)}


def mel(batch=1, length=20):
    return {"input_features": torch.randn(batch, 16, 2 * length), "decoder_input_ids": ids(batch, 7)}


def image_and_text(batch=2, length=9):
    return text(batch, length) | image(32)(batch)


# name: (model class, configuration class, configuration, inputs)
MODELS = {}


def add(name, model, config, inputs, **options):
    MODELS[name] = (model, config, options, inputs)


def add_all(models, config, inputs, **more):
    """Models whose classes are called Prefix + Model and whose configuration is Prefix + Config."""
    for name, (prefix, model) in models.items():
        add(name, prefix + model, prefix + "Config", inputs, **config, **more)


# Text, encoders.
add_all({
    "bert": ("Bert", "Model"), "albert": ("Albert", "Model"), "electra": ("Electra", "Model"),
    "mobilebert": ("MobileBert", "Model"), "convbert": ("ConvBert", "Model"),
    "roformer": ("RoFormer", "Model"), "rembert": ("RemBert", "Model"), "ernie": ("Ernie", "Model"),
    "megatron-bert": ("MegatronBert", "Model"), "splinter": ("Splinter", "Model"),
    "squeezebert": ("SqueezeBert", "Model"),
    "bert-classifier": ("Bert", "ForSequenceClassification"),
    "bert-masked": ("Bert", "ForMaskedLM"), "bert-question": ("Bert", "ForQuestionAnswering")}, SIZE, text_with_types,
    embedding_size=32)
add_all({
    "roberta": ("Roberta", "Model"), "xlm-roberta": ("XLMRoberta", "Model"), "camembert": ("Camembert", "Model"),
    "mpnet": ("MPNet", "Model"), "deberta": ("Deberta", "Model"),
    "deberta-v2": ("DebertaV2", "Model"), "data2vec-text": ("Data2VecText", "Model"), "esm": ("Esm", "Model"),
    "modernbert": ("ModernBert", "Model"), "ibert": ("IBert", "Model"),
    "roberta-prelayernorm": ("RobertaPreLayerNorm", "Model"), "eurobert": ("EuroBert", "Model"),
    "roberta-tagger": ("Roberta", "ForTokenClassification")}, SIZE, text)
MODELS["deberta-v2"][2].update(relative_attention=True, pos_att_type=["p2c", "c2p"], position_biased_input=False,
    position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=True)
MODELS["esm"][2].update(mask_token_id=4, position_embedding_type="rotary", token_dropout=True)
MODELS["modernbert"][2].update(global_attn_every_n_layers=2, local_attention=4, cls_token_id=1, sep_token_id=2)
MODELS["mobilebert"][2].update(embedding_size=16, intra_bottleneck_size=16, true_hidden_size=16)
MODELS["convbert"][2].update(embedding_size=16, head_ratio=2, conv_kernel_size=3)
MODELS["squeezebert"][2].update(q_groups=2, k_groups=2, v_groups=2, post_attention_groups=1, intermediate_size=64,
    intermediate_groups=4, output_groups=4)
add("distilbert", "DistilBertModel", "DistilBertConfig", text, vocab_size=99, dim=32, n_layers=2, n_heads=4, hidden_dim=37,
    max_position_embeddings=64)
add("fnet", "FNetModel", "FNetConfig", only_ids, **SIZE)
add("xlnet", "XLNetModel", "XLNetConfig", text, vocab_size=99, d_model=32, n_layer=2, n_head=4, d_inner=37, use_mems_eval=False)
add("funnel", "FunnelModel", "FunnelConfig", text, vocab_size=99, block_sizes=[1, 1], num_decoder_layers=1, d_model=32, n_head=4,
    d_head=8, d_inner=37)
add("canine", "CanineModel", "CanineConfig", lambda batch=2, length=16: text_with_types(batch, 16),
    **(SIZE | {"downsampling_rate": 4, "local_transformer_stride": 8, "num_hash_buckets": 32}))
add("layoutlm", "LayoutLMModel", "LayoutLMConfig", lambda batch=2, length=9: text_with_types(batch,
    length) | {"bbox": torch.arange(36).view(9, 4)[None, :length].expand(batch, -1, -1).contiguous()}, **SIZE,
    max_2d_position_embeddings=64)

# Text, decoders.
add_all({
    "llama": ("Llama", "ForCausalLM"), "qwen2": ("Qwen2", "ForCausalLM"), "qwen3": ("Qwen3", "ForCausalLM"),
    "mistral": ("Mistral", "ForCausalLM"), "gemma": ("Gemma", "ForCausalLM"),
    "gemma2": ("Gemma2", "ForCausalLM"), "phi": ("Phi", "ForCausalLM"), "phi3": ("Phi3", "ForCausalLM"),
    "stablelm": ("StableLm", "ForCausalLM"), "starcoder2": ("Starcoder2", "ForCausalLM"),
    "olmo2": ("Olmo2", "ForCausalLM"), "smollm3": ("SmolLM3", "ForCausalLM"), "granite": ("Granite", "ForCausalLM"),
    "cohere": ("Cohere", "ForCausalLM"), "persimmon": ("Persimmon", "ForCausalLM"),
    "gpt-neox": ("GPTNeoX", "ForCausalLM"), "mixtral": ("Mixtral", "ForCausalLM"), "qwen3-moe": ("Qwen3Moe", "ForCausalLM"),
    "helium": ("Helium", "ForCausalLM"), "glm": ("Glm", "ForCausalLM"),
    "nemotron": ("Nemotron", "ForCausalLM"), "biogpt": ("BioGpt", "ForCausalLM"), "arcee": ("Arcee", "ForCausalLM"),
    "ernie4-5": ("Ernie4_5", "ForCausalLM"), "seed-oss": ("SeedOss", "ForCausalLM"),
    "lfm2": ("Lfm2", "ForCausalLM"), "olmo": ("Olmo", "ForCausalLM"), "gemma3": ("Gemma3", "ForCausalLM"),
    "apertus": ("Apertus", "ForCausalLM"), "gpt-oss": ("GptOss", "ForCausalLM")}, SIZE, text, num_key_value_heads=2,
    use_cache=False)
for name in ("gemma", "gemma2", "gemma3", "qwen3", "qwen3-moe", "helium", "glm", "seed-oss", "gpt-oss"):
    MODELS[name][2].update(head_dim=8)
MODELS["gemma3"] = ("Gemma3ForCausalLM", "Gemma3TextConfig", MODELS["gemma3"][2] | {"sliding_window": 4,
    "layer_types": ["sliding_attention", "full_attention"]}, text)
MODELS["gemma2"][2].update(sliding_window=4, query_pre_attn_scalar=8)
MODELS["mistral"][2].update(sliding_window=4)
MODELS["mixtral"][2].update(experts_implementation="batched_mm", intermediate_size=40, num_local_experts=3, num_experts_per_tok=2)
MODELS["gpt-oss"][2].update(experts_implementation="batched_mm", intermediate_size=40, num_local_experts=3, num_experts_per_tok=2, sliding_window=4)
MODELS["qwen3-moe"][2].update(experts_implementation="batched_mm", num_experts=3, num_experts_per_tok=2, moe_intermediate_size=24)
MODELS["lfm2"][2].update(layer_types=["conv", "full_attention"], block_ff_dim=48)
add("llama-classifier", "LlamaForSequenceClassification", "LlamaConfig", text, **SIZE, num_key_value_heads=2, use_cache=False)
add_all({"gpt2": ("GPT2", "LMHeadModel"), "gptj": ("GPTJ", "ForCausalLM"), "gpt-bigcode": ("GPTBigCode", "ForCausalLM"),
    "codegen": ("CodeGen", "ForCausalLM"), "openai-gpt": ("OpenAIGPT", "LMHeadModel")}, GPT2_SIZE, text, use_cache=False)
for name in ("gptj", "codegen"):
    MODELS[name][2].update(rotary_dim=4)
add("gpt-neo", "GPTNeoForCausalLM", "GPTNeoConfig", text, vocab_size=99, hidden_size=32, num_layers=2, num_heads=4,
    attention_types=[[["global", "local"], 1]], window_size=4, max_position_embeddings=64, use_cache=False)
add("opt", "OPTForCausalLM", "OPTConfig", text, **SIZE, ffn_dim=37, word_embed_proj_dim=16, use_cache=False)
add("bloom", "BloomForCausalLM", "BloomConfig", text, vocab_size=99, hidden_size=32, n_layer=2, n_head=4, use_cache=False)
add("falcon", "FalconForCausalLM", "FalconConfig", only_ids, **SIZE, attn_implementation="eager", use_cache=False)
add("falcon-alibi", "FalconForCausalLM", "FalconConfig", only_ids, **SIZE, attn_implementation="eager", alibi=True, new_decoder_architecture=False,
    multi_query=False, use_cache=False)
add("mpt", "MptForCausalLM", "MptConfig", text, vocab_size=99, d_model=32, n_layers=2, n_heads=4, max_seq_len=64, use_cache=False)
add("xglm", "XGLMForCausalLM", "XGLMConfig", text, vocab_size=99, d_model=32, ffn_dim=37, num_layers=2, attention_heads=4,
    max_position_embeddings=64, use_cache=False)
add("ctrl", "CTRLLMHeadModel", "CTRLConfig", text, vocab_size=99, n_embd=32, n_layer=2, n_head=4, dff=37, n_positions=64,
    use_cache=False)
add("mamba", "MambaForCausalLM", "MambaConfig", only_ids, vocab_size=99, hidden_size=16, state_size=4, num_hidden_layers=2,
    use_cache=False)
add("mamba2", "Mamba2ForCausalLM", "Mamba2Config", only_ids, vocab_size=99, hidden_size=16, state_size=4, num_hidden_layers=2,
    head_dim=8, num_heads=4, n_groups=1, chunk_size=4, use_cache=False)
add("rwkv", "RwkvForCausalLM", "RwkvConfig", only_ids, vocab_size=99, hidden_size=16, num_hidden_layers=2, context_length=16,
    use_cache=False)
add("recurrent-gemma", "RecurrentGemmaForCausalLM", "RecurrentGemmaConfig", text,
    **(SIZE | {"num_hidden_layers": 3, "lru_width": 32, "attention_window_size": 8, "use_cache": False}))

# Text to text.
T5_SIZE = {"vocab_size": 99, "d_model": 32, "d_kv": 8, "d_ff": 37, "num_layers": 2, "num_heads": 4,
    "relative_attention_num_buckets": 8, "pad_token_id": 0, "decoder_start_token_id": 0, "use_cache": False}
add("t5-encoder", "T5EncoderModel", "T5Config", text, **T5_SIZE)
add("t5-encoder-gated", "T5EncoderModel", "T5Config", text, **T5_SIZE, feed_forward_proj="gated-gelu")
add("t5", "T5ForConditionalGeneration", "T5Config", both_sides, **T5_SIZE)
add("mt5-encoder", "MT5EncoderModel", "MT5Config", text, **T5_SIZE)
add("umt5-encoder", "UMT5EncoderModel", "UMT5Config", text, **T5_SIZE)
add_all({
    "bart": ("Bart", "Model"), "bart-generation": ("Bart", "ForConditionalGeneration"), "mbart": ("MBart", "Model"),
    "marian": ("Marian", "MTModel"), "pegasus": ("Pegasus", "Model"),
    "m2m-100": ("M2M100", "Model"), "blenderbot-small": ("BlenderbotSmall", "Model"), "plbart": ("PLBart", "Model")}, SEQ2SEQ, both_sides, use_cache=False)

# Pictures.
add_all({
    "vit": ("ViT", "Model"), "vit-classifier": ("ViT", "ForImageClassification"), "deit": ("DeiT", "Model"),
    "beit": ("Beit", "Model"), "dinov2": ("Dinov2", "Model"),
    "dinov2-registers": ("Dinov2WithRegisters", "Model"), "data2vec-vision": ("Data2VecVision", "Model"),
    "vit-msn": ("ViTMSN", "Model"), "ijepa": ("IJepa", "Model"), "dinov3-vit": ("DINOv3ViT", "Model"),
    "siglip-vision": ("SiglipVision", "Model"), "clip-vision": ("CLIPVision", "Model"), "yolos": ("Yolos", "ForObjectDetection")},
    VISION, image(32))
MODELS["yolos"][2].update(image_size=[32, 32], num_detection_tokens=5)
MODELS["beit"][2].update(use_relative_position_bias=True, use_mean_pooling=True)
SWIN_SIZE = {"image_size": 32, "patch_size": 2, "num_channels": 3, "embed_dim": 16, "depths": [2, 1], "num_heads": [2, 4],
    "window_size": 4}
add("swin", "SwinModel", "SwinConfig", image(32), **SWIN_SIZE)
add("swin-classifier", "SwinForImageClassification", "SwinConfig", image(32), **SWIN_SIZE)
add("swinv2", "Swinv2Model", "Swinv2Config", image(32), **SWIN_SIZE)
add("donut-swin", "DonutSwinModel", "DonutSwinConfig", image(32), **SWIN_SIZE)
add("swin2sr", "Swin2SRForImageSuperResolution", "Swin2SRConfig", image(16), image_size=16, patch_size=1, embed_dim=16,
    depths=[2], num_heads=[2], window_size=4, upscale=2)
CONVNET = {"num_channels": 3, "hidden_sizes": [8, 12, 16, 20], "depths": [1, 1, 2, 1], "image_size": 64}
add("convnext", "ConvNextForImageClassification", "ConvNextConfig", image(64), **CONVNET)
add("convnextv2", "ConvNextV2ForImageClassification", "ConvNextV2Config", image(64), **CONVNET)
add("resnet", "ResNetForImageClassification", "ResNetConfig", image(64), **CONVNET, embedding_size=8)
add("regnet", "RegNetForImageClassification", "RegNetConfig", image(64), **CONVNET, embedding_size=8, groups_width=4)
add("bit", "BitForImageClassification", "BitConfig", image(64), **(CONVNET | {"hidden_sizes": [8, 16, 24, 32],
    "embedding_size": 8, "num_groups": 1, "layer_type": "preactivation"}))
add("mobilenet-v1", "MobileNetV1ForImageClassification", "MobileNetV1Config", image(64), depth_multiplier=0.25, image_size=64)
add("mobilenet-v2", "MobileNetV2ForImageClassification", "MobileNetV2Config", image(64), depth_multiplier=0.25, image_size=64)
add("efficientnet", "EfficientNetForImageClassification", "EfficientNetConfig", image(64), image_size=64, width_coefficient=0.25,
    depth_coefficient=0.5, hidden_dim=320)
add("poolformer", "PoolFormerForImageClassification", "PoolFormerConfig", image(64), hidden_sizes=[8, 12, 16, 20],
    depths=[1, 1, 1, 1])
add("segformer", "SegformerForSemanticSegmentation", "SegformerConfig", image(64), hidden_sizes=[8, 16, 16, 32],
    depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4], decoder_hidden_size=16)
add("mobilevit", "MobileViTForImageClassification", "MobileViTConfig", image(64), image_size=64, hidden_sizes=[16, 20, 24],
    neck_hidden_sizes=[8, 8, 12, 16, 16, 20, 24])
add("mobilevit-segmentation", "MobileViTForSemanticSegmentation", "MobileViTConfig", image(64), image_size=64,
    hidden_sizes=[16, 20, 24], neck_hidden_sizes=[8, 8, 12, 16, 16, 20, 24], aspp_out_channels=16)
add("mobilevitv2", "MobileViTV2ForImageClassification", "MobileViTV2Config", image(64), image_size=64, width_multiplier=0.25)
add("pvt", "PvtForImageClassification", "PvtConfig", image(64), image_size=64, hidden_sizes=[8, 16, 16, 32], depths=[1, 1, 1, 1],
    num_attention_heads=[1, 2, 2, 4])
add("pvt-v2", "PvtV2ForImageClassification", "PvtV2Config", image(64), image_size=64, hidden_sizes=[8, 16, 16, 32],
    depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4])
add("cvt", "CvtForImageClassification", "CvtConfig", image(64), embed_dim=[8, 16, 32], num_heads=[1, 2, 4], depth=[1, 2, 3])
add("focalnet", "FocalNetForImageClassification", "FocalNetConfig", image(64), image_size=64, embed_dim=8, depths=[1, 1, 1, 1])
add("hiera", "HieraForImageClassification", "HieraConfig", image(64), image_size=[64, 64], embed_dim=8, depths=[1, 1, 2, 1],
    num_heads=[1, 2, 4, 8])
add("levit", "LevitForImageClassification", "LevitConfig", image(64), image_size=64, hidden_sizes=[16, 32, 48],
    num_attention_heads=[2, 2, 2], depths=[1, 1, 1], key_dim=[8, 8, 8], patch_size=16)
add("swiftformer", "SwiftFormerForImageClassification", "SwiftFormerConfig", image(64), image_size=64, embed_dims=[8, 12, 16, 20],
    depths=[1, 1, 2, 1])
add("dinov3-convnext", "DINOv3ConvNextModel", "DINOv3ConvNextConfig", image(64), hidden_sizes=[8, 12, 16, 20],
    depths=[1, 1, 2, 1], image_size=64)
add("glpn", "GLPNForDepthEstimation", "GLPNConfig", image(64), hidden_sizes=[8, 16, 16, 32], depths=[1, 1, 1, 1],
    num_attention_heads=[1, 2, 2, 4], decoder_hidden_size=16)
add("dpt", "DPTForDepthEstimation", "DPTConfig", image(32), **(VISION | {"num_hidden_layers": 4,
    "backbone_out_indices": [0, 1, 2, 3], "neck_hidden_sizes": [8, 12, 16, 20], "fusion_hidden_size": 16, "is_hybrid": False}))
add("detr", "DetrForObjectDetection", "DetrConfig", image(64), d_model=32, encoder_layers=1, decoder_layers=1,
    encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=37, decoder_ffn_dim=37, num_queries=5,
    backbone_config=transformers.ResNetConfig(**CONVNET, embedding_size=8, out_features=["stage4"]), use_timm_backbone=False,
    use_pretrained_backbone=False, backbone=None)
add("sam-vision", "SamVisionModel", "SamVisionConfig", image(32), **VISION, output_channels=8, window_size=2,
    global_attn_indexes=[1], initializer_range=0.02, num_pos_feats=8, mlp_dim=37)
add("textnet", "TextNetForImageClassification", "TextNetConfig", image(64), image_size=[64, 64])

# Pictures and text.
TEXT_PART = {k: v for k, v in SIZE.items() if k != "pad_token_id"}
add("clip", "CLIPModel", "CLIPConfig", image_and_text, text_config=SIZE | {"bos_token_id": 0}, vision_config=VISION,
    projection_dim=16)
add("clip-text", "CLIPTextModel", "CLIPTextConfig", text, **SIZE)
add("siglip", "SiglipModel", "SiglipConfig", lambda batch=2, length=9: {"input_ids": ids(batch, 16)} | image(32)(batch),
    text_config=SIZE | {"max_position_embeddings": 16}, vision_config=VISION)
add("chinese-clip", "ChineseCLIPModel", "ChineseCLIPConfig", image_and_text, text_config=SIZE, vision_config=VISION,
    projection_dim=16)
add("blip-retrieval", "BlipModel", "BlipConfig", image_and_text, text_config=SIZE | {"encoder_hidden_size": 32,
    "use_cache": False}, vision_config=VISION, projection_dim=16)
add("clipseg", "CLIPSegForImageSegmentation", "CLIPSegConfig", image_and_text, text_config=SIZE, vision_config=VISION,
    projection_dim=16, extract_layers=[0, 1], reduce_dim=16)

# Sound.
add_all({
    "wav2vec2": ("Wav2Vec2", "Model"), "wav2vec2-ctc": ("Wav2Vec2", "ForCTC"), "hubert": ("Hubert", "Model"),
    "wavlm": ("WavLM", "Model"), "unispeech": ("UniSpeech", "Model"), "unispeech-sat": ("UniSpeechSat", "Model"),
    "data2vec-audio": ("Data2VecAudio", "Model"), "sew": ("SEW", "Model"), "wav2vec2-conformer": ("Wav2Vec2Conformer", "Model"),
    "hubert-classifier": ("Hubert", "ForSequenceClassification")}, AUDIO, samples)
MODELS["data2vec-audio"][2].update(conv_pos_kernel_size=5, num_conv_pos_embeddings=2)
MODELS["wav2vec2-conformer"][2].update(conv_depthwise_kernel_size=5)
MODELS["sew"][2].update(squeeze_factor=1)
add("wav2vec2-stable", "Wav2Vec2Model", "Wav2Vec2Config", samples, **AUDIO, do_stable_layer_norm=True, feat_extract_norm="layer",
    conv_bias=True)
add("wav2vec2-bert", "Wav2Vec2BertModel", "Wav2Vec2BertConfig", lambda batch=1,
    length=20: {"input_features": torch.randn(batch, length, 16)}, **(AUDIO | {"feature_projection_input_dim": 16,
    "conv_depthwise_kernel_size": 5}))
add("ast", "ASTForAudioClassification", "ASTConfig", lambda batch=1, length=24: {"input_values": torch.randn(batch, 24, 16)},
    **(VISION | {"patch_size": 4, "num_mel_bins": 16, "max_length": 24, "time_stride": 4, "frequency_stride": 4}))
WHISPER = SEQ2SEQ | {"num_mel_bins": 16, "max_source_positions": 20, "max_target_positions": 32, "use_cache": False}
del WHISPER["max_position_embeddings"]
add("whisper", "WhisperForConditionalGeneration", "WhisperConfig", mel, **WHISPER)
add("whisper-encoder", "WhisperModel.encoder", "WhisperConfig", lambda batch=1,
    length=20: {"input_features": torch.randn(batch, 16, 40)}, **WHISPER)
add("moonshine", "MoonshineForConditionalGeneration", "MoonshineConfig", lambda batch=1,
    length=9: {"input_values": torch.randn(batch, 1999), "decoder_input_ids": ids(batch, 7)},
    vocab_size=99, hidden_size=32, intermediate_size=37, encoder_num_hidden_layers=2, decoder_num_hidden_layers=2,
    encoder_num_attention_heads=4, decoder_num_attention_heads=4, use_cache=False)
add("speech-to-text", "Speech2TextModel", "Speech2TextConfig", lambda batch=1,
    length=9: {"input_features": torch.randn(batch, 24, 16), "decoder_input_ids": ids(batch, 7)},
    **(SEQ2SEQ | {"input_feat_per_channel": 16, "max_source_positions": 40, "max_target_positions": 32, "conv_channels": 16,
    "use_cache": False}))
add("univnet", "UnivNetModel", "UnivNetConfig", lambda batch=1, length=5: {"input_features": torch.randn(batch, 6, 20),
    "noise_sequence": torch.randn(batch, 6, 8)}, model_in_channels=8, model_hidden_channels=8, num_mel_bins=20,
    kernel_predictor_hidden_channels=8)

# Numbers over time.
add("patchtst", "PatchTSTForPrediction", "PatchTSTConfig", lambda batch=2, length=32: {"past_values": torch.randn(batch, 32, 3)},
    context_length=32, prediction_length=5, patch_length=8, patch_stride=4, d_model=16, num_hidden_layers=2,
    num_attention_heads=2, ffn_dim=21, num_input_channels=3, loss="mse")
add("patchtsmixer", "PatchTSMixerForPrediction", "PatchTSMixerConfig", lambda batch=2,
    length=32: {"past_values": torch.randn(batch, 32, 3)}, context_length=32, prediction_length=5, patch_length=8, patch_stride=8,
    d_model=16, num_layers=2, num_input_channels=3, loss="mse")


def build(name):
    model_name, config_name, options, _ = MODELS[name]
    config = getattr(transformers, config_name)(**options)
    model_name, _, part = model_name.partition(".")
    model = getattr(transformers, model_name)(config).eval()
    for parameter_name, parameter in model.named_parameters():
        if parameter.dim() > 1:  # the libraries start with a deviation of .02, at which attention sees hardly anything
            parameter.data.mul_(3)
        elif parameter_name.endswith("bias"):
            parameter.data.add_(torch.randn_like(parameter) * 0.1)
    return model.get_submodule(part) if part else model


def make(name, options):
    model, inputs = build(name), MODELS[name][3]
    example = inputs()
    bigger.season(model, lambda m: m(**inputs(4)))
    if not options.only:
        yield "", {"model": model, "args": (), "kwargs": example}
    if options.core:
        yield "-core", {"model": model, "args": (), "kwargs": example, "core": True}
    if options.dynamic:
        yield "-dynamic", {"model": model, "args": (), "kwargs": example, "dynamic": sizes(example), "test": ((), inputs(3, 13))}


def sizes(example):
    """Any batch, and any length of text and sound; the sizes of pictures are fixed."""
    batch, length = torch.export.Dim("batch", min=1, max=16), torch.export.Dim("length", min=4, max=64)
    dims = {"input_ids": {0: batch, 1: length}, "attention_mask": {0: batch, 1: length}, "token_type_ids": {0: batch, 1: length}}
    return {name: dims.get(name, {0: batch}) for name in example}


def main():
    parser = bigger.arguments(__doc__.splitlines()[0], MODELS)
    options = parser.parse_args()
    logging.disable(logging.ERROR)
    return bigger.make_all(bigger.chosen(MODELS, options), lambda name: make(name, options), options)


sys.exit(main())
