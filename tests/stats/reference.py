#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Computes tests/stats/reference.json with scipy, numpy and diptest: the numbers that tests/stats.rs must meet.

    python3 -m venv target/venv
    target/venv/bin/pip install scipy numpy diptest
    target/venv/bin/python tests/stats/reference.py > tests/stats/reference.json

Nothing here shares code with src/stats. Where a library has no such function (the interval from inverting a
sign-flip test, Fieller's interval, Holm), the definition is applied by brute force or root finding instead of the
formula that the Rust code uses.
"""

import itertools
import json
import math

import diptest
import numpy as np
import scipy
from scipy import integrate, optimize, stats

ALL = 10**9


def lcg(n, seed, modulus, scale=1.0, shift=0.0):
    """Plain deterministic numbers, so that the samples depend on no library's generator."""
    state, out = seed, []
    for _ in range(n):
        state = (state * 1103515245 + 12345) % 2**31
        out.append((state >> 8) % modulus * scale + shift)
    return out


PAIRED = {
    "two": [1.0, -3.0],
    "six": [3.0, 1.0, 4.0, 1.5, 9.0, 2.5],
    "darwin": [49.0, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48],
    "ties": [2.0, -2, 4, 4, 6, -2, 2, 8, 2, -4],
    "zeros": [0.0, 0, 2, -4, 6, 0, 8, 2, 10, 0, 12],
    "all-equal": [4.0] * 9,
    "decimals": [0.1, 0.2, -0.3, 0.7, 1.1, -0.4, 0.25],
    "huge": [1e15, 1e15 + 2, -3e15, 2e15, 4e15, 1e15 + 8, 5e15],
    "tiny": [1e-12, 3e-12, -2e-12, 7e-12, 4e-12, 5e-12, 9e-12],
    "chunks-19": lcg(19, 3, 20, 2.0, -14.0),
    "chunks-20": lcg(20, 5, 20, 2.0, -14.0),
    "smooth-24": lcg(24, 7, 100003, 0.001, -42.0),
    "chunks-64": lcg(64, 11, 40, 2.0, -30.0),
    "smooth-80": lcg(80, 13, 1000003, 0.001, -470.0),
    "zeros-70": [float(v) if v > 4 else 0.0 for v in lcg(70, 17, 12)],
}

UNPAIRED = {
    "two-two": ([1.0, 2.0], [4.0, 9.0]),
    "mail-low": ([614.0, 628.0, 682.0, 682.0], [526.0, 598.0, 660.0]),
    "mail-mid": ([614.0, 654.0, 656.0, 682.0], [526.0, 598.0, 660.0]),
    "scipy": ([19.0, 22, 16, 29, 24], [20.0, 11, 17, 12]),
    "same": ([1.0, 2, 3, 4, 5], [1.0, 2, 3, 4, 5]),
    "ties": ([2.0, 4, 4, 6, 8, 8], [4.0, 4, 8, 10, 12, 12, 14]),
    "uneven": ([5.0, 7.5], lcg(15, 19, 1009, 0.01)),
    "spread": ([1e6, 1e6 + 1, 1e6 + 3], [1.0, 1e7, 3e7, 5e3]),
    "ten-ten": (lcg(10, 23, 997, 0.1), lcg(10, 29, 997, 0.1, 20.0)),
    "chunks-30-25": (lcg(30, 31, 40, 2.0), lcg(25, 37, 40, 2.0, 8.0)),
    "smooth-28-30": (lcg(28, 41, 1000003), lcg(30, 43, 1000003)),
    "chunks-40-50": (lcg(40, 47, 30, 2.0), lcg(50, 53, 30, 2.0, 6.0)),
    "far": (lcg(40, 59, 30, 2.0), lcg(50, 61, 30, 2.0, 200.0)),
}


def summary(values):
    quartiles = np.quantile(values, [0.25, 0.5, 0.75], method="median_unbiased")
    stdev = float(np.std(values, ddof=1))
    return {"mean": math.fsum(values) / len(values), "stdev": stdev, "quartiles": quartiles.tolist()}


def sign_flip_p(values):
    result = stats.permutation_test((values,), np.sum, permutation_type="samples", n_resamples=ALL, vectorized=False)
    return float(result.pvalue)


def sign_flip_interval(values):
    """Inverts the test by bisection on the shift; every p-value by enumeration of all sign vectors."""
    values = np.array(values)
    signs = np.array(list(itertools.product([1.0, -1.0], repeat=len(values))))

    def p(shift):
        moved = values - shift
        near = 1e-13 * np.abs(moved).sum()
        return np.mean(np.abs(signs @ moved) >= abs(moved.sum()) - near)

    # Fewer than 6 pairs reject nothing, so nothing bounds the interval.
    if 2 / 2 ** len(values) > 0.05:
        return None

    def edge(outside, inside):
        for _ in range(200):
            middle = (outside + inside) / 2
            if p(middle) <= 0.05:
                outside = middle
            else:
                inside = middle
        return inside

    span = float(values.max() - values.min()) + abs(float(values.mean())) + 1e-15
    centre = float(values.mean())
    return [edge(values.min() - span, centre), edge(values.max() + span, centre)]


def wilcoxon(values, zeros):
    used = [v for v in values if v != 0]
    sizes = [abs(v) for v in used]
    out = {"normal": float(stats.wilcoxon(values, zero_method=zeros, correction=False, method="asymptotic").pvalue)}
    if len(set(sizes)) == len(sizes) and len(used) == len(values):
        out["exact"] = float(stats.wilcoxon(values, zero_method=zeros, method="exact").pvalue)
    elif len(used) <= 15:
        # Ties or zeros: the conditional law by enumerating all signs of the ranks.
        kept = used if zeros == "wilcox" else values
        ranks = stats.rankdata(np.abs(kept)) * np.sign(kept)
        ranks = ranks[ranks != 0]
        out["exact"] = sign_flip_p(ranks.tolist())
    return out


def detectable(stdev, n):
    df = n - 1
    critical = stats.t.ppf(0.975, df)

    def shortfall(shift):
        return stats.nct.sf(critical, df, shift) + stats.nct.cdf(-critical, df, shift) - 0.8

    return float(optimize.brentq(shortfall, 0.01, 8.0, xtol=1e-14, rtol=1e-14) * stdev / math.sqrt(n))


def paired(values):
    n = len(values)
    out = {"values": values, "summary": summary(values)}
    if np.std(values) > 0:
        test = stats.ttest_1samp(values, 0.0)
        interval = test.confidence_interval(0.95)
        out["t"] = {"p": float(test.pvalue), "interval": [float(interval.low), float(interval.high)]}
        if n >= 6:
            out["detectable"] = detectable(out["summary"]["stdev"], n)
    if n <= 15:
        out["sign_flip"] = {"p": sign_flip_p(values), "interval": sign_flip_interval(values)}
    if any(values):
        out["wilcoxon"] = {"drop": wilcoxon(values, "wilcox"), "pratt": wilcoxon(values, "pratt")}
    return out


def unpaired(first, second):
    welch = stats.ttest_ind(second, first, equal_var=False)
    interval = welch.confidence_interval(0.95)
    ties = len(set(first + second)) < len(first + second)
    normal = stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=True)
    out = {
        "first": first,
        "second": second,
        "welch": [float(v) for v in (welch.statistic, welch.df, welch.pvalue, interval.low, interval.high)],
        "u": float(normal.statistic),
        "normal": float(normal.pvalue),
    }
    n, m = len(first), len(second)
    if not ties:
        out["exact"] = float(stats.mannwhitneyu(first, second, method="exact").pvalue)
    elif math.comb(n + m, n) <= 10000:
        method = stats.PermutationMethod(n_resamples=ALL)
        out["exact"] = float(stats.mannwhitneyu(first, second, method=method).pvalue)
    if math.comb(n + m, n) <= 200000:

        def distance(x, y, axis=-1):
            return np.abs(np.mean(x, axis=axis) - np.mean(y, axis=axis))

        test = stats.permutation_test((first, second), distance, n_resamples=ALL, alternative="greater", batch=10000)
        out["permutation"] = float(test.pvalue)
    return out


