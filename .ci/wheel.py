"""Packs the Python wheel: wheel.py TOOL OUT, where TOOL is the folder of this platform's native tool. By the standard library alone; the same bytes each time."""

import base64
import hashlib
import pathlib
import platform
import re
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
NOT_SHIPPED = {".dbg", ".pdb", ".dwarf", ".xml"}


def main(tool: pathlib.Path, out: pathlib.Path) -> None:
    version = python_version((ROOT / "VERSION").read_text().strip())
    tag = f"py3-none-{platform_tag(tool)}"
    info = f"sconce-{version}.dist-info"
    files = {f"sconce/{path.name}": path.read_bytes() for path in (ROOT / "python" / "sconce").iterdir() if path.suffix == ".py" or path.name == "py.typed"}
    files["sconce/_version.py"] = re.sub(rb'__version__ = .*', f'__version__ = "{version}"'.encode(), files["sconce/_version.py"])
    programs = set()
    for path in tool.rglob("*"):
        if path.is_file() and path.suffix not in NOT_SHIPPED and not any(parent.suffix == ".dSYM" for parent in path.parents):
            name = f"sconce/tool/{path.relative_to(tool).as_posix()}"
            files[name] = path.read_bytes()
            if path.name in {"sconce", "sconce.exe"}:
                programs.add(name)
    assert programs, f"{tool} holds no tool: .ci/publish-native makes it"
    files |= {
        f"{info}/METADATA": metadata(version).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: sconce {version}\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
        f"{info}/entry_points.txt": b"[console_scripts]\nsconce = sconce.__main__:main\n",
        f"{info}/licenses/LICENSE": (ROOT / "LICENSE").read_bytes(),
    }
    record = "".join(f"{name},sha256={digest(data)},{len(data)}\n" for name, data in sorted(files.items()))
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    out.mkdir(parents=True, exist_ok=True)
    wheel = out / f"sconce-{version}-{tag}.whl"
    # What describes a wheel comes last in it.
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(files.items(), key=lambda file: (file[0].startswith(info), file[0])):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, data)


def python_version(version: str) -> str:
    """Python's way of writing it: 0.2.0-beta.1 is 0.2.0b1."""
    found = re.fullmatch(r"(\d+\.\d+\.\d+)(?:-(alpha|beta|rc)\.(\d+))?", version)
    if found is None:
        sys.exit(f"wheel: expected a version such as 0.2.0 or 0.2.0-beta.1, which Python can write too, but got {version}")
    release, kind, number = found.groups()
    return release if kind is None else f"{release}{ {'alpha': 'a', 'beta': 'b', 'rc': 'rc'}[kind]}{number}"


def platform_tag(tool: pathlib.Path) -> str:
    """On what the tool runs: on Linux with the newest glibc that it was linked with."""
    machine = platform.machine().lower()
    if sys.platform == "linux":
        symbols = re.findall(rb"GLIBC_2\.(\d+)", (tool / "sconce").read_bytes())
        return f"manylinux_2_{max(map(int, symbols))}_{machine}"
    if sys.platform == "darwin":
        return f"macosx_14_0_{machine}"  # the oldest that .NET 10 runs on
    return {"amd64": "win_amd64", "arm64": "win_arm64"}[machine]


def metadata(version: str) -> str:
    properties = (ROOT / "Directory.Build.props").read_text()
    repository = re.search(r"<RepositoryUrl>(.*)</RepositoryUrl>", properties).group(1)
    return f"""Metadata-Version: 2.4
Name: sconce
Version: {version}
Summary: Compiles PyTorch models to single WebAssembly files that run in any browser and in Node
License-Expression: MIT
License-File: LICENSE
Project-URL: Homepage, {repository}
Project-URL: Issues, {repository}/issues
Requires-Python: >=3.10
Description-Content-Type: text/markdown

{(ROOT / "python" / "README.md").read_text()}"""


def digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
