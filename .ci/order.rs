// SPDX-License-Identifier: GPL-2.0-only
//! The last touch to a wasm program that wasm-bindgen and wasm-opt have made: what it imports gets shorter names, and its
//! functions the order in which gzip packs them best. gzip finds what it has seen within the last 32 KiB, so each function
//! is followed by the one that shares most with what lies before it.
//!
//! Functions are not moved here. The program gets a name section whose names sort in the wanted order, and
//! `wasm-opt --reorder-functions-by-name`, which knows how to renumber functions, does the rest and drops the names.

mod imports;
mod wasm;

use std::collections::{HashMap, HashSet};
use std::fs;

use wasm::{Parts, leb, text};

/// Bytes that two functions have in common in one place to be alike there, and what that counts.
const GRAINS: [(usize, f64); 2] = [(4, 1000.0), (8, 2000.0)];
/// What most functions have is no likeness.
const COMMON_MAX: usize = 60;
/// Bytes before a function that it is compared with.
const WINDOW: usize = 30_000;
/// Added to a function's length when likeness is divided by it, lest the tiniest always win.
const HEAD: usize = 100;

fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    match run(&path) {
        Ok(text) => println!("{text}"),
        Err(message) => {
            eprintln!("error: {path}: {message}");
            std::process::exit(1);
        }
    }
}

fn run(path: &str) -> Result<String, String> {
    const UNREADABLE: &str = "it is no wasm program that this tool can read";
    let read = fs::read(path).map_err(|error| error.to_string())?;
    let script_path = path.replace("_bg.wasm", ".js");
    let script = fs::read_to_string(&script_path).map_err(|error| format!("{script_path}: {error}"))?;
    let (mut program, script, shortened) = imports::shorten(&read, script).ok_or(UNREADABLE)?;
    let parts = Parts::of(&program).ok_or(UNREADABLE)?;
    let order = order(&parts.bodies);
    let names = names(parts.imported, &order);
    program.extend(names);
    fs::write(path, &program).map_err(|error| error.to_string())?;
    fs::write(&script_path, script).map_err(|error| format!("{script_path}: {error}"))?;
    Ok(format!("{} functions in order of likeness, {shortened} imports with shorter names", order.len()))
}

/// The functions by their places, each one chosen for what it has in common with those chosen just before.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (i, body) in bodies.iter().enumerate() {
        for grain in GRAINS.iter().flat_map(|&(length, _)| body.windows(length)).collect::<HashSet<_>>() {
            holders.entry(grain).or_default().push(i);
        }
    }
    holders.retain(|_, all| (2..=COMMON_MAX).contains(&all.len()));
    let mut grains: Vec<Vec<usize>> = vec![Vec::new(); bodies.len()];
    // The fewer have a grain, the more it says. Whole numbers, so that their sum is the same in any order.
    let worth = |(grain, all): (&[u8], Vec<usize>)| {
        let counts = GRAINS.iter().find(|&&(length, _)| length == grain.len()).map_or(0.0, |&(_, counts)| counts);
        ((counts / (all.len() as f64).sqrt()) as u64, all)
    };
    let holders: Vec<(u64, Vec<usize>)> = holders.into_iter().map(worth).collect();
    for (grain, (_, all)) in holders.iter().enumerate() {
        all.iter().for_each(|&i| grains[i].push(grain));
    }
    // Grains that the window holds, how often, and what those of each function count.
    let (mut held, mut alike) = (vec![0_u32; holders.len()], vec![0_u64; bodies.len()]);
    let (mut first, mut bytes) = (0, 0);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order: Vec<usize> = Vec::with_capacity(bodies.len());
    while !left.is_empty() {
        // Likeness by length, to a power that was found by trying; where there is none, the longest.
        let worth = |i: usize| (alike[i] as f64 * 1e6 / ((bodies[i].len() + HEAD) as f64).powf(2.0 / 3.0)) as u64;
        let best = (0..left.len()).max_by_key(|&at| (worth(left[at]), bodies[left[at]].len(), usize::MAX - left[at]));
        let chosen = left.swap_remove(best.unwrap_or_default());
        order.push(chosen);
        bytes += bodies[chosen].len();
        for &grain in &grains[chosen] {
            held[grain] += 1;
            if held[grain] == 1 {
                let (counts, all) = &holders[grain];
                all.iter().for_each(|&i| alike[i] += counts);
            }
        }
        while bytes - bodies[order[first]].len() > WINDOW {
            for &grain in &grains[order[first]] {
                held[grain] -= 1;
                if held[grain] == 0 {
                    let (counts, all) = &holders[grain];
                    all.iter().for_each(|&i| alike[i] -= counts);
                }
            }
            bytes -= bodies[order[first]].len();
            first += 1;
        }
    }
    order
}

/// A name section: a name for every function that is not imported, so that they sort in this order.
fn names(imported: usize, order: &[usize]) -> Vec<u8> {
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, &i)| place[i] = at);
    let mut map = leb(order.len());
    for (i, at) in place.iter().enumerate() {
        map.extend(leb(imported + i));
        map.extend(text(&format!("f{at:06}")));
    }
    const FUNCTIONS: u8 = 1;
    let body = [text("name"), vec![FUNCTIONS], leb(map.len()), map].concat();
    [vec![0], leb(body.len()), body].concat()
}
