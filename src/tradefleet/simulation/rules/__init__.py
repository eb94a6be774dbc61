"""The rule book: each market rule as a plain float step beside a frozen record of its numbers.

The steps are called as they are by the plain walk and compiled by `kernels`; they keep to arithmetic that rounds alike
both ways. `side` is 1.0 for long, -1.0 for short and 0.0 for flat.
"""
