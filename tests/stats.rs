// SPDX-License-Identifier: GPL-2.0-only
//! The statistics against independent implementations, to 1e-9. Provenance: tests/stats/README.md.

use oompoint::stats::*;
use serde_json::Value;

#[path = "stats/properties.rs"]
mod properties;

/// Differences up to this, relative to the expected value or to the scale of the data, count as rounding.
const TOLERANCE: f64 = 1e-9;

#[test]
fn distributions() {
    for case in list(&reference()["distributions"]) {
        let (argument, df, want) = (number(&case[1]), number(&case[2]), number(&case[3]));
        let got = match case[0].as_str() {
            Some("student") => dist::student_two_sided(argument, df),
            _ => dist::student_critical(argument, df),
        };
        close(got, want, 0.0, &format!("{case}"));
    }
}

#[test]
fn noncentral_t() {
    for case in list(&reference()["noncentral"]) {
        let [t, df, delta, want] = [0, 1, 2, 3].map(|at| number(&case[at]));
        close(dist::noncentral_t_below(t, df, delta), want, 1.0, &format!("{case}"));
    }
}

#[test]
fn summaries() {
    for (name, case) in named("paired") {
        let (values, want) = (numbers(&case["values"]), &case["summary"]);
        let scale = largest(&values);
        let got = Summary::of(&values).unwrap();
        close(got.mean, number(&want["mean"]), scale, &name);
        close(got.stdev.unwrap(), number(&want["stdev"]), scale, &name);
        for (got, want) in got.quartiles.iter().zip(numbers(&want["quartiles"])) {
            close(*got, want, scale, &name);
        }
    }
}

#[test]
fn paired_t_sign_flips_and_detectable_changes() {
    let mut tested = [0; 3];
    for (name, case) in named("paired") {
        let values = numbers(&case["values"]);
        let scale = largest(&values);
        if values.len() >= T_FROM && case["t"].is_object() {
            let (_, interval, p, method) = mean_difference(&values).unwrap();
            assert_eq!(method, Method::PairedT);
            close(p, number(&case["t"]["p"]), 0.0, &name);
            ends(interval.unwrap(), &case["t"]["interval"], scale, &name);
            tested[0] += 1;
        }
        if case["sign_flip"].is_object() {
            let got = sign_flip(&values).unwrap();
            close(got.p, number(&case["sign_flip"]["p"]), 0.0, &name);
            match got.interval {
                Some(interval) => ends(interval, &case["sign_flip"]["interval"], scale, &name),
                None => assert!(case["sign_flip"]["interval"].is_null(), "{name}"),
            }
            tested[1] += 1;
        }
        if let Some(want) = case["detectable"].as_f64() {
            let stdev = Summary::of(&values).unwrap().stdev.unwrap();
            close(detectable_paired(stdev, values.len()).unwrap(), want, 0.0, &name);
            tested[2] += 1;
        }
    }
    assert_eq!(tested, [5, 9, 13]);
}

#[test]
fn signed_ranks() {
    let mut exact = 0;
    for (name, case) in named("paired") {
        let values = numbers(&case["values"]);
        for (key, zeros) in [("drop", Zeros::Drop), ("pratt", Zeros::Pratt)] {
            let want = &case["wilcoxon"][key];
            let normal = wilcoxon_by(&values, zeros, NullLaw::Normal).unwrap();
            close(normal.p, number(&want["normal"]), 0.0, &name);
            if let Some(want) = want["exact"].as_f64() {
                close(wilcoxon_by(&values, zeros, NullLaw::Exact).unwrap().p, want, 0.0, &name);
                exact += 1;
            }
        }
    }
    assert!(exact >= 18, "{exact}");
}

