"""WHO fetal growth charts: HC, AC, BPD, FL and EFW of both sexes together, 14 to 40 weeks.

Kiserud 2017, PLoS Med 14:e1002220, a quantile regression: at each of eleven centiles the natural
logarithm of the size is a polynomial in exact weeks, whose coefficients the study's statistician
published (J. Carvalho, whoFetalGrowth, coefficientsGlobalV3), rounded here to eleven digits.
Between two of them the z-score runs straight with the logarithm of the size. Beyond the 1st and
the 99th nothing is published, and nothing is invented: the z-score is infinite there.

EFW is by Hadlock 1985 with HC, AC and FL. How BPD was measured is not said with the coefficients;
its medians agree with outer-inner (46.6 mm at 20 weeks, which is INTERGROWTH's outer-outer 48.4 mm
seen outer-inner), so it is taken as that.
"""

from bisect import bisect_left
from math import exp, inf, log

from biometry_cli.measure.growth.chart import GrowthChart, z_of_centile

WEEKS_RANGE = (14.0, 40.0)
CENTILES = (1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 97.5, 99.0)

# One row a centile, in their order: the coefficients of 1, w, w², w³ and, for FL, w⁴ in
# ln(size in mm or g), w in exact weeks.
COEFFICIENTS: dict[str, tuple[tuple[float, ...], ...]] = {
    "HC": (
        (1.5178279587, 0.29929685913, -0.0075237615213, 6.7179373385e-05),
        (1.5931751713, 0.29459800552, -0.0073860372567, 6.5695177022e-05),
        (1.748839457, 0.27840528079, -0.0067799095069, 5.8358777472e-05),
        (1.8305953739, 0.27244251175, -0.006595468645, 5.6395746937e-05),
        (1.9418194523, 0.26584757167, -0.0064454490401, 5.5451781343e-05),
        (2.0992487925, 0.25337365611, -0.0060564781668, 5.1425607206e-05),
        (2.2077745192, 0.24521232093, -0.0057855794859, 4.839726188e-05),
        (2.3177699972, 0.2366515102, -0.0055078128861, 4.5397587934e-05),
        (2.3955010618, 0.22958666608, -0.0052531814163, 4.2373893792e-05),
        (2.5007406963, 0.22006785472, -0.0049362311146, 3.8906600095e-05),
        (2.5018953327, 0.22378514831, -0.0051424540224, 4.2011702061e-05),
    ),
    "AC": (
        (1.1968276666, 0.30998556998, -0.0077982100821, 7.2160186219e-05),
        (1.1920277894, 0.31475668199, -0.008015813089, 7.5139597655e-05),
        (1.0986995456, 0.3300799958, -0.0086209584373, 8.2544012005e-05),
        (1.2441812248, 0.31631540165, -0.008140926893, 7.7250149518e-05),
        (1.4452087853, 0.2994337862, -0.0075967248559, 7.1668993412e-05),
        (1.5855293103, 0.28993678192, -0.0073265192914, 6.9261631644e-05),
        (1.7145250691, 0.28136706779, -0.007081955965, 6.7086230434e-05),
        (1.7807838232, 0.27927889041, -0.0070643788983, 6.7510454897e-05),
        (1.8321380622, 0.277106953, -0.0070338854029, 6.7612420096e-05),
        (2.0367447269, 0.25713846182, -0.0063491878891, 6.0053745113e-05),
        (2.123789328, 0.24850581569, -0.0060167794268, 5.6228602349e-05),
    ),
    "BPD": (
        (0.59100840154, 0.25183351551, -0.0058260213687, 4.8584252859e-05),
        (0.58340478244, 0.25770686735, -0.0060838036628, 5.1694037619e-05),
        (0.64008654137, 0.25352855332, -0.0059165162706, 4.9461423299e-05),
        (0.67586050811, 0.25343383445, -0.0059560690388, 5.0305560438e-05),
        (0.76931510342, 0.24992702418, -0.0059239944471, 5.0765484293e-05),
        (0.87298423131, 0.24338500354, -0.0057117252368, 4.8288003573e-05),
        (0.9832982654, 0.23607111657, -0.0054834808301, 4.5841965577e-05),
        (1.0135190921, 0.23708885795, -0.0055421492814, 4.6525835008e-05),
        (1.1140119268, 0.22825845781, -0.0052427105297, 4.3166569736e-05),
        (1.1791743863, 0.2242456869, -0.0051363867869, 4.2140113879e-05),
        (1.1887652808, 0.22624188723, -0.0052250482583, 4.3157712224e-05),
    ),
    "FL": (
        (-7.6335739192, 1.3261648091, -0.060340638629, 0.0012705930296, -1.0159091098e-05),
        (-7.2718717698, 1.2829892883, -0.058060189249, 0.001213143198, -9.6017150547e-06),
        (-7.070529334, 1.267800527, -0.057755634777, 0.00121608382, -9.7036178729e-06),
        (-6.6917540735, 1.2250091106, -0.055920618207, 0.0011832019191, -9.5036500683e-06),
        (-6.0795311855, 1.1524517056, -0.052551065431, 0.0011141861332, -8.9802280975e-06),
        (-5.5492262078, 1.0955999017, -0.050131092595, 0.001067807257, -8.6397060629e-06),
        (-4.6866698728, 0.9781117934, -0.043931906908, 0.00092346644003, -7.3942775854e-06),
        (-4.3121959683, 0.94038705308, -0.042470986752, 0.00089977742409, -7.2628465835e-06),
        (-4.1239820755, 0.9203442108, -0.041572896958, 0.000881055512, -7.1084395963e-06),
        (-3.6448393081, 0.85702813151, -0.038400568548, 0.00081206278446, -6.55932417e-06),
        (-3.4000412381, 0.83459676012, -0.037656888266, 0.00080360151384, -6.5532385277e-06),
    ),
    "EFW": (
        (-0.050149626487, 0.37447159918, -0.0053493025694, 2.3744363684e-05),
        (-0.23051838301, 0.40051111632, -0.0061799323583, 3.1659576297e-05),
        (-0.16205710356, 0.39396536991, -0.0057973305642, 2.5531912824e-05),
        (-0.045588764253, 0.38931405208, -0.0057452767406, 2.6555789106e-05),
        (-0.012258767992, 0.3938364049, -0.0059230488552, 2.8863017897e-05),
        (0.15731008697, 0.38306793552, -0.0055404684664, 2.465700628e-05),
        (0.29329738643, 0.37609622921, -0.0052925503611, 2.1837227764e-05),
        (0.35314222749, 0.37648687447, -0.0052874294579, 2.1476021256e-05),
        (0.28502505597, 0.3906214723, -0.005829291824, 2.7908869312e-05),
        (0.40817059489, 0.38106821466, -0.0055091392274, 2.4671314778e-05),
        (0.79584342596, 0.34214221576, -0.0041486320446, 1.0209773586e-05),
    ),
}
_ZS = tuple(z_of_centile(centile) for centile in CENTILES)
# The outermost centiles themselves must not fall outside by rounding.
_LAST_BITS = 1e-9


