// SPDX-License-Identifier: GPL-2.0-only
//! Free pages by order over what was asked for, as stacked areas.

use std::fmt::Write;

use crate::model::zone::NR_ORDERS;

/// Width and height of the box that areas are drawn in; it is stretched to whatever room there is.
pub const BOX: (f64, f64) = (1000.0, 100.0);

/// A moment: MiB that had been asked for, and free pages in blocks of each order.
pub type Point<'a> = (u32, &'a [u32; NR_ORDERS]);

/// Where so many MiB lie, per cent of the width.
pub fn x(mib: u32, max: u32) -> f64 {
    f64::from(mib) * 100.0 / f64::from(max.max(1))
}

/// A corner of a line in the box, for so many MiB of `max` and pages of `top`.
pub fn corner(mib: u32, max: u32, pages: u64, top: u64) -> String {
    let y = BOX.1 - pages as f64 * BOX.1 / top.max(1) as f64;
    format!("{:.1} {y:.2}", x(mib, max) * BOX.0 / 100.0)
}

/// Adds an area for each order, the largest at the bottom.
pub fn stack(svg: &mut String, points: &[Point], max: u32, top: u64) {
    let mut below: Vec<u64> = vec![0; points.len()];
    for order in (0..NR_ORDERS).rev() {
        let above: Vec<u64> = below.iter().zip(points).map(|(sum, (_, free))| sum + u64::from(free[order])).collect();
        let at = |((mib, _), pages): (&Point, &u64)| corner(*mib, max, *pages, top);
        let upper = points.iter().zip(&above).map(at);
        let lower = points.iter().zip(&below).rev().map(at);
        let path: Vec<String> = upper.chain(lower).collect();
        _ = write!(svg, r#"<path class="order o{order}" d="M{}z"/>"#, path.join("L"));
        below = above;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_orders_lie_at_the_bottom_and_an_empty_order_has_no_height() {
        let mut free = [0; NR_ORDERS];
        (free[0], free[NR_ORDERS - 1]) = (25, 50);
        let mut svg = String::new();
        stack(&mut svg, &[(0, &free), (10, &free)], 10, 100);
        let paths: Vec<&str> = svg.split("<path ").skip(1).collect();
        assert_eq!(paths.len(), NR_ORDERS);
        assert_eq!(paths[0], r#"class="order o10" d="M0.0 50.00L1000.0 50.00L1000.0 100.00L0.0 100.00z"/>"#);
        assert_eq!(paths[1], r#"class="order o9" d="M0.0 50.00L1000.0 50.00L1000.0 50.00L0.0 50.00z"/>"#);
        assert_eq!(paths[10], r#"class="order o0" d="M0.0 25.00L1000.0 25.00L1000.0 50.00L0.0 50.00z"/>"#);
    }
}
