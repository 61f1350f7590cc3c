// SPDX-License-Identifier: GPL-2.0-only
//! The mail's own samples: what four runs against three can and cannot show.

use super::table::Table;
use super::words::wrap;
use crate::stats::{Axis, Grain, Refusal, Summary, example, legend, runs_per_arm_needed};

/// The block for a mail.
///
/// # Errors
/// None in practice: the samples are constants.
pub fn mail() -> Result<String, Refusal> {
    let ranges = example::ranges()?;
    let patched = example::mib(&example::PATCHED_CHUNKS);
    // One admissible value of the open number, for the picture; every statement is over all of them.
    let x = 315;
    let base = example::mib(&example::baseline_chunks(x));
    let mut lines = wrap("", "", "secretmem-vs-frag: MiB of secretmem before the first OOM kill");
    lines.extend(wrap("", "", "samples implied by the table of the mail of 2026-06-11 (a real kernel)"));
    lines.push(String::new());
    let mut table = Table::new(&["kernel", "n", "mean", "stdev", "min", "max", "delta"]);
    let grain = Grain::CHUNK_MIB;
    let range = |low: String, high: String| if low == high { low } else { format!("{low}..{high}") };
    for (name, sample, is_base) in [("baseline", &base, true), ("series-v2", &patched, false)] {
        let summary = Summary::of(sample)?;
        let n = summary.n;
        let stdev = match is_base {
            true => range(grain.mean(ranges.baseline_stdev.low, n), grain.mean(ranges.baseline_stdev.high, n)),
            false => grain.mean(summary.stdev.unwrap_or(0.0), n),
        };
        let delta = if is_base { "base".to_owned() } else { format!("{:.1}%", ranges.difference_percent) };
        let [mean, min, max] = [grain.mean(summary.mean, n), grain.value(summary.min), grain.value(summary.max)];
        table.add(vec![name.to_owned(), n.to_string(), mean, stdev, min, max, delta]);
    }
    lines.extend(table.lines());
    lines.push(String::new());
    lines.push(legend());
    let axis = Axis::around(&[&base, &patched], 40, grain)?;
    lines.push(format!("baseline   |{}|", axis.ascii(&base)));
    lines.push(format!("series-v2  |{}|", axis.ascii(&patched)));
    lines.push(String::new());
    for sentence in sentences(&ranges)? {
        lines.extend(wrap("* ", "  ", &sentence));
    }
    Ok(lines.join("\n") + "\n")
}

fn sentences(ranges: &example::Ranges) -> Result<Vec<String>, Refusal> {
    let percent = |range: example::Range| format!("{:+.1}..{:+.1} %", range.low, range.high);
    let first = example::comparison(315)?;
    let runs = |spread: f64| -> Result<String, Refusal> {
        let runs = runs_per_arm_needed(spread, first.difference)?;
        Ok(runs.map_or("very many".to_owned(), |runs| runs.to_string()))
    };
    Ok(vec![
        "Every printed number is a multiple of 2 MiB, so the samples follow from the table but for one number: the \
         baseline's are 614, 2x, 1310 - 2x and 682 MiB with x from 314 to 341, and the series' are 526, 598 and 660. \
         Ranges below are over x; the bins show x = 315."
            .to_owned(),
        format!(
            "Welch t = {:.2}..{:.2}, df {:.1}..{:.1}, p = {:.2}..{:.2}; 95 % interval of the difference from {} to {}.",
            ranges.t.low,
            ranges.t.high,
            ranges.df.low,
            ranges.df.high,
            ranges.p.low,
            ranges.p.high,
            percent(ranges.low_percent),
            percent(ranges.high_percent)
        ),
        format!(
            "Exact permutation test of means p = {:.2}..{:.2}; Mann-Whitney p = {:.2}..{:.2}.",
            ranges.permutation.low, ranges.permutation.high, ranges.mann_whitney.low, ranges.mann_whitney.high
        ),
        first.verdict.sentence("series-v2", "baseline"),
        format!(
            "This does not say that the difference is unreal. A difference of this size shows in 80 % of experiments of \
             {} runs of each kernel if a run's standard deviation is 50 MiB, and of {} if it is 67 MiB.",
            runs(50.0)?,
            runs(67.0)?
        ),
    ])
}
