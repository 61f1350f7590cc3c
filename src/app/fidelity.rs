// SPDX-License-Identifier: GPL-2.0-only
//! How far the model is from real kernels: what FIDELITY.md says, to look things up in. It was made before the page was
//! published (`report::fidelity::page`); here parts of it are hidden and shown.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::element::element;
use super::{parts, platform};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub dark: bool,
    pub on_dark: Callback<bool>,
}

#[component]
pub fn Fidelity(props: &Props) -> Html {
    let record = use_state(|| None::<Result<AttrValue, String>>);
    let setter = record.setter();
    use_effect_with((), move |()| {
        platform::read_file("fidelity.html", move |text| setter.set(Some(text.map(AttrValue::from))));
    });
    // What was hidden would come back with a record that is set again, which it never is.
    use_effect_with(matches!(*record, Some(Ok(_))), |_| find_pictures());
    let (state, body) = match &*record {
        None => ("running", element("p", &[]).text("Fetching the record.").html()),
        Some(Err(why)) => {
            let told =
                format!("The record could not be read: {why}. fidelity.html belongs beside the page; reload to retry.");
            ("failed", element("p", &[("id", "failure"), ("class", "failure"), ("role", "alert")]).words(told).html())
        }
        Some(Ok(record)) => ("done", Html::from_html_unchecked(record.clone())),
    };
    let bar = element("div", &[("class", "bar")])
        .put(element("h2", &[("class", "now")]).text("Fidelity: how far the model is from real kernels"))
        .put(parts::dark_button(props.dark, &props.on_dark));
    element("div", &[("class", "app fidelity")])
        .with("data-state", state)
        .on_change(|_| filter())
        .put(bar)
        .child(body)
        .html()
}

/// Pictures lie beside the page, or inside it.
fn find_pictures() {
    for picture in platform::all(".fidelity img") {
        let file = picture.get_attribute("data-file").unwrap_or_default();
        let _ = picture.set_attribute("src", &platform::absolute(&file));
    }
}

/// Hides what the two controls leave out, and says how much is left.
fn filter() {
    let control = |css| platform::all(css).pop();
    let (Some(group), Some(missed)) = (control("#group"), control("#missed")) else { return };
    let group = group.unchecked_into::<HtmlSelectElement>().value();
    let missed_only = missed.unchecked_into::<HtmlInputElement>().checked();
    let hide = |part: &web_sys::Element, is_hidden| _ = part.toggle_attribute_with_force("hidden", is_hidden);
    let fits = |part: &web_sys::Element| group.is_empty() || part.get_attribute("data-group").as_ref() == Some(&group);
    let mut shown = 0;
    for part in platform::all(".fidelity section[data-group]") {
        let count = part.get_attribute(if missed_only { "data-missed" } else { "data-all" });
        let count = count.and_then(|count| count.parse::<u32>().ok()).filter(|_| fits(&part)).unwrap_or(0);
        hide(&part, count == 0);
        shown += count;
    }
    platform::all("[data-group] tbody tr:not(.missed, .moment)").iter().for_each(|row| hide(row, missed_only));
    let mut pictures = 0;
    for part in platform::all(".fidelity figure") {
        hide(&part, !fits(&part));
        pictures += u32::from(fits(&part));
    }
    platform::all(".fidelity .lines").iter().for_each(|part| hide(part, pictures == 0));
    platform::all("#shown")
        .iter()
        .for_each(|said| said.set_text_content(Some(&format!("{shown} comparisons are shown."))));
}
