// SPDX-License-Identifier: GPL-2.0-only
//! The reader's own trace: files chosen or dropped, or text pasted. The page takes the files as they are; only the
//! worker looks inside.

use std::rc::Rc;

use gloo::utils::document;
use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DragEvent, File, FileList, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::state::{Action, Model, Own};
use crate::app::element::{Element, element};

const TRACE: &str = "own-trace";
const START: &str = "own-start";
const END: &str = "own-end";
const PASTED: &str = "own-text";

/// Inputs for files: id, what it is for, what it takes.
const FILES: [(&str, &str, &str); 3] = [
    (TRACE, "Trace", "text of /sys/kernel/tracing/trace, plain or gzip; any kernel's kmem events"),
    (START, "Start state", "optional: a dump of the allocator's state before the first line (JSON, plain or gzip)"),
    (END, "End state", "optional: the same after the last line"),
];

const TEXT: &[(&str, &str)] = &[
    ("id", PASTED),
    ("rows", "4"),
    ("spellcheck", "false"),
    ("autocomplete", "off"),
    ("placeholder", "task-1  [000] .....  8.245243: mm_page_free: page=... pfn=0xe1f3 order=0"),
];

pub fn form(model: &UseReducerHandle<Model>, asked: &UseStateHandle<bool>) -> Element {
    let (dispatcher, ask) = (model.dispatcher(), asked.setter());
    let onsubmit = move |event: SubmitEvent| {
        event.prevent_default();
        let own = chosen();
        ask.set(own.trace.is_none());
        if own.trace.is_some() {
            dispatcher.dispatch(Action::Take(Some(own)));
        }
    };
    let (dispatcher, ask) = (model.dispatcher(), asked.setter());
    let ondrop = move |event: DragEvent| {
        event.prevent_default();
        let own = dropped(event.data_transfer().and_then(|data| data.files()));
        ask.set(own.trace.is_none());
        if own.trace.is_some() {
            dispatcher.dispatch(Action::Take(Some(own)));
        }
    };
    let dispatcher = model.dispatcher();
    let files = FILES.into_iter().map(|(id, label, about)| {
        let about_id = format!("{id}-about");
        element("div", &[("class", "field")])
            .key(id)
            .put(element("label", &[]).with("for", id).text(label))
            .put(element("input", &[("type", "file")]).with("id", id).with("aria-describedby", about_id.clone()))
            .put(element("small", &[]).with("id", about_id).text(about))
    });
    let back = model.own.is_some().then(|| {
        element("button", &[("id", "bundled"), ("type", "button")])
            .on_click(move |_| dispatcher.dispatch(Action::Take(None)))
            .text("Back to the bundled trace")
    });
    let form = element("form", &[("aria-label", "Your own trace")])
        .listen(Rc::new(yew::html::onsubmit::Wrapper::new(Callback::from(onsubmit))))
        .put(element("p", &[]).text("Choose files, drop them here together, or paste text. They stay on this machine."))
        .put(element("div", &[("class", "files")]).list(files))
        .put(element("label", &[("for", PASTED)]).text("Or paste the trace as text"))
        .put(element("textarea", TEXT))
        .put(
            element("p", &[("class", "own-go")])
                .put(element("button", &[("id", "own-go"), ("type", "submit")]).text("Read this trace"))
                .text(" ")
                .maybe(back),
        )
        .put(element("p", &[("class", "wrong"), ("role", "alert")]).text(if **asked {
            "There is no trace yet: choose its file or paste its text."
        } else {
            ""
        }));
    // A drag that is not refused may be dropped.
    let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
    element("details", &[("class", "own screen")])
        .listen(Rc::new(yew::html::ondrop::Wrapper::new(Callback::from(ondrop))))
        .listen(Rc::new(yew::html::ondragover::Wrapper::new(ondragover)))
        .put(element("summary", &[]).text("Read a trace of your own"))
        .put(form)
}

/// What the form holds.
fn chosen() -> Own {
    let file = |id: &str| {
        let input: HtmlInputElement = document().get_element_by_id(id)?.dyn_into().ok()?;
        input.files()?.get(0).map(named)
    };
    let text = || {
        let area: HtmlTextAreaElement = document().get_element_by_id(PASTED)?.dyn_into().ok()?;
        let value = area.value();
        let parts = Array::of1(&JsString::from(value.as_str()));
        let blob = Blob::new_with_str_sequence(&parts).ok()?;
        (!value.trim().is_empty()).then(|| ("pasted text".to_owned(), blob))
    };
    Own { trace: file(TRACE).or_else(text), start: file(START), snapshots: Vec::new(), end: file(END) }
}

/// Files dropped together: JSON is a state, of the end or between if its name says so; what is left is the trace.
fn dropped(files: Option<FileList>) -> Own {
    let mut own = Own::default();
    let Some(files) = files else { return own };
    for file in (0..files.length()).filter_map(|i| files.get(i)) {
        let name = file.name().to_ascii_lowercase();
        let one = Some(named(file));
        match () {
            () if !name.contains(".json") => own.trace = one,
            () if name.contains("final") || name.contains("end") => own.end = one,
            () if name.starts_with("state_") => own.snapshots.extend(one),
            () => own.start = one,
        }
    }
    own
}

fn named(file: File) -> (String, Blob) {
    (file.name(), file.into())
}
