#include "engine/statistics/elementary.hpp"

#include <cmath>
#include <limits>

#include "engine/invariant.hpp"

namespace bellwether::statistics {
namespace {

// ln 2 in two parts; the first has 21 trailing zero bits, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
constexpr double kInverseSqrt2Pi = 0.39894228040143267794;

/// Phi(-x) for x >= 3 by Laplace's continued fraction of Mills' ratio (Abramowitz and Stegun 1964, 26.2.14).
double upper_tail(double x) {
  double fraction = x;
  for (int k = 60; k >= 1; --k) fraction = x + k / fraction;
  return kInverseSqrt2Pi * exponential(-0.5 * x * x) / fraction;
}

}  // namespace

double natural_log(double x) {
  BELLWETHER_INVARIANT(x > 0 && std::isfinite(x), "logarithm outside its domain");
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // In [0.5, 1).
  if (mantissa < 0.70710678118654752440) {
    mantissa *= 2;
    --exponent;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)) (Abramowitz and Stegun 1964, 4.1.27); |s| < 0.172, so 13 terms reach 1e-20.
  const double s = (mantissa - 1) / (mantissa + 1);
  const double square = s * s;
  double series = 0;
  for (int k = 12; k >= 0; --k) series = series * square + 1.0 / (2 * k + 1);
  return exponent * kLn2High + (2 * s * series + exponent * kLn2Low);
}

double exponential(double x) {
  if (x > 709.78) return std::numeric_limits<double>::infinity();
  if (x < -745) return 0;
  const double k = std::floor(x * kInverseLn2 + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  // Taylor's series by Horner's rule; |r| < 0.35, so 16 terms reach 1e-21.
  double series = 1;
  for (int i = 16; i >= 1; --i) series = 1 + series * r / i;
  return std::ldexp(series, static_cast<int>(k));
}

double power(double base, double exponent) { return exponential(exponent * natural_log(base)); }

double normal_cdf(double x) {
  if (x < -3) return upper_tail(-x);
  if (x > 3) return 1 - upper_tail(x);
  // 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...) (Abramowitz and Stegun 1964, 26.2.11).
  double term = x;
  double series = x;
  for (int k = 3; std::fabs(term) > 1e-18 * std::fabs(series); k += 2) {
    term *= x * x / k;
    series += term;
  }
  return 0.5 + kInverseSqrt2Pi * exponential(-0.5 * x * x) * series;
}

}  // namespace bellwether::statistics
