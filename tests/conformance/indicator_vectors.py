#!/usr/bin/env python3
"""Reference values of the indicators, computed by TA-Lib and pandas from a fixed series of 60 bars.

  indicator_vectors.py --write   writes tests/engine/indicators/reference_vectors.inc
  indicator_vectors.py           recomputes the values and compares them with that file; exits 1 on a difference

Needs the Python packages TA-Lib and pandas. TA-Lib is used for everything that it defines (SMA, EMA, RSI, ATR, MACD,
BBANDS, STDDEV, MAX, MIN, ROCP); pandas for averages that start from the first value, sample deviation and VWAP.
"""
import datetime
import pathlib
import re
import sys

import numpy as np
import pandas as pd
import talib

TABLE = pathlib.Path(__file__).resolve().parents[1] / "engine" / "indicators" / "reference_vectors.inc"
BARS = 60
BARS_PER_SESSION = 20
TOLERANCE = 1e-9


def make_bars():
    """A walk in whole cents: multiplicative congruential generator of Lewis, Goodman and Miller, seed 20051."""
    state = 20051

    def draw(below):
        nonlocal state
        state = state * 16807 % 2147483647
        return state % below

    rows, close = [], 10000
    for i in range(BARS):
        open_ = close + draw(61) - 30
        close = open_ + draw(161) - 80 + (25 if i < 25 else -20)
        high = max(open_, close) + draw(40)
        low = min(open_, close) - draw(40)
        rows.append((high, low, close, 0 if i % BARS_PER_SESSION == 0 else 100 + draw(5000)))
    return pd.DataFrame(rows, columns=["high", "low", "close", "volume"])


def references(cents):
    high, low, close = (cents[c].to_numpy(float) / 100.0 for c in ("high", "low", "close"))
    series = pd.Series(close)
    macd, signal, histogram = talib.MACD(close, 5, 12, 4)
    upper, middle, lower = talib.BBANDS(close, 10, 2.5, 2.5)
    slow, fast = (series.ewm(span=n, adjust=False).mean() for n in (12, 5))
    first_line = fast - slow
    previous = np.concatenate(([np.nan], close[:-1]))
    true_range = np.fmax(high - low, np.fmax(abs(high - previous), abs(low - previous)))
    session = np.arange(BARS) // BARS_PER_SESSION
    volume = cents["volume"].astype(float)
    turnover = pd.Series((high + low + close) / 3.0) * volume
    with np.errstate(invalid="ignore"):
        vwap = turnover.groupby(session).cumsum() / volume.groupby(session).cumsum()
    return {
        "kSma10": talib.SMA(close, 10),
        "kEma10": talib.EMA(close, 10),
        "kEmaFirstValue10": series.ewm(span=10, adjust=False).mean(),
        "kRsi14": talib.RSI(close, 14),
        "kAtr14": talib.ATR(high, low, close, 14),
        "kEmaTrueRange14": pd.Series(true_range).ewm(span=14, adjust=False).mean(),
        "kMacdLine": macd,
        "kMacdSignal": signal,
        "kMacdHistogram": histogram,
        "kMacdFirstValueLine": first_line,
        "kMacdFirstValueSignal": first_line.ewm(span=4, adjust=False).mean(),
        "kBollingerUpper": upper,
        "kBollingerMiddle": middle,
        "kBollingerLower": lower,
        "kDonchianUpper": talib.MAX(high, 7),
        "kDonchianLower": talib.MIN(low, 7),
        "kPopulationDeviation10": talib.STDDEV(close, 10, 1.0),
        "kSampleDeviation10": series.rolling(10).std(),
        "kRateOfChange5": talib.ROCP(close, 5),
        "kSessionVwap": vwap,
    }


def write(cents, vectors):
    core = talib.__ta_version__.decode().split()[0]
    lines = [
        "// Reference values of the indicators, NaN where the outside library has none.",
        f"// Made by tests/conformance/indicator_vectors.py on {datetime.date.today()} with TA-Lib {talib.__version__}"
        f" (C library {core}),",
        f"// pandas {pd.__version__}, numpy {np.__version__}.",
        "// clang-format off",
        "constexpr ReferenceBar kBars[] = {",
        *(f"    {{{', '.join(map(str, row))}}}," for row in cents.itertuples(index=False)),
        "};",
    ]
    for name, values in vectors.items():
        lines.append(f"constexpr double {name}[] = {{")
        lines += ["    kNone," if np.isnan(v) else f"    {float(v)!r}," for v in values]
        lines.append("};")
    lines.append("// clang-format on")
    TABLE.write_text("\n".join(lines) + "\n")


def stored():
    """The arrays of the table by name."""
    arrays = {}
    for name, body in re.findall(r"constexpr \w+ (\w+)\[\] = \{\n(.*?)\n\};", TABLE.read_text(), re.S):
        words = re.findall(r"[^\s{},]+", body)
        arrays[name] = np.array([np.nan if w == "kNone" else float(w) for w in words])
    return arrays


def compare(cents, vectors):
    expected = {"kBars": cents.to_numpy(float).ravel(), **{n: np.asarray(v, float) for n, v in vectors.items()}}
    found = stored()
    different = [n for n in expected.keys() | found.keys()
                 if n not in expected or n not in found or expected[n].shape != found[n].shape
                 or not np.allclose(expected[n], found[n], rtol=0, atol=TOLERANCE, equal_nan=True)]
    for name in sorted(different):
        print(f"{TABLE.name}: {name} differs from what TA-Lib {talib.__version__} and pandas {pd.__version__} give")
    if not different:
        print(f"{len(expected)} arrays equal within {TOLERANCE}")
    return 1 if different else 0


def main():
    cents = make_bars()
    vectors = references(cents)
    if sys.argv[1:2] == ["--write"]:
        write(cents, vectors)
    return compare(cents, vectors)


if __name__ == "__main__":
    sys.exit(main())
