"""The straight line through measured sizes, how well it fits, and how it is shown (table, JSON, PNG)."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.measured import Cost


@dataclass(frozen=True, slots=True)
class Point:
    """One size: processor time in the series' unit, wall time in seconds, memory in MB (medians of the runs)."""

    size: float
    cost: float
    seconds: float
    peak_mb: float
    halfway_mb: float

    @classmethod
    def of(cls, size: float, costs: Sequence[Cost]) -> Point:
        """The medians of several runs, cost in seconds."""
        fields = ("cpu_seconds", "seconds", "peak_mb", "halfway_mb")
        return cls(size, *(statistics.median(getattr(cost, name) for cost in costs) for name in fields))

    def beyond(self, start: Point, pages: int) -> Point:
        """The same with the cost in milliseconds a page, over `pages`, beyond that of the start."""
        return Point(self.size, (self.cost - start.cost) * 1000 / pages, self.seconds, self.peak_mb, self.halfway_mb)


@dataclass(frozen=True, slots=True)
class Line:
    """cost = fixed + slope * size, by least squares. `r2` is 1 for points on a rising line, and near 0 for a flat one;
    `off` is the largest distance of a point from the line as a share of the point."""

    fixed: float
    slope: float
    r2: float
    off: float


@dataclass(frozen=True, slots=True)
class Series:
    """Costs of several sizes. `per` is what a size counts, `unit` the cost's; `flat` if size should not matter."""

    title: str
    per: str
    unit: str
    points: tuple[Point, ...]
    flat: bool = False

    @property
    def line(self) -> Line:
        """The line through the points."""
        sizes, costs = [point.size for point in self.points], [point.cost for point in self.points]
        slope, fixed = statistics.linear_regression(sizes, costs)
        spread = statistics.pvariance(costs)
        left = statistics.fmean((cost - fixed - slope * size) ** 2 for size, cost in zip(sizes, costs, strict=True))
        off = max(abs(cost - fixed - slope * size) / cost for size, cost in zip(sizes, costs, strict=True))
        return Line(fixed, slope, 1 - left / spread if spread else 1.0, off)

    @property
    def units(self) -> tuple[float, ...]:
        """What one more of the size costs from each point to the next; of a flat series, the cost at each point."""
        if self.flat:
            return tuple(point.cost for point in self.points)
        pairs = zip(self.points, self.points[1:], strict=False)
        return tuple((after.cost - before.cost) / (after.size - before.size) for before, after in pairs)

    @property
    def ratio(self) -> float:
        """The largest of `units` over the smallest: 1 on a straight line."""
        return max(self.units) / min(self.units)

    def as_table(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "title": self.title,
            "unit": self.unit,
            "points": [asdict(point) for point in self.points],
            "line": asdict(self.line),
            "cost_of_one_more": list(self.units),
            "ratio_largest_to_smallest": self.ratio,
        }


def print_series(series: Series) -> None:
    """The points, the line and the ratio."""
    milli = 1000 if series.unit == "s" else 1
    print(f"\n{series.title}\n{'':>9}{f'CPU, {series.unit}':>16}{'wall s':>9}{'peak MB':>9}{'halfway':>9}")
    for point in series.points:
        memory = f"{point.peak_mb:9.0f}{point.halfway_mb:9.0f}"
        each = "" if series.flat else f"{point.cost * milli / point.size:12.3f} ms a {series.per}"
        print(f"{point.size:9,.0f}{point.cost:16.2f}{point.seconds:9.1f}{memory}{each}")
    line = series.line
    print(
        f"line: {line.fixed:.2f} {series.unit} + {line.slope * milli:.3f} ms a {series.per}; R^2 {line.r2:.5f}, "
        f"no point further off than {line.off:.0%}"
    )
    what = "cost" if series.flat else f"cost of one more {series.per}, from size to size"
    each = ", ".join(f"{unit * milli:.3f}" for unit in series.units)
    print(f"{what}: {each} ms; largest / smallest {series.ratio:.2f}")


def write_json(path: Path, series: Mapping[str, Series]) -> None:
    """All series by name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tables = {name: one.as_table() for name, one in series.items()}
    path.write_text(json.dumps(tables, indent=2) + "\n", encoding="utf-8")


def draw(path: Path, series: Mapping[str, Series]) -> None:
    """Cost with its line above, memory below, a column for each series."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    count = len(series)
    figure, axes = pyplot.subplots(2, count, figsize=(4.5 * count, 6), layout="constrained", squeeze=False)
    for column, one in enumerate(series.values()):
        line, sizes = one.line, [point.size for point in one.points]
        above, below = axes[0][column], axes[1][column]
        above.plot(sizes, [line.fixed + line.slope * size for size in sizes], color="tab:gray")
        above.plot(sizes, [point.cost for point in one.points], "o", color="tab:blue")
        above.set_title(f"R² {line.r2:.4f}, largest / smallest {one.ratio:.2f}", fontsize="medium")
        above.set_ylabel(f"CPU, {one.unit}")
        below.plot(sizes, [point.peak_mb for point in one.points], "o-", color="tab:orange", label="peak")
        below.plot(sizes, [point.halfway_mb for point in one.points], ".--", color="tab:gray", label="first half")
        below.set_ylabel("MB")
        below.set_xlabel(one.title)
        below.legend()
        for axis in (above, below):
            axis.set_ylim(bottom=0)
            axis.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
