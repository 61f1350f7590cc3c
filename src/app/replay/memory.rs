// SPDX-License-Identifier: GPL-2.0-only
//! The guest's memory at two moments, one above the other, so that a block is above itself.

use yew::prelude::*;

use super::details::Details;
use super::legend::Legend;
use super::map::Map;
use super::state::{Action, MOMENTS, Model, Side, moment_name};
use super::table::BlockTable;
use crate::app::platform;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub model: UseReducerHandle<Model>,
    /// Grows when pictures must be drawn anew.
    pub paint: u32,
}

const WIDE_COLUMNS: usize = 32;
const NARROW_COLUMNS: usize = 16;

#[component]
pub fn Memory(props: &Props) -> Html {
    let model = &props.model;
    let columns = if platform::is_narrow() { NARROW_COLUMNS } else { WIDE_COLUMNS };
    let side = |side: Side, other: Side, id: &'static str, name: &'static str| {
        let (show, go) = (model.dispatcher(), model.dispatcher());
        html! {
            <div class="side">
                <Moments {id} {name} chosen={model.shown[side as usize]}
                    reached={model.moments.iter().map(|map| map.index).collect::<Vec<_>>()}
                    on_choose={move |index| show.dispatch(Action::Show(side, index))} />
                <Map id={format!("map-{id}")} name={format!("Pageblocks, {name}")} map={model.map(side).cloned()}
                    other={model.map(other).cloned()} {columns} cursor={model.cursor} paint={props.paint}
                    on_move={move |cursor| go.dispatch(Action::MoveTo(cursor))} />
            </div>
        }
    };
    let go = model.dispatcher();
    html! {
        <section class="memory" aria-labelledby="memory-title">
            <h2 id="memory-title">{ "The guest's memory, one cell for each 2 MiB pageblock" }</h2>
            { side(Side::Before, Side::After, "before", "before") }
            { side(Side::After, Side::Before, "after", "after") }
            <Legend />
            <Details number={model.cursor} blocks={model.blocks()} before={model.block(Side::Before).cloned()}
                after={model.block(Side::After).cloned()} names={model.shown.map(moment_name)} paint={props.paint}
                on_move={move |cursor| go.dispatch(Action::MoveTo(cursor))} />
            <BlockTable before={model.map(Side::Before).cloned()} after={model.map(Side::After).cloned()} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct MomentsProps {
    id: &'static str,
    name: &'static str,
    chosen: u32,
    /// Moments that a map exists for.
    reached: Vec<u32>,
    on_choose: Callback<u32>,
}

#[component]
fn Moments(props: &MomentsProps) -> Html {
    let on_choose = props.on_choose.clone();
    let onchange = move |event: Event| {
        let value = event.target_unchecked_into::<web_sys::HtmlSelectElement>().value();
        if let Ok(index) = value.parse() {
            on_choose.emit(index);
        }
    };
    html! {
        <label class="moment">
            <span>{ match props.name { "before" => "Before", _ => "After" } }</span>
            <select id={props.id} {onchange}>
            for (index, name) in MOMENTS {
                <option key={index} value={index.to_string()} selected={index == props.chosen}
                    disabled={!props.reached.contains(&index)}>{ format!("{index}  {name}") }</option>
            }
            </select>
        </label>
    }
}
