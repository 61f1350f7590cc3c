// SPDX-License-Identifier: GPL-2.0-only
//! Properties that hold for any sample, over seeded random ones: every failure repeats.

use oompoint::stats::*;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// The mean, as the statistic of the bootstrap tests.
pub fn mean(values: &[f64]) -> f64 {
    Summary::of(values).unwrap().mean
}

#[test]
fn the_order_of_seeds_does_not_matter() {
    each_sample(|differences, random| {
        let mut shuffled = differences.to_vec();
        shuffle(&mut shuffled, random);
        let (one, other) = (mean_difference(differences).unwrap(), mean_difference(&shuffled).unwrap());
        near(one.0, other.0);
        near(one.2, other.2);
        assert_eq!(one.1.is_some(), other.1.is_some());
        if let (Some(one), Some(other)) = (one.1, other.1) {
            near(one.low, other.low);
            near(one.high, other.high);
        }
        let ranks = [differences, &shuffled].map(|sample| wilcoxon(sample, Zeros::Pratt).unwrap());
        assert_eq!(ranks[0], ranks[1]);
    });
}

#[test]
fn swapping_the_policies_mirrors_everything() {
    each_sample(|differences, _| {
        let mirrored: Vec<f64> = differences.iter().map(|difference| -difference).collect();
        let (one, other) = (mean_difference(differences).unwrap(), mean_difference(&mirrored).unwrap());
        near(one.0, -other.0);
        near(one.2, other.2);
        if let (Some(one), Some(other)) = (one.1, other.1) {
            near(one.low, -other.high);
            near(one.high, -other.low);
        }
        let ranks = [differences, &mirrored].map(|sample| wilcoxon(sample, Zeros::Drop).unwrap());
        assert_eq!((ranks[0].plus, ranks[0].p), (ranks[1].minus, ranks[1].p));
    });
}

#[test]
fn the_interval_excludes_zero_exactly_where_the_test_rejects() {
    each_sample(|differences, _| {
        let (_, interval, p, _) = mean_difference(differences).unwrap();
        match interval {
            Some(interval) if (p - ALPHA).abs() > 1e-9 => {
                // An end may sit on 0 itself, where the last bit decides; shift it out of the way.
                let clear = interval.low.abs().min(interval.high.abs()) > 1e-9;
                assert!(!clear || interval.contains(0.0) == (p > ALPHA), "{differences:?} {interval:?} {p}");
            }
            Some(_) => {}
            None => assert!(differences.len() < 6 && p > ALPHA),
        }
    });
}

#[test]
fn unpaired_tests_ignore_order_and_mirror_on_swap() {
    each_sample(|sample, random| {
        let cut = sample.len() / 2;
        let (first, second) = sample.split_at(cut.max(1));
        if second.is_empty() {
            return;
        }
        let one = mann_whitney(first, second).unwrap();
        let other = mann_whitney(second, first).unwrap();
        near(one.u + other.u, (first.len() * second.len()) as f64);
        near(one.p, other.p);
        let mut shuffled = first.to_vec();
        shuffle(&mut shuffled, random);
        assert_eq!(one, mann_whitney(&shuffled, second).unwrap());
        if let (Ok(one), Ok(other)) = (welch(first, second), welch(second, first)) {
            near(one.t, -other.t);
            near(one.p, other.p);
            near(one.interval.low, -other.interval.high);
        }
        if first.len() + second.len() <= 16 {
            near(permutation(first, second).unwrap(), permutation(second, &shuffled).unwrap());
        }
    });
}

#[test]
fn p_values_are_shares_and_respect_their_floor() {
    each_sample(|differences, _| {
        let (_, _, p, method) = mean_difference(differences).unwrap();
        assert!((0.0..=1.0).contains(&p));
        if method == Method::SignFlip {
            assert!(p >= smallest_sign_flip_p(differences.len()) - 1e-15);
        }
    });
}

#[test]
fn holm_keeps_order_and_never_lowers() {
    each_sample(|sample, _| {
        let p: Vec<f64> = sample.iter().map(|value| value.abs() / 100.0).map(|p| p.min(1.0)).collect();
        let adjusted = holm(&p);
        for (i, &own) in p.iter().enumerate() {
            assert!(adjusted[i] >= own && adjusted[i] <= 1.0);
            for (j, &other) in p.iter().enumerate() {
                assert!(own > other || adjusted[i] <= adjusted[j], "{i} {j}");
            }
        }
    });
}

#[test]
fn a_seed_is_a_bootstrap() {
    each_sample(|sample, random| {
        let seed = random.next_u64();
        let (one, other) = (bootstrap(sample, mean, 200, seed), bootstrap(sample, mean, 200, seed));
        assert_eq!(one, other);
        if let Ok(one) = one {
            assert!(one.interval.low <= one.interval.high);
        }
    });
}

#[test]
fn the_95_percent_interval_covers_about_95_percent() {
    // 400 experiments of 12 pairs whose differences are symmetric around 3: the exact interval misses at most 5 %.
    let mut random = Xoshiro256PlusPlus::seed_from_u64(9);
    let mut missed = 0;
    for _ in 0..400 {
        let sample: Vec<f64> = (0..12).map(|_| 3.0 + uniform(&mut random) + uniform(&mut random)).collect();
        missed += usize::from(!sign_flip(&sample).unwrap().interval.unwrap().contains(3.0));
    }
    // 20 expected; 9 to 33 is three standard deviations.
    assert!((9..=33).contains(&missed), "{missed}");
}

#[test]
fn comparisons_are_the_same_alone_and_together_but_for_holm() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(10);
    let samples: Vec<Vec<f64>> = (0..4).map(|_| sample(64, false, &mut random)).collect();
    let all: Vec<&[f64]> = samples.iter().map(Vec::as_slice).collect();
    let together = compare(&all).unwrap();
    for (policy, result) in together.iter().enumerate() {
        let alone = &compare(&[all[0], all[policy + 1]]).unwrap()[0];
        assert_eq!((alone.p, alone.interval, alone.wilcoxon), (result.p, result.interval, result.wilcoxon));
        assert!(result.p_holm >= alone.p_holm && result.comparisons == 3);
    }
}

/// 300 samples of 1 to 40 values; two in three on a coarse grid, so that ties and zeros abound.
fn each_sample(mut property: impl FnMut(&[f64], &mut Xoshiro256PlusPlus)) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(0x5EED);
    for round in 0..300 {
        // Sizes up to 14 most of the time: a sign-flip test of 19 pairs visits half a million cases.
        let n = if round % 4 == 0 { 20 + round % 21 } else { 1 + round % 14 };
        let values = sample(n, round % 3 != 0, &mut random);
        property(&values, &mut random);
    }
}

fn sample(n: usize, coarse: bool, random: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    (0..n)
        .map(|_| 12.0 * uniform(random) + 2.0)
        .map(|value| if coarse { 2.0 * (value / 2.0).round() } else { value })
        .collect()
}

/// Uniform in -1..1.
fn uniform(random: &mut Xoshiro256PlusPlus) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

fn shuffle(values: &mut [f64], random: &mut Xoshiro256PlusPlus) {
    for last in (1..values.len()).rev() {
        values.swap(last, (random.next_u64() % (last as u64 + 1)) as usize);
    }
}

fn near(one: f64, other: f64) {
    let scale = one.abs().max(other.abs()).max(1.0);
    assert!((one - other).abs() <= 1e-11 * scale || one == other, "{one} {other}");
}
