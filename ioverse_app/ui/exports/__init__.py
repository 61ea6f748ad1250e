"""ZIPs that are written beside: how far one is, and where it can be had."""

from ioverse_app.ui.exports.chosen import chosen_export
from ioverse_app.ui.exports.progress import ExportProgress, counter, left_out, newest
from ioverse_app.ui.exports.state import ChosenExportState

__all__ = ["ChosenExportState", "ExportProgress", "chosen_export", "counter", "left_out", "newest"]
