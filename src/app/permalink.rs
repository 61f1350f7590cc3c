// SPDX-License-Identifier: GPL-2.0-only
//! The links that lead to what is shown.

use super::place::Place;
use super::state::{Model, default_link};
use crate::link::{self, Permalink, Promise, View};

impl Model {
    /// The link to what is shown; with the result check if there is one.
    pub fn permalink(&self) -> Permalink {
        let mut link = Permalink::of((*self.experiment).clone());
        link.view = self.view.clone();
        link.result = self.promise.clone().or_else(|| self.own_result());
        link
    }

    /// The link to hand on: it promises what this page computed rather than what it was promised.
    pub fn link_to_share(&self, embed: bool) -> String {
        let mut link = self.permalink();
        link.view.embed = embed;
        link.result = self.own_result().or(link.result);
        link::write(&link)
    }

    /// The fragment that the address bar should have; none for a page that is no comparison.
    pub fn fragment(&self) -> Option<String> {
        let is_plain = self.step == 0 && self.run == 1 && self.view == View::default() && self.promise.is_none();
        (self.place == Place::Compare && self.refused.is_none() && !is_plain).then(|| link::write(&self.permalink()))
    }

    /// Whether what is shown is of the present experiment.
    pub fn is_current(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.config == link::config(&self.experiment))
    }

    /// Whether it is the experiment that the page begins with.
    pub fn is_default(&self) -> bool {
        link::config(&self.experiment) == link::config(&default_link().experiment)
    }

    fn own_result(&self) -> Option<Promise> {
        let config = link::config(&self.experiment);
        let hash = self.shown.as_ref().filter(|shown| shown.config == config)?.result.clone()?;
        Some(Promise::of(hash, &self.experiment))
    }
}
