// Elementary functions that give the same bits on every machine. The C library's pick a variant by processor (with or
// without fused multiply-add) and change between its versions; these use only operations that IEEE 754 rounds exactly.
// Good to about 1e-15 relative; not for hot loops.
#pragma once

namespace bellwether::statistics {

/// ln x. `x` must be positive and finite.
double natural_log(double x);

/// e^x; infinity above the range of a double, 0 below it.
double exponential(double x);

/// base^exponent = e^(exponent ln base). `base` must be positive and finite.
double power(double base, double exponent);

/// Distribution function of the standard normal distribution.
double normal_cdf(double x);

}  // namespace bellwether::statistics
