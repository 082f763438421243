"""The wheel as a file: what an installer checks. Needs no PyTorch. test_wheel.py WHEEL"""

import base64
import hashlib
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest
import venv
import zipfile

from counting import main

WHEEL = pathlib.Path(sys.argv[1])


class Wheel(unittest.TestCase):
    def setUp(self):
        self.archive = zipfile.ZipFile(WHEEL)
        self.addCleanup(self.archive.close)
        self.info = next(name.split("/")[0] for name in self.archive.namelist() if name.endswith(".dist-info/WHEEL"))

    def read(self, name):
        return self.archive.read(f"{self.info}/{name}").decode()

    def test_every_file_is_recorded_with_its_digest(self):
        recorded = dict(line.split(",", 1) for line in self.read("RECORD").splitlines())
        self.assertEqual(set(recorded), set(self.archive.namelist()))
        for name, rest in recorded.items():
            data = self.archive.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            self.assertEqual(rest, "," if name.endswith("/RECORD") else f"sha256={digest},{len(data)}", name)

    def test_name_and_metadata_agree(self):
        name, version, python, abi, platform = WHEEL.stem.split("-")
        self.assertEqual((self.info, python, abi), (f"{name}-{version}.dist-info", "py3", "none"))
        self.assertIn(f"\nVersion: {version}\n", self.read("METADATA"))
        self.assertIn("\nRequires-Python: >=3.10\n", self.read("METADATA"))
        self.assertIn(f"\nTag: py3-none-{platform}\n", self.read("WHEEL"))
        self.assertIn("\nRoot-Is-Purelib: false\n", self.read("WHEEL"))

    def test_the_version_is_the_packages(self):
        _, version, *_ = WHEEL.stem.split("-")
        self.assertIn(f'__version__ = "{version}"', self.archive.read("sconce/_version.py").decode())

    def test_the_tool_may_be_executed_and_brings_the_runtime(self):
        mode = self.archive.getinfo("sconce/tool/sconce").external_attr >> 16
        self.assertEqual(mode & 0o777, 0o755)
        for name in ("sconce/py.typed", "sconce/tool/runtime/index.js", "sconce/tool/runtime/worker.js", "sconce/tool/Node/host.mjs", f"{self.info}/licenses/LICENSE"):
            self.assertIn(name, self.archive.namelist())
        self.assertFalse([name for name in self.archive.namelist() if name.endswith((".dbg", ".pdb", ".pyc"))])

    def test_the_command_is_an_entry_point(self):
        self.assertIn("sconce = sconce.__main__:main", self.read("entry_points.txt"))

    @unittest.skipUnless(importlib.util.find_spec("ensurepip"), "this Python brings no pip (Debian: python3-venv)")
    def test_pip_installs_it_and_its_command_runs(self):
        with tempfile.TemporaryDirectory(prefix="sconce-pip-") as folder:
            venv.create(folder, with_pip=True)
            programs = pathlib.Path(folder, "Scripts" if sys.platform == "win32" else "bin")

            def run(program, *arguments):
                done = subprocess.run([programs / program, *arguments], cwd=folder, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                return done.stdout

            # Without PyTorch: neither the command nor the import itself needs it.
            run("python", "-m", "pip", "install", "--no-index", "--no-deps", WHEEL.resolve())
            self.assertIn("aten::prelu", run("sconce", "ops", "prelu"))
            self.assertEqual(run("python", "-c", "import sconce; print(sconce.__version__)").strip(), WHEEL.stem.split("-")[1])
            run("python", "-m", "pip", "uninstall", "--yes", "sconce")
            self.assertFalse((programs / "sconce").exists())
            self.assertEqual([path for path in pathlib.Path(folder).rglob("sconce*") if path.exists()], [])


if __name__ == "__main__":
    main()
