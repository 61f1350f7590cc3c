// SPDX-License-Identifier: GPL-2.0-only
//! /proc/zoneinfo: marks, counters and per-CPU lists of every zone, those without pages too.
//!
//! Source: `mm/vmstat.c:zoneinfo_show_print@7.3`.

use std::fmt;

use super::view::{NodeView, Pageset, ZoneView};
use super::{Fields, names};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneInfo {
    pub zones: Vec<ZoneText>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneText {
    pub node: u32,
    pub name: String,
    /// `per-node stats`, in the first zone of the node that has pages.
    pub node_counters: Option<Fields>,
    /// free, boost, min, low, high, promo, spanned, present, managed, cma; the marks include the boost.
    pub pages: Fields,
    pub protection: Vec<u64>,
    /// `None` for a zone without pages.
    pub body: Option<ZoneBody>,
}

/// What follows for a zone with pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneBody {
    pub counters: Fields,
    pub pagesets: Vec<PagesetText>,
    /// node_unreclaimable, start_pfn, reserved_highatomic, free_highatomic.
    pub tail: Fields,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PagesetText {
    pub cpu: u32,
    /// count, high, batch, high_min, high_max.
    pub fields: Fields,
    /// `vm stats threshold`, with CONFIG_SMP.
    pub stat_threshold: Option<u64>,
}

impl ZoneInfo {
    /// `numa` adds the NUMA events.
    pub fn of(nodes: &[NodeView], numa: bool) -> ZoneInfo {
        let mut zones = Vec::new();
        for node in nodes {
            let first = node.zones.iter().position(ZoneView::populated);
            for (index, zone) in node.zones.iter().enumerate() {
                let mut text = zone_text(node, zone, numa);
                if first == Some(index) {
                    text.node_counters = Some(node.counters.ordered(names::NODE_COUNTERS));
                }
                zones.push(text);
            }
        }
        ZoneInfo { zones }
    }
}

impl ZoneText {
    /// What this text says of a zone; its free blocks stay unknown.
    pub fn zone_view(&self) -> ZoneView {
        let pages = |name: &str| self.pages.count(name);
        let empty = ZoneBody::default();
        let body = self.body.as_ref().unwrap_or(&empty);
        ZoneView {
            name: self.name.clone(),
            free_pages: pages("free"),
            boost: pages("boost"),
            min: pages("min"),
            low: pages("low"),
            high: pages("high"),
            promo: pages("promo"),
            spanned: pages("spanned"),
            present: pages("present"),
            managed: pages("managed"),
            cma: pages("cma"),
            protection: self.protection.clone(),
            counters: body.counters.clone(),
            pagesets: body.pagesets.iter().map(PagesetText::pageset).collect(),
            start_pfn: u32::try_from(body.tail.count("start_pfn")).unwrap_or(u32::MAX),
            reserved_highatomic: body.tail.count("reserved_highatomic"),
            free_highatomic: body.tail.count("free_highatomic"),
            ..ZoneView::default()
        }
    }
}

impl fmt::Display for ZoneInfo {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.zones.iter().try_for_each(|zone| zone.write(out))
    }
}

impl ZoneText {
    fn write(&self, out: &mut fmt::Formatter) -> fmt::Result {
        // The kernel begins each line with its newline; only the zone's last line ends with one.
        write!(out, "Node {}, zone {:>8}", self.node, self.name)?;
        if let Some(counters) = &self.node_counters {
            write!(out, "\n  per-node stats")?;
            write_counters(out, counters)?;
        }
        for (index, (name, count)) in self.pages.iter().enumerate() {
            let lead = if index == 0 { "  pages " } else { "        " };
            write!(out, "\n{lead}{name:<8} {count}")?;
        }
        write!(out, "\n        protection: (")?;
        for (index, count) in self.protection.iter().enumerate() {
            write!(out, "{}{count}", if index == 0 { "" } else { ", " })?;
        }
        write!(out, ")")?;
        if let Some(body) = &self.body {
            body.write(out)?;
        }
        writeln!(out)
    }
}

impl ZoneBody {
    fn write(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write_counters(out, &self.counters)?;
        write!(out, "\n  pagesets")?;
        for pageset in &self.pagesets {
            write!(out, "\n    cpu: {}", pageset.cpu)?;
            for (name, count) in pageset.fields.iter() {
                write!(out, "\n              {:<10}{count}", format!("{name}:"))?;
            }
            if let Some(threshold) = pageset.stat_threshold {
                write!(out, "\n  vm stats threshold: {threshold}")?;
            }
        }
        for (name, count) in self.tail.iter() {
            write!(out, "\n  {:<21}{count}", format!("{name}:"))?;
        }
        Ok(())
    }
}

fn write_counters(out: &mut fmt::Formatter, counters: &Fields) -> fmt::Result {
    counters.iter().try_for_each(|(name, count)| write!(out, "\n      {name:<12} {count}"))
}

impl PagesetText {
    fn of(set: &Pageset) -> PagesetText {
        let fields = [
            ("count", set.count),
            ("high", set.high),
            ("batch", set.batch),
            ("high_min", set.high_min),
            ("high_max", set.high_max),
        ];
        PagesetText { cpu: set.cpu, fields: fields.into(), stat_threshold: set.stat_threshold }
    }

    fn pageset(&self) -> Pageset {
        let field = |name: &str| self.fields.count(name);
        Pageset {
            cpu: self.cpu,
            count: field("count"),
            high: field("high"),
            batch: field("batch"),
            high_min: field("high_min"),
            high_max: field("high_max"),
            stat_threshold: self.stat_threshold,
        }
    }
}

fn zone_text(node: &NodeView, zone: &ZoneView, numa: bool) -> ZoneText {
    let pages = [
        ("free", zone.free_pages),
        ("boost", zone.boost),
        ("min", zone.min),
        ("low", zone.low),
        ("high", zone.high),
        ("promo", zone.promo),
        ("spanned", zone.spanned),
        ("present", zone.present),
        ("managed", zone.managed),
        ("cma", zone.cma),
    ];
    ZoneText {
        node: node.node,
        name: zone.name.clone(),
        node_counters: None,
        pages: pages.into(),
        protection: zone.protection.clone(),
        body: zone.populated().then(|| zone_body(node, zone, numa)),
    }
}

fn zone_body(node: &NodeView, zone: &ZoneView, numa: bool) -> ZoneBody {
    let events: &[&str] = if numa { &names::NUMA_EVENTS } else { &[] };
    let shown = names::ZONE_COUNTERS.iter().chain(events);
    let tail = [
        ("node_unreclaimable", u64::from(node.unreclaimable)),
        ("start_pfn", u64::from(zone.start_pfn)),
        ("reserved_highatomic", zone.reserved_highatomic),
        ("free_highatomic", zone.free_highatomic),
    ];
    ZoneBody {
        counters: shown.map(|name| (*name, zone.counter(name))).collect(),
        pagesets: zone.pagesets.iter().map(PagesetText::of).collect(),
        tail: tail.into(),
    }
}
