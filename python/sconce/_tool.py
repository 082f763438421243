"""The native tool that the wheel brings along, and how it is called."""

from __future__ import annotations

import os
import pathlib
import shutil
import stat
import subprocess
from collections.abc import Sequence

from ._errors import CompileError, SconceError


def find_tool() -> str:
    """The tool's path: the wheel's, unless the environment variable SCONCE_TOOL names another."""
    if named := os.environ.get("SCONCE_TOOL"):
        return named
    tool = pathlib.Path(__file__).parent / "tool" / ("sconce.exe" if os.name == "nt" else "sconce")
    if not tool.is_file():
        raise SconceError(
            f"the native tool is missing ({tool})\n"
            "  what to do: install the wheel of this platform, or name the tool's path in the environment variable SCONCE_TOOL"
        )
    if not os.access(tool, os.X_OK):  # unzipped by what keeps no modes
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return str(tool)


def find_node() -> str | None:
    """Node, which the tool runs models in: on the path, unless the environment variable SCONCE_NODE names another."""
    return shutil.which(os.environ.get("SCONCE_NODE") or "node")


def no_node() -> str:
    """What is said where there is none."""
    if named := os.environ.get("SCONCE_NODE"):
        return f"the environment variable SCONCE_NODE is {named!r}, which is no program: let it name the program node of Node 20.16 or newer"
    return "Node 20.16 or newer, which models are run in, is not on the path: install it (https://nodejs.org), or name it in the environment variable SCONCE_NODE"


def call(arguments: Sequence[str], accept: Sequence[int] = (0,)) -> str:
    """Calls the tool and gives what it prints; what it says is wrong is raised, but for the exit codes in `accept`."""
    tool = find_tool()
    try:
        done = subprocess.run([tool, *arguments], capture_output=True, encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise SconceError(f"{tool} cannot be started ({error})") from error
    if done.returncode not in accept:
        said = (done.stderr.strip() or done.stdout.strip()).removeprefix("error: ")
        raise CompileError(said or f"sconce ended with {done.returncode}")
    return done.stdout
