// SPDX-License-Identifier: GPL-2.0-only
//! The lines that make up nearly all of a trace, read at the places where the kernel prints their fields.
//!
//! A line that deviates by a single byte is left to the readers of `line`, `native` and `added`, which find fields
//! anywhere and say what is wrong; what both can read, both read alike (tests/trace_fast.rs). Nothing is allocated for
//! a line, but for the first ones with a new set of gfp flags.

use super::event::{Event, Kind};
use super::skip::LINE_BYTES_MAX;
use crate::model::gfp::Gfp;

/// The kinds that are read here, by the place of their count.
pub const NAMES: [&str; 9] = [
    "mm_page_free",
    "mm_page_pcpu_drain",
    "mm_page_alloc",
    "PA pcp_alloc",
    "mm_page_free_batched",
    "mm_page_alloc_zone_locked",
    "PA pcp_free",
    "PA compact_alloc",
    "PA compact_free",
];

/// Sets of gfp flags by their text: a trace has a few dozen of them, and taking one apart costs more than the rest of
/// its line.
#[derive(Default)]
pub struct Flags(Vec<(Box<[u8]>, Gfp)>);

impl Flags {
    /// More are taken apart each time: another text may hold any number of them.
    const KEPT_MAX: usize = 64;

    fn get(&mut self, text: &[u8]) -> Option<Gfp> {
        match self.0.iter().position(|(known, _)| **known == *text) {
            Some(0) => Some(self.0[0].1),
            Some(at) => {
                // The frequent ones drift to the front.
                self.0.swap(at, at - 1);
                Some(self.0[at - 1].1)
            }
            None => {
                let gfp = Gfp::parse(text)?;
                if self.0.len() < Self::KEPT_MAX {
                    self.0.push((text.into(), gfp));
                }
                Some(gfp)
            }
        }
    }
}

/// The event of a line, without its number, and the place of its kind's count.
#[inline(always)]
pub fn read(line: &[u8], flags: &mut Flags) -> Option<(Event, usize)> {
    if line.len() > LINE_BYTES_MAX {
        return None;
    }
    let (pid, cpu, time_us, text) = header(line)?;
    let (kind, place) = match text.strip_prefix(b"mm_page_") {
        Some(text) => native(text, flags)?,
        None => added(text)?,
    };
    Some((Event { line: 0, pid, cpu, time_us, kind }, place))
}

/// `            init-1       [000] d..3.     1.048000: `
#[inline(always)]
fn header(line: &[u8]) -> Option<(u32, u16, u64, &[u8])> {
    let (front, text) = line.split_first_chunk::<37>()?;
    let marks = [front[16], front[24], front[25], front[29], front[30], front[36]];
    if marks != *b"- []  " {
        return None;
    }
    let mut pid = 0;
    let mut at = 17;
    while at < 24 && front[at].is_ascii_digit() {
        pid = pid * 10 + u32::from(front[at] - b'0');
        at += 1;
    }
    if at == 17 || front[at..24].iter().any(|&byte| byte != b' ') {
        return None;
    }
    let [a, b, c] = [front[26], front[27], front[28]].map(|byte| byte.wrapping_sub(b'0'));
    let flags = &front[31..36];
    if a > 9 || b > 9 || c > 9 || flags.contains(&b' ') || flags[0].is_ascii_digit() {
        return None;
    }
    let (time_us, text) = time(text)?;
    Some((pid, u16::from(a) * 100 + u16::from(b) * 10 + u16::from(c), time_us, text))
}

/// `    1.048000: `, up to the event.
#[inline(always)]
fn time(text: &[u8]) -> Option<(u64, &[u8])> {
    let blanks = text.iter().take(8).take_while(|&&byte| byte == b' ').count();
    let (seconds, text) = decimal(&text[blanks..])?;
    let (fraction, text) = text.split_first_chunk::<9>()?;
    if (fraction[0], fraction[7], fraction[8]) != (b'.', b':', b' ') {
        return None;
    }
    let mut micros = 0;
    for &byte in &fraction[1..7] {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        micros = micros * 10 + u64::from(digit);
    }
    Some((u64::from(seconds) * 1_000_000 + micros, text))
}

/// What follows `mm_page_`.
#[inline(always)]
fn native(text: &[u8], flags: &mut Flags) -> Option<(Kind, usize)> {
    if let Some(text) = text.strip_prefix(b"free: page=") {
        let (pfn, text) = frame(text)?;
        return Some((Kind::Free { pfn, order: last_order(text)? }, 0));
    }
    if let Some(text) = text.strip_prefix(b"pcpu_drain: page=") {
        let (pfn, text) = frame(text)?;
        let (order, text) = order(text)?;
        let (migratetype, b"") = migratetype(text.strip_prefix(b"migratetype=")?)? else { return None };
        return Some((Kind::PcpuDrain { pfn, order, migratetype }, 1));
    }
    if let Some(text) = text.strip_prefix(b"alloc: page=") {
        let (pfn, text) = frame(text)?;
        let (order, text) = order(text)?;
        let (migratetype, text) = migratetype(text.strip_prefix(b"migratetype=")?)?;
        let text = text.strip_prefix(b" gfp_flags=")?;
        if text.iter().any(|byte| matches!(byte, b' ' | b',') || byte.is_ascii_whitespace()) {
            return None;
        }
        let pfn = if pfn == 0 { None } else { Some(pfn) };
        return Some((Kind::Alloc { pfn, order, migratetype, gfp: flags.get(text)? }, 2));
    }
    if let Some(text) = text.strip_prefix(b"free_batched: page=") {
        let (pfn, text) = frame(text)?;
        last_order(text)?;
        return Some((Kind::FreeBatched { pfn }, 4));
    }
    let (pfn, text) = frame(text.strip_prefix(b"alloc_zone_locked: page=")?)?;
    let (order, text) = order(text)?;
    let (migratetype, text) = migratetype(text.strip_prefix(b"migratetype=")?)?;
    let percpu_refill = match text {
        b" percpu_refill=0" => false,
        b" percpu_refill=1" => true,
        _ => return None,
    };
    Some((Kind::ZoneLocked { pfn, order, migratetype, percpu_refill }, 5))
}

