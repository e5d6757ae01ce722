"""A map of ports and zones: points, names, a scale and an arrow to the north; no border lines."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from analysis.exhibits.figure import Figure
from analysis.exhibits.style import BLACK, COUNTRY_COLOURS, SMALL, TINY, WIDTH_INCHES
from analysis.exhibits.tuples import tuples_of
from analysis.exhibits.zones_frame_results import OpenZonesFrame
from analysis.settings.zones_frame import MapBlock

NAME: Final = "zones_map"
TITLE: Final = "Ports, gates and zones on the borders of Yunnan with Laos and Myanmar"
KM_PER_DEGREE: Final = 111.195  # of latitude on the sphere of 6371 km
BIG_INCHES: Final = 6.2
SMALL_INCHES: Final = 3.1
EDGE: Final = 0.55
GAP: Final = 0.65
MARKS: Final = {
    "port": ("s", 34),
    "railway_port": ("P", 42),
    "river_port": ("D", 26),
    "gate": ("^", 34),
    "town": ("o", 22),
    "city": ("o", 52),
}
LETTER: Final = 0.069  # inches of a letter of a name
LINE: Final = 0.125  # inches from one name to the next
SIDES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1), (1, 2),
                (1, -2), (-1, 2), (-1, -2), (1, 3), (-1, 3), (1, -3), (-1, -3))  # fmt: skip


def zones_map_figure(opened: OpenZonesFrame) -> Figure:
    """Return the large map with one map of each zone below it."""
    data = map_data(opened)
    return Figure(
        name=NAME,
        title=TITLE,
        alt=_alt(opened, data),
        data=data,
        draw=lambda: _draw(opened, data),
    )


def map_data(opened: OpenZonesFrame) -> pd.DataFrame:
    """Return one row a map and place that it shows."""
    places = opened.tables["places"]
    columns = ["name", "iso3", "kind", "zone", "latitude", "longitude", "accuracy"]
    pieces = [
        places[inside(places, item)][columns].assign(map=item.label)
        for item in opened.settings.maps
    ]
    return pd.concat(pieces, ignore_index=True)[["map", *columns]]


def inside(places: pd.DataFrame, item: MapBlock) -> pd.Series[bool]:
    """Tell which places a map shows."""
    within = places["latitude"].between(item.south, item.north)
    within &= places["longitude"].between(item.west, item.east)
    return within & places["kind"].isin(item.kinds)


def aspect(item: MapBlock) -> float:
    """Return height over width of a map in which a kilometre is as long in both directions."""
    middle = np.cos(np.radians((item.south + item.north) / 2))
    return float((item.north - item.south) / ((item.east - item.west) * middle))


def _draw(opened: OpenZonesFrame, data: pd.DataFrame) -> Canvas:
    large, *others = opened.settings.maps
    width = (WIDTH_INCHES - 2 * EDGE - GAP * (len(others) - 1)) / max(len(others), 1)
    heights = [min(width * aspect(item), SMALL_INCHES) for item in others]
    big = min((WIDTH_INCHES - 2 * EDGE) * aspect(large), BIG_INCHES)
    below = max(heights, default=0.0) + GAP
    total = big + below + 1.45
    canvas = Canvas(figsize=(WIDTH_INCHES, total))
    FigureCanvasAgg(canvas)
    big_width = big / aspect(large)
    boxes = [((WIDTH_INCHES - big_width) / 2, total - EDGE - big, big_width, big)]
    for at, (item, height) in enumerate(zip(others, heights, strict=True)):
        own = height / aspect(item)
        left = EDGE + at * (width + GAP) + (width - own) / 2
        boxes.append((left, boxes[0][1] - GAP - height, own, height))
    for item, box in zip((large, *others), boxes, strict=True):
        axes = canvas.add_axes(
            (box[0] / WIDTH_INCHES, box[1] / total, box[2] / WIDTH_INCHES, box[3] / total)
        )
        insets = others if item is large else []
        _draw_map(axes, item, data[data["map"] == item.label], box[2], insets)
    canvas.legend(handles=_legend(opened, data), loc="lower center", ncols=5, fontsize=SMALL)
    return canvas


def _draw_map(
    axes: Axes, item: MapBlock, places: pd.DataFrame, inches: float, insets: list[MapBlock]
) -> None:
    axes.set_xlim(item.west, item.east)
    axes.set_ylim(item.south, item.north)
    axes.set_title(item.label)
    axes.tick_params(labelsize=TINY)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}° E")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}° N")
    axes.locator_params(axis="x", nbins=4)
    axes.locator_params(axis="y", nbins=4)
    for spine in axes.spines.values():
        spine.set_visible(True)
    _draw_points(axes, places)
    shown_apart = pd.Series(data=False, index=places.index)
    for inset in insets:
        _draw_inset(axes, inset)
        shown_apart |= inside(places, inset)
    _write_names(axes, item, places, inches, shown_apart)
    _draw_scale(axes, item)
    _draw_north(axes)


def _draw_points(axes: Axes, places: pd.DataFrame) -> None:
    for place in tuples_of(places):
        mark, size = MARKS[str(place.kind)]
        axes.scatter(
            [place.longitude],
            [place.latitude],
            marker=mark,
            s=size,
            color=COUNTRY_COLOURS[str(place.iso3)],
            edgecolor="white",
            linewidth=0.5,
            zorder=3,
        )


def _draw_inset(axes: Axes, inset: MapBlock) -> None:
    """Draw the edges of a map at a larger scale and its name."""
    size = (inset.east - inset.west, inset.north - inset.south)
    axes.add_patch(
        Rectangle((inset.west, inset.south), *size, fill=False, edgecolor="black", linewidth=0.8)
    )
    axes.annotate(
        inset.label,
        xy=(inset.west, inset.south),
        xytext=(-3, -1),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=SMALL,
        fontweight="bold",
    )


def _write_names(
    axes: Axes, item: MapBlock, places: pd.DataFrame, inches: float, without: pd.Series[bool]
) -> None:
    """Write each name beside its point where it covers no other name or point."""
    per_inch = (item.east - item.west) / inches
    squeeze = np.cos(np.radians((item.south + item.north) / 2))
    points = [
        (
            (place.longitude - item.west) / per_inch,
            (place.latitude - item.south) / per_inch / squeeze,
        )
        for place in tuples_of(places)
    ]
    taken = [(x - 0.06, y - 0.06, x + 0.06, y + 0.06) for x, y in points]
    room = (inches, inches * aspect(item))
    rows = zip(points, tuples_of(places), without, strict=True)
    for (x, y), place in ((point, row) for point, row, silent in rows if not silent):
        box, moved = _free_box(x, y, len(place.name) * LETTER, taken, room)
        taken.append(box)
        at = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        axes.annotate(
            place.name,
            xy=(place.longitude, place.latitude),
            xytext=(item.west + at[0] * per_inch, item.south + at[1] * per_inch * squeeze),
            ha="center",
            va="center",
            fontsize=SMALL,
            color=COUNTRY_COLOURS[place.iso3],
            arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": COUNTRY_COLOURS[place.iso3]}
            if moved
            else None,
            zorder=4,
        )


Box = tuple[float, float, float, float]


def _free_box(
    x: float, y: float, width: float, taken: list[Box], room: tuple[float, float]
) -> tuple[Box, bool]:
    """Return the first place beside a point, in inches, that is free; the last one otherwise."""
    box = (x, y, x, y)
    moved = False
    for right, up in SIDES:
        far = abs(up) > 1
        middle_x = x + right * (width / 2 + (0.09 if not far else 0.14))
        middle_y = y + up * LINE * (1.0 if right == 0 else 0.9)
        box = (middle_x - width / 2, middle_y - LINE / 2, middle_x + width / 2, middle_y + LINE / 2)
        moved = far
        if _fits(box, room) and not any(_overlap(box, other) for other in taken):
            break
    return box, moved


def _fits(box: Box, room: tuple[float, float]) -> bool:
    return box[0] > 0 and box[1] > 0.0 and box[2] < room[0] and box[3] < room[1]


def _overlap(one: Box, other: Box) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def _draw_scale(axes: Axes, item: MapBlock) -> None:
    """Draw a bar whose length is right at the middle latitude of the map."""
    middle = np.cos(np.radians((item.south + item.north) / 2))
    share = item.scale_km / (KM_PER_DEGREE * middle) / (item.east - item.west)
    axes.plot([0.04, 0.04 + share], [0.05, 0.05], "k-", linewidth=2, transform=axes.transAxes)
    axes.text(
        0.04 + share / 2,
        0.07,
        f"{item.scale_km:g} km",
        transform=axes.transAxes,
        ha="center",
        va="bottom",
        fontsize=TINY,
    )


def _draw_north(axes: Axes) -> None:
    axes.annotate(
        "N",
        xy=(0.96, 0.97),
        xytext=(0.96, 0.87),
        xycoords="axes fraction",
        ha="center",
        va="center",
        fontsize=SMALL,
        arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 0.8},
    )


def _legend(opened: OpenZonesFrame, data: pd.DataFrame) -> list[Line2D]:
    names = opened.tables["countries"].set_index("iso3")["name"]
    countries = [
        Line2D([], [], marker="o", linestyle="none", color=colour, label=names[iso3])
        for iso3, colour in COUNTRY_COLOURS.items()
        if iso3 in set(data["iso3"])
    ]
    kinds = [
        Line2D([], [], marker=mark, linestyle="none", color=BLACK, label=kind.replace("_", " "))
        for kind, (mark, _) in MARKS.items()
        if kind in set(data["kind"])
    ]
    return [*countries, *kinds]


def _alt(opened: OpenZonesFrame, data: pd.DataFrame) -> str:
    names = opened.tables["countries"].set_index("iso3")["name"]
    large = opened.settings.maps[0].label
    counts = data[data["map"] == large]["iso3"].map(names).value_counts().sort_index()
    told = ", ".join(f"{count} in {country}" for country, count in counts.items())
    others = "; ".join(
        f"{item.label}: {', '.join(data.loc[data['map'] == item.label, 'name'])}"
        for item in opened.settings.maps[1:]
    )
    return (
        f"{TITLE}: points without border lines. The large map shows {told}. Below it, the two "
        f"zones at a larger scale. {others}."
    )
