// SPDX-License-Identifier: GPL-2.0-only
//! What the marks of the maps mean.

use yew::prelude::*;

use crate::app::element::element;
use crate::model::freetype;

/// The types a stock kernel has; the bundled trace's kernel is one.
const TYPES: std::ops::Range<u8> = 0..freetype::MIGRATE_TYPES as u8;

/// Marks beside the types: class of the swatch, and what it means.
const MARKS: [(&str, &str); 5] = [
    ("level", "filled from below: used; above: free"),
    ("absent", "reserved or no memory"),
    ("changed", "type differs between the maps"),
    ("dot", "page on a per-CPU list"),
    ("head", "bar: a free block begins"),
];

pub fn legend() -> Html {
    let swatch = |class: String| element("span", &[("aria-hidden", "true")]).with("class", format!("swatch {class}"));
    let types = TYPES.map(|ft| {
        element("li", &[])
            .put(swatch(format!("type-{ft}")))
            .put(element("b", &[]).words(freetype::letter(ft).to_string()))
            .text(" ")
            .text(freetype::NAMES[usize::from(ft)])
    });
    let marks =
        MARKS.into_iter().map(|(class, meaning)| element("li", &[]).put(swatch(class.to_owned())).text(meaning));
    element("ul", &[("class", "legend"), ("aria-label", "Legend")])
        .list(types)
        .list(marks)
        .put(element("li", &[]).text("Keys: arrows, Home, End, PgUp, PgDn"))
        .html()
}
