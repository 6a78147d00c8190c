// Exact numbers for prices, quantities and money: scaled 64-bit integers whose arithmetic never wraps.
// Products go through 128 bits and are rounded by a named rule. Floating point enters only through `rounded`.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "engine/expected.hpp"
#include "engine/invariant.hpp"

namespace bellwether {

__extension__ using Int128 = __int128;

/// How an exact result that has no exact representation is rounded.
enum class Rounding : std::uint8_t {
  HalfEven,    ///< To the nearest, ties to the even neighbour: the default for amounts.
  Down,        ///< Toward negative infinity.
  Up,          ///< Toward positive infinity.
  TowardZero,  ///< Discards the fraction.
};

/// Divides exactly in the integer type `Integer`, rounding by `rounding`. `divisor` must be positive.
template <typename Integer>
constexpr Integer divide_in(Integer dividend, Integer divisor, Rounding rounding) {
  const Integer quotient = dividend / divisor;
  const Integer remainder = dividend - quotient * divisor;
  if (remainder == 0) return quotient;
  const Integer sign = dividend < 0 ? -1 : 1;
  switch (rounding) {
    case Rounding::TowardZero: return quotient;
    case Rounding::Down: return sign < 0 ? quotient - 1 : quotient;
    case Rounding::Up: return sign > 0 ? quotient + 1 : quotient;
    case Rounding::HalfEven: break;
  }
  const Integer magnitude = remainder < 0 ? -remainder : remainder;
  const Integer rest = divisor - magnitude;
  if (magnitude > rest || (magnitude == rest && quotient % 2 != 0)) return quotient + sign;
  return quotient;
}

constexpr bool fits_64_bits(Int128 value) {
  return value >= std::numeric_limits<std::int64_t>::min() && value <= std::numeric_limits<std::int64_t>::max();
}

/// Narrows to 64 bits; a value out of range is a broken invariant.
constexpr std::int64_t narrow(Int128 value) {
  BELLWETHER_INVARIANT(
      value >= std::numeric_limits<std::int64_t>::min() && value <= std::numeric_limits<std::int64_t>::max(),
      "amount out of the range of 64 bits");
  return static_cast<std::int64_t>(value);
}

/// Divides exactly, rounding by `rounding`. `divisor` must be positive. In 64 bits where both fit: 128 cost ten times
/// as much.
constexpr Int128 divide(Int128 dividend, Int128 divisor, Rounding rounding) {
  if (fits_64_bits(dividend) && fits_64_bits(divisor)) {
    return divide_in(static_cast<std::int64_t>(dividend), static_cast<std::int64_t>(divisor), rounding);
  }
  return divide_in(dividend, divisor, rounding);
}

/// Text of `raw` units of 10^-decimals, without trailing zeros: (1500000, 6) is "1.5".
std::string format_decimal(std::int64_t raw, int decimals);

/// Reads a decimal number exactly into units of 10^-decimals. Accepts an optional sign, digits, a point and an
/// optional exponent ("1e-3"); refuses anything else, more precision than `decimals` holds, and what does not fit.
Expected<std::int64_t> parse_decimal(std::string_view text, int decimals);

/// Converts a finite double to units of 10^-decimals, half to even; a value out of range is a broken invariant.
std::int64_t round_to_units(double value, int decimals);

/// A fixed-point number with `Decimals` decimal digits. `Tag` keeps prices, quantities and money apart.
template <typename Tag, int Decimals>
class Fixed {
 public:
  static constexpr int kDecimals = Decimals;
  static constexpr std::int64_t kScale = [] {
    std::int64_t scale = 1;
    for (int i = 0; i < Decimals; ++i) scale *= 10;
    return scale;
  }();

  constexpr Fixed() = default;
  /// From units of 10^-Decimals.
  static constexpr Fixed from_raw(std::int64_t raw) { return Fixed(raw); }
  /// From a whole number.
  static constexpr Fixed from_int(std::int64_t whole) { return Fixed(narrow(Int128{whole} * kScale)); }
  /// The one way in for floating point: rounds half to even.
  static Fixed rounded(double value) { return Fixed(round_to_units(value, Decimals)); }
  static Expected<Fixed> parse(std::string_view text) {
    auto raw = parse_decimal(text, Decimals);
    if (!raw) return raw.error();
    return Fixed(*raw);
  }
  static constexpr Fixed max() { return Fixed(std::numeric_limits<std::int64_t>::max()); }

  [[nodiscard]] constexpr std::int64_t raw() const { return raw_; }
  [[nodiscard]] constexpr double to_double() const { return static_cast<double>(raw_) / static_cast<double>(kScale); }
  [[nodiscard]] std::string to_string() const { return format_decimal(raw_, Decimals); }

  [[nodiscard]] constexpr bool is_zero() const { return raw_ == 0; }
  [[nodiscard]] constexpr bool is_positive() const { return raw_ > 0; }
  [[nodiscard]] constexpr bool is_negative() const { return raw_ < 0; }
  [[nodiscard]] constexpr Fixed abs() const { return raw_ < 0 ? -*this : *this; }

  constexpr auto operator<=>(const Fixed&) const = default;

  constexpr Fixed operator-() const { return Fixed() - *this; }
  constexpr Fixed operator+(Fixed other) const {
    std::int64_t sum = 0;
    BELLWETHER_INVARIANT(!__builtin_add_overflow(raw_, other.raw_, &sum), "overflow in addition");
    return Fixed(sum);
  }
  constexpr Fixed operator-(Fixed other) const {
    std::int64_t difference = 0;
    BELLWETHER_INVARIANT(!__builtin_sub_overflow(raw_, other.raw_, &difference), "overflow in subtraction");
    return Fixed(difference);
  }
  constexpr Fixed operator*(std::int64_t factor) const {
    std::int64_t product = 0;
    BELLWETHER_INVARIANT(!__builtin_mul_overflow(raw_, factor, &product), "overflow in multiplication");
    return Fixed(product);
  }
  constexpr Fixed& operator+=(Fixed other) { return *this = *this + other; }
  constexpr Fixed& operator-=(Fixed other) { return *this = *this - other; }

