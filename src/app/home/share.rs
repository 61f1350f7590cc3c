// SPDX-License-Identifier: GPL-2.0-only
//! Handing a comparison on: texts to copy, files to keep.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::element::{Element, element, several};
use crate::app::state::{Action, Model};
use crate::app::{files, platform};
use crate::link;
use crate::report::panel::{Shown, share};

const SAID: &[(&str, &str)] = &[("class", "said"), ("role", "status")];
const NOTE: &[(&str, &str)] = &[("class", "note")];
const DIALOG: &str = "sharing";
const COPIED: &str = "Copied.";
const REFUSED: &str = "The browser does not let this page copy; the text is selected: press Ctrl+C (or Cmd+C).";

/// Label, end of the name, type.
const FILES: [(&str, &str, &str); 7] = [
    ("Strip plot, SVG", "strip.svg", "image/svg+xml"),
    ("Strip plot, PNG", "strip.png", "image/svg+xml"),
    ("Trade-off, SVG", "tradeoff.svg", "image/svg+xml"),
    ("Trade-off, PNG", "tradeoff.png", "image/svg+xml"),
    ("Every run, CSV", "runs.csv", "text/csv"),
    ("Runs and summary, JSON", "all.json", "application/json"),
    ("The text, TXT", "text.txt", "text/plain"),
];

/// Opens the dialog. The browser gives the focus back to this button when it closes.
pub fn button(model: &UseReducerHandle<Model>) -> Element {
    let dispatcher = model.dispatcher();
    element("button", &[("id", "share"), ("type", "button"), ("aria-haspopup", "dialog")])
        .on_click(move |_| {
            dispatcher.dispatch(Action::Share(Some("")));
            platform::show_dialog(DIALOG);
        })
        .text("Share")
}

/// Copies the block for a mail without a dialog; where that is refused, the dialog shows it selected.
pub fn copy_text(model: &UseReducerHandle<Model>) -> Html {
    let Some(shown) = current(model) else { return Html::default() };
    let (dispatcher, text) = (model.dispatcher(), link::moved(&shown.text, &base()));
    let copy = move |_| {
        let dispatcher = dispatcher.clone();
        platform::copy(&text, move |is_done| {
            if !is_done {
                platform::show_dialog(DIALOG);
            }
            dispatcher.dispatch(Action::Share(Some(if is_done { COPIED } else { "" })));
        });
    };
    several(vec![
        element("button", &[("id", "copy-text"), ("type", "button")]).on_click(copy).text("Copy text").html(),
        element("span", SAID).text(model.shared.unwrap_or_default()).html(),
    ])
}

/// The dialog; its contents are made when it opens.
pub fn dialog(model: &UseReducerHandle<Model>) -> Element {
    let dispatcher = model.dispatcher();
    let close = Callback::from(move |_| dispatcher.dispatch(Action::Share(None)));
    let head = element("form", &[("method", "dialog"), ("class", "bar")])
        .put(element("h2", &[("id", "sharing-title")]).text("Share this comparison"))
        .put(element("button", &[("id", "share-close")]).text("Close"))
        .put(element("p", SAID).text(model.shared.unwrap_or_default()));
    let contents = match model.shared {
        Some(_) => several(vec![texts(model), downloads(model)]),
        None => Html::default(),
    };
    element("dialog", &[("id", DIALOG), ("aria-labelledby", "sharing-title")])
        .listen(Rc::new(yew::html::onclose::Wrapper::new(close)))
        .put(head)
        .child(contents)
}

