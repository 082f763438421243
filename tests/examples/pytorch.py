"""What PyTorch says of the examples whose weights are fetched: exports them with random weights, as their export.py does, and runs what was written on what the test gives their pages.

    ../shared/pytorch/python tests/examples/pytorch.py FOLDER EXAMPLE…     writes each EXAMPLE's model, and expected.json, into FOLDER/EXAMPLE, and then a line that says so
"""

import html
import json
import pathlib
import re
import runpy
import sys
import wave

import numpy
import torch
from PIL import Image

root = pathlib.Path(__file__).resolve().parents[2]
models = root.parent / "shared" / "models"


def export(folder):
    """Runs an example's export.py, and gives its names."""
    sys.argv = ["export.py", "--random", "--out", str(folder)]
    return runpy.run_path(str(root / "examples" / folder.name / "export.py"), run_name="__main__")


def exported(folder, name):
    """The program that an example's export.py writes, by PyTorch."""
    export(folder)
    return torch.export.load(folder / f"{name}.pt2").module()


def picture(folder, width=451, height=333):
    """A picture that has edges and colours, without more of a size that is no model's: writes it as a PNG, and gives it."""
    dice = numpy.random.default_rng(1)
    coarse = Image.fromarray(dice.integers(0, 256, (7, 9, 3), dtype=numpy.uint8))
    drawn = coarse.resize((width, height), Image.NEAREST)
    drawn.save(folder / "picture.png")
    return drawn


def pixels(drawn, width, height):
    return torch.from_numpy(numpy.array(drawn.convert("RGB").resize((width, height), Image.BILINEAR)))[None]


def classify(folder):
    model = exported(folder, "mobilenet_v3_small")
    # As the template makes the model's picture: the middle of it.
    drawn = picture(folder)
    left = (drawn.width - drawn.height) / 2
    square = drawn.crop((round(left), 0, round(left) + drawn.height, drawn.height))
    probabilities = model(pixels(square, 224, 224))["probabilities"][0]
    labels = (folder / "labels.txt").read_text().splitlines()
    best = probabilities.topk(5)
    return {"best": [[labels[index], value] for value, index in zip(best.values.tolist(), best.indices.tolist())]}


def found(model, drawn, width, height, labels, threshold):
    """The boxes that stay, in pixels of the picture, the likeliest first."""
    from torchvision.ops import batched_nms

    said = model(pixels(drawn, width, height))
    boxes, scores, classes = said["boxes"], said["scores"], said["classes"]
    sure = (scores > threshold).nonzero().squeeze(1)
    kept = sure[batched_nms(boxes[sure], scores[sure], classes[sure], 0.5)][:20]
    edges = boxes * torch.tensor([drawn.width, drawn.height, drawn.width, drawn.height])
    return [[labels[int(classes[i])], scores[i].item(), edges[i].tolist()] for i in kept]


def detect(folder):
    model = exported(folder, "detect")
    # Random weights are sure of little.
    threshold = 0.25
    return {"threshold": threshold, "found": found(model, picture(folder), 320, 320, (folder / "labels.txt").read_text().splitlines(), threshold)}


class Faces(torch.nn.Module):
    """A face detector of ../shared/models in the form that the page takes."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        scores, boxes = self.model((pixels.permute(0, 3, 1, 2).float() - 127) / 128)
        return {"boxes": boxes[0].clamp(0, 1), "scores": scores[0, :, 1], "classes": torch.zeros_like(scores[0, :, 1], dtype=torch.int64)}


def faces(folder):
    model = Faces(torch.export.load(models / "ultraface-rfb320.pt2").module())
    torch.export.save(torch.export.export(model, (torch.zeros(1, 240, 320, 3, dtype=torch.uint8),), strict=False), folder / "detect.pt2")
    (folder / "labels.txt").write_text("face\n")
    # As PNG, which every decoder reads alike, and for the camera.
    portrait = Image.open(models / "inputs" / "grace_hopper.jpg").convert("RGB")
    portrait.save(folder / "picture.png")
    write_camera(folder / "camera.y4m", portrait)
    return {"found": found(model, portrait, 320, 240, ["face"], 0.4)}


def background(folder):
    model = exported(folder, "background")
    drawn = picture(folder, 320, 240)
    return {"mask": opacity(model(pixels(drawn, 320, 240))["person"])}


def opacity(shares):
    return (255 * shares).round().int().flatten().tolist()


class Portrait(torch.nn.Module):
    """A network for portraits of ../shared/models in the form that the page takes: blue comes first."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor([107.304565, 115.69884, 132.35703]).view(3, 1, 1))
        self.register_buffer("std", 255 * torch.tensor([63.97182, 65.1337, 68.29726]).view(3, 1, 1))

    def forward(self, pixels):
        return {"person": self.model((pixels.permute(0, 3, 1, 2).float().flip(1) - self.mean) / self.std).softmax(1)[:, 1]}


