// SPDX-License-Identifier: GPL-2.0-only
//! Somebody's own runs, which are not paired: a pasted list of bytes or a table, each sample against the first.

use super::table::Table;
use super::words::wrap;
use crate::stats::{Axis, Grain, Refusal, Unpaired, Verdict, compare_unpaired, holm, legend};

/// Longest name of a sample, characters.
pub const NAME_MAX: usize = 20;

/// 1 PiB, so that a table's lines keep to 72 columns.
const MIB_MAX: f64 = 1_073_741_824.0;

/// A named sample, in MiB.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub name: String,
    pub values: Vec<f64>,
}

/// Reads `NAME: NUMBER...`, a sample a line; a line of numbers only goes on with the sample above, a name that comes
/// again adds to its sample, `#` begins a comment. A number is bytes; KiB, MiB or GiB may follow it.
///
/// # Errors
/// The line and the word that is no number, or that there are not two samples.
pub fn parse(text: &str) -> Result<Vec<Sample>, String> {
    let mut samples: Vec<Sample> = Vec::new();
    let mut at = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default().replace(['|', ',', ';', '\t'], " ");
        let (name, numbers) = match line.split_once(':') {
            Some((name, numbers)) => (Some(name.trim()), numbers),
            None => match line.trim().split_once(' ') {
                Some((word, numbers)) if scaled(word, None).is_none() => (Some(word), numbers),
                _ => (None, &*line),
            },
        };
        if let Some(name) = name {
            if name.is_empty() || name.len() > NAME_MAX || !name.is_ascii() {
                return Err(format!(
                    "line {number}: a name is 1 to {NAME_MAX} ASCII characters, for lines of 72 columns"
                ));
            }
            at = Some(samples.iter().position(|sample| sample.name == name).unwrap_or(samples.len()));
            if at == Some(samples.len()) {
                samples.push(Sample { name: name.to_owned(), values: Vec::new() });
            }
        }
        let mut words = numbers.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let unit = words.next_if(|next| bytes_of(next).is_some());
            let value = scaled(word, unit)
                .ok_or(format!("line {number}: `{word}` is no number of bytes; write NAME: 679477248 648MiB ..."))?;
            if value > MIB_MAX {
                return Err(format!("line {number}: `{word}` is more than 1 PiB"));
            }
            if value > 0.0 && value < 1.0 {
                return Err(format!("line {number}: `{word}` is less than 1 MiB; a number without a unit is bytes"));
            }
            let at = at.ok_or(format!("line {number}: these numbers have no name; write NAME: 679477248 ..."))?;
            samples[at].values.push(value);
        }
    }
    match samples.iter().find(|sample| sample.values.is_empty()) {
        Some(empty) => Err(format!("sample `{}` has no numbers", empty.name)),
        None if samples.len() < 2 => Err("one sample cannot be compared; write two lines, NAME: NUMBERS".to_owned()),
        None => Ok(samples),
    }
}

fn bytes_of(unit: &str) -> Option<f64> {
    match unit {
        "B" | "bytes" => Some(1.0),
        "KiB" => Some(1024.0),
        "MiB" => Some(1_048_576.0),
        "GiB" => Some(1_073_741_824.0),
        _ => None,
    }
}

/// MiB of `679477248`, `648MiB` or `648` with its unit behind a space.
fn scaled(word: &str, unit: Option<&str>) -> Option<f64> {
    let end = word.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(word.len());
    let (digits, own) = word.split_at(end);
    let bytes = match (own, unit) {
        ("", None) => 1.0,
        ("", Some(unit)) => bytes_of(unit)?,
        (own, None) => bytes_of(own)?,
        _ => return None,
    };
    digits
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite() && *value >= 0.0)
        .map(|value| value * bytes / 1_048_576.0)
}

