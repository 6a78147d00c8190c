// Elementary functions that give the same bits on every machine. The C library's pick a variant by processor (with or
// without fused multiply-add) and change between its versions; these use only operations that IEEE 754 rounds exactly.
// Not for hot loops. The errors stand with each, as found against 120-bit arithmetic.
#pragma once

namespace bellwether::statistics {

/// ln x, to 4e-16 of its value. `x` must be positive and finite.
double natural_log(double x);

/// e^x, to 2e-16 of its value; infinity above the range of a double, 0 below it.
double exponential(double x);

/// base^exponent = e^(exponent ln base), to 4e-15 of its value for exponents up to 20. `base` must be positive and
/// finite.
double power(double base, double exponent);

/// Distribution function of the standard normal distribution, to 3e-13 of its value and 4e-16 in absolute terms.
double normal_cdf(double x);

}  // namespace bellwether::statistics
