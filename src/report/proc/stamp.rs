// SPDX-License-Identifier: GPL-2.0-only
//! What the kernel log puts before each line: level, time, caller.
//!
//! `kernel/printk/printk.c:print_syslog@7.3` writes `<4>`, `print_time@7.3` `[   12.345678]`, `print_caller@7.3`
//! `[   T123]`. Each line of a message of many lines gets the prefix of its message. Prefixes are kept as text, so that
//! a report with them can be written again as it was.

/// The prefix of one line, with the blank that ends it; empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp(pub String);

impl Stamp {
    /// The prefix that the kernel writes `micros` after boot.
    pub fn at_us(micros: u64) -> Stamp {
        Stamp(format!("[{:>5}.{:06}] ", micros / 1_000_000, micros % 1_000_000))
    }

    /// The time in the prefix, if it has one.
    pub fn time_us(&self) -> Option<u64> {
        let inside = self.0.split_once('[')?.1.split_once(']')?.0;
        let (seconds, micros) = inside.trim_start().split_once('.')?;
        let seconds: u64 = seconds.parse().ok()?;
        let micros: u64 = micros.parse().ok()?;
        seconds.checked_mul(1_000_000)?.checked_add(micros)
    }
}

/// Splits the prefixes off: one per line, and the text without them.
pub fn take_stamps(text: &str) -> (Vec<Stamp>, String) {
    let mut stamps = Vec::new();
    let mut bare = String::with_capacity(text.len());
    for line in text.lines() {
        let (stamp, rest) = line.split_at(prefix_len(line));
        stamps.push(Stamp(stamp.to_string()));
        bare.push_str(rest);
        bare.push('\n');
    }
    (stamps, bare)
}

/// Puts a prefix before each line; when there are fewer than lines, the last one repeats.
pub fn stamped(text: &str, stamps: &[Stamp]) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for (index, line) in text.lines().enumerate() {
        if let Some(stamp) = stamps.get(index).or(stamps.last()) {
            out.push_str(&stamp.0);
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The length in bytes of the prefix of a line.
pub(super) fn prefix_len(line: &str) -> usize {
    // journalctl and syslog write `date host kernel: ` before what the kernel wrote.
    let mut at = line.find(" kernel: ").map_or(0, |start| start + " kernel: ".len());
    at += level_len(tail(line, at));
    let time = bracket_len(tail(line, at), is_time);
    if time == 0 {
        return at;
    }
    at += time;
    at += bracket_len(tail(line, at), is_caller);
    at + usize::from(tail(line, at).starts_with(' '))
}

fn tail(line: &str, at: usize) -> &str {
    line.get(at..).unwrap_or("")
}

/// The length of `<6>`.
fn level_len(text: &str) -> usize {
    let Some(inside) = text.strip_prefix('<') else { return 0 };
    let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && tail(inside, digits).starts_with('>') { digits + 2 } else { 0 }
}

/// The length of a bracket whose contents pass `accepts`, else 0.
fn bracket_len(text: &str, accepts: fn(&str) -> bool) -> usize {
    let Some((inside, _)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return 0;
    };
    if accepts(inside.trim_start()) { inside.len() + 2 } else { 0 }
}

/// `12.345678`: the point tells it from the bracketed process numbers of the task table.
fn is_time(inside: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    inside.split_once('.').is_some_and(|(seconds, micros)| digits(seconds) && digits(micros))
}

/// `T123` or `C1`.
fn is_caller(inside: &str) -> bool {
    let rest = inside.strip_prefix(['T', 'C']).unwrap_or("");
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
}
