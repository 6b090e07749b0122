"""The colours of reports and charts, by their role, for a light and a dark page.

The hues of the series are those of Okabe and Ito's Color Universal Design, which colour-blind
readers tell apart, darkened or lightened until they stand out from the page: text and accents by
4.5 : 1 or more, marks by 3 : 1 or more (WCAG 2.2, levels AA).
"""

from collections.abc import Mapping

Colors = Mapping[str, str]
"""A CSS colour by role."""

SERIES = ("series-1", "series-2", "series-3", "series-4", "series-5", "series-6", "series-7")

LIGHT: Colors = {
    "page": "#f5f7f9",
    "card": "#ffffff",
    "inset": "#f0f3f6",
    "ink": "#18222d",
    "muted": "#556170",
    "line": "#dbe1e7",
    "accent": "#00679f",
    "band": "#e3edf5",
    "band-core": "#c5dcec",
    "warning": "#8c3c00",
    "warning-back": "#fdf3e7",
    "warning-line": "#d9a066",
    "series-1": "#0072b2",
    "series-2": "#c85800",
    "series-3": "#008a65",
    "series-4": "#b3578c",
    "series-5": "#a87400",
    "series-6": "#2f8fc7",
    "series-7": "#4a5562",
}

DARK: Colors = {
    "page": "#0f141a",
    "card": "#171e26",
    "inset": "#1e2731",
    "ink": "#e7ecf1",
    "muted": "#9dabba",
    "line": "#2d3844",
    "accent": "#6dbdee",
    "band": "#1d3143",
    "band-core": "#28506f",
    "warning": "#ffc48a",
    "warning-back": "#2a2017",
    "warning-line": "#9a6a37",
    "series-1": "#56b4e9",
    "series-2": "#f0803c",
    "series-3": "#2cc39a",
    "series-4": "#dd93bf",
    "series-5": "#e6a92b",
    "series-6": "#8fa8ff",
    "series-7": "#b8c3ce",
}

# Colours that stand for a role while a chart is drawn; nobody else would choose them.
SENTINELS: Colors = {role: f"#fe{number:02x}ed" for number, role in enumerate(LIGHT)}


def css_variables(colors: Colors) -> str:
    """``--ink: #18222d; ...``."""
    return " ".join(f"--{role}: {color};" for role, color in colors.items())
