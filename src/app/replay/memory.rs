// SPDX-License-Identifier: GPL-2.0-only
//! The guest's memory at two moments, one above the other, so that a block is above itself.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::details;
use super::legend;
use super::map::Map;
use super::state::{Action, MOMENTS, Model, Side};
use super::table;
use crate::app::element::{Element, element};
use crate::app::parts::choice;
use crate::app::platform;

const WIDE_COLUMNS: usize = 32;
const NARROW_COLUMNS: usize = 16;

/// `paint` grows when pictures must be drawn anew.
pub fn memory(model: &UseReducerHandle<Model>, paint: u32) -> Html {
    let columns = if platform::is_narrow() { NARROW_COLUMNS } else { WIDE_COLUMNS };
    let side = |side: Side, other: Side, id: &'static str, name: &'static str| {
        let go = model.dispatcher();
        let map = html! {
            <Map id={format!("map-{id}")} name={format!("Pageblocks, {id}")} map={model.map(side).cloned()}
                other={model.map(other).cloned()} {columns} cursor={model.cursor} {paint}
                on_move={move |cursor| go.dispatch(Action::MoveTo(cursor))} />
        };
        element("div", &[("class", "side")]).put(moments(model, side, id, name)).child(map)
    };
    let go = model.dispatcher();
    element("section", &[("class", "memory"), ("aria-labelledby", "memory-title")])
        .put(element("h2", &[("id", "memory-title")]).text("The guest's memory, one cell for each 2 MiB pageblock"))
        .put(side(Side::Before, Side::After, "before", "Before"))
        .put(side(Side::After, Side::Before, "after", "After"))
        .child(legend::legend())
        .child(details::details(model, paint, Callback::from(move |cursor| go.dispatch(Action::MoveTo(cursor)))))
        .child(table::table(model))
        .html()
}

/// Which moment a map shows. Those of the bundled trace are known before they are reached.
fn moments(model: &UseReducerHandle<Model>, side: Side, id: &'static str, name: &'static str) -> Element {
    let dispatcher = model.dispatcher();
    let onchange = move |event: Event| {
        let value = event.target_unchecked_into::<HtmlSelectElement>().value();
        if let Ok(index) = value.parse() {
            dispatcher.dispatch(Action::Show(side, index));
        }
    };
    let chosen = model.shown[side as usize];
    let reached = |index: u32| model.moments.iter().any(|map| map.index == index);
    let all = if model.own.is_none() { MOMENTS.len() } else { model.moments.len() };
    let options = (0..all as u32).map(|index| {
        let words = format!("{index}  {}", model.moment_name(index));
        choice(index.to_string(), index == chosen, words).flag("disabled", !reached(index)).key(&index.to_string())
    });
    element("label", &[("class", "moment")])
        .put(element("span", &[]).text(name))
        .put(element("select", &[]).with("id", id).on_change(onchange).list(options))
}
