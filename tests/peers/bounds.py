"""How near an answer must come to the FP64 reference, and how near it came.

FP64: within 1e-10 of the largest magnitude. FP32: losses and denominators within 2 units in the last place, everything
else within 4e-7 of the largest magnitude. The reference itself cancels (log-sum-exp less the logit), hence the floor.
"""
import numpy as np

FP64_RELATIVE = 1e-10
FP32_ULPS = 2
FP32_RELATIVE = 4e-7
FLOOR = 1e-13
BY_ULPS = ("loss", "denominator")
SHIFTS = ("shift",)  # between centroids that are rounded to FP32 first, so that a small move keeps few digits
FP32_SHIFT = 0.01


def measure(name, found, expected, dtype):
    """The sentence to print (None when it holds), the kind of bound, and the deviation in that bound's unit."""
    expected = np.asarray(expected)
    if found.shape != expected.shape:
        return f"{name} has shape {list(found.shape)}, expected {list(expected.shape)}", "shape", np.inf
    if expected.dtype.kind in "iub":
        return _exact(name, found, expected)
    found = found.astype(np.float64)
    finite = np.isfinite(expected)
    if not np.array_equal(found[~finite], expected[~finite], equal_nan=True):
        return f"{name} differs where the reference is not finite", "non-finite", np.inf
    if not finite.any():
        return None, "non-finite", 0.0
    if not np.isfinite(found[finite]).all():
        return f"{name} is not finite where the reference is", "non-finite", np.inf
    difference = np.abs(np.subtract(found, expected, where=finite, out=np.zeros_like(expected)))
    magnitude = np.abs(np.where(finite, expected, 0))
    if dtype == "FP32" and name in BY_ULPS:
        kind, unit, allowed = "FP32 ulps", np.spacing(magnitude.astype(np.float32)).astype(np.float64), FP32_ULPS
    else:
        kind, unit = f"{dtype} relative", np.full_like(expected, max(magnitude.max(), np.finfo(np.float64).tiny))
        allowed = FP64_RELATIVE if dtype == "FP64" else FP32_SHIFT if name in SHIFTS else FP32_RELATIVE
    above = np.maximum(difference - FLOOR, 0) / unit
    worst = np.unravel_index(above.argmax(), above.shape)
    if above[worst] <= allowed:
        return None, kind, float(above[worst])
    position = "".join(f"[{index}]" for index in worst)
    return (f"{name}{position} is {found[worst]!r}, expected {expected[worst]!r}: {above[worst]:.3g} {kind}, {allowed:.3g} allowed",
            kind, float(above[worst]))


def _exact(name, found, expected):
    same = found.shape == expected.shape and np.array_equal(found, expected)
    return None if same else f"{name} is {found.tolist()}, expected {expected.tolist()}", "exact", 0.0 if same else np.inf