/// A line of an instrumented kernel, with the name of the function that printed it.
#[inline(always)]
fn added(text: &[u8]) -> Option<(Kind, usize)> {
    if let Some(text) = text.strip_prefix(b"get_page_from_freelist: PA pcp_alloc zone=") {
        let (zone, text) = zone(text)?;
        let (order, text) = order(text)?;
        let (migratetype, text) = migratetype(text.strip_prefix(b"mt=")?)?;
        let (alloc_flags, text) = hexadecimal(text.strip_prefix(b" af=0x")?)?;
        let (pfn, text) = hexadecimal(text.strip_prefix(b" pfn=0x")?)?;
        let (free, b"") = decimal(text.strip_prefix(b" free=")?)? else { return None };
        let pfn = if pfn == 0 { None } else { Some(pfn) };
        return Some((Kind::PcpAlloc { zone, order, migratetype, alloc_flags, pfn, free }, 3));
    }
    if let Some(text) = text.strip_prefix(b"__free_frozen_pages: PA pcp_free pfn=0x") {
        let (pfn, text) = hexadecimal(text)?;
        let (order, text) = order(text.strip_prefix(b" ")?)?;
        let (migratetype, b"") = migratetype(text.strip_prefix(b"mt=")?)? else { return None };
        return Some((Kind::PcpFree { pfn, order, migratetype }, 6));
    }
    if let Some(text) = text.strip_prefix(b"compaction_alloc: PA compact_alloc src=0x") {
        let (src, text) = hexadecimal(text)?;
        let (dst, text) = hexadecimal(text.strip_prefix(b" dst=0x")?)?;
        let dst = if dst == 0 { None } else { Some(dst) };
        return Some((Kind::CompactAlloc { src, dst, order: last_order(text.strip_prefix(b" ")?)? }, 7));
    }
    let (dst, text) = hexadecimal(text.strip_prefix(b"compaction_free: PA compact_free dst=0x")?)?;
    Some((Kind::CompactFree { dst, order: last_order(text.strip_prefix(b" ")?)? }, 8))
}

/// `0000000012345678 pfn=0x3343 `: a hashed pointer that says nothing, and a frame.
#[inline(always)]
fn frame(text: &[u8]) -> Option<(u32, &[u8])> {
    let (pointer, text) = text.split_first_chunk::<23>()?;
    if pointer[16..] != *b" pfn=0x" {
        return None;
    }
    let (pfn, text) = hexadecimal(text)?;
    Some((pfn, text.strip_prefix(b" ")?))
}

/// `order=0 `
#[inline(always)]
fn order(text: &[u8]) -> Option<(u8, &[u8])> {
    let (order, text) = decimal(text.strip_prefix(b"order=")?)?;
    if order <= 10 { Some((order as u8, text.strip_prefix(b" ")?)) } else { None }
}

/// `order=0` at the line's end.
#[inline(always)]
fn last_order(text: &[u8]) -> Option<u8> {
    let (order, b"") = decimal(text.strip_prefix(b"order=")?)? else { return None };
    if order <= 10 { Some(order as u8) } else { None }
}

#[inline(always)]
fn migratetype(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&digit, text) = text.split_first()?;
    if matches!(digit, b'0'..=b'5') { Some((digit - b'0', text)) } else { None }
}

/// `DMA32 `
#[inline(always)]
fn zone(text: &[u8]) -> Option<(u8, &[u8])> {
    let zones: [(u8, &[u8]); 4] = [(1, b"DMA32 "), (2, b"Normal "), (0, b"DMA "), (3, b"Movable ")];
    zones.iter().find_map(|&(zone, name)| Some((zone, text.strip_prefix(name)?)))
}

/// A number below 10^9, and what follows.
#[inline(always)]
fn decimal(text: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0;
    let mut at = 0;
    while let Some(&byte @ b'0'..=b'9') = text.get(at) {
        value = if at < 9 { value * 10 + u32::from(byte - b'0') } else { return None };
        at += 1;
    }
    if at == 0 { None } else { Some((value, &text[at..])) }
}

/// A number of up to eight digits, and what follows.
#[inline(always)]
fn hexadecimal(text: &[u8]) -> Option<(u32, &[u8])> {
    /// Of a byte: its value as a digit, or 255.
    const VALUES: [u8; 256] = {
        let mut values = [u8::MAX; 256];
        let mut digit = 0;
        while digit < 16 {
            values[b"0123456789abcdef"[digit] as usize] = digit as u8;
            values[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
            digit += 1;
        }
        values
    };
    let mut value = 0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let digit = VALUES[usize::from(byte)];
        if digit == u8::MAX {
            break;
        }
        value = if at < 8 { value << 4 | u32::from(digit) } else { return None };
        at += 1;
    }
    if at == 0 { None } else { Some((value, &text[at..])) }
}
