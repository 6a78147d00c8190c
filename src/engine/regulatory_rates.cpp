#include "engine/regulatory_rates.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace bellwether {
namespace {

struct SecRate {
  Date from;
  std::int64_t cents_per_million;
};

struct TafRate {
  Date from;
  std::int64_t millionths_per_share;
  std::int64_t maximum_cents;
};

constexpr Date on(int year, unsigned month, unsigned day) { return Date::from_ymd(year, month, day); }

// The SEC's fee rate advisories. Until 2001 the law itself set 1/300 of a per cent.
constexpr std::array kSecRates = {
    SecRate{on(1997, 1, 1), 3333},   SecRate{on(2001, 12, 28), 1500}, SecRate{on(2002, 4, 1), 3010},
    SecRate{on(2003, 3, 22), 2520},  SecRate{on(2003, 4, 1), 4680},   SecRate{on(2004, 2, 22), 3900},
    SecRate{on(2004, 4, 1), 2340},   SecRate{on(2005, 1, 7), 3290},   SecRate{on(2005, 4, 1), 4180},
    SecRate{on(2005, 12, 22), 3070}, SecRate{on(2007, 3, 17), 1530},  SecRate{on(2008, 1, 25), 1100},
    SecRate{on(2008, 4, 1), 560},    SecRate{on(2009, 4, 10), 2570},  SecRate{on(2010, 1, 15), 1270},
    SecRate{on(2010, 4, 1), 1690},   SecRate{on(2011, 1, 21), 1920},  SecRate{on(2012, 2, 21), 1800},
    SecRate{on(2012, 4, 1), 2240},   SecRate{on(2013, 5, 25), 1740},  SecRate{on(2014, 3, 18), 2210},
    SecRate{on(2015, 2, 14), 1840},  SecRate{on(2016, 2, 16), 2180},  SecRate{on(2017, 7, 4), 2310},
    SecRate{on(2018, 5, 22), 1300},  SecRate{on(2019, 4, 16), 2070},  SecRate{on(2020, 2, 18), 2210},
    SecRate{on(2021, 2, 25), 510},   SecRate{on(2022, 5, 14), 2290},  SecRate{on(2023, 2, 27), 800},
    SecRate{on(2024, 5, 22), 2780},  SecRate{on(2025, 5, 14), 0},     SecRate{on(2026, 4, 4), 2060},
};

// FINRA's and NASD's notices to members. The rate of the fee's first year, from 2002-10-01, was lower; it is left out.
constexpr std::array kTafRates = {
    TafRate{on(2003, 9, 1), 100, 1000}, TafRate{on(2004, 11, 1), 75, 375}, TafRate{on(2011, 7, 1), 90, 450},
    TafRate{on(2012, 3, 1), 95, 475},   TafRate{on(2012, 7, 1), 119, 595}, TafRate{on(2022, 1, 1), 130, 649},
    TafRate{on(2023, 1, 1), 145, 727},  TafRate{on(2024, 1, 1), 166, 830}, TafRate{on(2026, 1, 1), 195, 979},
};

static_assert(std::ranges::is_sorted(kSecRates, std::less{}, &SecRate::from));
static_assert(std::ranges::is_sorted(kTafRates, std::less{}, &TafRate::from));

/// The last row from which `date` is not before; null where there is none.
template <typename Rows>
auto row_at(const Rows& rows, Date date) {
  const auto after = std::ranges::upper_bound(rows, date, std::less{}, &Rows::value_type::from);
  return after == rows.begin() ? nullptr : &*std::prev(after);
}

constexpr std::int64_t kMillionthsInCent = Money::kScale / 100;

}  // namespace

RegulatoryRates regulatory_rates(Date date) {
  RegulatoryRates rates;
  if (const SecRate* sec = row_at(kSecRates, date)) {
    rates.sec_fee_per_million = Money::from_raw(sec->cents_per_million * kMillionthsInCent);
  }
  if (const TafRate* taf = row_at(kTafRates, date)) {
    rates.taf_per_share = Money::from_raw(taf->millionths_per_share);
    rates.taf_maximum = Money::from_raw(taf->maximum_cents * kMillionthsInCent);
  }
  return rates;
}

}  // namespace bellwether