#[test]
fn unpaired_samples() {
    let mut tested = [0; 2];
    for (name, case) in named("unpaired") {
        let (first, second) = (numbers(&case["first"]), numbers(&case["second"]));
        let scale = largest(&first).max(largest(&second));
        let (got, want) = (welch(&first, &second).unwrap(), numbers(&case["welch"]));
        close(got.t, want[0], 1.0, &name);
        close(got.df, want[1], 0.0, &name);
        close(got.p, want[2], 0.0, &name);
        close(got.interval.low, want[3], scale, &name);
        close(got.interval.high, want[4], scale, &name);
        let normal = mann_whitney_by(&first, &second, NullLaw::Normal).unwrap();
        assert_eq!(normal.u, number(&case["u"]), "{name}");
        close(normal.p, number(&case["normal"]), 0.0, &name);
        if let Some(want) = case["exact"].as_f64() {
            close(mann_whitney_by(&first, &second, NullLaw::Exact).unwrap().p, want, 0.0, &name);
            tested[0] += 1;
        }
        if let Some(want) = case["permutation"].as_f64() {
            close(permutation(&first, &second).unwrap(), want, 0.0, &name);
            tested[1] += 1;
        }
    }
    assert_eq!(tested, [9, 9]);
}

#[test]
fn holm_adjustment() {
    for case in list(&reference()["holm"]) {
        for (got, want) in holm(&numbers(&case["p"])).iter().zip(numbers(&case["holm"])) {
            close(*got, want, 0.0, &format!("{case}"));
        }
    }
}

#[test]
fn bootstrap_bca() {
    for case in list(&reference()["bootstrap"]) {
        let values = numbers(&case["values"]);
        let (seed, resamples) = (case["seed"].as_u64().unwrap(), case["resamples"].as_u64().unwrap() as usize);
        let got = bootstrap(&values, properties::mean, resamples, seed).unwrap();
        ends(got.interval, &case["interval"], 0.0, &format!("seed {seed}"));
    }
}

#[test]
fn fieller_ratios() {
    let cases = reference();
    let priced = &cases["fieller"][0];
    let got = price(&numbers(&priced["work"]), &numbers(&priced["gain"])).unwrap().per_gain;
    let PerGain::Ratio { ratio, interval } = got else { panic!("{got:?}") };
    close(ratio, number(&priced["ratio"]), 0.0, "ratio");
    ends(interval.unwrap(), &priced["interval"], 0.0, "ratio");
    let weak = &cases["fieller"][1];
    match price(&numbers(&weak["work"]), &numbers(&weak["gain"])).unwrap().per_gain {
        PerGain::Ratio { interval, .. } => ends(interval.unwrap(), &weak["interval"], 1.0, "weak"),
        PerGain::NoGain { why } => panic!("{why}"),
    }
}

#[test]
fn dips() {
    for case in list(&reference()["dips"]) {
        let mut values = numbers(&case["values"]);
        values.sort_by(f64::total_cmp);
        close(dip(&values), number(&case["dip"]), 0.0, &format!("{values:?}"));
    }
}

fn reference() -> Value {
    serde_json::from_str(include_str!("stats/reference.json")).unwrap()
}

fn named(part: &str) -> Vec<(String, Value)> {
    let cases = reference()[part].as_object().unwrap().clone();
    assert!(!cases.is_empty());
    cases.into_iter().collect()
}

fn list(value: &Value) -> &Vec<Value> {
    let list = value.as_array().unwrap();
    assert!(!list.is_empty());
    list
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| f64::max(most, value.abs()))
}

fn ends(interval: Interval, want: &Value, scale: f64, name: &str) {
    close(interval.low, number(&want[0]), scale, name);
    close(interval.high, number(&want[1]), scale, name);
}

/// `scale` stands in for values that may cancel to nearly 0; 0 asks for a relative error alone.
fn close(got: f64, want: f64, scale: f64, name: &str) {
    let error = (got - want).abs();
    assert!(error <= TOLERANCE * want.abs().max(scale), "{name}: got {got}, want {want}, off by {error:e}");
}
