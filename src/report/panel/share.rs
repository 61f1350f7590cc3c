// SPDX-License-Identifier: GPL-2.0-only
//! A comparison on its way elsewhere: the element that embeds it, its table for other programs, names of files.

use super::html::escape;
use super::sight::Sight;

/// The size that the embedded page is laid out for.
pub const FRAME: (u32, u32) = (720, 480);

/// The element to paste into a page. Its values hold no quote of either kind, so that it survives inside both.
pub fn iframe(url: &str, title: &str) -> String {
    let (width, height) = FRAME;
    format!(
        "<iframe src=\"{}\" title=\"{}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" \
         allow=\"clipboard-write\" style=\"border:0;max-width:100%\"></iframe>",
        escape(url),
        escape(title)
    )
}

/// Tab-separated values, which hold no quotes for tabs, as comma-separated ones (RFC 4180).
pub fn csv(tsv: &str) -> String {
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |line: &str| line.split('\t').map(cell).collect::<Vec<_>>().join(",") + "\r\n";
    tsv.lines().map(line).collect()
}

/// The beginning of the names of a comparison's files: its policies, and its result check if it is whole.
pub fn file_stem(sight: &Sight) -> String {
    let labels = sight.rows.iter().map(|row| row.label.as_str()).collect::<Vec<_>>().join("-");
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let labels: String = labels.chars().filter(is_plain).take(60).collect();
    format!("oompoint-{labels}-{}", sight.result.as_deref().unwrap_or("part"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_survives_quotes_of_both_kinds() {
        let element = iframe("https://a.example/'x'/#v=1&p=base~blunt", "a \"b\" 'c' <d>");
        for one in [element.clone(), element.replace('"', "'")] {
            let quote = if one.contains('"') { '"' } else { '\'' };
            assert!(!one.contains(if quote == '"' { '\'' } else { '"' }), "{one}");
            // Outside the quotes there are names of attributes alone.
            let outside: String = one.split(quote).step_by(2).collect();
            assert_eq!(outside, "<iframe src= title= width= height= loading= allow= style=></iframe>");
        }
        assert!(element.contains("#v=1&amp;p=base~blunt"), "{element}");
    }

    #[test]
    fn values_with_commas_and_quotes_stay_values() {
        assert_eq!(csv("a\tb\n1,5\tsays \"x\"\n"), "\"a\",\"b\"\r\n\"1,5\",\"says \"\"x\"\"\"\r\n");
    }
}
