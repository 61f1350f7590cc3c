// SPDX-License-Identifier: GPL-2.0-only
//! The front of a line: `task-pid [cpu] flags time: event: rest` [kernel/trace/trace_output.c @ 7.3].

use super::fields::digits;

/// What stands in front of an event's own text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header<'a> {
    pub pid: u32,
    pub cpu: u16,
    pub time_us: u64,
    pub event: &'a [u8],
    pub rest: &'a [u8],
}

/// Reads the front of a line, first at the columns of `%16s-%-7d [%03d] `, then by search.
pub fn header(line: &[u8]) -> Option<Header<'_>> {
    if line.len() > 40
        && (line[16], line[24], line[25]) == (b'-', b' ', b'[')
        && let Some((pid, length)) = small(&line[17..24])
        && line[17 + length..24].iter().all(|&byte| byte == b' ')
        && let Some(header) = after_pid(pid, &line[26..])
    {
        return Some(header);
    }
    search(line)
}

/// A task's name may hold spaces, brackets and minus signs: the first bracket that makes a whole header counts.
///
/// Also accepts a thread group (`(tgid)`), and perf's `task pid [cpu] time: kmem:event:`.
#[cold]
fn search(line: &[u8]) -> Option<Header<'_>> {
    for at in 1..line.len() {
        if line[at] != b'[' || line[at - 1] != b' ' {
            continue;
        }
        let mut task = line[..at].trim_ascii_end();
        if let Some(open) = task.iter().rposition(|&byte| byte == b'(')
            && task.ends_with(b")")
        {
            task = task[..open].trim_ascii_end();
        }
        let digits_from = task.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |before| before + 1);
        if digits_from == 0 || !matches!(task[digits_from - 1], b'-' | b' ') {
            continue;
        }
        if let Some((pid, _)) = small(&task[digits_from..])
            && let Some(header) = after_pid(pid, &line[at + 1..])
        {
            return Some(header);
        }
    }
    None
}

/// `text` begins after the bracket that opens the cpu.
fn after_pid(pid: u32, text: &[u8]) -> Option<Header<'_>> {
    let (cpu, length) = small(text)?;
    let cpu = u16::try_from(cpu).ok()?;
    let mut text = text[length..].strip_prefix(b"] ")?.trim_ascii_start();
    // The flags column is absent under `noirq-info`: the time is the word that ends in a colon.
    if !text.first()?.is_ascii_digit() || flags_first(text) {
        let end = text.iter().position(|&byte| byte == b' ')?;
        text = text[end..].trim_ascii_start();
    }
    let (time_us, length) = time(text)?;
    let text = text[length..].strip_prefix(b":")?.trim_ascii_start();
    let colon = text.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')))?;
    let (mut event, mut rest) = (&text[..colon], &text[colon..]);
    if event.is_empty() {
        return None;
    }
    // perf writes the event's group in front: the name is then followed by a colon without a space.
    if rest.first() == Some(&b':') && rest.get(1).is_some_and(|byte| byte.is_ascii_alphabetic()) {
        let text = &rest[1..];
        let colon = text.iter().position(|&byte| byte == b':')?;
        (event, rest) = (&text[..colon], &text[colon..]);
    }
    let rest = rest.strip_prefix(b":")?;
    Some(Header { pid, cpu, time_us, event, rest: rest.trim_ascii() })
}

/// The last flag is the depth of preemption, so a flags column could begin with a digit only if it is damaged.
fn flags_first(text: &[u8]) -> bool {
    let end = text.iter().position(|&byte| byte == b' ').unwrap_or(text.len());
    !text[..end].ends_with(b":")
}

/// Seconds and a fraction as microseconds. A clock without a fraction (`counter`, `x86-tsc`) is taken as it is.
fn time(text: &[u8]) -> Option<(u64, usize)> {
    let (seconds, mut at) = digits(text)?;
    if seconds.negative || seconds.magnitude == u64::MAX {
        return None;
    }
    if text.get(at) != Some(&b'.') {
        return Some((seconds.magnitude, at));
    }
    at += 1;
    let first = at;
    let mut micros: u64 = 0;
    while let Some(&byte @ b'0'..=b'9') = text.get(at) {
        if at - first < 6 {
            micros = micros * 10 + u64::from(byte - b'0');
        }
        at += 1;
    }
    if at - first < 6 {
        return None;
    }
    Some((seconds.magnitude.checked_mul(1_000_000)?.checked_add(micros)?, at))
}

fn small(text: &[u8]) -> Option<(u32, usize)> {
    let mut value: u32 = 0;
    let mut at = 0;
    while let Some(&byte @ b'0'..=b'9') = text.get(at) {
        value = value.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
        at += 1;
    }
    if at == 0 { None } else { Some((value, at)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(u32, u16, u64, String, String)> {
        let found = header(line.as_bytes())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some((found.pid, found.cpu, found.time_us, text(found.event), text(found.rest)))
    }

    #[test]
    fn columns_and_search_agree() {
        let line = "    kworker/u4:2-28      [000] dl.3.     4.696000: mm_vmscan_kswapd_sleep: nid=0";
        let want = Some((28, 0, 4_696_000, "mm_vmscan_kswapd_sleep".into(), "nid=0".into()));
        assert_eq!(read(line), want);
        assert_eq!(read(line.trim_start()), want);
    }

    #[test]
    fn other_shapes_of_the_header_are_read() {
        for (line, pid, cpu, time) in [
            ("  a b [1] c-77 [012] d..1.  1.000001: x: y", 77, 12, 1_000_001),
            ("          <idle>-0     (-------) [003] 1.000001: x: y", 0, 3, 1_000_001),
            ("          bash-4194304 (4194304) [003] ..... 1.000001: x: y", 4_194_304, 3, 1_000_001),
            ("bash  31 [002]  1.000001999: kmem:x:   y", 31, 2, 1_000_001),
            ("bash-31 [002] .....  123456: x: y", 31, 2, 123_456),
            ("bash-31 [002]  1.000001: x: y", 31, 2, 1_000_001),
        ] {
            assert_eq!(read(line), Some((pid, cpu, time, "x".into(), "y".into())), "{line}");
        }
    }

    #[test]
    fn other_text_is_no_header() {
        for line in
            ["", "[", "-1 [0] ..... 1.000000", "bash-1 [000] ..... 1.0: x: y", "bash-1 [99999] ..... 1.000000: x: y"]
        {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
