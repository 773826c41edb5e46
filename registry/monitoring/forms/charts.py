"""Choosing which chart looks for slow slides of a metric."""

from registry.monitoring.rules.slides import Chart
from registry.web.formkit import Chosen, Form


class ChartForm(Form):
    """Which chart looks for slides."""

    chart = Chosen(
        "Chart that looks for a slow slide",
        Chart,
        "Both give a false alarm about once in 500 values, and find a shift of one standard deviation after about ten.",
        said=lambda chart: chart.said,
    )
