// SPDX-License-Identifier: GPL-2.0-only
//! The card's numbers are those by which the model denied the request.

use oompoint::environment;
use oompoint::inspect::Why;
use oompoint::inspect::why::Section;
use oompoint::model::denial::{Denial, ZoneDenial};
use oompoint::model::journal::Kind;
use oompoint::model::zone::ZONE_NAMES;
use oompoint::policy::REGISTRY;

use crate::{benchmark, record};

fn number(section: &Section, label: &str) -> i64 {
    let value = section.value(label).unwrap_or_else(|| panic!("{} has no line `{label}`", section.name));
    value.parse().unwrap_or_else(|_| panic!("`{label}` is {value}"))
}

fn holds_for(card: &Why, zone: &ZoneDenial) {
    let name = format!("watermark, zone {}", ZONE_NAMES[usize::from(zone.zone)]);
    let section = card.sections.iter().find(|section| section.name == name).expect("each zone has its section");
    let test = &zone.test;
    assert_eq!(number(section, "free"), test.free);
    assert_eq!(number(section, "mark"), test.mark);
    assert_eq!(number(section, "reserve"), test.reserve);
    let optional = |label: &str| section.value(label).map_or(0, |_| number(section, label));
    let taken = number(section, "- order") + optional("- highatomic") + optional("- CMA");
    assert_eq!(taken, test.unusable, "the lines add up");
    assert_eq!(number(section, "usable"), test.free - test.unusable);
    let mark = format!("_watermark[{}]", name_of_mark(card));
    let built = number(section, &mark) + number(section, "+ boost") - optional("- discount");
    assert_eq!(built, test.mark, "the mark's lines add up");
    let passed = section.value("watermark") == Some("passed");
    assert_eq!(passed, test.ok());
}

fn name_of_mark(card: &Why) -> String {
    let flags = card.sections[0].value("alloc flags").expect("the request has flags");
    let first = flags.split('|').next().and_then(|name| name.strip_prefix("ALLOC_WMARK_"));
    first.expect("the mark comes first").to_lowercase()
}

fn is_for(card: &Why, denial: &Denial) {
    denial.zones.iter().for_each(|zone| holds_for(card, zone));
    assert!(card.text.is_ascii() && card.text.lines().all(|line| line.len() <= 72), "{}", card.text);
    assert!(card.text.lines().all(|line| !line.trim_start().contains("  ")), "{}", card.text);
}

#[test]
fn the_kills_of_every_policy() {
    for policy in REGISTRY {
        let mut recording = record(&benchmark(policy.name, 2));
        let kill = recording.timeline().kills[0].ordinal;
        let card = recording.why(kill).expect("a kill has a card");
        let world = recording.world_at(kill);
        let event = &world.kills[0].event;
        is_for(&card, &event.denial);
        let request = &card.sections[0];
        assert_eq!(number(request, "order"), i64::from(event.order));
        assert_eq!(request.value("gfp"), Some(event.gfp.to_string().as_str()));
        let policy_line = card.sections.last().and_then(|section| section.value("policy"));
        assert_eq!(policy_line, Some(policy.name));
        assert!(card.title.contains("watermark"), "{}", card.title);
    }
}

#[test]
fn every_denied_request_of_a_run() {
    let mut recording = record(&benchmark("series", 2));
    let mut cards = 0;
    for ordinal in 0..recording.len() {
        let decision = recording.decision(ordinal).expect("it is there");
        let Some(card) = recording.why(ordinal) else { continue };
        let world = recording.world_at(ordinal);
        let request = decision.request().expect("a card is about a request");
        is_for(&card, &world.machine.node.explain(&request));
        assert_eq!(card.row.ordinal, ordinal);
        cards += 1;
    }
    let denied = |kind| matches!(kind, Kind::SlowPath | Kind::Failed | Kind::FlipFailed | Kind::OomKill);
    let wanted = recording.stream().entries().iter().filter(|entry| denied(entry.kind())).count();
    assert_eq!(cards, wanted);
    assert!(cards > 2);
}

#[test]
fn the_last_progress_of_reclaim_and_the_meeting_of_scanners_are_named() {
    let mut recording = record(&benchmark("blunt", 2));
    let kill = recording.timeline().kills[0].ordinal;
    let card = recording.why(kill).expect("a kill has a card");
    let of = |name: &str| card.sections.iter().find(|section| section.name == name).expect("the section is there");
    let last = |kind| recording.stream().last_before(kill, move |entry| entry.kind() == kind).expect("there was one");
    let (zone, reclaim) = (last(Kind::CompactZone), last(Kind::DirectReclaim));
    let zone = recording.decision(zone).expect("it is there").what.values;
    assert_eq!(of("compaction").value("scanners met"), Some(format!("{:#x} {:#x}", zone[0], zone[1]).as_str()));
    let reclaimed = recording.decision(reclaim).expect("it is there").what.values[0];
    assert_eq!(number(of("reclaim"), "last nr_reclaimed"), i64::from(reclaimed));
}

#[test]
fn a_compaction_under_way_is_no_nothing() {
    let mut cell = benchmark("series", 1);
    cell.environment = environment::preset("minimal-1g").expect("it exists");
    let mut recording = record(&cell);
    let kill = recording.timeline().kills[0].ordinal;
    let card = recording.why(kill).expect("a kill has a card");
    let section = card.sections.iter().find(|section| section.name == "compaction").expect("the section is there");
    let machine = &recording.world_at(kill).machine;
    let (zone, migrate, free) = machine.kcompactd.scanners().expect("kcompactd is at work as this boot dies");
    let label = format!("scanners {}", machine.node.zones[zone].name());
    assert_eq!(section.value(&label), Some(format!("{migrate:#x} {free:#x}").as_str()));
    assert_eq!((section.value("last run"), section.value("kcompactd")), (Some("none"), Some("under way")));
    assert!(machine.tally.pgmigrate_success > 0);
}
