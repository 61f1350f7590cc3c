// SPDX-License-Identifier: GPL-2.0-only
//! Lines that could not be used: why, where, and how many.

use std::fmt;

use crate::few::Few;

/// A kernel prints a line into one buffer of two pages [include/linux/trace_seq.h @ 7.3].
pub const LINE_BYTES_MAX: usize = 8192;

/// Why a line was left out. The texts are keys or families of words, so that equal faults are counted together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// There is no `task-pid [cpu] flags time: event:` in front.
    NoHeader,
    /// The event's name is not in any table.
    UnknownEvent,
    /// A line of the instrumented kernel of a kind that is not in the table.
    UnknownAdded,
    /// The field is absent.
    Missing(&'static str),
    /// The field's value is not a number, or text is glued to it.
    NotANumber(&'static str),
    /// The field's value is a number that no page allocator can print here.
    OutOfRange(&'static str),
    /// The field's value is not one of the kernel's words.
    UnknownWord(&'static str),
    /// More text follows the last field: two lines have run into one.
    Trailing,
    /// The line is longer than a kernel can print.
    TooLong,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NoHeader => out.write_str("not a line of ftrace (no \"task-pid [cpu] flags time: event:\")"),
            Reason::UnknownEvent => out.write_str("unknown event"),
            Reason::UnknownAdded => out.write_str("unknown kind of PA line"),
            Reason::Missing(field) => write!(out, "the field {field} is missing"),
            Reason::NotANumber(field) => write!(out, "the field {field} is not a number"),
            Reason::OutOfRange(field) => write!(out, "the field {field} is out of range"),
            Reason::UnknownWord(field) => write!(out, "the field {field} holds an unknown word"),
            Reason::Trailing => out.write_str("other text follows the event"),
            Reason::TooLong => write!(out, "longer than {} bytes", LINE_BYTES_MAX),
        }
    }
}

/// One line that was left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skip {
    /// Counted from 1.
    pub line: u32,
    pub reason: Reason,
    /// The beginning of the line, made printable.
    pub text: String,
}

/// All lines that were left out: the counts are exact, the texts only of the first ones.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Skipped {
    pub total: u32,
    pub by_reason: Few<Reason, u32>,
    /// At most [`Skipped::KEPT_MAX`], so that a wrong file cannot fill the memory.
    pub first: Vec<Skip>,
}

impl Skipped {
    pub const KEPT_MAX: u32 = 1000;
    const TEXT_BYTES: usize = 160;

    pub(super) fn add(&mut self, line: u32, reason: Reason, text: &[u8]) {
        self.total += 1;
        *self.by_reason.get_or_default(reason) += 1;
        if self.total <= Self::KEPT_MAX {
            let text = String::from_utf8_lossy(&text[..text.len().min(Self::TEXT_BYTES)]);
            let text = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
            self.first.push(Skip { line, reason, text });
        }
    }
}
