#!/usr/bin/env python3
"""Compiles chains of 1,000, 4,000 and 16,000 nodes and prints processor time: see README.md."""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import tempfile

from chains import KINDS

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZES = [1000, 4000, 16000]


def processor_seconds(path):
    """User time of one compilation: other processes of the machine hardly change it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([ROOT / "sconce", "compile", path, "-o", f"{path}.wasm"], check=True, stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--save", action="store_true", help="write bench/results/nodes.json")
    options = options.parse_args()
    times = {kind: dict.fromkeys(SIZES, float("inf")) for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder:
        for kind, function in KINDS.items():
            for size in SIZES:
                model, output = function(size)
                model.save(os.path.join(folder, f"{kind}-{size}.pt2"), output)
        for _ in range(options.rounds):
            for kind in KINDS:
                for size in SIZES:
                    path = os.path.join(folder, f"{kind}-{size}.pt2")
                    times[kind][size] = min(times[kind][size], processor_seconds(path))
    for kind, found in times.items():
        print(f"{kind:10}", *(f"{size:6}: {found[size]:6.2f} s" for size in SIZES), *(f"x {found[b] / found[a]:.1f}" for a, b in zip(SIZES, SIZES[1:])))
    if options.save:
        result = {"nodes": SIZES, "processorSeconds": {kind: [round(found[size], 3) for size in SIZES] for kind, found in times.items()}}
        (ROOT / "bench" / "results" / "nodes.json").write_text(json.dumps(result, indent=2) + "\n")


main()
