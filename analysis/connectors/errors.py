"""What can go wrong between this project and a publisher."""

from __future__ import annotations

from analysis.errors import AnalysisError


class SourceError(AnalysisError):
    """A publisher's answer, or a file from a publisher, cannot be used."""

    boundary = "source"


class UnreachableError(SourceError):
    """A publisher gave no usable answer in the attempts allowed: offline, overloaded or down."""
