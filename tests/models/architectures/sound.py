"""Models of sound, and of other numbers over time."""

import torch

from tiny import PICTURE, SIDES, ids, numbers, tiny, tiny_each

SPEECH = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "conv_dim": (16, 16, 16),
    "conv_stride": (5, 4, 2), "conv_kernel": (10, 8, 4), "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2,
    "vocab_size": 32}


def samples(batch=1, length=9):
    return {"input_values": torch.randn(batch, 90 * length + 1)}


tiny_each("""
    hubert              Hubert          Model
    hubert-classifier   Hubert          ForSequenceClassification
    unispeech           UniSpeech       Model
    unispeech-sat       UniSpeechSat    Model
    wav2vec2            Wav2Vec2        Model
    wav2vec2-ctc        Wav2Vec2        ForCTC
    wavlm               WavLM           Model
    """, SPEECH, samples)
tiny("data2vec-audio", "Data2VecAudio", "Model", SPEECH, samples, conv_pos_kernel_size=5, num_conv_pos_embeddings=2)
tiny("sew", "SEW", "Model", SPEECH, samples, squeeze_factor=1)
tiny("wav2vec2-conformer", "Wav2Vec2Conformer", "Model", SPEECH, samples, conv_depthwise_kernel_size=5)
tiny("wav2vec2-stable", "Wav2Vec2", "Model", SPEECH, samples, do_stable_layer_norm=True, feat_extract_norm="layer",
    conv_bias=True)
tiny("wav2vec2-bert", "Wav2Vec2Bert", "Model", SPEECH, numbers("input_features", 20, 16), feature_projection_input_dim=16,
     conv_depthwise_kernel_size=5)
tiny("ast", "AST", "ForAudioClassification", PICTURE, numbers("input_values", 24, 16), patch_size=4, num_mel_bins=16,
     max_length=24, time_stride=4, frequency_stride=4)


def heard(name, *shape):
    """Sound for the encoder, and the text so far for the decoder."""
    return lambda batch=1, length=None: {name: torch.randn(batch, *shape), "decoder_input_ids": ids(batch, 7)}


WHISPER = {k: v for k, v in SIDES.items() if k != "max_position_embeddings"} | {
    "num_mel_bins": 16, "max_source_positions": 20, "max_target_positions": 32}
tiny("whisper", "Whisper", "ForConditionalGeneration", WHISPER, heard("input_features", 16, 40))
tiny("whisper-encoder", "Whisper", "Model.encoder", WHISPER, numbers("input_features", 16, 40))
tiny("moonshine", "Moonshine", "ForConditionalGeneration", {}, heard("input_values", 1999), vocab_size=99, hidden_size=32,
     intermediate_size=37, encoder_num_hidden_layers=2, decoder_num_hidden_layers=2, encoder_num_attention_heads=4,
     decoder_num_attention_heads=4, use_cache=False)
tiny("speech-to-text", "Speech2Text", "Model", SIDES, heard("input_features", 24, 16), input_feat_per_channel=16,
     max_source_positions=40, max_target_positions=32, conv_channels=16)
tiny("univnet", "UnivNet", "Model", {}, lambda batch=1, length=None: {
    "input_features": torch.randn(batch, 6, 20), "noise_sequence": torch.randn(batch, 6, 8)}, model_in_channels=8,
    model_hidden_channels=8, num_mel_bins=20, kernel_predictor_hidden_channels=8)

SERIES = {"context_length": 32, "prediction_length": 5, "patch_length": 8, "d_model": 16, "num_input_channels": 3, "loss": "mse"}
past = numbers("past_values", 32, 3)
tiny("patchtst", "PatchTST", "ForPrediction", SERIES, past, patch_stride=4, num_hidden_layers=2, num_attention_heads=2,
    ffn_dim=21)
tiny("patchtsmixer", "PatchTSMixer", "ForPrediction", SERIES, past, patch_stride=8, num_layers=2)
