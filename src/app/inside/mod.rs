// SPDX-License-Identifier: GPL-2.0-only
//! Looking inside two runs of one seed. What is seen comes from a worker in pieces (`inspect::tour`); here the pieces
//! are put in their places, maps are drawn from letters, and wishes are sent, one at a time.

mod canvas;
mod cells;
mod find;
mod maps;
mod state;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::element::{Element, element, several};
use super::pool::Pool;
use super::state::{Action as PageAction, Model as PageModel};
use super::{parts, platform};
use crate::inspect::tour::part;
use crate::link::View;
use crate::worker::message::{Job, News};
use state::{Action, State};

const TABS: [(&str, &str); 5] = [
    ("log", "Decisions"),
    ("why", "Why denied"),
    ("state", "Free lists"),
    ("texts", "Kernel texts"),
    ("table", "Blocks"),
];
/// Button, its wish, and its key while something of this section has the focus.
const STEPS: [(&str, &str, &str); 10] = [
    ("First", "first", ""),
    ("\u{2039} failure", "previous-failure", "N"),
    ("\u{2039} difference", "previous-parting", "J"),
    ("\u{2039} decision", "previous", "k"),
    ("decision \u{203a}", "next", "j"),
    ("difference \u{203a}", "next-parting", "K"),
    ("failure \u{203a}", "next-failure", "n"),
    ("OOM of A", "kill-a", ""),
    ("OOM of B", "kill-b", ""),
    ("Last", "last", ""),
];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub model: UseReducerHandle<PageModel>,
}

#[component]
pub fn Inside(props: &Props) -> Html {
    let model = &props.model;
    let state = use_reducer(|| State::new(model));
    let runs = state.runs(model);
    let pool = use_memo((), |()| Pool::new(1));
    let send = {
        let (state, dispatcher, pool) = (state.clone(), state.dispatcher(), pool.clone());
        move |runs: [String; 2], wish: String| {
            let dispatcher = dispatcher.clone();
            pool.submit(Job::Inside { runs, wish: state.placed(&wish) }, move |news| match news {
                News::Inside(parts) => dispatcher.dispatch(Action::Heard(parts)),
                News::Failed(failure) => dispatcher.dispatch(Action::Failed(failure)),
                _ => {}
            });
        }
    };
    // One wish is on its way; of those made meanwhile only the last one counts.
    use_effect_with((state.wish.clone(), state.is_busy, runs.clone()), {
        let dispatcher = state.dispatcher();
        move |(wish, is_busy, runs)| {
            if let (Some(wish), false, Some(runs)) = (wish, is_busy, runs) {
                dispatcher.dispatch(Action::Sent(runs.clone()));
                send(runs.clone(), wish.clone());
            }
        }
    });
    use_link(model, &state);
    let wish = {
        let dispatcher = state.dispatcher();
        Callback::from(move |wish: String| dispatcher.dispatch(Action::Wish(wish)))
    };
    let is_open = state.is_open_for(runs.as_ref());
    let trouble = state
        .failure
        .as_ref()
        .map(|failure| parts::failure("The runs could not be looked at: ", &failure.what, failure.remedy.clone()));
    element("section", &[("id", "inside"), ("class", "inside"), ("aria-labelledby", "inside-title")])
        .with("data-state", state.word(is_open))
        .on_click(delegated(&wish))
        .on_key(keys(&wish, is_open.then_some(state.tab)))
        .put(element("h2", &[("id", "inside-title")]).text("Inside a run"))
        .put(chooser(model, &state, is_open))
        .maybe(trouble)
        .child(if is_open { stage(&state, model.paint, &wish) } else { Html::default() })
        .html()
}

/// Which runs: two policies and a seed.
fn chooser(model: &UseReducerHandle<PageModel>, state: &UseReducerHandle<State>, is_open: bool) -> Element {
    let experiment = &model.experiment;
    let labels: Vec<String> = experiment.policies.iter().map(|policy| policy.text()).collect();
    let seeds: Vec<String> = experiment.seeds.iter().map(u64::to_string).collect();
    let select = |id: &'static str, label: &'static str, options: &[String], chosen: usize, field: usize| {
        let dispatcher = state.dispatcher();
        let onchange = move |event: Event| {
            let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            dispatcher.dispatch(Action::Choose(field, at.max(0) as usize));
        };
        let all = options.iter().enumerate().map(|(i, text)| parts::choice(i.to_string(), i == chosen, text.clone()));
        element("label", &[])
            .with("for", id)
            .text(label)
            .text(" ")
            .put(element("select", &[]).with("id", id).on_change(onchange).list(all))
    };
    let [a, b, seed] = state.chosen(model);
    let text = match (is_open, state.is_busy) {
        (_, true) if !is_open => "Recording both runs\u{2026}",
        (true, _) => "Close",
        _ => "Look inside",
    };
    let dispatcher = state.dispatcher();
    // Why does one of them end sooner? So that is where a reader begins.
    let onclick = move |_| dispatcher.dispatch(if is_open { Action::Close } else { Action::Wish("sooner".to_owned()) });
    element("div", &[("class", "row")])
        .put(select("inside-a", "A", &labels, a, 0))
        .put(select("inside-b", "B", &labels, b, 1))
        .put(select("inside-seed", "seed", &seeds, seed, 2))
        .put(
            element("button", &[("id", "inside-open"), ("type", "button")])
                .flag("disabled", state.is_busy && !is_open)
                .on_click(onclick)
                .text(text),
        )
}