 private:
  constexpr explicit Fixed(std::int64_t raw) : raw_(raw) {}
  std::int64_t raw_ = 0;
};

/// Price of one unit, in billionths of the account currency.
using Price = Fixed<struct PriceTag, 9>;
/// Number of shares, in billionths; negative is short.
using Quantity = Fixed<struct QuantityTag, 9>;
/// Amount of the account currency, in millionths (range plus or minus 9.2 trillion).
using Money = Fixed<struct MoneyTag, 6>;

/// A sum of amounts of money over a whole run, which may leave the range of one amount: 128 bits of millionths.
class MoneySum {
 public:
  constexpr MoneySum() = default;
  constexpr MoneySum(Money amount) : raw_(amount.raw()) {}  // NOLINT(google-explicit-constructor)
  constexpr MoneySum& operator+=(Money amount) {
    raw_ += amount.raw();
    return *this;
  }
  [[nodiscard]] constexpr Int128 raw() const { return raw_; }
  static constexpr MoneySum from_raw(Int128 raw) {
    MoneySum sum;
    sum.raw_ = raw;
    return sum;
  }
  [[nodiscard]] constexpr double to_double() const { return static_cast<double>(raw_) / Money::kScale; }
  constexpr bool operator==(const MoneySum&) const = default;

 private:
  Int128 raw_ = 0;
};

/// price x quantity in money.
constexpr Money notional(Price price, Quantity quantity, Rounding rounding = Rounding::HalfEven) {
  // Whole shares, almost always: price x shares is in billionths, and mostly fits 64 bits.
  std::int64_t product = 0;
  if (quantity.raw() % Quantity::kScale == 0 &&
      !__builtin_mul_overflow(price.raw(), quantity.raw() / Quantity::kScale, &product)) {
    return Money::from_raw(divide_in<std::int64_t>(product, 1'000, rounding));
  }
  // billionths x billionths = 10^-18; money is 10^-6.
  return Money::from_raw(narrow(divide(Int128{price.raw()} * quantity.raw(), Int128{1'000'000'000'000}, rounding)));
}

/// The sum, or the greatest or least amount there is where that does not fit: for worst cases held against a limit.
template <typename Tag, int Decimals>
constexpr Fixed<Tag, Decimals> saturating_sum(Fixed<Tag, Decimals> a, Fixed<Tag, Decimals> b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a.raw(), b.raw(), &sum)) return Fixed<Tag, Decimals>::from_raw(sum);
  return a.is_negative() ? -Fixed<Tag, Decimals>::max() : Fixed<Tag, Decimals>::max();
}

/// `notional`, or the greatest or least amount there is where that does not fit.
constexpr Money saturating_notional(Price price, Quantity quantity) {
  std::int64_t product = 0;
  if (quantity.raw() % Quantity::kScale == 0 &&
      !__builtin_mul_overflow(price.raw(), quantity.raw() / Quantity::kScale, &product)) {
    return Money::from_raw(divide_in<std::int64_t>(product, 1'000, Rounding::HalfEven));
  }
  const Int128 value = divide(Int128{price.raw()} * quantity.raw(), Int128{1'000'000'000'000}, Rounding::HalfEven);
  if (fits_64_bits(value)) return Money::from_raw(static_cast<std::int64_t>(value));
  return value < 0 ? -Money::max() : Money::max();
}

/// amount / quantity; zero where there is no quantity. The inverse of `notional`.
constexpr Price price_of(Money amount, Quantity quantity, Rounding rounding = Rounding::HalfEven) {
  if (quantity.is_zero()) return {};
  const bool negative = quantity.is_negative();
  const std::int64_t dividend = negative ? -amount.raw() : amount.raw();
  const std::int64_t divisor = negative ? -quantity.raw() : quantity.raw();
  std::int64_t product = 0;
  if (divisor % Quantity::kScale == 0 && !__builtin_mul_overflow(dividend, std::int64_t{1'000}, &product)) {
    return Price::from_raw(divide_in<std::int64_t>(product, divisor / Quantity::kScale, rounding));
  }
  return Price::from_raw(narrow(divide(Int128{dividend} * 1'000'000'000'000, divisor, rounding)));
}

/// amount x numerator / denominator in one rounding. `denominator` must be positive.
template <typename Tag, int Decimals>
constexpr Fixed<Tag, Decimals> scaled(Fixed<Tag, Decimals> amount, std::int64_t numerator, std::int64_t denominator,
                                      Rounding rounding = Rounding::HalfEven) {
  return Fixed<Tag, Decimals>::from_raw(narrow(divide(Int128{amount.raw()} * numerator, denominator, rounding)));
}

/// The multiple of `step` next to `price` by `rounding`. `step` must be positive.
constexpr Price round_to_tick(Price price, Price step, Rounding rounding = Rounding::HalfEven) {
  return Price::from_raw(narrow(divide(price.raw(), step.raw(), rounding) * step.raw()));
}

/// The multiple of `lot` next to `quantity` by `rounding` (toward zero by default). `lot` must be positive.
constexpr Quantity round_to_lot(Quantity quantity, Quantity lot, Rounding rounding = Rounding::TowardZero) {
  return Quantity::from_raw(narrow(divide(quantity.raw(), lot.raw(), rounding) * lot.raw()));
}

}  // namespace bellwether
