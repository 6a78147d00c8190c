#!/usr/bin/env python3
"""Compares backtests with backtrader and vectorbt: the same rule on the same real daily bars, with fees.

    outside_judge.py DUMP_BACKTEST [DATA_FOLDER]

For every case the binary runs twice, which must give the same bytes, and writes the bars that it used, its fills, round
trips and daily equity. The judge reads those bars, works out its own indicators, executes its own orders and keeps its
own account; only the rule itself (when to buy what) is written here a second time. Compared: every fill (date, side,
size, price, fee), every round trip (dates, direction, size, prices, result before and after fees), the equity of every
day and of the last one. Exits with 1 if anything differs or a case has too few round trips to mean anything, with 2 if
the comparison cannot be made.
"""

import csv
import dataclasses
import math
import pathlib
import subprocess
import sys
import tempfile
import warnings

# Ours rounds every amount to a millionth, the judges none. Prices x sizes x rates of the cases below have six decimals,
# or seven at times, so that roundings do not add up to more over a whole run.
TOLERANCE = 1e-6
TRADES_MIN = 21  # Per case.
CASH = 1_000_000


@dataclasses.dataclass(frozen=True)
class Case:
    symbol: str
    strategy: str
    parameters: dict
    fees: dict
    fill: str = "next_open"  # or same_close
    adjust: str = "split"
    shorting: bool = False
    judge: str = "backtrader"

    @property
    def name(self) -> str:
        parts = [self.symbol, self.adjust, self.strategy, self.fill]
        parts += [f"{key}={value}" for key, value in (self.parameters | self.fees).items()]
        return " ".join(parts)

    def arguments(self) -> list[str]:
        options = {"cash": CASH, "adjust": self.adjust, "fill": self.fill, "shorting": str(self.shorting).lower()}
        options |= self.fees | self.parameters
        return [f"{key}={value}" for key, value in options.items()]


PER_ORDER, PER_SHARE, BASIS_POINTS = {"per_order": 4.95}, {"per_share": 0.005}, {"basis_points": 10}
ALL_FEES = PER_ORDER | PER_SHARE | BASIS_POINTS
SMA = {"fast": 10, "slow": 50, "quantity": 100}
SMA_ALL_IN = {"fast": 5, "slow": 30, "allocation": 0.9}
RSI = {"period": 7, "buy_below": 30, "sell_above": 55, "allocation": 0.9}
DONCHIAN = {"entry": 20, "exit": 10, "quantity": 100, "stop_atr": 0}
DONCHIAN_STOP = {"entry": 20, "exit": 10, "quantity": 100, "atr": 14, "stop_atr": 2}

CASES = [
    Case("AAPL", "sma_cross", SMA, PER_ORDER),
    Case("AAPL", "sma_cross", SMA, BASIS_POINTS, "same_close"),
    Case("MSFT", "sma_cross", SMA, PER_SHARE, "same_close"),
    Case("MSFT", "sma_cross", SMA, ALL_FEES),
    Case("MSFT", "sma_cross", SMA_ALL_IN, ALL_FEES),
    Case("MSFT", "sma_cross", SMA_ALL_IN, ALL_FEES, "same_close"),
    Case("IBM", "sma_cross", SMA, BASIS_POINTS, adjust="raw"),
    Case("MSFT", "sma_cross", SMA | {"short": "true"}, PER_SHARE | BASIS_POINTS, shorting=True),
    Case("AAPL", "sma_cross", SMA | {"short": "true"}, PER_SHARE, "same_close", shorting=True),
    Case("AAPL", "rsi_reversion", RSI, PER_SHARE),
    Case("AAPL", "rsi_reversion", RSI, PER_ORDER, "same_close"),
    Case("MSFT", "rsi_reversion", RSI, BASIS_POINTS),
    Case("GOOG", "rsi_reversion", RSI, ALL_FEES, adjust="raw"),
    Case("AAPL", "donchian_breakout", DONCHIAN, BASIS_POINTS),
    Case("MSFT", "donchian_breakout", DONCHIAN, PER_ORDER, "same_close"),
    Case("AAPL", "donchian_breakout", DONCHIAN_STOP, PER_SHARE),
    Case("MSFT", "donchian_breakout", DONCHIAN_STOP, BASIS_POINTS),
    Case("AAPL", "donchian_breakout", DONCHIAN_STOP, ALL_FEES, "same_close"),
    Case("IBM", "donchian_breakout", DONCHIAN_STOP | {"quantity": 1000, "stop_atr": 1}, PER_ORDER, adjust="total"),
    Case("AAPL", "sma_cross", SMA, PER_ORDER | BASIS_POINTS, judge="vectorbt"),
    Case("MSFT", "sma_cross", SMA, PER_ORDER | BASIS_POINTS, "same_close", judge="vectorbt"),
]


