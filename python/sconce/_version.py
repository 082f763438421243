"""This package's version, which is that of the tool."""

__version__ = "0.0.0"  # in a checkout; .ci/wheel.py writes what VERSION says
