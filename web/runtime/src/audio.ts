// Sound on the way to a model.
export { type Channels, mono } from "./audio/channels.js";
export { type SoundOptions, type SoundSource, type SoundTensor, toTensor } from "./audio/source.js";
export { type ResampleOptions, Resampler, resample } from "./audio/resample.js";
export { type FrameOptions, Framer, frames } from "./audio/frames.js";
export { type MelOptions, type MelScale, melSpectrogram } from "./audio/mel.js";
export { type WhisperOptions, whisperFeatures } from "./audio/whisper.js";
export { type ListenOptions, type Listener, type SoundFrameInfo, listen } from "./audio/listen.js";
