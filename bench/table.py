"""The tables that a run ends with, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from bench.burst import Sample

Results = Mapping[str, Mapping[str, Sequence[Sample]]]
"""By the title of a figure, by the name of a server: one sample a round."""


def number(value: float) -> str:
    """Three figures that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def middle(samples: Sequence[Sample], what: str) -> float | None:
    """The median of a field over the rounds; None where nothing was measured."""
    return median(getattr(sample, what) for sample in samples) if samples else None


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns line up."""
    lines = [list(head), ["---"] + ["---:"] * (len(head) - 1), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )


def comparison(
    results: Results, servers: Sequence[str], what: str, bars: Mapping[str, float | None]
) -> str:
    """One row a figure: ours, the others, and how many times less ours is than the best of them."""
    ours, *others = servers
    rows = []
    for title, by_server in results.items():
        values = {name: middle(by_server.get(name, ()), what) for name in servers}
        best = min((v for name in others if (v := values[name]) is not None), default=None)
        own, bar = values[ours], bars.get(title)
        ratio = f"{best / own:.1f}" if best is not None and own else "–"
        cells = ["–" if (v := values[name]) is None else number(v) for name in servers]
        rows.append([title, *cells, ratio, *([number(bar) if bar else "–"] if bars else [])])
    head = ["figure", *servers, "best other ÷ ours", *(["bar"] if bars else [])]
    return markdown(head, rows)


def growth(results: Results, sizes: Sequence[str]) -> str:
    """One row a figure: CPU a request by the number of events held, against none."""
    rows = []
    for title, by_size in results.items():
        values = [middle(by_size[size], "cpu") or 0.0 for size in sizes]
        ratios = [f"{value / values[0]:.2f}" if values[0] else "–" for value in values[1:]]
        rows.append([title, *map(number, values), *ratios])
    return markdown(["ms CPU a request", *sizes, *(f"{s} ÷ {sizes[0]}" for s in sizes[1:])], rows)