def portrait(folder):
    model = Portrait(torch.export.load(models / "sinet-portrait.pt2").module())
    torch.export.save(torch.export.export(model, (torch.zeros(1, 224, 224, 3, dtype=torch.uint8),), strict=False), folder / "background.pt2")
    drawn = Image.open(models / "inputs" / "grace_hopper.jpg").convert("RGB").resize((224, 224), Image.BILINEAR)
    drawn.save(folder / "picture.png")
    return {"mask": opacity(model(pixels(drawn, 224, 224))["person"])}


def search(folder):
    import transformers

    model = exported(folder, "search")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    page = (root / "examples" / "search" / "index.html").read_text(encoding="utf-8")
    paragraphs = [html.unescape(paragraph) for paragraph in re.findall(r'<p id="p\d+">(.*?)</p>', page)]
    vector = lambda text: model(tokenizer(text, return_tensors="pt").input_ids)["vector"]
    vectors = torch.stack([vector(paragraph) for paragraph in paragraphs])
    answers = {}
    # Of one token and both ends, of words that no piece has, and of more tokens than there are places for.
    for query in ("animals that sleep in winter", "bread", "Überraschung! 東京", " ".join(paragraphs[:12])):
        tokens = tokenizer(query, return_tensors="pt").input_ids
        if tokens.shape[1] > 256:
            tokens = torch.cat((tokens[:, :255], tokens[:, -1:]), 1)
        best = (vectors @ model(tokens)["vector"]).topk(5)
        answers[query] = [[paragraphs[index], score] for score, index in zip(best.values.tolist(), best.indices.tolist())]
    return {"paragraphs": len(paragraphs), "answers": answers, "longest": len(tokenizer(query).input_ids)}


def whisper(folder):
    import transformers

    model = export(folder)["random_model"]().eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    known = json.loads((folder / "whisper.json").read_text())
    extractor = transformers.WhisperFeatureExtractor()
    said = {}
    for name, seconds, hertz in (("low", 1.5, 200), ("high", 31, 900)):
        time = numpy.arange(round(seconds * 16000)) / 16000
        sound = (12000 * numpy.sin(2 * numpy.pi * hertz * time * (1 + 0.2 * numpy.sin(3 * time))) * numpy.sin(5 * time) ** 2 + 300 * numpy.random.default_rng(2).standard_normal(len(time))).astype("<i2")
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1), file.setsampwidth(2), file.setframerate(16000)
            file.writeframes(sound.tobytes())
        samples, said[name] = sound.astype(numpy.float32) / 32768, []
        for begin in range(0, len(samples), 480000):
            features = extractor(samples[begin : begin + 480000], sampling_rate=16000, return_tensors="pt").input_features
            said[name].append(tokenizer.decode(spoken(model, features, known), skip_special_tokens=True))
    return said


def spoken(model, features, known):
    """What Whisper says of a sound, the likeliest token each time, all of them looked at anew for each."""
    hidden = model.model.encoder(features)
    after = lambda tokens: model(encoder_outputs=hidden, decoder_input_ids=torch.tensor([tokens])).logits[0, -1]
    languages = list(known["languages"].values())
    tokens = [known["start"], languages[int(after([known["start"]])[languages].argmax())], known["task"], known["no_timestamps"]]
    first = len(tokens)
    while len(tokens) < known["places"]:
        logits = after(tokens)
        logits[known["never"] + (known["never_first"] if len(tokens) == first else [])] = -torch.inf
        if (token := int(logits.argmax())) == known["end"]:
            break
        tokens.append(token)
    return tokens[first:]


def write_camera(path, drawn):
    """A camera's picture, 640 x 480 with a gray border: two frames, in which nothing moves."""
    frame = Image.new("RGB", (640, 480), (127, 127, 127))
    small = drawn.resize((round(480 * drawn.width / drawn.height), 480), Image.BILINEAR)
    frame.paste(small, ((640 - small.width) // 2, 0))
    luma, blue, red = (numpy.asarray(plane) for plane in frame.convert("YCbCr").split())
    planes = b"".join(plane.tobytes() for plane in (luma, blue[::2, ::2], red[::2, ::2]))
    path.write_bytes(b"YUV4MPEG2 W640 H480 F20:1 Ip A1:1 C420jpeg\n" + 2 * (b"FRAME\n" + planes))


if __name__ == "__main__":
    parent, *names = sys.argv[1:]
    for name in names:
        folder = pathlib.Path(parent).resolve() / name
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(1)
        with torch.no_grad():
            expected = globals()[name](folder)
        (folder / "expected.json").write_text(json.dumps(expected))
        print(f"\n{name} is written", flush=True)