def _logs(measure: str, weeks: float) -> list[float]:
    """ln of the size at each of ``CENTILES``; it rises from one to the next at all ages."""
    rows = COEFFICIENTS[measure]
    return [sum(c * weeks**power for power, c in enumerate(row)) for row in rows]


def _between(x: float, xs: list[float], ys: list[float]) -> float:
    """Straight interpolation in rising ``xs``; infinite outside them."""
    if x < xs[0] - _LAST_BITS:
        return -inf
    if x > xs[-1] + _LAST_BITS:
        return inf
    upper = min(max(bisect_left(xs, x), 1), len(xs) - 1)
    share = (x - xs[upper - 1]) / (xs[upper] - xs[upper - 1])
    return ys[upper - 1] + share * (ys[upper] - ys[upper - 1])


def _chart(measure: str) -> GrowthChart:
    def z_of(value: float, weeks: float) -> float:
        return _between(log(value), _logs(measure, weeks), list(_ZS))

    def value_of(z: float, weeks: float) -> float:
        return exp(_between(z, list(_ZS), _logs(measure, weeks)))

    return GrowthChart(
        key="who",
        short="WHO 2017",
        population="ten countries",
        source="Kiserud 2017, PLoS Med 14:e1002220",
        measure=measure,
        unit="g" if measure == "EFW" else "mm",
        weeks_range=WEEKS_RANGE,
        z_of=z_of,
        value_of=value_of,
        centile_range=(CENTILES[0], CENTILES[-1]),
        bpd_convention="outer-inner",
        weight_formula="hadlock_1985_hc_ac_fl" if measure == "EFW" else None,
    )


CHARTS = {measure: _chart(measure) for measure in COEFFICIENTS}
