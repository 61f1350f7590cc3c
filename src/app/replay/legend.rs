// SPDX-License-Identifier: GPL-2.0-only
//! What the marks of the maps mean.

use yew::prelude::*;

use crate::model::freetype;

/// The types a stock kernel has; the bundled trace's kernel is one.
const TYPES: std::ops::Range<u8> = 0..freetype::MIGRATE_TYPES as u8;

#[component]
pub fn Legend() -> Html {
    html! {
        <ul class="legend" aria-label="Legend">
        for ft in TYPES {
            <li key={ft}>
                <span class={format!("swatch type-{ft}")} aria-hidden="true"></span>
                <b>{ freetype::letter(ft) }</b>{ " " }{ freetype::NAMES[usize::from(ft)] }
            </li>
        }
            <li><span class="swatch level" aria-hidden="true"></span>{ "filled from below: used; above: free" }</li>
            <li><span class="swatch absent" aria-hidden="true"></span>{ "reserved or no memory" }</li>
            <li><span class="swatch changed" aria-hidden="true"></span>{ "type differs between the maps" }</li>
            <li><span class="swatch dot" aria-hidden="true"></span>{ "page on a per-CPU list" }</li>
            <li><span class="swatch head" aria-hidden="true"></span>{ "bar: a free block begins" }</li>
            <li>{ "Keys: arrows, Home, End, PgUp, PgDn" }</li>
        </ul>
    }
}
