// SPDX-License-Identifier: GPL-2.0-only
//! What can be opened beside the maps.

use super::{Tour, blocks, cells, part};
use crate::inspect::lane::is_denial;
use crate::inspect::moment::{FreeLists, Moment};
use crate::inspect::place::Which;
use crate::inspect::recording::Recording;
use crate::inspect::stream::Entry;
use crate::inspect::why::{Line, Why};
use crate::model::freetype;
use crate::model::zone::NR_ORDERS;
use crate::report::panel::html::{escape, table};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Log,
    Why,
    State,
    Texts,
    Blocks,
}

impl Tab {
    /// The page numbers its buttons so.
    pub fn numbered(number: u64) -> Tab {
        [Tab::Log, Tab::Why, Tab::State, Tab::Texts, Tab::Blocks].get(number as usize).copied().unwrap_or(Tab::Log)
    }
}

impl Tour {
    /// The open tab, and what is said of it.
    pub(super) fn tab_of(&mut self, a: &Moment, b: &Moment) -> [(u32, String); 2] {
        let mut said = String::new();
        let html = match self.tab {
            Tab::Log => {
                let which = self.log.which();
                let name = self.name(which);
                let recording = if which == Which::A { &mut self.a } else { &mut self.b };
                let (html, matches) = self.log.html(recording, &name);
                said = matches;
                html
            }
            Tab::Why => {
                let names = [self.name(Which::A), self.name(Which::B)];
                let cards = [card(&mut self.a, a, &names[0], "a"), card(&mut self.b, b, &names[1], "b")];
                format!("<div class=\"two\">{}{}</div>", cards[0], cards[1])
            }
            Tab::State => state(a, b),
            Tab::Texts => {
                let (name_a, name_b) = (self.name(Which::A), self.name(Which::B));
                format!("<div class=\"two\">{}{}</div>", texts(a, &name_a, "a"), texts(b, &name_b, "b"))
            }
            Tab::Blocks => {
                let (mut a, mut b) = (a.blocks.clone(), b.blocks.clone());
                cells::fit(&mut a, &mut b);
                let (html, order) = blocks::html(&a, &b, self.order);
                said = order;
                html
            }
        };
        [(part::TAB, html), (part::SAID, said)]
    }
}

/// The card of the decision being made, or of the last one before that denied a request.
fn card(recording: &mut Recording, moment: &Moment, name: &str, letter: &str) -> String {
    let made = if moment.row.is_some() { Some(moment.ordinal) } else { moment.ordinal.checked_sub(1) };
    let denied = |entry: Entry| is_denial(entry.kind());
    let at = made.and_then(|made| recording.stream().last_before(made, denied));
    let heading = format!("<h3>{}</h3>", escape(name));
    match at.and_then(|at| recording.why(at)) {
        Some(why) => format!("<article>{heading}{}</article>", card_html(&why, letter)),
        None => format!("<article>{heading}<p>No request has been denied up to here.</p></article>"),
    }
}

fn card_html(why: &Why, letter: &str) -> String {
    let mut html = format!(
        "<p class=\"verdict\">{}</p><p>Decision <button type=\"button\" data-wish=\"{letter} {1}\">{1}</button>, at {2} \
         MiB asked for.</p><div class=\"why\">",
        escape(&why.title),
        why.row.ordinal,
        why.row.requested_mib
    );
    let head = ["line", "value", "what it is"].map(str::to_owned);
    for (i, section) in why.sections.iter().enumerate() {
        let row = |line: &Line| vec![line.label.clone(), line.value.clone(), line.note.clone()];
        let rows: Vec<_> = section.lines.iter().map(row).collect();
        html += &table(&format!("why-{letter}-{i}"), &section.name, &head, &rows);
    }
    html + "</div>" + &text_html(&format!("why-{letter}"), "the same as text", &why.text)
}

/// A text with a button that copies it.
fn text_html(id: &str, name: &str, text: &str) -> String {
    format!(
        "<details><summary>{0}</summary><button type=\"button\" data-copy=\"{id}\">Copy {0}</button>\
         <pre id=\"{id}\" tabindex=\"0\" role=\"group\" aria-label=\"{0}\">{1}</pre></details>",
        escape(name),
        escape(text)
    )
}

fn texts(moment: &Moment, name: &str, letter: &str) -> String {
    let mut html = format!("<article><h3>{}</h3>", escape(name));
    for (i, (file, text)) in moment.texts.iter().enumerate() {
        let path = if file.contains(' ') { file.clone() } else { format!("/proc/{file}") };
        html += &text_html(&format!("text-{letter}{i}"), &path, text);
    }
    html + "</article>"
}

/// Free lists by type and order of both runs, and the counters that differ.
fn state(a: &Moment, b: &Moment) -> String {
    let mut html = String::new();
    for (letter, moment) in [("A", a), ("B", b)] {
        for lists in &moment.free_lists {
            html += &free_lists(letter, lists);
        }
    }
    let rows: Vec<Vec<String>> = a
        .counters
        .iter()
        .zip(&b.counters)
        .filter(|((_, a), (_, b))| a + b > 0)
        .map(|((name, a), (_, b))| vec![name.clone(), a.to_string(), b.to_string(), signed(*b, *a)])
        .collect();
    let head = ["counter", "A", "B", "B - A"].map(str::to_owned);
    html + &table("inside-counters", "Counters since boot, names of /proc/vmstat", &head, &rows)
}

fn signed(b: u64, a: u64) -> String {
    if b < a { format!("-{}", a - b) } else { format!("+{}", b - a) }
}

fn free_lists(letter: &str, lists: &FreeLists) -> String {
    let mut head = vec!["type".to_owned()];
    head.extend((0..NR_ORDERS).map(|order| order.to_string()));
    head.push("pages".to_owned());
    let row = |(blocks, name): (&[u32; NR_ORDERS], &str)| {
        let pages: u64 = blocks.iter().enumerate().map(|(order, n)| u64::from(*n) << order).sum();
        let mut cells = vec![name.to_owned()];
        cells.extend(blocks.iter().map(u32::to_string));
        cells.push(pages.to_string());
        (pages > 0).then_some(cells)
    };
    let rows: Vec<_> = lists.blocks.iter().zip(freetype::NAMES).filter_map(row).collect();
    let id = format!("inside-free-{letter}-{}", lists.zone);
    table(&id, &format!("{letter}, zone {}: free blocks by type and order", lists.zone), &head, &rows)
}
