#!/usr/bin/env python3
"""Rewrites the stock prices of the `bokeh-sampledata` package as the files of this folder.

usage: convert.py INPUT [OUTPUT_FOLDER]

INPUT is the package's `_data/stocks.csv.gz`. Writes daily/SYMBOL.csv and adjustment/SYMBOL.csv below OUTPUT_FOLDER
(default: the folder of this script). Nothing but Python's standard library is needed; the result is the same on
every run.
"""

import csv
import gzip
import pathlib
import sys
from decimal import Decimal, localcontext

# Shares after / shares before, by ex-date. The package's adjusted close confirms each of them.
SPLITS = {
    "AAPL": {"2000-06-21": 2, "2005-02-28": 2},
    "GOOG": {},
    "IBM": {},
    "MSFT": {"2003-02-18": 2},
}
# A smaller step of the adjusted close than this, relative, is rounding and no dividend.
DIVIDEND_MIN = Decimal("0.00005")
BILLIONTH = Decimal("0.000000001")


def plain(value):
    """A decimal without exponent or trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def factor_rows(symbol, rows):
    """(date, price factor, split factor) by ascending date: each applies up to and including its date."""
    result = [("2050-12-31", Decimal(1), Decimal(1))]
    price_factor = split_factor = Decimal(1)
    splits = dict(SPLITS[symbol])
    for before, after in reversed(list(zip(rows, rows[1:]))):
        split = Decimal(splits.pop(after["Date"], 1))
        step = (Decimal(after["Adj Close"]) / Decimal(after["Close"])) / (
            Decimal(before["Adj Close"]) / Decimal(before["Close"])
        )
        dividend_step = step / split - 1
        if abs(dividend_step) < DIVIDEND_MIN and split == 1:
            continue
        if dividend_step >= DIVIDEND_MIN:
            # The source divides the dividend by the close of the ex-date; a price factor by the close before it.
            dividend = (dividend_step * Decimal(after["Close"])).quantize(Decimal("0.0001"))
            price_factor *= 1 - dividend / (Decimal(before["Close"]) / split)
        elif dividend_step <= -DIVIDEND_MIN:
            sys.exit(f"{symbol} {after['Date']}: the adjusted close steps by {step}, an unknown split")
        split_factor /= split
        result.append((before["Date"], price_factor, split_factor))
    if splits:
        sys.exit(f"{symbol}: splits outside of the data: {sorted(splits)}")
    return reversed(result)


def write(path, header, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="\n") as file:
        file.write(header + "\n")
        file.writelines(line + "\n" for line in lines)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    output = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else pathlib.Path(__file__).resolve().parent
    with gzip.open(sys.argv[1], "rt", newline="") as file:
        source = list(csv.DictReader(file))
    with localcontext() as context:
        context.prec = 40
        for symbol in SPLITS:
            rows = sorted((row for row in source if row["Ticker"] == symbol), key=lambda row: row["Date"])
            prices = ("Open", "High", "Low", "Close", "Volume")
            write(
                output / "daily" / f"{symbol}.csv",
                "timestamp,open,high,low,close,volume",
                (",".join([row["Date"]] + [plain(Decimal(row[name])) for name in prices]) for row in rows),
            )
            write(
                output / "adjustment" / f"{symbol}.csv",
                "date,price_factor,split_factor",
                (
                    f"{date},{plain(price.quantize(BILLIONTH))},{plain(split.quantize(BILLIONTH))}"
                    for date, price, split in factor_rows(symbol, rows)
                ),
            )


if __name__ == "__main__":
    main()