/// Everything about the open runs.
fn stage(state: &UseReducerHandle<State>, paint: u32, wish: &Callback<String>) -> Html {
    let piece = |number: u32| Html::from_html_unchecked(state.part(number));
    let (mib, max) = (state.mib(), state.max_mib());
    let at = f64::from(mib) * 100.0 / f64::from(max.max(1));
    let by_number = wish.clone();
    let onchange = Callback::from(move |event: Event| {
        by_number.emit(format!("mib {}", event.target_unchecked_into::<HtmlInputElement>().value()));
    });
    let by_range = wish.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        by_range.emit(format!("mib {}", event.target_unchecked_into::<HtmlInputElement>().value()));
    });
    let scrubber = element("div", &[("class", "scrubber")])
        .put(
            element("input", &[("id", "inside-range"), ("type", "range"), ("min", "0")])
                .with("max", max.to_string())
                .value(mib.to_string())
                .listen(Rc::new(yew::html::oninput::Wrapper::new(oninput)))
                .with("aria-label", "MiB that tasks have asked for")
                .with("aria-valuetext", format!("{mib} of {max} MiB asked for")),
        )
        .put(
            element("label", &[("for", "inside-mib")])
                .put(
                    element("input", &[("id", "inside-mib"), ("type", "number"), ("min", "0")])
                        .with("max", max.to_string())
                        .value(mib.to_string())
                        .on_change(onchange),
                )
                .text(" MiB asked for"),
        );
    let steps = STEPS.into_iter().map(|(text, does, key)| {
        element("button", &[("type", "button")])
            .with("data-wish", does)
            .with("aria-keyshortcuts", (!key.is_empty()).then_some(key))
            .text(text)
    });
    let tabs = TABS.into_iter().enumerate().map(|(i, (id, text))| {
        element("button", &[("type", "button")])
            .with("id", format!("inside-tab-{id}"))
            .with("data-wish", format!("tab {i}"))
            .state("aria-pressed", state.tab == i)
            .text(text)
    });
    several(vec![
        scrubber.html(),
        element("div", &[("class", "row steps"), ("role", "group"), ("aria-label", "Steps")]).list(steps).html(),
        element("div", &[("class", "now"), ("role", "status")]).child(piece(part::NOW)).html(),
        element("div", &[("class", "pictures")])
            .with("style", format!("--at:{at:.2}%"))
            .child(piece(part::PICTURES))
            .html(),
        html! { <maps::Maps state={state.clone()} {paint} /> },
        element("div", &[("class", "row"), ("role", "group"), ("aria-label", "Details")]).list(tabs).html(),
        if state.tab == 0 { find::field(state) } else { Html::default() },
        element("p", &[("id", "inside-said"), ("class", "note said"), ("role", "status")])
            .words(state.part(part::SAID))
            .html(),
        element("div", &[("id", "inside-tab")]).child(piece(part::TAB)).html(),
    ])
}

/// Buttons of the pieces say what they wish; this hears of all of them.
fn delegated(wish: &Callback<String>) -> Callback<MouseEvent> {
    let wish = wish.clone();
    Callback::from(move |event: MouseEvent| {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else { return };
        if let Ok(Some(button)) = target.closest("[data-wish]") {
            wish.emit(button.get_attribute("data-wish").unwrap_or_default());
        }
        if let Ok(Some(button)) = target.closest("[data-copy]") {
            let id = button.get_attribute("data-copy").unwrap_or_default();
            let text = gloo::utils::document().get_element_by_id(&id).and_then(|text| text.text_content());
            platform::copy(&text.unwrap_or_default(), move |worked| {
                button.set_text_content(Some(if worked { "Copied" } else { "Not allowed: select the text instead" }));
            });
        }
    })
}

/// Keys, while something of the section has the focus and is not written into; `tab` is the one that is open.
fn keys(wish: &Callback<String>, tab: Option<usize>) -> Callback<KeyboardEvent> {
    let wish = wish.clone();
    Callback::from(move |event: KeyboardEvent| {
        let writes = event.target().is_some_and(|target| {
            let kind = target.dyn_into::<HtmlInputElement>().map(|input| input.type_());
            kind.is_ok_and(|kind| kind != "range" && kind != "checkbox")
        });
        if tab.is_none() || writes || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let key = event.key();
        if let Some((_, does, _)) = STEPS.iter().find(|(.., own)| *own == key) {
            wish.emit((*does).to_owned());
        } else if key == "e" {
            wish.emit("tab 1".to_owned());
        } else if key == "g" {
            focus("inside-mib");
        } else if key == "/" {
            if tab != Some(0) {
                wish.emit("tab 0".to_owned());
            }
            // The field is there once its tab is.
            platform::later(0, || focus("inside-find"));
        } else {
            return;
        }
        event.prevent_default();
    })
}

fn focus(id: &str) {
    let field = gloo::utils::document().get_element_by_id(id);
    let _ = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()).map(|field| field.focus());
}

/// Keeps the page's link at what is looked at, and the focus where a replaced button was.
#[hook]
fn use_link(model: &UseReducerHandle<PageModel>, state: &UseReducerHandle<State>) {
    let dispatcher = model.dispatcher();
    let view = model.view.clone();
    use_effect_with(state.view(), move |seen| {
        if let Some(seen) = seen.clone() {
            let View { name, trace, theme, embed, .. } = view;
            dispatcher.dispatch(PageAction::View(View { name, trace, theme, embed, ..seen }));
        }
    });
    let last = state.last.clone();
    use_effect_with(state.part(part::TAB), move |_| {
        let document = gloo::utils::document();
        let is_lost = document.active_element().is_none_or(|element| element.tag_name() == "BODY");
        if let (true, Some(last)) = (is_lost, &last) {
            let same = document.query_selector(&format!("#inside [data-wish='{last}']")).ok().flatten();
            let _ = same.and_then(|same| same.dyn_into::<HtmlElement>().ok()).map(|same| same.focus());
        }
    });
}

/// So that pieces are compared by address before they are compared by letter.
type Piece = Rc<str>;