/// The block for a mail: each sample against the first.
///
/// # Errors
/// What the tests cannot be computed from.
pub fn samples(samples: &[Sample]) -> Result<String, Refusal> {
    let first = &samples[0];
    let found: Vec<Unpaired> =
        samples[1..].iter().map(|sample| compare_unpaired(&first.values, &sample.values)).collect::<Result<_, _>>()?;
    let adjusted = holm(&found.iter().map(|found| found.p).collect::<Vec<_>>());
    let grain = Grain::ONE;
    let mut lines = wrap("", "", "Samples as given, MiB; the runs are not paired.");
    lines.push(String::new());
    let mut table = Table::new(&["sample", "n", "mean", "stdev", "min", "max", "delta"]);
    for (i, sample) in samples.iter().enumerate() {
        let summary = if i == 0 { &found[0].first } else { &found[i - 1].second };
        let delta = match i {
            0 => "base".to_owned(),
            i if found[i - 1].first.mean > 0.0 => {
                format!("{:+.1}%", 100.0 * found[i - 1].difference / found[i - 1].first.mean)
            }
            _ => "-".to_owned(),
        };
        let stdev = summary.stdev.map_or("-".to_owned(), |stdev| grain.mean(stdev, summary.n));
        let [mean, min, max] =
            [grain.mean(summary.mean, summary.n), grain.value(summary.min), grain.value(summary.max)];
        table.add(vec![sample.name.clone(), summary.n.to_string(), mean, stdev, min, max, delta]);
    }
    lines.extend(table.lines());
    lines.push(String::new());
    lines.push(legend());
    let all: Vec<&[f64]> = samples.iter().map(|sample| &*sample.values).collect();
    let axis = Axis::around(&all, 40, grain)?;
    let width = samples.iter().map(|sample| sample.name.len()).max().unwrap_or(0);
    lines.extend(samples.iter().map(|sample| format!("{:<width$} |{}|", sample.name, axis.ascii(&sample.values))));
    lines.push(String::new());
    for ((sample, found), p) in samples[1..].iter().zip(&found).zip(adjusted) {
        for sentence in sentences(&sample.name, &first.name, found, p) {
            lines.extend(wrap("* ", "  ", &sentence));
        }
    }
    if found.len() > 1 {
        lines.extend(wrap("* ", "  ", "Verdicts are after Holm's correction for the number of comparisons."));
    }
    Ok(lines.join("\n") + "\n")
}

/// A p value behind its letter.
fn share(p: f64) -> String {
    if p < 0.0005 { "< 0.001".to_owned() } else { format!("= {p:.3}") }
}

fn sentences(name: &str, base: &str, found: &Unpaired, adjusted: f64) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(welch) = found.welch {
        said.push(format!(
            "{name}: Welch t = {:.2}, df {:.1}, p {}; 95 % interval of the difference {:+.1}..{:+.1} MiB.",
            welch.t,
            welch.df,
            share(welch.p),
            welch.interval.low,
            welch.interval.high
        ));
    }
    let exact =
        found.permutation.map_or(String::new(), |p| format!("exact permutation test of means p {}; ", share(p)));
    said.push(format!("{name}: {exact}Mann-Whitney p {}.", share(found.mann_whitney.p)));
    let verdict = match &found.verdict {
        refused @ Verdict::CannotTell { .. } => refused.clone(),
        _ => Verdict::of(adjusted, found.difference),
    };
    said.push(verdict.sentence(name, base));
    said
}

#[cfg(test)]
mod tests {
    use super::{Sample, parse, samples};
    use crate::report::export::lint::lint;

    const TEXT: &str = "base: 643825664 | 630MiB, 680 MiB # a remark\n682 MiB\nseries\t526MiB 598MiB 660MiB\n\
                        blunt: 700MiB 702MiB 699MiB\nblunt 705MiB 698MiB\n";

    #[test]
    fn pasted_forms_are_read() {
        let sample = |name: &str, values: &[f64]| Sample { name: name.to_owned(), values: values.to_vec() };
        let wanted = [
            sample("base", &[614.0, 630.0, 680.0, 682.0]),
            sample("series", &[526.0, 598.0, 660.0]),
            sample("blunt", &[700.0, 702.0, 699.0, 705.0, 698.0]),
        ];
        assert_eq!(parse(TEXT).unwrap(), wanted);
    }

    #[test]
    fn refusals_name_the_line() {
        for (text, wanted) in [
            ("a: 5MiB\nb: x", "line 2: `x` is no number of bytes"),
            ("1048576 2097152", "line 1: these numbers have no name"),
            ("a: 5MiB", "one sample cannot be compared"),
            ("a: 5MiB\nb:", "sample `b` has no numbers"),
            ("a: 648 640", "line 1: `648` is less than 1 MiB"),
            ("a: -5MiB", "line 1: `-5MiB` is no number"),
            ("a: 5MiB\nb: 1 18446744073709551615", "line 2: `1` is less than 1 MiB"),
            ("a: 5MiB\nb: 18446744073709551615", "line 2: `18446744073709551615` is more than 1 PiB"),
            (": 5MiB", "line 1: a name is 1 to 20"),
        ] {
            let refusal = parse(text).unwrap_err();
            assert!(refusal.starts_with(wanted), "{text}: {refusal}");
        }
    }

    #[test]
    fn the_block_gives_each_sample_against_the_first() {
        let block = samples(&parse(TEXT).unwrap()).unwrap();
        assert!(lint(&block).is_empty(), "{:?}", lint(&block));
        // t and the shares of splits (6 of 35, 1 of 126) counted with Python's statistics and itertools.
        for wanted in [
            "series  3  594.7   67.1  526  660  -8.7%",
            "* series: Welch t = -1.34, df 2.8",
            "* series: exact permutation test of means p = 0.171",
            "* Cannot tell series from base: n = 4 against 3",
            "* blunt: exact permutation test of means p = 0.008",
            "* blunt is higher than base on average",
        ] {
            assert!(block.contains(wanted), "{wanted} is not in:\n{block}");
        }
    }
}
