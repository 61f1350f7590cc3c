// SPDX-License-Identifier: GPL-2.0-only
//! Lanes that are timed beside each other, in rounds: A B C A B C, so that whatever else the machine does falls on all.
//!
//! Thread CPU time, because the wall's says how busy the machine is. Only ratios within a round are judged, by their
//! median over the rounds.

use cpu_time::ThreadTime;

/// What one turn of a lane did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub ns: u64,
    /// Operations, in the lane's own unit.
    pub ops: u64,
    /// Of what was computed; the same in every turn.
    pub digest: u64,
}

/// One thing to time. Its closure sets up, times what counts, and says what came out.
pub struct Lane<'a> {
    pub name: String,
    /// What one operation is.
    pub unit: &'static str,
    run: Box<dyn FnMut() -> Turn + 'a>,
    turns: Vec<Turn>,
}

impl<'a> Lane<'a> {
    pub fn new(name: impl Into<String>, unit: &'static str, run: impl FnMut() -> Turn + 'a) -> Lane<'a> {
        Lane { name: name.into(), unit, run: Box::new(run), turns: Vec::new() }
    }

    /// All turns' times, ns, in order.
    pub fn ns(&self) -> Vec<u64> {
        self.turns.iter().map(|turn| turn.ns).collect()
    }

    /// What every turn did: operations and digest.
    pub fn did(&self) -> (u64, u64) {
        self.turns.first().map_or((0, 0), |turn| (turn.ops, turn.digest))
    }

    /// Median time of one operation, ns.
    pub fn ns_per_op(&self) -> f64 {
        median(self.turns.iter().map(|turn| turn.ns as f64 / turn.ops.max(1) as f64)).unwrap_or(f64::NAN)
    }
}

/// Gives every lane its turn, `rounds` times.
pub fn race(lanes: &mut [Lane], rounds: u32) {
    for _ in 0..rounds {
        for lane in lanes.iter_mut() {
            let turn = (lane.run)();
            if let Some(first) = lane.turns.first() {
                let same = (first.ops, first.digest) == (turn.ops, turn.digest);
                assert!(same, "{}: a turn computed something else than the first", lane.name);
            }
            lane.turns.push(turn);
        }
    }
}

/// The median over the rounds of one lane's time over another's: of the whole turn, or of one operation.
pub fn ratio(over: &Lane, under: &Lane, per_op: bool) -> f64 {
    let time = |turn: &Turn| turn.ns as f64 / if per_op { turn.ops.max(1) as f64 } else { 1.0 };
    median(over.turns.iter().zip(&under.turns).map(|(over, under)| time(over) / time(under))).unwrap_or(f64::NAN)
}

/// Thread CPU time of a piece of work, ns; never 0, so that it can be divided by.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let begun = ThreadTime::now();
    let out = work();
    (out, u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1))
}

/// A printed digest as a number.
pub fn number_of(digest: &str) -> u64 {
    u64::from_str_radix(digest, 16).expect("a digest is hexadecimal")
}

/// `None` of nothing.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[n / 2]),
        n => Some((values[n / 2 - 1] + values[n / 2]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_median_of_the_rounds_own() {
        let turns = |ns: [u64; 3]| {
            let mut left = ns.into_iter();
            Lane::new("x", "op", move || Turn { ns: left.next().expect("three turns"), ops: 2, digest: 7 })
        };
        // The second round falls into a busy moment: both lanes take ten times as long.
        let mut lanes = [turns([10, 100, 14]), turns([20, 200, 20])];
        race(&mut lanes, 3);
        assert_eq!(ratio(&lanes[0], &lanes[1], false), 0.5);
        assert_eq!((lanes[0].ns_per_op(), lanes[0].did()), (7.0, (2, 7)));
    }

    #[test]
    #[should_panic(expected = "computed something else")]
    fn a_lane_that_computes_something_else_is_found() {
        let mut digest = 0;
        let lane = Lane::new("x", "op", move || {
            digest += 1;
            Turn { ns: 1, ops: 1, digest }
        });
        race(&mut [lane], 2);
    }
}