class Xoshiro256PlusPlus:
    """Blackman and Vigna's generator, seeded by SplitMix64, from its published description."""

    MASK = 2**64 - 1

    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & self.MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
            self.state.append(z ^ (z >> 31))

    def next(self):
        def rotl(x, k):
            return ((x << k) | (x >> (64 - k))) & self.MASK

        s = self.state
        result = (rotl((s[0] + s[3]) & self.MASK, 23) + s[0]) & self.MASK
        t = (s[1] << 17) & self.MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)
        return result


class Drawn:
    """Hands scipy the resamples that were drawn here; it then only computes the BCa interval."""

    def __init__(self, distribution):
        self.bootstrap_distribution = np.array(distribution)


def bootstrap(values, seed, resamples):
    random = Xoshiro256PlusPlus(seed)
    n = len(values)
    means = []
    for _ in range(resamples):
        means.append(math.fsum(values[(random.next() * n) >> 64] for _ in range(n)) / n)
    result = stats.bootstrap(
        (values,), np.mean, n_resamples=0, method="BCa", bootstrap_result=Drawn(means), vectorized=True
    )
    interval = result.confidence_interval
    return {"values": values, "seed": seed, "resamples": resamples, "interval": [float(interval.low), float(interval.high)]}


def fieller(work, gain):
    """The ratios r at which the t test of work - r * gain against 0 has p = 5 %, by root finding."""
    work, gain = np.array(work), np.array(gain)
    ratio = work.mean() / gain.mean()

    def excess(r):
        return stats.ttest_1samp(work - r * gain, 0.0).pvalue - 0.05

    def solve(step):
        far = ratio + step
        while excess(far) > 0:
            far += step
        return float(optimize.brentq(excess, ratio, far, xtol=1e-13, rtol=1e-14))

    step = abs(ratio) * 0.05
    return {"work": work.tolist(), "gain": gain.tolist(), "ratio": float(ratio), "interval": [solve(-step), solve(step)]}