fn texts(model: &UseReducerHandle<Model>) -> Html {
    let base = base();
    let url = link::url(&base, &model.link_to_share(false));
    let frame = link::url(&base, &model.link_to_share(true));
    let length = link::length_note(&url)
        .unwrap_or_else(|| format!("{} characters: a line of mail holds it unwrapped.", url.len()));
    let names: Vec<_> = model.experiment.policies.iter().map(|policy| policy.text()).collect();
    let title = format!("oompoint: {} compared", names.join(", "));
    let shown = current(model);
    let waits = shown.as_ref().is_none_or(|shown| !shown.is_whole);
    let mut parts = Vec::new();
    if waits {
        let note = "Not every run is in: the link promises no result yet. Share again when they are done.";
        parts.push(element("p", NOTE).text(note).html());
    }
    if link::base_of(&platform::address()).is_none() {
        let note = "This copy of the page has no public address, so links begin with a placeholder. What follows the # \
                    opens in any copy, and with ";
        let command = element("code", &[]).text("oompoint link");
        parts.push(element("p", NOTE).text(note).put(command).text(".").html());
    }
    parts.push(text(model, "link", "Link", &length, url.clone()));
    parts.push(text(model, "footnote", "Link as a footnote", "", format!("[1] {url}")));
    if let Some(shown) = shown {
        let note = "ASCII, 72 columns, complete without its link.";
        parts.push(text(model, "block", "Text for a mail", note, link::moved(&shown.text, &base)));
    }
    let note = "720 by 480 pixels; where elements are not allowed, use the others.";
    parts.push(text(model, "iframe", "Element for a page", note, share::iframe(&frame, &title)));
    several(parts)
}

/// One text with its button.
fn text(model: &UseReducerHandle<Model>, name: &str, label: &'static str, note: &str, text: String) -> Html {
    let (id, dispatcher) = (format!("share-{name}"), model.dispatcher());
    let onclick = {
        let (id, text) = (id.clone(), text.clone());
        move |_| {
            let (id, dispatcher) = (id.clone(), dispatcher.clone());
            platform::copy(&text, move |is_done| {
                if !is_done {
                    platform::select(&id);
                }
                dispatcher.dispatch(Action::Share(Some(if is_done { COPIED } else { REFUSED })));
            });
        }
    };
    let rows = match text.len() {
        _ if text.contains('\n') => "8",
        0..=160 => "2",
        _ => "3",
    };
    let note_id = format!("{id}-note");
    element("div", &[("class", "handed")])
        .put(element("label", &[]).with("for", id.clone()).text(label))
        .put(
            element("button", &[("type", "button")])
                .with("id", format!("copy-{name}"))
                .with("aria-label", format!("Copy: {label}"))
                .on_click(onclick)
                .text("Copy"),
        )
        .put(
            element("textarea", &[("readonly", "readonly"), ("spellcheck", "false")])
                .with("id", id)
                .with("rows", rows)
                .with("aria-describedby", note_id.clone())
                .value(text),
        )
        .put(element("small", &[]).with("id", note_id).words(note.to_owned()))
        .html()
}

fn downloads(model: &UseReducerHandle<Model>) -> Html {
    let Some(shown) = current(model) else { return Html::default() };
    if !files::may_save() {
        let note = "This frame may not save files; open the full page for pictures and tables.";
        return element("p", NOTE).text(note).html();
    }
    let one = |(label, end, kind): (&'static str, &'static str, &'static str)| {
        let (model, shown) = (model.clone(), shown.clone());
        let onclick = move |_| save(&model, &shown, end, kind);
        element("button", &[("type", "button")]).with("data-file", end).on_click(onclick).text(label)
    };
    several(vec![
        element("h3", &[]).text("Files").html(),
        element("p", &[("class", "files")]).list(FILES.into_iter().map(one)).html(),
    ])
}

fn save(model: &UseReducerHandle<Model>, shown: &Shown, end: &str, kind: &str) {
    let name = format!("{}-{end}", shown.stem);
    let content = match end.split('.').next().unwrap_or_default() {
        "strip" => shown.strip.clone(),
        "tradeoff" => shown.tradeoff.clone(),
        "runs" => shown.csv.clone(),
        "all" => link::moved(&shown.json, &base()),
        _ => link::moved(&shown.text, &base()),
    };
    let dispatcher = model.dispatcher();
    let told = move |is_done| {
        let said = if is_done { "Handed to the browser to be saved." } else { "The browser could not make the file." };
        dispatcher.dispatch(Action::Share(Some(said)));
    };
    match end.ends_with(".png") {
        true => files::save_png(name, &content, told),
        false => told(files::save(&name, kind, &content).is_ok()),
    }
}

/// What is shown, if it is of this comparison.
fn current(model: &Model) -> Option<Rc<Shown>> {
    model.shown.clone().filter(|_| model.is_current())
}

/// Where links point.
fn base() -> String {
    link::base_of(&platform::address()).unwrap_or(link::BASE).to_owned()
}
