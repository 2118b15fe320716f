"""The report: one offline HTML page, a pure function of the files under a results folder."""

from initbench.report.bundle import write as write_bundle
from initbench.report.inputs import ReportInputs
from initbench.report.load import load
from initbench.report.render import render

__all__ = ["ReportInputs", "load", "render", "write_bundle"]
