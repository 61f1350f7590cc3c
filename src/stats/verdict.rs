// SPDX-License-Identifier: GPL-2.0-only
//! What may be said: a verdict with its words, and the refusal to compute where the data cannot carry it.

use serde::Serialize;

/// The error rate of every test here: 5 %, two-sided.
pub const ALPHA: f64 = 0.05;

/// What every interval and verdict is over; a report says so once.
pub const SCOPE: &str = "over seeds of this model, the model's own error not included";

/// The largest magnitude accepted, so that a sum of squares cannot overflow.
pub const LARGEST: f64 = 1e150;

/// What the data say about one policy against the baseline. Higher and lower are about the number, not about merit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Verdict {
    /// The mean is higher than the baseline's, at the 5 % level.
    Higher,
    /// The mean is lower than the baseline's, at the 5 % level.
    Lower,
    /// The test could have shown a difference and did not.
    NoEvidence,
    /// No outcome of this test on so few runs could have been evidence.
    CannotTell {
        /// The reason, as a clause that a report can print after "cannot tell: ".
        why: String,
    },
}

impl Verdict {
    /// The verdict of a test that can reach [`ALPHA`], from its (adjusted) p-value and the mean difference.
    pub fn of(p: f64, difference: f64) -> Verdict {
        if p > ALPHA || difference == 0.0 {
            Verdict::NoEvidence
        } else if difference > 0.0 {
            Verdict::Higher
        } else {
            Verdict::Lower
        }
    }

    /// One word for a table's last column: `higher`, `lower`, `ns` (not significant) or `n/a`.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Higher => "higher",
            Verdict::Lower => "lower",
            Verdict::NoEvidence => "ns",
            Verdict::CannotTell { .. } => "n/a",
        }
    }

    /// One ASCII sentence about `policy` against `baseline`.
    pub fn sentence(&self, policy: &str, baseline: &str) -> String {
        match self {
            Verdict::Higher => format!("{policy} is higher than {baseline} on average (5 % level)."),
            Verdict::Lower => format!("{policy} is lower than {baseline} on average (5 % level)."),
            Verdict::NoEvidence => {
                format!("No evidence that {policy} differs from {baseline}; that is not evidence that they are equal.")
            }
            Verdict::CannotTell { why } => format!("Cannot tell {policy} from {baseline}: {why}."),
        }
    }
}

/// Why a number was not computed. `Display` gives the reason in words for the reader of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Refusal {
    /// Fewer values than the method needs.
    TooFew {
        /// The method, as a noun: "a standard deviation".
        what: &'static str,
        /// The values given.
        have: usize,
        /// The values needed.
        need: usize,
    },
    /// More values than an exact enumeration is allowed to visit.
    TooMany {
        /// The method, as a noun.
        what: &'static str,
        /// The values given.
        have: usize,
        /// The largest number allowed.
        most: usize,
    },
    /// A value is NaN, infinite or beyond [`LARGEST`].
    NotANumber {
        /// Its position, from 0.
        index: usize,
    },
    /// Paired samples of different lengths: the pairs are not known.
    Unpaired {
        /// Length of the first sample.
        first: usize,
        /// Length of the second sample.
        second: usize,
    },
    /// All values are equal, so the method would divide by a spread of zero.
    Constant,
    /// A parameter is out of its range; the text names it.
    Parameter(&'static str),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::TooFew { what, have, need } => write!(f, "{what} needs n >= {need}; here n = {have}"),
            Refusal::TooMany { what, have, most } => write!(f, "{what} is for n <= {most}; here n = {have}"),
            Refusal::NotANumber { index } => write!(f, "value {} is not a number that can be squared", index + 1),
            Refusal::Unpaired { first, second } => {
                write!(f, "{first} values against {second} are not pairs: the same seeds must drive both")
            }
            Refusal::Constant => write!(f, "all values are equal, so their spread says nothing"),
            Refusal::Parameter(text) => write!(f, "{text}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Checks that there are at least `need` values for `what` and that each is finite and at most [`LARGEST`].
pub(super) fn require(values: &[f64], need: usize, what: &'static str) -> Result<(), Refusal> {
    let have = values.len();
    if have < need {
        return Err(Refusal::TooFew { what, have, need });
    }
    // A NaN fails this comparison too, so one test finds NaN, infinities and overflow.
    let usable = |value: &f64| value.abs() <= LARGEST;
    match values.iter().position(|value| !usable(value)) {
        Some(index) => Err(Refusal::NotANumber { index }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_difference_is_never_a_direction() {
        assert_eq!(Verdict::of(0.0, 0.0), Verdict::NoEvidence);
        assert_eq!(Verdict::of(0.05, -1.0), Verdict::Lower);
        assert_eq!(Verdict::of(0.050_001, 1.0), Verdict::NoEvidence);
    }

    #[test]
    fn sentences_are_ascii_and_name_both() {
        let why = "n = 2".to_string();
        for verdict in [Verdict::Higher, Verdict::Lower, Verdict::NoEvidence, Verdict::CannotTell { why }] {
            let text = verdict.sentence("blunt", "order");
            assert!(text.is_ascii() && text.contains("blunt") && text.contains("order") && text.ends_with('.'));
        }
    }

    #[test]
    fn nan_and_overflow_are_named_by_position() {
        assert_eq!(require(&[1.0, f64::NAN], 1, "x"), Err(Refusal::NotANumber { index: 1 }));
        assert_eq!(require(&[1e151], 1, "x"), Err(Refusal::NotANumber { index: 0 }));
        assert_eq!(require(&[1.0], 2, "a pair").unwrap_err().to_string(), "a pair needs n >= 2; here n = 1");
    }
}
