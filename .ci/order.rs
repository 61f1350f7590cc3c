// SPDX-License-Identifier: GPL-2.0-only
//! Gives the functions of a wasm program the order in which gzip packs them best: gzip finds what it has seen within the
//! last 32 KiB, so each function is followed by the one that shares most with what lies just before it.
//!
//! The program is not touched here. It gets a name section whose names sort in the wanted order, and
//! `wasm-opt --reorder-functions-by-name`, which knows how to renumber functions, does the rest and drops the names.

use std::collections::{HashMap, HashSet};
use std::fs;

/// Bytes that two functions have in common in one place to be alike there.
const GRAIN: usize = 6;
/// What most functions have is no likeness.
const COMMON_MAX: usize = 60;
/// Bytes before a function that it is compared with.
const WINDOW: usize = 12_000;
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
    let mut program = fs::read(path).map_err(|error| error.to_string())?;
    let parts = Parts::of(&program).ok_or("it is no wasm program that this tool can read")?;
    let order = order(&parts.bodies);
    let names = names(parts.imported, &order);
    program.extend(names);
    fs::write(path, &program).map_err(|error| error.to_string())?;
    Ok(format!("{} functions in order of likeness", order.len()))
}

/// What the tool looks at.
struct Parts<'a> {
    /// Functions that are imported have the first numbers.
    imported: usize,
    bodies: Vec<&'a [u8]>,
}

impl Parts<'_> {
    fn of(program: &[u8]) -> Option<Parts<'_>> {
        const IMPORTS: u8 = 2;
        const CODE: u8 = 10;
        let mut rest = program.strip_prefix(b"\0asm\x01\0\0\0")?;
        let mut parts = Parts { imported: 0, bodies: Vec::new() };
        while let Some((&kind, after)) = rest.split_first() {
            rest = after;
            let size = number(&mut rest)?;
            let mut section = take(&mut rest, size)?;
            match kind {
                IMPORTS => parts.imported = imported(&mut section)?,
                CODE => {
                    for _ in 0..number(&mut section)? {
                        let size = number(&mut section)?;
                        parts.bodies.push(take(&mut section, size)?);
                    }
                }
                _ => {}
            }
        }
        Some(parts)
    }
}

/// How many functions are imported. A program made by wasm-bindgen imports nothing else but perhaps tables and memories.
fn imported(section: &mut &[u8]) -> Option<usize> {
    let mut functions = 0;
    for _ in 0..number(section)? {
        for _ in 0..2 {
            let size = number(section)?;
            take(section, size)?;
        }
        match take(section, 1)?[0] {
            0 => {
                number(section)?;
                functions += 1;
            }
            kind @ (1 | 2) => {
                take(section, usize::from(kind == 1))?;
                for _ in 0..=number(section)? & 1 {
                    number(section)?;
                }
            }
            _ => return None,
        }
    }
    Some(functions)
}

fn take<'a>(rest: &mut &'a [u8], size: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(size)?;
    *rest = left;
    Some(taken)
}

/// Seven bits a byte, the lowest first.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= usize::from(byte & 127) << shift;
        if byte < 128 {
            return Some(value);
        }
    }
    None
}

/// The functions by their places, each one chosen for what it has in common with those chosen just before.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (i, body) in bodies.iter().enumerate() {
        for grain in body.windows(GRAIN).collect::<HashSet<_>>() {
            holders.entry(grain).or_default().push(i);
        }
    }
    holders.retain(|_, all| (2..=COMMON_MAX).contains(&all.len()));
    let mut grains: Vec<Vec<usize>> = vec![Vec::new(); bodies.len()];
    let holders: Vec<Vec<usize>> = holders.into_values().collect();
    for (grain, all) in holders.iter().enumerate() {
        all.iter().for_each(|&i| grains[i].push(grain));
    }
    // Grains that the window holds, how often, and how many of them each function has.
    let (mut held, mut alike) = (vec![0_u32; holders.len()], vec![0_u32; bodies.len()]);
    let (mut first, mut bytes) = (0, 0);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order: Vec<usize> = Vec::with_capacity(bodies.len());
    while !left.is_empty() {
        // Likeness by length, to a power that was found by trying; where there is none, the longest.
        let worth = |i: usize| (f64::from(alike[i]) * 1e9 / ((bodies[i].len() + HEAD) as f64).powf(2.0 / 3.0)) as u64;
        let best = (0..left.len()).max_by_key(|&at| (worth(left[at]), bodies[left[at]].len(), usize::MAX - left[at]));
        let chosen = left.swap_remove(best.unwrap_or_default());
        order.push(chosen);
        bytes += bodies[chosen].len();
        for &grain in &grains[chosen] {
            held[grain] += 1;
            if held[grain] == 1 {
                holders[grain].iter().for_each(|&i| alike[i] += 1);
            }
        }
        while bytes - bodies[order[first]].len() > WINDOW {
            for &grain in &grains[order[first]] {
                held[grain] -= 1;
                if held[grain] == 0 {
                    holders[grain].iter().for_each(|&i| alike[i] -= 1);
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

fn text(text: &str) -> Vec<u8> {
    [leb(text.len()), text.as_bytes().to_vec()].concat()
}

fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 127 {
        bytes.push(value as u8 & 127 | 128);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
