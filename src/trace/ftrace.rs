// SPDX-License-Identifier: GPL-2.0-only
//! The text of /sys/kernel/tracing/trace, from bytes to events.
//!
//! Every line is an event, a comment or a skip: their counts add up to the number of lines.

use std::io::BufRead;

use super::event::{Event, Kind};
use super::skip::{LINE_BYTES_MAX, Reason, Skipped};
use super::{added, fast, line, native};
use crate::few::Few;

/// What a text held.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Imported {
    pub events: Vec<Event>,
    pub skipped: Skipped,
    /// All lines: `events.len() + skipped.total + comments`.
    pub lines: u32,
    /// Lines that begin with `#`, and blank ones.
    pub comments: u32,
    /// Number of events by their printed name, `PA` kinds with that prefix.
    pub counts: Few<&'static str, u32>,
    /// Events that the kernel says it has lost. A loss of unknown size counts as one.
    pub lost_events: u64,
    /// From the text's own head: entries kept in the ring buffer, and entries ever written to it.
    pub buffer: Option<(u64, u64)>,
    /// The last line has no end: it may have been cut, even if it could be read.
    pub open_end: bool,
}

/// Reads a whole text.
pub fn import(text: &[u8]) -> Imported {
    let mut importer = Importer::new();
    importer.push(text);
    importer.finish()
}

/// The same, every line by the readers that find fields anywhere. Slower by half, for comparison.
pub fn import_thoroughly(text: &[u8]) -> Imported {
    let mut importer = Importer { thorough: true, ..Importer::default() };
    importer.push(text);
    importer.finish()
}

/// Reads a text piece by piece. The result does not depend on how the text was cut.
#[derive(Default)]
pub struct Importer {
    out: Imported,
    /// A line whose end has not arrived yet, up to one byte more than the longest that is read.
    pending: Vec<u8>,
    counts: Vec<(&'static str, u32)>,
    /// Of the kinds that are read fast.
    counts_fast: [u32; fast::NAMES.len()],
    flags: fast::Flags,
    thorough: bool,
}

impl Importer {
    pub fn new() -> Importer {
        Importer::default()
    }

    /// Lines that are complete so far.
    pub fn lines(&self) -> u32 {
        self.out.lines
    }

    pub fn push(&mut self, mut bytes: &[u8]) {
        if !self.pending.is_empty() {
            let Some(end) = newline(bytes) else {
                return self.keep(bytes);
            };
            self.keep(&bytes[..end]);
            let whole = std::mem::take(&mut self.pending);
            self.line(&whole);
            bytes = &bytes[end + 1..];
        }
        while let Some(end) = newline(bytes) {
            self.line(&bytes[..end]);
            bytes = &bytes[end + 1..];
        }
        self.keep(bytes);
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LINE_BYTES_MAX + 2 - self.pending.len();
        self.pending.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    pub fn finish(mut self) -> Imported {
        if !self.pending.is_empty() {
            let last = std::mem::take(&mut self.pending);
            self.line(&last);
            self.out.open_end = true;
        }
        for (name, count) in fast::NAMES.into_iter().zip(self.counts_fast).filter(|&(_, count)| count > 0) {
            self.count(name, count);
        }
        for (name, count) in self.counts {
            self.out.counts.insert(name, count);
        }
        self.out
    }

    #[inline(always)]
    fn line(&mut self, bytes: &[u8]) {
        self.out.lines += 1;
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if !self.thorough
            && let Some((mut event, place)) = fast::read(bytes, &mut self.flags)
        {
            event.line = self.out.lines;
            self.counts_fast[place] += 1;
            self.out.events.push(event);
            return;
        }
        self.slow_line(bytes);
    }

    #[inline(never)]
    fn slow_line(&mut self, bytes: &[u8]) {
        match read(bytes) {
            Ok(event) => self.event(event),
            Err(reason) => self.other(bytes, reason),
        }
    }

    fn event(&mut self, mut event: Event) {
        event.line = self.out.lines;
        self.count(event.kind.name(), 1);
        self.out.events.push(event);
    }

    fn count(&mut self, name: &'static str, more: u32) {
        // Few names, and the frequent ones come early: a short walk costs less than a tree.
        match self.counts.iter_mut().find(|(known, _)| std::ptr::eq(*known, name) || *known == name) {
            Some((_, count)) => *count += more,
            None => self.counts.push((name, more)),
        }
    }

    #[cold]
    fn other(&mut self, bytes: &[u8], reason: Reason) {
        let text = bytes.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") || (self.out.lines == 1 && text.starts_with(b"\xef\xbb\xbf#")) {
            self.out.comments += 1;
            self.out.buffer = self.out.buffer.or_else(|| buffer(text));
        } else if let Some((cpu, events)) = lost(text) {
            self.out.lost_events += u64::from(events.unwrap_or(1));
            let time_us = self.out.events.last().map_or(0, |event| event.time_us);
            self.event(Event { line: 0, pid: 0, cpu, time_us, kind: Kind::Lost { events } });
        } else {
            self.out.skipped.add(self.out.lines, reason, bytes);
        }
    }
}

#[inline(always)]
fn read(bytes: &[u8]) -> Result<Event, Reason> {
    if bytes.len() > LINE_BYTES_MAX {
        return Err(Reason::TooLong);
    }
    let found = line::header(bytes).ok_or(Reason::NoHeader)?;
    let kind = match found.rest.strip_prefix(b"PA ") {
        Some(text) => added::read(text)?,
        None => native::read(found.event, found.rest)?,
    };
    Ok(Event { line: 0, pid: found.pid, cpu: found.cpu, time_us: found.time_us, kind })
}

/// `# entries-in-buffer/entries-written: 429090/429090   #P:1`
fn buffer(text: &[u8]) -> Option<(u64, u64)> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("# entries-in-buffer/entries-written:")?;
    let (kept, written) = text.split_whitespace().next()?.split_once('/')?;
    Some((kept.parse().ok()?, written.parse().ok()?))
}

/// `CPU:0 [LOST 123 EVENTS]`, `CPU:0 [LOST EVENTS]` [kernel/trace/trace.c: print_trace_line() @ 7.3].
fn lost(text: &[u8]) -> Option<(u16, Option<u32>)> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("CPU:")?;
    let (cpu, text) = text.split_once(" [LOST ")?;
    let events = match text {
        "EVENTS]" => None,
        _ => Some(text.strip_suffix(" EVENTS]")?.parse().ok()?),
    };
    Some((cpu.parse().ok()?, events))
}

/// Place of the first newline, found by the standard library's own search, which is public only behind this trait.
#[inline(always)]
fn newline(mut bytes: &[u8]) -> Option<usize> {
    let whole = bytes;
    // Reading from memory cannot fail.
    let taken = bytes.skip_until(b'\n').unwrap_or(0);
    if taken > 0 && whole[taken - 1] == b'\n' { Some(taken - 1) } else { None }
}
