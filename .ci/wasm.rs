// SPDX-License-Identifier: GPL-2.0-only
//! The little of a wasm program's format that the tools beside this file read and write.

/// What is looked at.
pub struct Parts<'a> {
    /// Functions that are imported have the first numbers.
    pub imported: usize,
    pub bodies: Vec<&'a [u8]>,
}

impl Parts<'_> {
    pub fn of(program: &[u8]) -> Option<Parts<'_>> {
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

/// How many functions are imported.
fn imported(section: &mut &[u8]) -> Option<usize> {
    let mut functions = 0;
    for _ in 0..number(section)? {
        for _ in 0..2 {
            let size = number(section)?;
            take(section, size)?;
        }
        functions += usize::from(import(section)?);
    }
    Some(functions)
}

/// What one import is, behind its names, and whether that is a function. A program made by wasm-bindgen imports nothing
/// else but perhaps tables and memories.
pub fn import(section: &mut &[u8]) -> Option<bool> {
    let kind = take(section, 1)?[0];
    match kind {
        0 => drop(number(section)?),
        1 | 2 => {
            take(section, usize::from(kind == 1))?;
            for _ in 0..=number(section)? & 1 {
                number(section)?;
            }
        }
        _ => return None,
    }
    Some(kind == 0)
}

pub fn take<'a>(rest: &mut &'a [u8], size: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(size)?;
    *rest = left;
    Some(taken)
}

/// Seven bits a byte, the lowest first.
pub fn number(rest: &mut &[u8]) -> Option<usize> {
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

pub fn text(text: &str) -> Vec<u8> {
    [leb(text.len()), text.as_bytes().to_vec()].concat()
}

pub fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 127 {
        bytes.push(value as u8 & 127 | 128);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
