// SPDX-License-Identifier: GPL-2.0-only
//! Every pair of colours that must be told apart: contrast as WCAG 2.2 counts it, and distance (CIE76) as people with
//! the common kinds of colour blindness see it (Machado, Oliveira and Fernandes 2009, severity 1).

use std::collections::BTreeMap;

use oompoint::report::panel;

type Rgb = [f64; 3];

/// Rows of linear light for protan, deutan and tritan vision.
const VISIONS: [(&str, [Rgb; 3]); 4] = [
    ("normal", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    ("protan", [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    ("deutan", [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    ("tritan", [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
];

/// Which colour on which, and the least contrast: text 4.5, marks and outlines 3.
const PAIRS: [(&str, &str, f64); 14] = [
    ("ink", "paper", 7.0),
    ("ink", "free", 7.0),
    ("soft", "paper", 4.5),
    ("soft", "free", 4.5),
    ("link", "paper", 4.5),
    ("link", "free", 3.0),
    ("warn", "paper", 4.5),
    ("focus", "paper", 3.0),
    ("focus", "free", 3.0),
    ("paper", "ink", 7.0),
    ("policy-0", "paper", 3.0),
    ("policy-1", "paper", 3.0),
    ("policy-2", "paper", 3.0),
    ("policy-3", "paper", 3.0),
];
/// Least distance of two types of pageblocks, whose letters and patterns differ too.
const TYPES_APART: f64 = 24.0;
/// Least distance of two policies, whose shapes differ too.
const POLICIES_APART: f64 = 16.0;

/// The colours of each block of a style sheet that names them, in the sheet's order.
fn themes(css: &str) -> Vec<BTreeMap<String, String>> {
    let mut themes = Vec::new();
    for block in css.split('{').skip(1) {
        let own = block.split('}').next().unwrap_or_default();
        let pairs: BTreeMap<String, String> = own
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if !pairs.is_empty() {
            themes.push(pairs);
        }
    }
    themes
}

/// Light, dark by the system and dark by choice; what dark does not name it has from light.
fn all() -> [BTreeMap<String, String>; 3] {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/www/colours.css");
    let css = std::fs::read_to_string(path).expect("there is a style sheet");
    let [light, system, choice, forced]: [_; 4] = themes(&css).try_into().expect("four blocks of colours");
    let whole = |own: BTreeMap<String, String>| {
        let mut all = light.clone();
        all.extend(own);
        all
    };
    assert!(forced.values().all(|colour| colour.chars().all(char::is_alphabetic)), "system colours only");
    assert_eq!(forced.keys().collect::<Vec<_>>(), light.keys().collect::<Vec<_>>(), "forced colours replace every one");
    [light.clone(), whole(system), whole(choice)]
}

fn rgb(hex: &str) -> Rgb {
    let digits = hex.strip_prefix('#').filter(|digits| digits.len() == 6).unwrap_or_else(|| panic!("{hex}: #rrggbb"));
    std::array::from_fn(|i| {
        let part = u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap_or_else(|error| panic!("{hex}: {error}"));
        let share = f64::from(part) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    })
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let light = |colour: Rgb| 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2] + 0.05;
    let (a, b) = (light(one), light(other));
    a.max(b) / a.min(b)
}

fn seen(colour: Rgb, vision: &[Rgb; 3]) -> Rgb {
    vision.map(|row| row.iter().zip(colour).map(|(weight, part)| weight * part).sum::<f64>().clamp(0.0, 1.0))
}

/// CIE L*a*b* under D65.
fn lab([r, g, b]: Rgb) -> Rgb {
    let x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047;
    let y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b;
    let z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883;
    let f = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    [116.0 * f(y) - 16.0, 500.0 * (f(x) - f(y)), 200.0 * (f(y) - f(z))]
}

fn distance(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (lab(one), lab(other));
    one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// The nearest two of some colours, over all kinds of vision.
fn nearest(theme: &BTreeMap<String, String>, names: &[String]) -> (f64, String) {
    let mut least = (f64::INFINITY, String::new());
    for (vision, matrix) in &VISIONS {
        for (i, one) in names.iter().enumerate() {
            for other in &names[i + 1..] {
                let apart = distance(seen(rgb(&theme[one]), matrix), seen(rgb(&theme[other]), matrix));
                if apart < least.0 {
                    least = (apart, format!("{one} and {other}, {vision}"));
                }
            }
        }
    }
    least
}

fn named(theme: &BTreeMap<String, String>, prefix: &str) -> Vec<String> {
    theme.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
}

#[test]
fn texts_and_marks_stand_out() {
    for theme in all() {
        for (on, ground, least) in PAIRS {
            let found = contrast(rgb(&theme[on]), rgb(&theme[ground]));
            assert!(found >= least, "{on} {} on {ground} {}: {found:.2}", theme[on], theme[ground]);
        }
        let types = named(&theme, "type-");
        assert_eq!(types.len(), 7);
        for name in types {
            let found = contrast(rgb(&theme[&name]), rgb(&theme["free"]));
            assert!(found >= 3.0, "{name} {} on free: {found:.2}", theme[&name]);
        }
    }
}

#[test]
fn nobody_takes_one_type_or_policy_for_another() {
    for theme in all() {
        for (prefix, least) in [("type-", TYPES_APART), ("policy-", POLICIES_APART)] {
            let (found, who) = nearest(&theme, &named(&theme, prefix));
            assert!(found >= least, "{who}: {found:.1}");
        }
    }
}

#[test]
fn both_ways_to_dark_and_the_pictures_that_stand_alone_agree() {
    let [light, system, choice] = all();
    assert_eq!(system, choice);
    for (i, colour) in panel::COLOURS.iter().enumerate() {
        assert_eq!(light[&format!("policy-{i}")], *colour);
    }
}

#[test]
fn the_arithmetic_is_that_of_the_standards() {
    let [black, white, grey] = ["#000000", "#ffffff", "#767676"].map(rgb);
    assert!((contrast(black, white) - 21.0).abs() < 1e-9 && (contrast(grey, white) - 4.54).abs() < 0.01);
    assert!((distance(black, white) - 100.0).abs() < 0.1);
    // Figures computed elsewhere for these colours.
    assert!((contrast(rgb("#0072b2"), white) - 5.19).abs() < 0.01);
    let [blue, green, pink] = ["#0072b2", "#009e73", "#cc79a7"].map(rgb);
    let apart = |i: usize, one: Rgb, other: Rgb| distance(seen(one, &VISIONS[i].1), seen(other, &VISIONS[i].1));
    assert!((apart(2, green, pink) - 17.9).abs() < 0.1 && (apart(3, blue, green) - 17.0).abs() < 0.1);
}
