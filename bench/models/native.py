"""Native PyTorch as one of the bench's engines: takes requests as lines of JSON, answers each with one.

    {"command": "load", "name": "resnet18", "folder": "..."}   {"command": "run"}
"""

import json
import pathlib
import sys
import time

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "models"))
import torchvision_models


class Engine:
    def load(self, name, folder):
        path = pathlib.Path(folder) / name
        saved = np.load(f"{path}.npz")
        self.input, self.expected = torch.from_numpy(saved["in0"]), saved["out0"]
        self.model = torchvision_models.build(name, self.input.shape[-1])
        self.model.load_state_dict(torch.export.load(f"{path}.pt2").state_dict)
        self.model.eval()
        return self.run()

    def run(self):
        begun = time.perf_counter()
        with torch.inference_mode():
            output = self.model(self.input)
        milliseconds = (time.perf_counter() - begun) * 1000
        error = float(np.abs(output.numpy() - self.expected).max() / np.abs(self.expected).max())
        return {"milliseconds": milliseconds, "error": error}


def main():
    engine = Engine()
    torch.set_num_threads(1)
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    print(json.dumps({"version": torch.__version__}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = engine.load(request["name"], request["folder"]) if request["command"] == "load" else engine.run()
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
