// The models of the bench: what they are called, and the multiply-adds of one run, in millions: products and convolutions as PyTorch
// writes them down. A faster algorithm does fewer, and shows more GFLOP/s for it.
const known = {
  resnet18: ["ResNet-18", 1814],
  resnet50: ["ResNet-50", 4089],
  mobilenet_v2: ["MobileNetV2", 301],
  mobilenet_v3_small: ["MobileNetV3-small", 57],
  efficientnet_b0: ["EfficientNet-B0", 386],
  vit_b_16: ["ViT-B/16", 17564],
  bert_base: ["BERT-base, 128", 11174],
  whisper_tiny: ["Whisper-tiny", 18469],
  gpt2: ["GPT-2 small, 64", 7982],
  unet: ["U-Net, 256²", 12071],
};

export const all = Object.keys(known);

export const title = (name) => known[name]?.[0] ?? name;

/** Floating-point operations of one run; of a model that is not listed, what the compiler counts. */
export const flops = (name, manifest) => 2 * (known[name] === undefined ? manifest.multiplyAdds : known[name][1] * 1e6);
