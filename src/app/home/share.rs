// SPDX-License-Identifier: GPL-2.0-only
//! Handing a comparison on: texts to copy, files to keep.

use yew::prelude::*;

use crate::app::state::{Action, Model};
use crate::app::{files, platform};
use crate::link;
use crate::report::panel::{Sight, share, strip, tradeoff};

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
pub fn button(model: &UseReducerHandle<Model>) -> Html {
    let dispatcher = model.dispatcher();
    let onclick = move |_| {
        dispatcher.dispatch(Action::Share(Some("")));
        platform::show_dialog(DIALOG);
    };
    html! { <button id="share" type="button" aria-haspopup="dialog" {onclick}>{ "Share" }</button> }
}

/// Copies the block for a mail without a dialog; where that is refused, the dialog shows it selected.
pub fn copy_text(model: &UseReducerHandle<Model>) -> Html {
    let Some(sight) = current(model) else { return html! {} };
    let (dispatcher, text) = (model.dispatcher(), link::moved(&sight.text, &base()));
    let onclick = move |_| {
        let dispatcher = dispatcher.clone();
        platform::copy(&text, move |is_done| {
            if !is_done {
                platform::show_dialog(DIALOG);
            }
            dispatcher.dispatch(Action::Share(Some(if is_done { COPIED } else { "" })));
        });
    };
    html! {
        <>
        <button id="copy-text" type="button" {onclick}>{ "Copy text" }</button>
        <span class="said" role="status">{ model.shared.unwrap_or_default() }</span>
        </>
    }
}

/// The dialog; its contents are made when it opens.
pub fn dialog(model: &UseReducerHandle<Model>) -> Html {
    let dispatcher = model.dispatcher();
    html! {
        <dialog id={DIALOG} aria-labelledby="sharing-title" onclose={move |_| dispatcher.dispatch(Action::Share(None))}>
            <form method="dialog" class="bar">
                <h2 id="sharing-title">{ "Share this comparison" }</h2>
                <button id="share-close">{ "Close" }</button>
                <p class="said" role="status">{ model.shared.unwrap_or_default() }</p>
            </form>
            if model.shared.is_some() {
                { texts(model) }
                { downloads(model) }
            }
        </dialog>
    }
}

fn texts(model: &UseReducerHandle<Model>) -> Html {
    let base = base();
    let url = link::url(&base, &model.link_to_share(false));
    let frame = link::url(&base, &model.link_to_share(true));
    let length = link::length_note(&url)
        .unwrap_or_else(|| format!("{} characters: a line of mail holds it unwrapped.", url.len()));
    let names: Vec<_> = model.experiment.policies.iter().map(|policy| policy.text()).collect();
    let title = format!("oompoint: {} compared", names.join(", "));
    let sight = current(model);
    let waits = sight.as_ref().is_none_or(|sight| !sight.is_whole());
    html! {
        <>
        if waits {
            <p class="note">{ "Not every run is in: the link promises no result yet. Share again when they are done." }</p>
        }
        if link::base_of(&platform::address()).is_none() {
            <p class="note">
                { "This copy of the page has no public address, so links begin with a placeholder. What follows the # \
                   opens in any copy, and with " }<code>{ "oompoint link" }</code>{ "." }
            </p>
        }
        { text(model, "link", "Link", &length, url.clone()) }
        { text(model, "footnote", "Link as a footnote", "", format!("[1] {url}")) }
        if let Some(sight) = sight {
            { text(model, "block", "Text for a mail", "ASCII, 72 columns, complete without its link.",
                   link::moved(&sight.text, &base)) }
        }
        { text(model, "iframe", "Element for a page", "720 by 480 pixels; where elements are not allowed, use the others.",
               share::iframe(&frame, &title)) }
        </>
    }
}

/// One text with its button.
fn text(model: &UseReducerHandle<Model>, name: &str, label: &str, note: &str, text: String) -> Html {
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
    html! {
        <div class="handed">
            <label for={id.clone()}>{ label }</label>
            <button id={format!("copy-{name}")} type="button" aria-label={format!("Copy: {label}")} {onclick}>{ "Copy" }</button>
            <textarea id={id.clone()} readonly=true spellcheck="false" {rows} aria-describedby={format!("{id}-note")} value={text} />
            <small id={format!("{id}-note")}>{ note }</small>
        </div>
    }
}

fn downloads(model: &UseReducerHandle<Model>) -> Html {
    let Some(sight) = current(model) else { return html! {} };
    if !files::may_save() {
        return html! { <p class="note">{ "This frame may not save files; open the full page for pictures and tables." }</p> };
    }
    let one = |(label, end, kind): (&'static str, &'static str, &'static str)| {
        let (model, sight) = (model.clone(), sight.clone());
        let onclick = move |_| save(&model, &sight, end, kind);
        html! { <button type="button" data-file={end} {onclick}>{ label }</button> }
    };
    html! {
        <>
        <h3>{ "Files" }</h3>
        <p class="files">{ for FILES.into_iter().map(one) }</p>
        </>
    }
}

fn save(model: &UseReducerHandle<Model>, sight: &Sight, end: &str, kind: &str) {
    let name = format!("{}-{end}", share::file_stem(sight));
    let content = match end.split('.').next().unwrap_or_default() {
        "strip" => strip::svg(sight, true),
        "tradeoff" => tradeoff::svg(sight, true).unwrap_or_default(),
        "runs" => share::csv(&sight.tsv),
        "all" => link::moved(&sight.json, &base()),
        _ => link::moved(&sight.text, &base()),
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
fn current(model: &Model) -> Option<std::rc::Rc<Sight>> {
    model.sight.clone().filter(|_| model.is_current())
}

/// Where links point.
fn base() -> String {
    link::base_of(&platform::address()).unwrap_or(link::BASE).to_owned()
}
