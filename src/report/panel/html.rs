// SPDX-License-Identifier: GPL-2.0-only
//! Text inside HTML and SVG.

/// A text that no reader of HTML or XML takes for markup, in attributes of either quote too.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            // Control characters are in no text of ours; XML refuses them.
            c if c.is_control() && c != '\n' => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// About so many rows of a table that has more, evenly spaced; the last one is among them.
pub fn thinned<T>(all: &[T], most: usize) -> impl Iterator<Item = &T> {
    let step = all.len().div_ceil(most).max(1);
    let last = all.len().saturating_sub(1);
    all.iter().enumerate().filter(move |(i, _)| i % step == 0 || *i == last).map(|(_, row)| row)
}

/// A table whose first column heads its rows.
pub fn table(id: &str, caption: &str, head: &[String], rows: &[Vec<String>]) -> String {
    let head: String = head.iter().map(|cell| format!("<th scope=\"col\">{}</th>", escape(cell))).collect();
    table_of(id, &escape(caption), &head, rows)
}

/// The same; caption and head are HTML already, the head's cells with their tags.
pub fn table_of(id: &str, caption: &str, head: &str, rows: &[Vec<String>]) -> String {
    let mut html = format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\"><table id=\"{id}\">\
         <caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>"
    );
    for row in rows {
        html += "<tr>";
        for (i, cell) in row.iter().enumerate() {
            html += &match i {
                0 => format!("<th scope=\"row\">{}</th>", escape(cell)),
                _ => format!("<td>{}</td>", escape(cell)),
            };
        }
        html += "</tr>";
    }
    html + "</tbody></table></div>"
}

/// A list of sentences; nothing if there are none.
pub fn list(class: &str, sentences: &[String]) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let items: String = sentences.iter().map(|sentence| format!("<li>{}</li>", escape(sentence))).collect();
    format!("<ul class=\"{class}\">{items}</ul>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_table_keeps_its_ends_once() {
        let thin = |count: u32, most| thinned(&(0..count).collect::<Vec<_>>(), most).copied().collect::<Vec<_>>();
        assert_eq!(thin(9, 4), [0, 3, 6, 8]);
        assert_eq!(thin(7, 3), [0, 3, 6]);
        assert_eq!((thin(1, 4), thin(0, 4)), (vec![0], vec![]));
    }

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(escape("<a b='\"'>&\u{1}"), "&lt;a b=&#39;&quot;&#39;&gt;&amp; ");
        let table = table("t", "c", &["<h>".to_owned()], &[vec!["<r>".to_owned(), "<d>".to_owned()]]);
        assert!(!table.contains("<h>") && !table.contains("<r>") && !table.contains("<d>"), "{table}");
    }
}
