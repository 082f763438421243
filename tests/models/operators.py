"""Writes the operator cases: `python operators.py [--out FOLDER] [NAME or PATTERN ...]`.

With real PyTorch, from the repository: ../shared/pytorch/python tests/models/operators.py 'conv*'
"""

import argparse
import importlib
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import case  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=HERE / "operators", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    for path in sorted((HERE / "families").glob("*.py")):
        case.seed(path.stem)
        importlib.import_module(f"families.{path.stem}")
    chosen = case.chosen_names([c.name for c in case.CASES], options.names)
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.names:
        for old in [*options.out.glob("*.pt2"), *options.out.glob("*.npz")]:
            old.unlink()
    started, written, failed = time.time(), [], []
    for c in case.CASES:
        if c.name in chosen:
            try:
                written += case.write(c, options.out)
            except Exception as error:  # one case that PyTorch cannot export must not hide the others
                failed.append(c.name)
                print(f"{c.name}: {type(error).__name__}: {str(error).strip()[:600]}", flush=True)
    print(f"{len(written)} written, {len(failed)} failed, {time.time() - started:.0f} s")
    if failed:
        sys.exit("failed: " + " ".join(failed))


if __name__ == "__main__":
    main()