@dataclasses.dataclass
class Outcome:
    """What a system made of a case. Fills: (date, side, size, price, fee); trades: (direction, entry date, exit date,
    size, entry price, exit price, gross, fees, net); equity by date."""

    fills: list[tuple]
    trades: list[tuple]
    equity: dict[str, float]


def read_csv(path: pathlib.Path) -> list[tuple]:
    """Rows below the header, numbers as numbers."""

    def value(text: str):
        try:
            return float(text)
        except ValueError:
            return text

    with path.open(encoding="utf-8") as file:
        return [tuple(map(value, row)) for row in list(csv.reader(file))[1:]]


def run_ours(binary: str, data: str, case: Case, folder: pathlib.Path) -> Outcome:
    """Runs the binary twice; its bars stay in `folder`/first/bars.csv."""
    outputs = []
    for name in ("first", "second"):
        out = folder / name
        out.mkdir()
        command = [binary, data, case.symbol, case.strategy, str(out), *case.arguments()]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        outputs.append((printed, {file.name: file.read_bytes() for file in sorted(out.iterdir())}))
    if outputs[0] != outputs[1]:
        raise ValueError(f"{case.name}: two processes gave different bytes")
    out = folder / "first"
    return Outcome(read_csv(out / "fills.csv"), read_csv(out / "trades.csv"), dict(read_csv(out / "equity.csv")))


# --- backtrader


