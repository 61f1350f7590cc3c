// SPDX-License-Identifier: GPL-2.0-only
//! Why a request was denied: every number that the decision rests on, as data and as a text for a mail.
//!
//! The numbers are computed by the functions that decide in the model, from the machine as it was when it decided.

mod compaction;
mod lists;
mod reclaim;
mod text;
mod verdict;
mod watermark;

use serde::{Deserialize, Serialize};

use super::lane::is_denial;
use super::recording::Recording;
use super::words::Row;
use crate::experiment::Cell;
use crate::model::journal::{Decision, Kind};
use crate::model::machine::Machine;
use crate::model::request::Request;

/// One card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    pub row: Row,
    /// One sentence: what decided.
    pub title: String,
    pub sections: Vec<Section>,
    /// All of it in ASCII, at most 72 columns.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    pub name: String,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub label: String,
    pub value: String,
    /// Where the number comes from, or what it means here.
    pub note: String,
}

impl Section {
    fn new(name: impl Into<String>) -> Section {
        Section { name: name.into(), lines: Vec::new() }
    }

    fn line(&mut self, label: impl Into<String>, value: impl ToString, note: impl Into<String>) {
        self.lines.push(Line { label: label.into(), value: value.to_string(), note: note.into() });
    }

    /// The value of a line, by its label.
    pub fn value(&self, label: &str) -> Option<&str> {
        self.lines.iter().find(|line| line.label == label).map(|line| line.value.as_str())
    }
}

/// What a card is made from.
struct Facts<'a> {
    machine: &'a Machine,
    request: Request,
    cell: &'a Cell,
    /// The last compaction of a zone and the last direct reclaim up to now: ordinal and decision.
    compacted: Option<(u64, Decision)>,
    /// Since which decision kcompactd runs, if it does.
    kcompactd: Option<u64>,
    reclaimed: Option<(u64, Decision)>,
}

impl Recording {
    /// The card of a decision that denied a request or sent it into the slow path; none for other decisions.
    pub fn why(&mut self, ordinal: u64) -> Option<Why> {
        self.entry(ordinal).filter(|entry| is_denial(entry.kind()))?;
        let compacted = self.last_of(Kind::CompactZone, ordinal);
        let woken = self.last_of(Kind::KcompactdWake, ordinal).map(|(at, _)| at);
        let reclaimed = self.last_of(Kind::DirectReclaim, ordinal);
        let (world, decision) = self.seek(ordinal);
        let decision = decision?;
        let request = decision.request()?;
        let row = Row::of(ordinal, &decision);
        let machine = &world.machine;
        let kcompactd = woken.filter(|_| machine.kcompactd.is_running());
        let facts = Facts { machine, request, cell: self.cell(), compacted, kcompactd, reclaimed };
        let denial = facts.machine.node.explain(&request);
        let mut sections = vec![watermark::request(&facts)];
        sections.extend(denial.zones.iter().map(|zone| watermark::zone(&facts, zone)));
        sections.extend(lists::sections(&facts));
        sections.push(lists::fragmentation(&facts));
        sections.push(compaction::section(&facts));
        sections.push(reclaim::section(&facts));
        sections.push(verdict::section(&facts));
        let title = watermark::title(&denial, decision.what.kind);
        let text = text::card(&row, self.len(), &title, &sections, &facts);
        Some(Why { row, title, sections, text })
    }

    /// The last decision of a kind up to and at an ordinal.
    fn last_of(&mut self, kind: Kind, ordinal: u64) -> Option<(u64, Decision)> {
        let at = self.stream().last_before(ordinal, |entry| entry.kind() == kind)?;
        self.decision(at).map(|decision| (at, decision))
    }
}
