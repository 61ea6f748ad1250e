"""What was used, as charts, tables and meters."""

from ioverse_app.ui.usage.items import ChartItem, MeterItem, UseItem, chart_of, meters_of, uses_of
from ioverse_app.ui.usage.limits import limit_form, limits_of, periods_of
from ioverse_app.ui.usage.parts import chart, download, empty, meter, meters, table

__all__ = [
    "ChartItem",
    "MeterItem",
    "UseItem",
    "chart",
    "chart_of",
    "download",
    "empty",
    "limit_form",
    "limits_of",
    "meter",
    "meters",
    "meters_of",
    "periods_of",
    "table",
    "uses_of",
]
