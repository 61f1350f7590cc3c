// SPDX-License-Identifier: GPL-2.0-only
//! What was found, printed as `oompoint bench` prints its goals.

/// A wish with its outcome. Less is better.
pub struct Goal {
    pub id: String,
    pub what: String,
    /// `None`: this system does not tell it.
    pub value: Option<f64>,
    pub at_most: f64,
}

impl Goal {
    pub fn new(id: impl Into<String>, what: impl Into<String>, value: Option<f64>, at_most: f64) -> Goal {
        Goal { id: id.into(), what: what.into(), value, at_most }
    }
}

pub fn print(goals: &[Goal]) {
    println!("\n{:<20} {:>8} {:>8}  {:<4} what", "goal", "value", "at_most", "met");
    for Goal { id, what, value, at_most } in goals {
        let met = value.map_or("-", |value| if value <= *at_most { "yes" } else { "no" });
        let value = value.map_or("-".to_owned(), |value| format!("{value:.3}"));
        println!("{id:<20} {value:>8} {at_most:>8.3}  {met:<4} {what}");
    }
}

/// `None` of nothing.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}
