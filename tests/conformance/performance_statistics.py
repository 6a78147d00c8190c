"""Compares the statistics of dump_statistics with empyrical-reloaded, quantstats and scipy on seeded returns.

    python performance_statistics.py PATH_OF_dump_statistics

Needs: pip install empyrical-reloaded quantstats scipy. Prints a table; exits 1 when a figure differs by more than 1e-9
relative (of a figure below 0.001: by more than 1e-12; of money: by more than its resolution of a millionth).
"""

import itertools
import math
import os
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")

import empyrical
import numpy as np
import pandas as pd
import quantstats
import quantstats.stats as qs
import scipy.stats

TOLERANCE = 1e-9
MONEY_RESOLUTION = 1e-6
INITIAL = 100_000.0
MONEY_KEYS = {"expectancy", "average_win", "average_loss", "largest_win", "largest_loss", "average_mae", "average_mfe"}


class Case:
    """A seeded run: equity at each session's close, trades and a benchmark."""

    def __init__(self, name, seed, sessions, drift, volatility, periods, risk_free, acceptable, tail=None):
        rng = np.random.default_rng(seed)
        self.name, self.periods, self.risk_free, self.acceptable = name, periods, risk_free, acceptable
        self.benchmark = rng.normal(0.0004, 0.011, sessions)
        noise = rng.standard_t(tail, sessions) if tail else rng.normal(0, 1, sessions)
        wanted = drift + 0.6 * self.benchmark + volatility * noise
        # Equity is kept in millionths; returns are recomputed from what the program will read.
        self.equity = np.round(INITIAL * np.cumprod(1 + wanted), 6)
        before = np.concatenate([[INITIAL], self.equity[:-1]])
        self.returns = pd.Series((self.equity - before) / before, index=pd.bdate_range("2001-01-02", periods=sessions))
        trades = max(4, sessions // 7)
        self.pnl = np.round(rng.normal(20, 400, trades), 6)
        self.pnl[:3] = [120.5, -80.25, 0.0]
        self.mae = -np.round(np.abs(rng.normal(0, 150, trades)), 6)
        self.mfe = np.round(np.abs(rng.normal(0, 150, trades)), 6)
        self.risk = [f"{x:.6f}" if rng.random() < 0.7 else "" for x in rng.uniform(50, 500, trades)]
        self.risk[0] = "100.000000"
        self.risk[1] = "160.500000"

    def run(self, binary):
        with tempfile.TemporaryDirectory(prefix="bellwether_statistics_") as folder:
            def write(name, header, rows):
                path = os.path.join(folder, name)
                with open(path, "w") as file:
                    file.write(header + "\n" + "".join(row + "\n" for row in rows))
                return path

            daily = write("daily.csv", "date,equity",
                          [f"{d.date()},{e:.6f}" for d, e in zip(self.returns.index, self.equity)])
            trades = write("trades.csv", "net_pnl,mae,mfe,initial_risk",
                           [f"{p:.6f},{a:.6f},{f:.6f},{r}"
                            for p, a, f, r in zip(self.pnl, self.mae, self.mfe, self.risk)])
            benchmark = write("benchmark.csv", "return", [f"{b:.17g}" for b in self.benchmark])
            text = subprocess.run([binary, daily, trades, benchmark, f"{INITIAL:.6f}", repr(float(self.periods)),
                                   repr(self.risk_free), repr(self.acceptable)],
                                  check=True, capture_output=True, text=True).stdout
        return dict(line.split("=", 1) for line in text.splitlines())

    def per_period(self, annual):
        return (1 + annual) ** (1 / self.periods) - 1


def probabilistic_sharpe(sharpe, skew, kurtosis, n):
    """Bailey and Lopez de Prado 2012, equation 9, against a Sharpe ratio of zero; kurtosis 3 is normal."""
    return scipy.stats.norm.cdf(sharpe * math.sqrt(n - 1) /
                                math.sqrt(1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe ** 2))


def expected(case):
    """(key, source, value) of every figure that another system has."""
    r, b, p = case.returns, pd.Series(case.benchmark, index=case.returns.index), case.periods
    rf, acceptable = case.per_period(case.risk_free), case.per_period(case.acceptable)
    values, n = r.to_numpy(), len(r)
    e = lambda key, value: (key, "empyrical", value)
    beta = empyrical.beta(r, b, rf)
    sharpe = empyrical.sharpe_ratio(r, risk_free=rf, annualization=p)
    volatility = empyrical.annual_volatility(r, annualization=p)
    yield e("total_return", empyrical.cum_returns_final(r))
    yield e("cagr", empyrical.annual_return(r, annualization=p))
    yield e("annual_volatility", volatility)
    yield e("sharpe", sharpe)
    yield e("sortino", empyrical.sortino_ratio(r, required_return=acceptable, annualization=p))
    yield e("max_drawdown", empyrical.max_drawdown(r))
    yield e("calmar", empyrical.calmar_ratio(r, annualization=p))
    for level, cutoff in ((95, 0.05), (99, 0.01)):
        yield e(f"value_at_risk_{level}", empyrical.value_at_risk(values, cutoff))
        yield e(f"expected_shortfall_{level}", empyrical.conditional_value_at_risk(values, cutoff))
    yield e("beta", beta)
    yield e("alpha", empyrical.alpha(r, b, risk_free=rf, annualization=p))
    yield "correlation", "numpy", np.corrcoef(values, case.benchmark)[0, 1]
    yield e("information_ratio", empyrical.excess_sharpe(r, b) * math.sqrt(p))
    yield e("tracking_error", empyrical.annual_volatility(r - b, annualization=p))
    yield e("treynor", sharpe * volatility / beta)
    yield "skew", "scipy", scipy.stats.skew(values)
    yield "kurtosis", "scipy", scipy.stats.kurtosis(values)
    yield "probabilistic_sharpe", "scipy", probabilistic_sharpe(
        sharpe / math.sqrt(p), scipy.stats.skew(values), scipy.stats.kurtosis(values, fisher=False), n)
    # quantstats divides by n - 1.
    yield "ulcer_index", "quantstats", qs.ulcer_index(r) * math.sqrt((n - 1) / n)

    pnl, wins, losses = case.pnl, case.pnl[case.pnl > 0], case.pnl[case.pnl < 0]
    series = pd.Series(pnl)
    q = lambda key, value: (key, "quantstats", value)
    t = lambda key, value: (key, "numpy", value)
    # quantstats leaves out zeros in its win rate.
    yield q("win_rate", qs.win_rate(series, prepare_returns=False) * (len(wins) + len(losses)) / len(pnl))
    yield q("profit_factor", qs.profit_factor(series, prepare_returns=False))
    yield q("payoff_ratio", qs.payoff_ratio(series, prepare_returns=False))
    yield q("average_win", qs.avg_win(series, prepare_returns=False))
    yield q("average_loss", qs.avg_loss(series, prepare_returns=False))
    yield q("max_consecutive_wins", qs.consecutive_wins(series, prepare_returns=False))
    yield q("max_consecutive_losses", qs.consecutive_losses(series, prepare_returns=False))
    yield t("expectancy", pnl.mean())
    yield t("largest_win", pnl.max())
    yield t("largest_loss", pnl.min())
    yield t("average_mae", case.mae.mean())
    yield t("average_mfe", case.mfe.mean())
    multiples = np.array([x / float(risk) for x, risk in zip(pnl, case.risk) if risk])
    yield t("r_multiple_trades", len(multiples))
    yield t("r_multiple_mean", multiples.mean())
    yield t("r_multiple_median", np.median(multiples))
    yield t("r_multiple_stdev", multiples.std(ddof=1))
    yield t("trades", len(pnl))


def expected_drawdown_spans(case):
    """(key, nanoseconds or None) of the deepest drawdown, from pandas' cumulative maximum. The first point is the
    initial equity at the first session's time, as the engine takes it."""
    equity = pd.Series(np.concatenate([[INITIAL], case.equity]))
    times = case.returns.index[:1].append(case.returns.index)
    peaks = equity.cummax()
    trough = (equity / peaks - 1).idxmin()
    peak = equity[:trough + 1][equity == peaks[trough]].index[-1]
    above = equity[trough:][equity >= peaks[trough]].index
    end = above[0] if len(above) else len(equity) - 1
    yield "max_drawdown_duration", (times[end] - times[peak]).value
    yield "max_drawdown_recovery", (times[end] - times[trough]).value if len(above) else None


def expected_of_report(case):
    """(key, source, value) of the deepest drawdowns, the moving figures of 21 sessions and the distribution."""
    equity = pd.Series(np.concatenate([[INITIAL], case.equity]))
    peaks = equity.cummax()
    fall = equity / peaks - 1
    # One drawdown for each peak that is left; the deepest points of them.
    depths = sorted(depth for depth in fall.groupby(peaks).min() if depth < 0)
    for i, depth in enumerate(depths[:5]):
        yield f"drawdown_{i}", "pandas", depth
    rolling, rf = case.returns.rolling(21), case.per_period(case.risk_free)
    benchmark = pd.Series(case.benchmark, index=case.returns.index)
    sharpe = (rolling.mean() - rf) / rolling.std() * math.sqrt(case.periods)
    beta = rolling.cov(benchmark) / benchmark.rolling(21).var()
    for i in range(20, len(case.returns), 37):
        yield f"rolling_{i}_volatility", "pandas", rolling.std().iloc[i] * math.sqrt(case.periods)
        yield f"rolling_{i}_sharpe", "pandas", sharpe.iloc[i]
        yield f"rolling_{i}_beta", "pandas", beta.iloc[i]


def histogram_differences(case, found):
    """Counts by numpy over the bins that the program chose, and scipy's normal distribution."""
    low, width = float(found["histogram_low"]), float(found["histogram_width"])
    bins = sum(key.startswith("histogram_") for key in found) - 2
    values = case.returns.to_numpy()
    counts, edges = np.histogram(values, bins=low + width * np.arange(bins + 1))
    normal = np.diff(scipy.stats.norm.cdf(edges, values.mean(), values.std(ddof=1))) * len(values)
    for i in range(bins):
        if int(float(found[f"histogram_{i}"])) != counts[i]:
            yield f"histogram_{i}: {found[f'histogram_{i}']}, numpy {counts[i]}"
        if not math.isclose(float(found[f"normal_{i}"]), normal[i], rel_tol=1e-9, abs_tol=1e-9):
            yield f"normal_{i}: {found[f'normal_{i}']}, scipy {normal[i]}"
    if counts.sum() != len(values):
        yield f"{len(values) - counts.sum()} returns lie outside of the bins"


def check_formula_of_probabilistic_sharpe(case):
    """The formula above with pandas' moments must be quantstats' figure, so that it is not ours alone."""
    r = case.returns
    ours = probabilistic_sharpe(r.mean() / r.std(), r.skew(), r.kurt() + 3, len(r))
    return math.isclose(ours, qs.probabilistic_sharpe_ratio(r, rf=0.0, periods=case.periods), rel_tol=TOLERANCE)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: performance_statistics.py PATH_OF_dump_statistics")
    cases = [
        Case("ten years", 1, 2520, 0.0002, 0.008, 252, 0.0, 0.0),
        Case("fat tails", 2, 1500, 0.0001, 0.010, 252, 0.02, 0.05, tail=3),
        Case("losing", 3, 700, -0.0015, 0.012, 252, 0.03, 0.0),
        Case("one quarter", 4, 63, 0.001, 0.006, 252, 0.0, 0.01),
        Case("few sessions", 5, 5, 0.001, 0.010, 252, 0.01, 0.0),
        Case("every day", 6, 1000, 0.0005, 0.030, 365, 0.04, 0.02, tail=4),
    ]
    failures = 0
    print(f"empyrical-reloaded {empyrical.__version__}, quantstats {quantstats.__version__},"
          f" scipy {scipy.__version__}, numpy {np.__version__}")
    for case in cases:
        found = case.run(sys.argv[1])
        print(f"\n{case.name}: {len(case.returns)} sessions, {len(case.pnl)} trades")
        for key, source, want in itertools.chain(expected(case), expected_of_report(case)):
            have = float(found[key]) if found[key] != "none" else math.nan
            want = float(want)
            difference = abs(have - want)
            if key in MONEY_KEYS:
                good = difference <= MONEY_RESOLUTION
            else:
                good = difference <= TOLERANCE * max(abs(want), 1e-3)
            failures += not good
            print(f"  {'ok  ' if good else 'DIFF'} {key:24} {have:24.16g} {want:24.16g}  {difference:8.1e}  {source}")
        for key, want in expected_drawdown_spans(case):
            have = None if found[key] == "none" else int(found[key])
            failures += have != want
            print(f"  {'ok  ' if have == want else 'DIFF'} {key:24} {have!s:>24} {want!s:>24}  {'':8}  pandas")
        for difference in histogram_differences(case, found):
            failures += 1
            print(f"  DIFF {difference}")
        if not check_formula_of_probabilistic_sharpe(case):
            failures += 1
            print("  DIFF formula of the probabilistic Sharpe ratio against quantstats")
    print(f"\n{failures} differences" if failures else "\nall figures agree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
