"""The command line, `sconce` or `python -m sconce`: the native tool itself."""

import os
import subprocess
import sys

from ._errors import SconceError
from ._tool import find_tool


def main() -> None:
    """Becomes the tool, with this process's arguments and streams."""
    try:
        tool = find_tool()
        if os.name == "nt":  # whose exec does not wait
            sys.exit(subprocess.call([tool, *sys.argv[1:]]))
        os.execv(tool, [tool, *sys.argv[1:]])
    except (SconceError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