def distributions():
    out = []
    for df in [1.0, 2.5, 2.9, 7.0, 19.0, 63.0, 500.0, 5000.0]:
        for t in [1e-9, 0.01, 0.7, 1.38, 2.1, 5.0, 40.0]:
            out.append(["student", t, df, float(2 * stats.t.sf(t, df))])
        out.append(["critical", 0.05, df, float(stats.t.ppf(0.975, df))])
    return out


def noncentral():
    """By scipy's own function; by quadrature over the chi law where scipy gives NaN (far tails)."""

    def below(t, df, delta):
        value = float(stats.nct.cdf(t, df, delta))
        if math.isfinite(value):
            return value
        middle, width = stats.chi.mean(df), 12 * stats.chi.std(df)
        ends = max(0.0, middle - width), middle + width
        weight = lambda s: stats.norm.cdf(t * s / math.sqrt(df) - delta) * stats.chi.pdf(s, df)
        return float(integrate.quad(weight, *ends, epsabs=1e-13, epsrel=1e-12, limit=500)[0])

    cases = itertools.product([-2.0, 0.5, 2.0, 4.0, 12.7], [1.0, 5.0, 19.0, 63.0, 1023.0], [-1.0, 0.0, 2.8, 6.0, 16.0])
    return [[t, df, delta, below(t, df, delta)] for t, df, delta in cases]


def holm_cases():
    cases = [[0.01, 0.04, 0.03, 0.005], [0.05], [0.2, 0.2, 0.01], [0.9, 0.8, 0.7], lcg(12, 67, 1000, 0.001)]
    out = []
    for p in cases:
        # Straight from the definition of an adjusted p-value: the largest over all smaller p-values.
        order = np.argsort(p, kind="stable")
        steps = [min(1.0, (len(p) - k) * p[i]) for k, i in enumerate(order)]
        adjusted = {int(i): max(steps[: k + 1]) for k, i in enumerate(order)}
        out.append({"p": p, "holm": [adjusted[i] for i in range(len(p))]})
    return out


def dips():
    samples = [
        lcg(10, 71, 1000),
        lcg(64, 73, 40, 2.0),
        lcg(200, 79, 1000003, 0.001),
        lcg(30, 83, 20) + lcg(30, 89, 20, 1.0, 60.0),
        [float(v**3) for v in lcg(50, 97, 20)],
        [1.0, 1, 1, 2, 2, 2, 3, 9, 9, 9, 9, 10, 10],
        lcg(12, 101, 3),
    ] + [lcg(5 + k, 200 + k, 9 + k) for k in range(40)]
    return [{"values": v, "dip": float(diptest.dipstat(np.sort(v), allow_zero=False))} for v in samples]


def main():
    gain = lcg(32, 103, 30, 2.0, 10.0)
    work = [128 * g + w for g, w in zip(gain, lcg(32, 107, 2000))]
    weak = lcg(24, 109, 60, 2.0, -20.0)
    reference = {
        "made_by": {"scipy": scipy.__version__, "numpy": np.__version__, "diptest": diptest.__version__},
        "distributions": distributions(),
        "noncentral": noncentral(),
        "paired": {name: paired(values) for name, values in PAIRED.items()},
        "unpaired": {name: unpaired(*pair) for name, pair in UNPAIRED.items()},
        "holm": holm_cases(),
        "bootstrap": [
            bootstrap(PAIRED["chunks-20"], 1, 999),
            bootstrap(PAIRED["smooth-24"], 2**63 + 5, 1999),
            bootstrap(PAIRED["darwin"], 0, 499),
            bootstrap([float(v**4) for v in lcg(20, 113, 30)], 42, 999),
        ],
        "fieller": [fieller(work, gain), fieller(lcg(24, 127, 500, 1.0, -200.0), weak)],
        "dips": dips(),
    }
    # One line for each part, so that a diff names the part that moved.
    parts = [f"{json.dumps(name)}: {json.dumps(part, allow_nan=False)}" for name, part in reference.items()]
    print("{\n" + ",\n".join(parts) + "\n}")


if __name__ == "__main__":
    main()
