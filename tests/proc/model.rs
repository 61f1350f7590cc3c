// SPDX-License-Identifier: GPL-2.0-only
//! The texts of a modelled machine: a reader of real texts must understand them whole, and their sums must be the model's.

use oompoint::experiment::fidelity::cells;
use oompoint::experiment::run::run_watched;
use oompoint::experiment::watch::Watch;
use oompoint::model::view;
use oompoint::report::from_model::{oom_report, proc_texts};
use oompoint::report::proc::view::Layout;
use oompoint::report::proc::{Buddyinfo, OomReport, PageTypeInfo, VmStat, ZoneInfo};
use oompoint::sim::World;

struct Reader {
    layout: Layout,
    phases: Vec<String>,
}

impl Watch for Reader {
    fn phase(&mut self, name: &str, world: &World) {
        self.phases.push(name.to_owned());
        check_proc(world, &self.layout);
        if let (Some(kill), "oom") = (world.kills.first(), name) {
            let text = oom_report(world, &self.layout, kill).to_string();
            let reports = OomReport::parse(&text);
            assert_eq!(reports.skipped, [], "{text}");
            let report = &reports.value;
            assert_eq!(report.to_string(), text);
            let mem = report.mem.as_ref().unwrap();
            assert_eq!(mem.total("free_pcp"), Some(kill.event.pcp_pages));
            let boost: u64 = mem.zones.iter().map(|zone| zone.kb.count("boost") / 4).sum();
            assert_eq!(boost, kill.event.boost_pages);
            assert_eq!(report.tasks.as_ref().unwrap().len(), 2);
        }
    }
}

fn check_proc(world: &World, layout: &Layout) {
    let machine = &world.machine;
    let [(_, buddies), (_, types), (_, zones), (_, events)] = proc_texts(world, layout);
    let read = Buddyinfo::parse(&buddies);
    assert_eq!((read.skipped.len(), read.value.to_string() == buddies), (0, true), "{buddies}");
    let typed = PageTypeInfo::parse(&types);
    assert_eq!((typed.skipped.len(), typed.value.to_string() == types), (0, true), "{types}");
    let zoned = ZoneInfo::parse(&zones);
    assert_eq!((zoned.skipped.len(), zoned.value.to_string() == zones), (0, true), "{zones}");
    let counted = VmStat::parse(&events);
    assert_eq!((counted.skipped.len(), counted.value.to_string() == events), (0, true), "{events}");
    for zone in &machine.node.zones {
        let counters = view::counters(zone);
        let blocks = &read.value.zone(0, zone.name()).unwrap().free_blocks;
        let pages: u64 = blocks.iter().enumerate().map(|(order, count)| count << order).sum();
        assert_eq!(pages, counters.free, "{}", zone.name());
        let typed = typed.value.zone(0, zone.name()).unwrap();
        let by_type: Vec<u64> = typed.free.iter().map(|types| types.iter().sum()).collect();
        assert_eq!(by_type, blocks, "{}", zone.name());
        assert_eq!(typed.blocks.iter().sum::<u64>(), view::pageblocks(zone).len() as u64);
        let text = zoned.value.zones.iter().find(|text| text.name == zone.name()).unwrap().zone_view();
        assert_eq!(text.free_pages, counters.free_seen);
        assert_eq!(text.pagesets.iter().map(|set| set.count).sum::<u64>(), counters.pcp);
        assert_eq!((text.managed, text.min), (zone.managed.into(), zone.wmark_pages(0).into()));
    }
    machine.tally.each(|name, value| assert_eq!(counted.value.counters.get(name), Some(value), "{name}"));
    let page_tables: usize = world.processes.iter().map(|process| process.page_tables.len()).sum();
    assert_eq!(counted.value.counters.count("nr_page_table_pages"), page_tables as u64);
}

#[test]
fn every_phase_of_a_run_reads_back() {
    let runs = [
        ("debian/ant/512/thp=never/defrag=0", Layout::debian()),
        ("k1-pc0-pro0-series", Layout::minimal()),
        ("k0-series", Layout::minimal()),
    ];
    for (name, layout) in runs {
        let cell = cells::find(name).unwrap().cell(1).unwrap();
        let mut reader = Reader { layout, phases: Vec::new() };
        run_watched(&cell, &mut reader).unwrap();
        assert_eq!(reader.phases, ["boot", "frag", "oom", "end"], "{name}");
    }
}
