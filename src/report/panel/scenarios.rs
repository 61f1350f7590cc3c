// SPDX-License-Identifier: GPL-2.0-only
//! Comparisons to begin from: questions that were asked, with their sources.

/// A comparison by its link's fragment.
pub struct Scenario {
    pub name: &'static str,
    /// Where the question comes from, and what real kernels said.
    pub about: &'static str,
    pub fragment: &'static str,
}

/// The comparison that the page begins with: the series as posted against the mail's fix, on the guest in which both
/// were measured.
pub const DEFAULT: &str = "v=1&p=series~blunt&s=1-16";

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "the series and its fix",
        about: "The mail of 2026-06-11: the series as posted against the blunt fix, on the bare guest in which both were \
                measured (97 and 720 MiB on real kernels).",
        fragment: DEFAULT,
    },
    Scenario {
        name: "what the fix costs, bare guest",
        about: "The mail asks whether the extra work matters: the kernel without the series against the fix.",
        fragment: "v=1&p=base~blunt&s=1-16",
    },
    Scenario {
        name: "what the fix costs, 300 MiB of page cache",
        about: "The same where file pages fill part of memory; measured on real kernels too (the fidelity page has both).",
        fragment: "v=1&g=disk-1g&o=page_cache_mib-300&p=base~blunt~early&s=1-16",
    },
    Scenario {
        name: "the mail's guest, estimated",
        about: "Eight CPUs, services, some page cache, all of it assumed. The mail reports -8.7 % (n = 4 against 3): \
                where the guest is antagonized, as here, no setting that was tried gives that, nor did the measured guests.",
        fragment: "v=1&g=mail-1g&s=1-16",
    },
    Scenario {
        name: "isolating a block instead of compacting",
        about: "Alternatives to the fix: stop at the first block, or isolate the cheapest one.",
        fragment: "v=1&g=disk-1g&p=blunt~early~isolate&s=1-16",
    },
    Scenario {
        name: "blocks kept ready by kcompactd",
        about: "Moving the work out of the allocating task.",
        fragment: "v=1&g=disk-1g&p=blunt~kcompactd-target&s=1-16",
    },
    Scenario {
        name: "defrag_mode on a distribution's guest",
        about: "Linux 7.3.4 as Debian builds it; measured on real kernels: 684 MB without vm.defrag_mode, 587 and 669 MB with \
                it.",
        fragment: "v=1&g=debian-1g&p=base~defrag-mode~promote-reclaim&s=1-8",
    },
    Scenario {
        name: "movable requests map blocks back",
        about: "What happens to memory that was unmapped and freed when movable requests want it: a build on 512 MiB, beside \
                processes that take secretmem and give it back.",
        fragment: "v=1&g=mail-1g&m=512m&w=kernel-build&p=blunt~map-back&s=1-16",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link;

    #[test]
    fn every_scenario_opens_and_is_its_own() {
        let mut configs = Vec::new();
        for scenario in SCENARIOS {
            let opened = link::open(scenario.fragment).unwrap_or_else(|error| panic!("{}: {error}", scenario.name));
            let config = link::config(&opened.link.experiment);
            assert!(scenario.fragment.ends_with(&config), "{}: write it as {config}", scenario.name);
            assert!(!configs.contains(&config), "{} is there already", scenario.name);
            configs.push(config);
        }
    }
}
