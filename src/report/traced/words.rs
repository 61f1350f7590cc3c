// SPDX-License-Identifier: GPL-2.0-only
//! Numbers as texts.

use crate::replay::Score;

/// With a comma at each thousand.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub fn score(score: Score) -> String {
    match score.made {
        0 => "none in this trace".to_owned(),
        made => format!("{} of {}", number(score.exact), number(made)),
    }
}

/// Milliseconds as seconds, to the hundredth.
pub fn seconds(ms: f64) -> String {
    format!("{:.2} s", ms / 1000.0)
}

/// Microseconds as seconds, to the millisecond.
pub fn seconds_of(us: u64) -> String {
    format!("{}.{:03} s", number(us / 1_000_000), us / 1000 % 1000)
}
