// SPDX-License-Identifier: GPL-2.0-only
//! Elements, built by calls. The library's `html!` writes an element out in full wherever one stands, which is more code
//! than all that these calls do; it remains where a component is put in place.

use std::rc::Rc;

use yew::html::IntoPropValue;
use yew::prelude::*;
use yew::virtual_dom::{Listener, VList, VTag, VText};

/// An element under construction, behind a pointer, so that it costs nothing to hand it on.
pub struct Element(Box<Parts>);

struct Parts {
    tag: VTag,
    children: Vec<Html>,
}

/// An element with the attributes that never change.
#[inline(never)]
pub fn element(name: &'static str, fixed: &'static [(&'static str, &'static str)]) -> Element {
    let mut tag = VTag::new(name);
    for (key, text) in fixed {
        tag.add_attribute(key, *text);
    }
    Element(Box::new(Parts { tag, children: Vec::new() }))
}

/// Several nodes in the place of one.
#[inline(never)]
pub fn several(nodes: Vec<Html>) -> Html {
    VList::with_children(nodes, None).into()
}

/// Text that is computed.
pub fn text(words: impl Into<AttrValue>) -> Html {
    words_of(words.into())
}

#[inline(never)]
fn words_of(words: AttrValue) -> Html {
    VText::new(words).into()
}

impl Element {
    /// An attribute; none if there is no value.
    pub fn with(self, key: &'static str, value: impl IntoPropValue<Option<AttrValue>>) -> Element {
        self.attribute(key, value.into_prop_value())
    }

    #[inline(never)]
    fn attribute(mut self, key: &'static str, value: Option<AttrValue>) -> Element {
        if let Some(value) = value {
            self.0.tag.add_attribute(key, value);
        }
        self
    }

    /// An attribute that is there or not.
    #[inline(never)]
    pub fn flag(self, key: &'static str, is_on: bool) -> Element {
        self.attribute(key, is_on.then_some(AttrValue::Static(key)))
    }

    /// `true` or `false`.
    #[inline(never)]
    pub fn state(self, key: &'static str, is_on: bool) -> Element {
        self.attribute(key, Some(AttrValue::Static(if is_on { "true" } else { "false" })))
    }

    /// What an input or a text area holds.
    pub fn value(mut self, value: impl Into<AttrValue>) -> Element {
        self.0.tag.set_value(value.into());
        self
    }

    #[inline(never)]
    pub fn checked(mut self, is_on: bool) -> Element {
        self.0.tag.set_checked(is_on);
        self
    }

    /// Tells it from the others of a list that changes.
    #[inline(never)]
    pub fn key(mut self, key: &str) -> Element {
        self.0.tag.key = Some(key.into());
        self
    }

    #[inline(never)]
    pub fn node(mut self, node: &NodeRef) -> Element {
        self.0.tag.node_ref = node.clone();
        self
    }

    pub fn on_click(self, act: impl Into<Callback<MouseEvent>>) -> Element {
        self.listen(Rc::new(yew::html::onclick::Wrapper::new(act.into())))
    }

    pub fn on_change(self, act: impl Into<Callback<Event>>) -> Element {
        self.listen(Rc::new(yew::html::onchange::Wrapper::new(act.into())))
    }

    pub fn on_key(self, act: impl Into<Callback<KeyboardEvent>>) -> Element {
        self.listen(Rc::new(yew::html::onkeydown::Wrapper::new(act.into())))
    }

    #[inline(never)]
    pub fn listen(mut self, listener: Rc<dyn Listener>) -> Element {
        self.0.tag.add_listener(listener);
        self
    }

    /// Text that never changes.
    #[inline(never)]
    pub fn text(self, words: &'static str) -> Element {
        self.child(words_of(AttrValue::Static(words)))
    }

    /// Text that is computed.
    pub fn words(self, words: impl Into<AttrValue>) -> Element {
        self.child(text(words))
    }

    #[inline(never)]
    pub fn child(mut self, child: Html) -> Element {
        self.0.children.push(child);
        self
    }

    pub fn put(self, child: Element) -> Element {
        self.child(child.html())
    }

    /// A child that may be missing: its place stays, so that those behind it are not taken for one another.
    #[inline(never)]
    pub fn maybe(self, child: Option<Element>) -> Element {
        self.child(child.map_or_else(Html::default, Element::html))
    }

    /// A list of its own among the children.
    pub fn list(self, children: impl IntoIterator<Item = Element>) -> Element {
        let mut nodes = Vec::new();
        children.into_iter().for_each(|child| nodes.push(child.html()));
        self.child(several(nodes))
    }

    #[inline(never)]
    pub fn html(self) -> Html {
        let Parts { mut tag, mut children } = *self.0;
        let inner = match children.len() {
            1 => children.pop(),
            _ => Some(several(children)),
        };
        if let (Some(place), Some(inner)) = (tag.children_mut(), inner) {
            *place = inner;
        }
        tag.into()
    }
}
