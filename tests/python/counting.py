"""Runs the tests of the calling script; the last line is "N passed, N failed", as every suite's."""

import sys
import unittest


def main():
    program = unittest.main(argv=sys.argv[:1], verbosity=2, exit=False)
    failed = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - failed - len(program.result.skipped)} passed, {failed} failed")
    sys.exit(1 if failed else 0)
