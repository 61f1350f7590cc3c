// SPDX-License-Identifier: GPL-2.0-only
//! Lines of words.

/// The widest line of an export: quoted twice it still fits where mail programs wrap.
pub const WIDTH: usize = 72;

/// A paragraph in lines of at most [`WIDTH`], the first begun with `first`, the others with `rest`. A word that is
/// longer than a line gets a line of its own, cut where it must be.
pub fn wrap(first: &str, rest: &str, text: &str) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    for word in text.split_whitespace() {
        let mut word: String = word.chars().map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect();
        loop {
            let line = lines.last_mut().expect("there is a line");
            let is_empty = line.len() <= first.len().max(rest.len()) && (line == first || line == rest);
            let gap = usize::from(!is_empty);
            if line.len() + gap + word.len() <= WIDTH {
                if gap == 1 {
                    line.push(' ');
                }
                line.push_str(&word);
                break;
            }
            if is_empty {
                let tail = word.split_off(WIDTH - line.len());
                line.push_str(&word);
                word = tail;
            }
            lines.push(rest.to_owned());
        }
    }
    lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        let text = format!("one two {} three {}", "x".repeat(200), "word ".repeat(40));
        let lines = wrap("* ", "  ", &text);
        assert!(lines.iter().all(|line| line.len() <= WIDTH), "{lines:?}");
        let joined: String = lines.iter().map(|line| line[2..].replace(' ', "")).collect();
        assert_eq!(joined, text.replace(' ', ""));
        assert_eq!(wrap("a: ", "", ""), ["a:"]);
    }
}
