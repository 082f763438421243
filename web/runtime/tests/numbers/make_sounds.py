"""sounds.npz: sounds, and what torchaudio's formulas and transformers make of them."""
import io
import math
import wave

import numpy as np
import torch
from transformers import WhisperFeatureExtractor
from transformers.audio_utils import mel_filter_bank

random = np.random.default_rng(16)
arrays = {}


def sound(samples, rate):
    time = np.arange(samples) / rate
    swept = np.sin(2 * np.pi * (200 * time + 3000 * time**2))
    return (0.4 * swept + 0.2 * np.sin(2 * np.pi * 440 * time) + 0.02 * random.standard_normal(samples)).astype(np.float32)


def resample(waveform, before, after, lowpass_filter_width=6, rolloff=0.99):
    """torchaudio.functional.resample with sinc_interp_hann, by its documentation: the sum over a sinc in a Hann window, for each phase."""
    divisor = math.gcd(before, after)
    before, after = before // divisor, after // divisor
    if before == after:
        return waveform
    base = min(before, after) * rolloff
    width = math.ceil(lowpass_filter_width * before / base)
    index = torch.arange(-width, width + before, dtype=torch.float64)[None, None] / before
    time = torch.arange(0, -after, -1, dtype=torch.float64)[:, None, None] / after + index
    time = (time * base).clamp(-lowpass_filter_width, lowpass_filter_width)
    window = torch.cos(time * math.pi / lowpass_filter_width / 2) ** 2
    time = time * math.pi
    kernels = torch.where(time == 0, torch.tensor(1.0, dtype=torch.float64), time.sin() / time) * window * base / before
    padded = torch.nn.functional.pad(waveform[None, None], (width, width + before))
    made = torch.nn.functional.conv1d(padded, kernels.to(waveform.dtype), stride=before)
    return made.transpose(1, 2).reshape(-1)[: math.ceil(after * waveform.numel() / before)]


samples = sound(1501, 44100)
arrays["samples"] = samples
for before, after in [(44100, 16000), (16000, 44100), (48000, 16000), (8000, 16000), (22050, 16000), (16000, 16000)]:
    arrays[f"resample.{before}.{after}"] = resample(torch.from_numpy(samples), before, after).numpy()
arrays["resample.sharp"] = resample(torch.from_numpy(samples), 44100, 16000, lowpass_filter_width=16, rolloff=0.9).numpy()

speech = sound(3000, 16000)
arrays["speech"] = speech


def mel_spectrogram(waveform, sample_rate=16000, n_fft=400, win_length=None, hop_length=None, f_min=0.0, f_max=None, n_mels=128, power=2.0, norm=None, mel_scale="htk", center=True):
    """torchaudio.transforms.MelSpectrogram: PyTorch's stft, its power, and triangles in mels."""
    win_length = win_length or n_fft
    hop_length = hop_length or win_length // 2
    spectrum = torch.stft(waveform, n_fft, hop_length, win_length, torch.hann_window(win_length, dtype=waveform.dtype), center=center, pad_mode="reflect", return_complex=True).abs() ** power
    bank = mel_filter_bank(n_fft // 2 + 1, n_mels, f_min, f_max or sample_rate / 2, sample_rate, norm, mel_scale)
    return torch.from_numpy(bank).to(waveform.dtype).T @ spectrum


double = torch.from_numpy(speech).double()
for name, options in {
    "default": {}, "slaney": {"n_mels": 40, "norm": "slaney", "mel_scale": "slaney"}, "odd": {"n_fft": 301, "hop_length": 77, "n_mels": 23, "f_min": 60.0, "f_max": 7000.0},
    "short": {"n_fft": 512, "win_length": 400, "hop_length": 160, "n_mels": 64, "power": 1.0}, "open": {"n_fft": 256, "n_mels": 20, "center": False},
    "prime": {"n_fft": 211, "n_mels": 16, "sample_rate": 22050},
}.items():
    arrays[f"mel.{name}"] = mel_spectrogram(double, **options).float().numpy()
decibels = 10 * torch.log10(torch.clamp(mel_spectrogram(double, n_mels=40), min=1e-10))
arrays["mel.db"] = torch.clamp(decibels, min=decibels.max() - 50).float().numpy()

for mels in [80, 128]:
    extractor = WhisperFeatureExtractor(feature_size=mels, chunk_length=1)
    features = extractor(speech, sampling_rate=16000, return_tensors="np").input_features
    arrays[f"whisper.{mels}"] = features.astype(np.float32)[:, :, ::4 if mels == 128 else 1]


def wav(bits, channels):
    integers = np.round(speech[: 50 * channels] * (2 ** (bits - 1) - 1)).astype(np.int32)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(bits // 8)
        out.setframerate(16000)
        content = integers.astype("<i4").view(np.uint8).reshape(-1, 4)[:, : bits // 8]
        out.writeframes((content + 128).astype(np.uint8).tobytes() if bits == 8 else content.tobytes())
    arrays[f"wav.{bits}.{channels}"] = np.frombuffer(file.getvalue(), np.uint8)
    arrays[f"wav.{bits}.{channels}.samples"] = (integers / 2 ** (bits - 1)).astype(np.float32).reshape(-1, channels).T


for bits, channels in [(8, 1), (16, 1), (16, 2), (24, 1), (32, 2)]:
    wav(bits, channels)

np.savez_compressed("sounds.npz", **arrays)
