// SPDX-License-Identifier: GPL-2.0-only
//! What the marks of the maps mean.

use yew::prelude::*;

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
    html! {
        <ul class="legend" aria-label="Legend">
        for ft in TYPES {
            <li key={ft}>
                <span class={format!("swatch type-{ft}")} aria-hidden="true"></span>
                <b>{ freetype::letter(ft) }</b>{ " " }{ freetype::NAMES[usize::from(ft)] }
            </li>
        }
        for (class, meaning) in MARKS {
            <li key={class}><span class={format!("swatch {class}")} aria-hidden="true"></span>{ meaning }</li>
        }
            <li>{ "Keys: arrows, Home, End, PgUp, PgDn" }</li>
        </ul>
    }
}
