"""Native PyTorch as one of the bench's engines: takes requests as lines of JSON, answers each with one.

    {"command": "load", "name": "resnet18", "folder": "...", "threads": 1}   {"command": "run"}
"""

import json
import pathlib
import re
import sys
import time

import numpy as np
import torch

import zoo


class Engine:
    def load(self, name, folder, threads):
        torch.set_num_threads(threads)
        path = pathlib.Path(folder) / name
        saved = np.load(f"{path}.npz")
        self.input, self.expected = torch.from_numpy(saved["in0"]), saved["out0"]
        self.model = zoo.build(name)
        self.model.load_state_dict(torch.export.load(f"{path}.pt2").state_dict)
        return self.run()

    def run(self):
        begun = time.perf_counter()
        with torch.inference_mode():
            output = self.model(self.input)
        milliseconds = (time.perf_counter() - begun) * 1000
        error = float(np.abs(output.numpy() - self.expected).max() / np.abs(self.expected).max())
        return {"milliseconds": milliseconds, "error": error}


def blas():
    """The library that multiplies PyTorch's matrices, as the loader has found it."""
    torch.ones(4, 4) @ torch.ones(4, 4)
    loaded = " ".join(sorted(set(re.findall(r"\S*(?:blas|mkl_rt)\S*", pathlib.Path("/proc/self/maps").read_text()))))
    if "openblas" in loaded:
        return "OpenBLAS on OpenMP" if "openmp" in loaded else "OpenBLAS"
    return "MKL" if "mkl" in loaded or torch.backends.mkl.is_available() else "its own BLAS"


def main():
    engine = Engine()
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    print(json.dumps({"version": f"{torch.__version__.split('+')[0]}, {blas()}"}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = engine.load(request["name"], request["folder"], request["threads"]) if request["command"] == "load" else engine.run()
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