def backtrader_outcome(case: Case, bars: pathlib.Path) -> Outcome:
    import backtrader as bt

    same_close = case.fill == "same_close"
    parameters = case.parameters
    date_of = lambda number: bt.num2date(number).date().isoformat()

    class Fees(bt.CommInfoBase):
        """Fees of all kinds together; backtrader asks once for an order's closing part and once for its opening."""

        params = (("stocklike", True), ("commtype", bt.CommInfoBase.COMM_FIXED))

        def _getcommission(self, size, price, pseudoexec):
            per_share = case.fees.get("per_share", 0) + price * case.fees.get("basis_points", 0) / 1e4
            return case.fees.get("per_order", 0) + abs(size) * per_share

    class Judged(bt.Strategy):
        def __init__(self):
            self.outcome = Outcome([], [], {})
            self.prepare()

        def prenext(self):
            self.outcome.equity[self.data.datetime.date().isoformat()] = self.broker.getvalue()

        def next(self):
            self.prenext()
            self.decide()

        def size(self) -> int:
            if parameters.get("quantity"):
                return parameters["quantity"]
            return int(self.broker.getvalue() * parameters["allocation"] / self.data.close[0])

        def notify_order(self, order):
            if order.status == order.Completed:
                done = order.executed
                side = "buy" if order.isbuy() else "sell"
                self.outcome.fills.append((date_of(done.dt), side, abs(done.size), done.price, done.comm))
            elif order.status in (order.Margin, order.Rejected, order.Partial, order.Expired):
                raise ValueError(f"backtrader: order {order.getstatusname()} on {self.data.datetime.date()}")

        def notify_trade(self, trade):
            if not trade.isclosed:
                return
            # The trade's own dates are those of booking, a day late where orders fill at the same close.
            entry, leave = trade.history[0].event, trade.history[-1].event
            self.outcome.trades.append((
                "long" if trade.long else "short", date_of(entry.order.executed.dt), date_of(leave.order.executed.dt),
                abs(entry.size), trade.price, leave.price, trade.pnl, trade.commission, trade.pnlcomm,
            ))  # fmt: skip

    class SmaCross(Judged):
        def prepare(self):
            self.fast = bt.ind.SMA(self.data.close, period=parameters["fast"])
            self.slow = bt.ind.SMA(self.data.close, period=parameters["slow"])
            self.trend = 0

        def decide(self):
            difference = self.fast[0] - self.slow[0]
            trend = 0 if abs(difference) < 1e-9 else int(math.copysign(1, difference))
            if trend == self.trend:
                return
            self.trend = trend
            held = self.position.size
            if trend > 0:
                target = held if held > 0 else self.size()
            elif trend < 0 and parameters.get("short"):
                target = held if held < 0 else -self.size()
            else:
                target = 0
            if target > held:
                self.buy(size=target - held)
            elif target < held:
                self.sell(size=held - target)

    class RsiReversion(Judged):
        def prepare(self):
            self.strength = bt.ind.RSI(self.data.close, period=parameters["period"], safediv=True)

        def decide(self):
            if not self.position and self.strength[0] < parameters["buy_below"]:
                self.buy(size=self.size())
            elif self.position and self.strength[0] > parameters["sell_above"]:
                self.close()

    class DonchianBreakout(Judged):
        """With a stop, the entry goes out together with it. Its price hangs on the entry's: the close that caused it
        (same_close), or the next open, which cheat-on-open shows just before both orders are executed."""

        def prepare(self):
            self.highest = bt.ind.Highest(self.data.high(-1), period=parameters["entry"])
            self.lowest = bt.ind.Lowest(self.data.low(-1), period=parameters["exit"])
            self.range = bt.ind.ATR(self.data, period=parameters.get("atr", 14))
            self.stop_order = None
            self.distance = None  # Of an entry that waits for the next open.

        def next_open(self):
            if self.distance is not None:
                self.enter(self.data.open[0] - self.distance)
                self.distance = None

        def enter(self, stop: float):
            self.buy(size=self.size())
            self.stop_order = self.sell(size=self.size(), exectype=bt.Order.Stop, price=stop)

        def decide(self):
            close = self.data.close[0]
            if not self.position and close > self.highest[0]:
                if parameters["stop_atr"] == 0:
                    self.buy(size=self.size())
                    return
                distance = round(self.range[0] * parameters["stop_atr"], 9)  # Prices are in billionths.
                if same_close:
                    self.enter(close - distance)
                else:
                    self.distance = distance
            elif self.position and close < self.lowest[0]:
                if self.stop_order is not None:
                    self.cancel(self.stop_order)
                self.close()

    rule = {"sma_cross": SmaCross, "rsi_reversion": RsiReversion, "donchian_breakout": DonchianBreakout}[case.strategy]
    waits_for_open = bool(parameters.get("stop_atr")) and not same_close
    cerebro = bt.Cerebro(stdstats=False, tradehistory=True, cheat_on_open=waits_for_open)
    cerebro.adddata(bt.feeds.GenericCSVData(dataname=str(bars), dtformat="%Y-%m-%d", openinterest=-1))
    cerebro.broker.setcash(CASH)
    cerebro.broker.set_coc(same_close)
    cerebro.broker.set_coo(waits_for_open)
    if case.fees.keys() == {"basis_points"}:
        cerebro.broker.setcommission(commission=case.fees["basis_points"] / 1e4)
    elif case.fees.keys() == {"per_share"}:
        cerebro.broker.setcommission(
            commission=case.fees["per_share"], commtype=bt.CommInfoBase.COMM_FIXED, stocklike=True
        )
    else:
        cerebro.broker.addcommissioninfo(Fees())
    cerebro.addstrategy(rule)
    return cerebro.run()[0].outcome


# --- vectorbt


def vectorbt_outcome(case: Case, bars: pathlib.Path) -> Outcome:
    """sma_cross, long only."""
    import pandas
    import vectorbt

    frame = pandas.read_csv(bars, index_col="date", parse_dates=["date"])
    dates = [date.date().isoformat() for date in frame.index]
    fast = vectorbt.MA.run(frame["close"], case.parameters["fast"]).ma
    slow = vectorbt.MA.run(frame["close"], case.parameters["slow"]).ma
    above = (fast - slow) > 1e-9
    if case.fill == "next_open":
        above = above.shift(1, fill_value=False)
    portfolio = vectorbt.Portfolio.from_signals(
        frame["close"],
        entries=above,
        exits=~above,
        price=frame["open"] if case.fill == "next_open" else frame["close"],
        size=case.parameters["quantity"],
        fees=case.fees.get("basis_points", 0) / 1e4,
        fixed_fees=case.fees.get("per_order", 0),
        init_cash=CASH,
    )
    fills = [
        (dates[order["idx"]], ("buy", "sell")[order["side"]], order["size"], order["price"], order["fees"])
        for order in portfolio.orders.records.to_dict("records")
    ]
    trades = [
        ("long", dates[trade["entry_idx"]], dates[trade["exit_idx"]], trade["size"], trade["entry_price"],
         trade["exit_price"], trade["pnl"] + trade["entry_fees"] + trade["exit_fees"],
         trade["entry_fees"] + trade["exit_fees"], trade["pnl"])
        for trade in portfolio.trades.closed.records.to_dict("records")
    ]  # fmt: skip
    return Outcome(fills, trades, dict(zip(dates, portfolio.value())))


