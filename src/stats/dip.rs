// SPDX-License-Identifier: GPL-2.0-only
//! Hartigan's dip statistic: how far a sample's distribution is from the nearest one with a single peak.
//!
//! P. M. Hartigan 1985, "Algorithm AS 217: Computation of the dip statistic to test for unimodality", with the
//! corrections later published for it. A convex curve below the distribution left of the peak and a concave one above it right
//! of the peak are tightened around a shrinking modal interval until the largest gap between them stops growing.

/// The dip of ascending, finite `sorted` values: from 1/(2n) (no dip at all) to 1/4. Zero values have a dip of 0.
pub fn dip(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    if n == 0 {
        return 0.0;
    }
    // In units of half a step of the distribution; the smallest dip of n points is one such unit.
    let mut dip = 1.0_f64;
    if n > 1 && sorted[0] < sorted[n - 1] {
        let (below, above) = (convex_links(sorted), concave_links(sorted));
        let (mut low, mut high) = (0, n - 1);
        // Each round narrows the modal interval, so there are at most n.
        for _ in 0..n {
            let minorant = follow(&below, high, low);
            let majorant = follow(&above, low, high);
            let (gap, left, right) = widest_gap(sorted, &minorant, &majorant);
            if gap < dip {
                break;
            }
            let inside = gap_below(sorted, &minorant[left..]).max(gap_above(sorted, &majorant[right..]));
            dip = dip.max(inside);
            let narrowed = (minorant[left], majorant[right]);
            if narrowed == (low, high) {
                break;
            }
            (low, high) = narrowed;
        }
    }
    dip / (2.0 * n as f64)
}

/// For each point the previous vertex of the greatest convex minorant of the points up to it.
fn convex_links(x: &[f64]) -> Vec<usize> {
    let mut link = vec![0; x.len()];
    for j in 1..x.len() {
        link[j] = j - 1;
        loop {
            let (near, far) = (link[j], link[link[j]]);
            let (rise, earlier) = ((j - near) as f64, (near - far) as f64);
            if near == 0 || (x[j] - x[near]) * earlier < (x[near] - x[far]) * rise {
                break;
            }
            link[j] = far;
        }
    }
    link
}

/// For each point the next vertex of the least concave majorant of the points from it on.
fn concave_links(x: &[f64]) -> Vec<usize> {
    let last = x.len() - 1;
    let mut link = vec![last; x.len()];
    for k in (0..last).rev() {
        link[k] = k + 1;
        loop {
            let (near, far) = (link[k], link[link[k]]);
            let (rise, later) = ((near - k) as f64, (far - near) as f64);
            if near == last || (x[near] - x[k]) * later < (x[far] - x[near]) * rise {
                break;
            }
            link[k] = far;
        }
    }
    link
}

/// The vertices from `start` along `links` until `end`, both included.
fn follow(links: &[usize], start: usize, end: usize) -> Vec<usize> {
    let mut vertices = vec![start];
    let mut at = start;
    // Minorants run down to `end`, majorants up to it.
    while (start > end && at > end) || (start < end && at < end) {
        at = links[at];
        vertices.push(at);
    }
    vertices
}

/// The largest distance between the two curves over the modal interval, and the places in both lists where the
/// interval may be cut. `minorant` runs from right to left, `majorant` from left to right.
fn widest_gap(x: &[f64], minorant: &[usize], majorant: &[usize]) -> (f64, usize, usize) {
    let (mut left, mut right) = (minorant.len() - 1, majorant.len() - 1);
    if minorant.len() == 2 && majorant.len() == 2 {
        return (1.0, left, right);
    }
    let (mut at_minor, mut at_major) = (minorant.len() - 2, 1);
    let mut widest = 0.0;
    while minorant[at_minor] != majorant[at_major] {
        let (lower, upper) = (minorant[at_minor], majorant[at_major]);
        let gap;
        let cut;
        if lower > upper {
            // The next vertex from the left lies on the majorant: the distance down to the minorant's edge.
            let from = minorant[at_minor + 1];
            let slope = (lower - from) as f64 / (x[lower] - x[from]);
            gap = (upper + 1) as f64 - from as f64 - (x[upper] - x[from]) * slope;
            cut = (at_minor + 1, at_major);
            at_major += 1;
        } else {
            // It lies on the minorant: the distance up to the majorant's edge.
            let from = majorant[at_major - 1];
            let slope = (upper - from) as f64 / (x[upper] - x[from]);
            gap = (x[lower] - x[from]) * slope - (lower as f64 - from as f64 - 1.0);
            cut = (at_minor, at_major);
            at_minor = at_minor.saturating_sub(1);
        }
        if gap >= widest {
            (widest, left, right) = (gap, cut.0, cut.1);
        }
        at_major = at_major.min(majorant.len() - 1);
    }
    (widest, left, right)
}

/// The largest distance of the distribution above the minorant's edges, over vertices from right to left.
fn gap_below(x: &[f64], vertices: &[usize]) -> f64 {
    edges(vertices).map(|(to, from)| edge_gap(x, from, to, |line, height| height + 1.0 - line)).fold(0.0, f64::max)
}

/// The largest distance of the distribution below the majorant's edges, over vertices from left to right.
fn gap_above(x: &[f64], vertices: &[usize]) -> f64 {
    edges(vertices).map(|(from, to)| edge_gap(x, from, to, |line, height| line - (height - 1.0))).fold(0.0, f64::max)
}

fn edges(vertices: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    vertices.windows(2).map(|pair| (pair[0], pair[1]))
}

/// The largest `gap(line, height)` over the points of an edge, with heights counted from its left end; at least 1,
/// as a distribution jumps by one step.
fn edge_gap(x: &[f64], from: usize, to: usize, gap: impl Fn(f64, f64) -> f64) -> f64 {
    if to - from <= 1 || x[from] == x[to] {
        return 1.0;
    }
    let slope = (to - from) as f64 / (x[to] - x[from]);
    (from..=to).map(|at| gap((x[at] - x[from]) * slope, (at - from) as f64)).fold(1.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dips() {
        // Two equal heaps have the largest dip there is; a regular grid and a single heap the smallest.
        assert_eq!(dip(&[0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]), 0.25);
        assert_eq!(dip(&[1.0, 2.0, 3.0, 4.0, 5.0]), 0.1);
        assert_eq!(dip(&[3.0; 4]), 0.125);
        assert_eq!((dip(&[]), dip(&[1.0])), (0.0, 0.5));
    }

    #[test]
    fn the_dip_ignores_scale_shift_and_mirror() {
        let sample = [1.0, 2.0, 2.5, 3.0, 9.0, 9.5, 10.0, 14.0];
        let other: Vec<f64> = sample.iter().rev().map(|value| 100.0 - 4.0 * value).collect();
        assert!((dip(&sample) - dip(&other)).abs() < 1e-12);
    }
}
