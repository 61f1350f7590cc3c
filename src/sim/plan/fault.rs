// SPDX-License-Identifier: GPL-2.0-only
//! Taking one piece of memory of any kind, with what the kernel needs besides.
//!
//! Stands for mm/memory.c:do_anonymous_page, mm/huge_memory.c:do_huge_pmd_anonymous_page and mm/secretmem.c@7.3, and
//! for callers of alloc_pages.

use crate::model::frames::{Order, Pfn};
use crate::model::gfp::Gfp;
use crate::sim::demand::{Demand, Poll};
use crate::sim::secretmem::{SECRETMEM_GFP, SPLIT_GFP};
use crate::sim::state::Held;
use crate::sim::world::World;
use crate::workload::plan::Kind;

const KERNEL_GFP: Gfp = Gfp(Gfp::GFP_KERNEL.0 | Gfp::COMP.0);
/// mm/huge_memory.c:vma_thp_gfp_mask@7.3 with defrag=madvise; mm/mempolicy.c adds the last two for the local node.
const THP_GFP: Gfp = Gfp(Gfp::GFP_TRANSHUGE_LIGHT.0 | Gfp::NORETRY.0 | Gfp::THISNODE.0);
const THP_MADVISED_GFP: Gfp = Gfp(Gfp::GFP_TRANSHUGE.0 | Gfp::NORETRY.0 | Gfp::THISNODE.0);
/// Pages that one page table maps.
const PAGES_PER_TABLE: u64 = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Memory,
    HugePage,
    PageTable,
    Split,
}

/// What a step of a fault came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Took {
    Pending,
    /// So many pages.
    Pages(u64),
    /// The kernel returned NULL to a caller that can live with it.
    Denied,
}

/// Memory of one kind for one process, taken piece by piece.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    set: usize,
    process: u32,
    kind: Kind,
    madvised: bool,
    wants: Vec<(Demand, Role)>,
    touched: u64,
    /// Pages of a 2 MiB range that got no huge page, still to be touched one by one.
    small_left: u32,
}

impl Fault {
    pub fn new(set: usize, process: u32, kind: Kind, madvised: bool) -> Fault {
        Fault { set, process, kind, madvised, wants: Vec::new(), touched: 0, small_left: 0 }
    }

    /// Whether nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.wants.is_empty()
    }

    /// The request under way; those before it in the list were not begun.
    pub fn demand(&mut self) -> Option<&mut Demand> {
        self.wants.last_mut().map(|(demand, _)| demand)
    }

    /// Goes on with what is under way, or begins with a piece of this order.
    pub fn step(&mut self, w: &mut World, order: Order) -> Took {
        if self.wants.is_empty() {
            self.begin(w, order);
        }
        while let Some((demand, role)) = self.wants.last_mut() {
            let role = *role;
            match demand.poll(w, Some(self.process)) {
                Poll::Pending => return Took::Pending,
                Poll::Page(pfn) => {
                    let (demand, _) = self.wants.pop().expect("it was just asked");
                    if let Some(pages) = self.got(w, role, pfn, demand.order) {
                        return Took::Pages(pages);
                    }
                }
                Poll::Null => return self.denied(w),
            }
        }
        Took::Pending
    }

    fn begin(&mut self, w: &World, order: Order) {
        let memory = match self.kind {
            Kind::Anon | Kind::File => Demand::new(Gfp::ANON_FAULT, 0),
            Kind::Secretmem => Demand::of_type(SECRETMEM_GFP, 0, w.machine.secretmem_freetype()),
            Kind::Kernel => Demand::new(KERNEL_GFP, order),
            Kind::KernelReclaimable => Demand::new(KERNEL_GFP.with(Gfp::RECLAIMABLE), order),
            Kind::Thp if w.plan.thp && self.small_left == 0 => {
                let gfp = if self.madvised { THP_MADVISED_GFP } else { THP_GFP };
                self.wants.push((Demand::new(gfp, 9), Role::HugePage));
                return;
            }
            Kind::Thp => Demand::new(Gfp::ANON_FAULT, 0),
        };
        self.wants.push((memory, Role::Memory));
        let user = matches!(self.kind, Kind::Anon | Kind::Secretmem | Kind::Thp);
        if user && self.touched.is_multiple_of(PAGES_PER_TABLE) {
            self.wants.push((Demand::new(Gfp::PAGE_TABLE, 0), Role::PageTable));
        }
    }

    /// What a page is used for. Pages of the fault's kind that came with it.
    fn got(&mut self, w: &mut World, role: Role, pfn: Pfn, order: Order) -> Option<u64> {
        let costs = w.machine.costs;
        match role {
            Role::PageTable => w.process(self.process).page_tables.push(pfn),
            Role::Split => {
                w.process(self.process).kernel.push((pfn, order));
                return Some(1);
            }
            Role::HugePage => {
                w.machine.tally.thp_fault_alloc += 1;
                w.plan_hold_page(self.set, self.process, pfn, Held::Huge(pfn));
                // Clearing 2 MiB at once is cheaper than 512 faults; measured ratios lie between 4 and 10.
                w.machine.charge(64 * costs.anon_fault_ns);
                return Some(512);
            }
            Role::Memory => return self.got_memory(w, pfn, order),
        }
        None
    }

    fn got_memory(&mut self, w: &mut World, pfn: Pfn, order: Order) -> Option<u64> {
        let costs = w.machine.costs;
        self.touched += 1;
        self.small_left = self.small_left.saturating_sub(1);
        let held = match self.kind {
            Kind::Kernel | Kind::KernelReclaimable => Held::Kernel(pfn, order),
            Kind::Secretmem => Held::Secret(pfn),
            Kind::Anon | Kind::File | Kind::Thp => Held::Anon(w.machine.owners.add(pfn)),
        };
        w.plan_hold_page(self.set, self.process, pfn, held);
        if self.kind != Kind::Secretmem {
            w.machine.charge(costs.anon_fault_ns);
            return Some(held.pages());
        }
        w.machine.charge(w.machine.secretmem_fault_ns());
        if !w.machine.unmaps_blocks() && w.worker.split_region(pfn) {
            w.machine.tally.direct_map_level2_splits += 1;
            self.wants.push((Demand::new(SPLIT_GFP, 0), Role::Split));
            return None;
        }
        Some(1)
    }

    fn denied(&mut self, w: &mut World) -> Took {
        let (demand, role) = self.wants.pop().expect("it was just asked");
        match role {
            Role::HugePage if demand.gfp == THP_MADVISED_GFP => {
                // mm/mempolicy.c:alloc_pages_mpol@7.3: the second try may take any node.
                self.wants.push((Demand::new(Gfp::GFP_TRANSHUGE, 9), Role::HugePage));
                Took::Pending
            }
            Role::HugePage => {
                w.machine.tally.thp_fault_fallback += 1;
                self.small_left = 512;
                Took::Pending
            }
            Role::Memory if matches!(self.kind, Kind::Kernel | Kind::KernelReclaimable) => {
                w.plan.denied += 1;
                Took::Denied
            }
            // A fault without a page is retried (mm/memory.c: VM_FAULT_OOM); tables likewise.
            _ => {
                self.wants.push((Demand::of_type(demand.gfp, demand.order, demand.freetype), role));
                Took::Pending
            }
        }
    }
}