JUDGES = {"backtrader": backtrader_outcome, "vectorbt": vectorbt_outcome}


# --- Comparison


@dataclasses.dataclass
class Comparison:
    found: list[str] = dataclasses.field(default_factory=list)
    largest: dict[str, float] = dataclasses.field(default_factory=dict)

    def amounts(self, what: str, where: str, ours: float, theirs: float, tolerance: float = TOLERANCE):
        difference = abs(ours - theirs)
        self.largest[what] = max(self.largest.get(what, 0.0), difference)
        if not difference <= tolerance:
            self.found.append(f"{where}: {what} ours {ours:.9g}, judge {theirs:.9g}")

    def rows(self, what: str, ours: list[tuple], theirs: list[tuple]):
        if len(ours) != len(theirs):
            self.found.append(f"{len(ours)} {what}s of ours, {len(theirs)} of the judge")
        for index, (mine, other) in enumerate(zip(ours, theirs)):
            where = f"{what} {index + 1} ({' '.join(map(str, mine[:3]))})"
            for left, right in zip(mine, other, strict=True):
                if isinstance(left, str):
                    if left != right:
                        self.found.append(f"{where}: ours {left}, judge {right}")
                else:
                    self.amounts(what, where, left, right)


def compare(case: Case, ours: Outcome, theirs: Outcome) -> Comparison:
    comparison = Comparison()
    comparison.rows("fill", ours.fills, theirs.fills)
    comparison.rows("trade", ours.trades, theirs.trades)
    if ours.equity.keys() != theirs.equity.keys():
        comparison.found.append("the days differ")
        return comparison
    # backtrader books a fill at the close of a day with the next day: its equity lacks the fee for that long.
    booked_late = {fill[0] for fill in ours.fills} if (case.judge, case.fill) == ("backtrader", "same_close") else set()
    last = max(ours.equity)
    # Cash is in millionths: each fill rounds its notional and its fee by half of one at most.
    rounding = TOLERANCE + 1e-6 * len(ours.fills)
    for date in sorted(ours.equity.keys() - booked_late | {last}):
        comparison.amounts("equity", date, ours.equity[date], theirs.equity[date], rounding)
    if len(ours.trades) < TRADES_MIN:
        comparison.found.append(f"{len(ours.trades)} round trips are too few to mean anything; {TRADES_MIN} are needed")
    return comparison


def judge_all(binary: str, data: str) -> int:
    differing = 0
    trades = 0
    print(f"{'bars':>5} {'fills':>5} {'trades':>6} {'final equity':>16} {'judge':>16}  largest difference in a fill, "
          "trade, day's equity; case")  # fmt: skip
    for case in CASES:
        with tempfile.TemporaryDirectory(prefix="bellwether_judge_") as folder:
            ours = run_ours(binary, data, case, pathlib.Path(folder))
            theirs = JUDGES[case.judge](case, pathlib.Path(folder) / "first" / "bars.csv")
        comparison = compare(case, ours, theirs)
        final = [list(outcome.equity.values())[-1] for outcome in (ours, theirs)]
        largest = "  ".join(f"{comparison.largest.get(what, 0.0):.1e}" for what in ("fill", "trade", "equity"))
        print(f"{len(ours.equity):5} {len(ours.fills):5} {len(ours.trades):6} {final[0]:16.6f} {final[1]:16.6f}  "
              f"{largest}  {case.judge}: {case.name}")  # fmt: skip
        for line in comparison.found[:12]:
            print(f"      DIFFERENT {line}")
        if len(comparison.found) > 12:
            print(f"      and {len(comparison.found) - 12} more")
        differing += bool(comparison.found)
        trades += len(ours.trades)
    print(f"outside judge: {len(CASES)} cases, {trades} round trips, {differing} cases differ")
    return 1 if differing else 0


def main(arguments: list[str]) -> int:
    if len(arguments) not in (2, 3):
        print("usage: outside_judge.py DUMP_BACKTEST [DATA_FOLDER]", file=sys.stderr)
        return 2
    data = arguments[2] if len(arguments) == 3 else str(pathlib.Path(__file__).parents[2] / "data")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    try:
        return judge_all(arguments[1], data)
    except subprocess.CalledProcessError as error:
        print(f"outside judge: cannot compare: {error}: {error.stderr}", file=sys.stderr)
    except ValueError as error:
        print(f"outside judge: {error}", file=sys.stderr)
        return 1
    except (OSError, ImportError) as error:
        print(f"outside judge: cannot compare: {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
