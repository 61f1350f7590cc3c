// SPDX-License-Identifier: GPL-2.0-only
//! Links: those ever made open for ever, those made now survive archives, and damage is named.

use oompoint::environment;
use oompoint::experiment::{Experiment, MODEL_VERSION, PolicySpec, seeds_text};
use oompoint::knobs::{Knob, Knobs};
use oompoint::link::{self, BASE, LINE_MAX, LinkCheck, LinkError, Permalink, Promise, View};
use oompoint::workload;

use crate::linkify::links;
use crate::random::Random;

/// Frozen: lines are added, never edited. Each is a link and, after a tab, everything that it means.
const FROZEN: &str = include_str!("../links/v1.txt");

fn knobs(knobs: &Knobs, known: &[Knob]) -> String {
    known.iter().map(|knob| format!(" {}={}", knob.name, knobs.get(known, knob.name))).collect()
}

/// Everything that a link says, defaults included, in words of its own: no later default can change it unseen.
fn meaning(link: &Permalink) -> String {
    let Experiment { environment: guest, workload, policies, seeds, until } = &link.experiment;
    let changes = environment::changes(guest, &environment::preset(&guest.name).unwrap());
    let changes: String = changes.iter().map(|(name, value)| format!(" {name}={value}")).collect();
    let entry = workload::find(workload.name).unwrap();
    let policy = |spec: &PolicySpec| format!("{}{}", spec.policy.name, knobs(&spec.knobs, spec.policy.knobs));
    let policies: Vec<_> = policies.iter().map(policy).collect();
    let until = until.map_or(String::new(), |until| format!(" until {}-{}", until.percent_text(), until.hard_stop));
    let result = link.result.as_ref().map_or(String::new(), |result| format!(" r={} of {}", result.hash, result.model));
    let View { event, view, block, pages, name, trace, theme, embed } = &link.view;
    let texts = [("x", view), ("n", name), ("h", trace), ("th", theme)];
    let texts = texts.map(|(key, value)| value.as_ref().map_or(String::new(), |value| format!(" {key}={value}")));
    let event = event.map_or(String::new(), |event| format!(" t={event}"));
    let block = match (block, pages) {
        (0, false) => String::new(),
        (block, pages) => format!(" b={block}{}", if *pages { ".p" } else { "" }),
    };
    let embed = if *embed { " e=1" } else { "" };
    format!(
        "{}{changes} ; {}{} ; {} ; {}{until} ;{result}{event}{}{block}{embed}",
        guest.name,
        entry.name,
        knobs(&workload.knobs, entry.knobs),
        policies.join(" , "),
        seeds_text(seeds, ','),
        texts.concat(),
    )
}

#[test]
fn links_ever_made_still_open_and_mean_the_same() {
    let mut lines = 0;
    for line in FROZEN.lines().filter(|line| !line.starts_with("// ")) {
        let (url, wanted) = line.split_once('\t').expect("a link, a tab, a meaning");
        let opened = link::open(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let found = meaning(&opened.link);
        // A workload or policy may get new knobs, and nothing else may come between.
        let mut wanted = wanted.split(' ').peekable();
        for word in found.split(' ') {
            if wanted.next_if_eq(&word).is_none() {
                assert!(word.contains('='), "{url}: `{word}` in {found}");
            }
        }
        assert_eq!(wanted.next(), None, "{url}: {found}");
        lines += 1;
    }
    assert!(lines >= 20);
}

#[test]
fn the_default_comparison_fits_a_line_of_mail() {
    let mut link = link::open("v=1").unwrap().link;
    link.result = Some(Promise::of("k7Qm2x4".to_owned(), &link.experiment));
    let url = link::url(BASE, &link::write(&link));
    assert!(url.len() <= LINE_MAX, "{} {url}", url.len());
    let four = "v=1&g=mail-1g&p=base~series~blunt~isolate&s=1-64";
    let mut link = link::open(four).unwrap().link;
    link.result = Some(Promise::of("k7Qm2x4".to_owned(), &link.experiment));
    let url = link::url(BASE, &link::write(&link));
    assert!(url.len() <= 100, "{} {url}", url.len());
    assert!(link::length_note(&url).is_some() && link::length_note(&url[..LINE_MAX]).is_none());
    assert!(link::length_note(&"x".repeat(1_801)).unwrap().contains("file"));
}

#[test]
fn what_an_archive_makes_of_a_link_is_the_link() {
    let mut random = Random::new(1);
    for case in 0..500 {
        let mut link = Permalink::of(random.experiment());
        if random.below(2) == 0 {
            let outcome = random.outcome(&link.experiment);
            link.result = link::result_hash(&outcome).map(|hash| Promise::of(hash, &link.experiment));
        }
        link.view.event = (random.below(3) == 0).then(|| random.below(u64::MAX));
        link.view.name = (random.below(3) == 0).then(|| "a.name_of-24~characters.".to_owned());
        link.view.embed = random.below(3) == 0;
        let blocks = u64::from(link.experiment.environment.memory_mib.div_ceil(2));
        link.view.block = if random.below(3) == 0 { random.below(blocks) as u32 } else { 0 };
        link.view.pages = random.below(3) == 0;
        if random.below(3) == 0 {
            link.unknown.push(("zz".to_owned(), "any.Thing~1-2".to_owned()));
        }
        let fragment = link::write(&link);
        let url = link::url(BASE, &fragment);
        for text in [
            url.clone(),
            format!("See {url}."),
            format!("({url})"),
            format!("[1] {url}, and"),
            format!("> > <{url}>;"),
            format!("'{url}'"),
            format!("\"{url}\" | x"),
        ] {
            let found = links(&text);
            assert_eq!(found, [url.as_str()], "case {case}: {text}");
            let opened = link::open(&found[0]).unwrap_or_else(|error| panic!("case {case}: {error}\n{url}"));
            assert_eq!((opened.check, opened.version), (LinkCheck::Good, link::CURRENT), "{url}");
            assert_eq!(link::write(&opened.link), fragment, "case {case}");
            assert_eq!((opened.link.view, opened.link.unknown), (link.view.clone(), link.unknown.clone()));
            assert_eq!(opened.link.result, link.result);
        }
    }
}

#[test]
fn any_text_is_opened_or_refused_in_words() {
    let mut random = Random::new(2);
    let pieces = [
        "v=1",
        "&",
        "=",
        "p=",
        "base",
        "~",
        "series",
        ".",
        "-",
        "s=",
        "1",
        "64",
        "#",
        "/",
        "g=",
        "c=",
        "r=",
        "%7E",
        "%",
        "w=secretmem-vs-frag",
        "keep",
        "u=2.0-64",
        "\n> ",
        "é",
        "m=1g",
        "o=",
        "thp",
        "never",
        "&amp;",
        "x=",
        "9",
    ];
    let mut opened = 0;
    for _ in 0..20_000 {
        let text: String = (0..random.below(14)).map(|_| random.pick(&pieces)).collect();
        match link::open(&text) {
            Ok(found) => {
                let again = link::write(&found.link);
                assert_eq!(link::write(&link::open(&again).unwrap().link), again, "{text}");
                opened += 1;
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    assert!(opened > 50, "{opened}");
}

#[test]
fn every_cut_is_recognised() {
    let url =
        FROZEN.lines().find(|line| line.contains("&r=") && line.contains("~")).unwrap().split_once('\t').unwrap().0;
    assert_eq!(link::open(url).unwrap().check, LinkCheck::Good);
    let start = url.find('#').unwrap() + 1;
    for end in start + 1..url.len() {
        match link::open(&url[..end]) {
            Ok(opened) => {
                assert_ne!(opened.check, LinkCheck::Good, "{}", &url[..end]);
                assert!(opened.notes.iter().any(|note| note.contains("cut")), "{}", &url[..end]);
            }
            Err(LinkError::Cut { .. } | LinkError::MaybeCut { .. } | LinkError::NotALink) => {}
            Err(other) => panic!("{}: {other}", &url[..end]),
        }
    }
}

#[test]
fn mail_and_html_do_no_harm() {
    let whole = link::write(&link::open("v=1&p=base~blunt&s=1-8").unwrap().link);
    let url = link::url(BASE, &whole);
    let (head, tail) = url.split_at(50);
    for text in [
        format!("{head}\n> > {tail}"),
        format!("  <{url}>\n"),
        url.replace('&', "&amp;"),
        url.replace('~', "%7E"),
        format!("{url}."),
        format!("{url})."),
        whole.clone(),
        format!("#{whole}"),
    ] {
        let opened = link::open(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((opened.check, link::write(&opened.link)), (LinkCheck::Good, whole.clone()), "{text}");
    }
}

#[test]
fn refusals_name_the_key_and_the_remedy() {
    let cases = [
        ("v=2&zz=1", "version 2, this program knows versions up to 1: reload"),
        ("v=0", "v=0"),
        ("v=1&w=nothing", "no workload `nothing`; there are secretmem-vs-frag"),
        ("v=1&p=base~blind", "p=blind: no policy `blind`"),
        ("v=1&p=tunable.count-9", "within 0..2"),
        ("v=1&g=moon", "no environment of this name; there are minimal-1g"),
        ("v=1&m=much", "m=much"),
        ("v=1&o=thp-ever", "o=thp-ever"),
        ("v=1&o=nosuch-1", "no field `nosuch`"),
        ("v=1&s=9-1", "low to high"),
        ("v=1&s=1~1", "given twice"),
        ("v=1&p=base~base", "given twice"),
        ("v=1&s=1&s=2", "twice"),
        ("v=1&r=00", "r=00"),
        ("v=1&p=base|blunt", "`|` cannot be in a link"),
        ("v=1&p=base~", "was cut: it ends with `p=base~`"),
        ("hello", "no link"),
        ("https://oompoint.example.org/", "no link"),
    ];
    for (text, wanted) in cases {
        let error = link::open(text).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn what_is_not_known_is_kept_and_named() {
    let opened = link::open("v=1&foo=7.x&s=1-2&bar=y").unwrap();
    assert!(opened.notes.iter().any(|note| note == "Ignored: foo, bar."), "{:?}", opened.notes);
    assert!(link::write(&opened.link).starts_with("v=1&s=1-2&foo=7.x&bar=y&c="));
    let opened = link::open("s=1-2").unwrap();
    assert!(opened.notes.iter().any(|note| note.contains("no version")), "{:?}", opened.notes);
}

#[test]
fn a_view_that_is_not_there_is_no_reason_to_refuse_a_link() {
    for (pair, wanted) in [
        ("t=soon", "an event is a number"),
        ("x=moon", "no such view; there are a, b, d, log, why"),
        ("n=a.name.that.is.much.too.long", "a name has at most 24 characters"),
        ("h=12", "a trace's hash has 16 digits and letters a to f"),
        ("th=blue", "a theme is light or dark"),
        ("e=yes", "embedded is 1 or 0"),
    ] {
        let opened = link::open(&format!("v=1&s=1-2&{pair}")).unwrap();
        assert!(opened.notes.contains(&format!("Ignored: {pair}: {wanted}.")), "{:?}", opened.notes);
        assert!(link::write(&opened.link).starts_with("v=1&s=1-2&c="), "{pair}");
    }
}

#[test]
fn a_pageblock_that_is_not_there_is_no_reason_to_refuse_a_link() {
    for (text, block, pages) in [("v=1&b=511", 511, false), ("v=1&b=0.p", 0, true), ("v=1&m=2g&b=1023.p", 1023, true)] {
        let opened = link::open(text).unwrap();
        assert_eq!((opened.link.view.block, opened.link.view.pages), (block, pages), "{text}");
        assert!(opened.notes.iter().all(|note| !note.contains("b=")), "{:?}", opened.notes);
        assert!(link::write(&opened.link).starts_with(&format!("{text}&c=")), "{text}");
    }
    // What is left out when it is the default.
    assert!(!link::write(&link::open("v=1&b=0").unwrap().link).contains("b="));
    for text in ["512", "-1", "x", "7.q", ".p", "99999999999999999999", "1.p.p"] {
        let opened = link::open(&format!("v=1&s=1-2&t=5&x=d&b={text}")).unwrap();
        let note = format!("Ignored: b={text}: the guest's pageblocks are 0 to 511.");
        assert!(opened.notes.contains(&note), "{:?}", opened.notes);
        assert!(link::write(&opened.link).starts_with("v=1&s=1-2&t=5&x=d&c="), "{text}");
    }
}

#[test]
fn equal_experiments_have_equal_links() {
    let texts = [
        "v=1&s=1-3&g=minimal-1g&p=base~blunt&w=secretmem-vs-frag.keep-4",
        "p=base~blunt.june-leak-off&s=3~1~2&v=1&m=1g",
        "v=1&s=1-3&p=base~blunt&o=thp-madvise",
    ];
    for text in texts {
        assert_eq!(link::config(&link::open(text).unwrap().link.experiment), "p=base~blunt&s=1-3", "{text}");
    }
}

#[test]
fn reproduction_has_three_answers() {
    let mut random = Random::new(5);
    let mut experiment = random.experiment();
    experiment.until = None;
    let outcome = loop {
        let outcome = random.outcome(&experiment);
        if outcome.is_whole() {
            break outcome;
        }
    };
    let hash = link::result_hash(&outcome).unwrap();
    let mut link = Permalink::of(experiment.clone());
    let say = |link: &Permalink| {
        let opened = link::open(&link::write(link)).unwrap();
        link::compare(&opened.link, &outcome).unwrap()
    };
    assert!(say(&link).sentence().contains("promises no result"));
    link.result = Some(Promise::of(hash.clone(), &experiment));
    let n = experiment.seeds.len();
    assert_eq!(say(&link).sentence(), format!("Reproduced ({n}/{n} seeds)."));
    assert!(!say(&link).is_broken());
    let other = if hash.starts_with('2') { "3" } else { "2" };
    link.result.as_mut().unwrap().hash.replace_range(..1, other);
    assert!(say(&link).is_broken() && say(&link).sentence().starts_with("NOT reproduced"));
    let result = link.result.as_mut().unwrap();
    result.model = "99.1".to_owned();
    let answer = say(&link);
    assert!(answer.is_broken() && answer.sentence().starts_with("Made with model 99.1"), "{}", answer.sentence());
    assert!(answer.sentence().contains(&format!("run with model {MODEL_VERSION}: the result differs")));
}

#[test]
fn links_of_a_page_lead_to_that_page() {
    for (address, base) in [
        ("https://a.example/", Some("https://a.example/")),
        ("https://a.example:8443/x/index.html?q=1#v=1", Some("https://a.example:8443/x/")),
        ("http://10.0.0.7/oompoint.html#v=1", Some("http://10.0.0.7/oompoint.html")),
        ("http://localhost:8080/#v=1", None),
        ("http://127.0.0.1/", None),
        ("http://[::1]:8080/", None),
        ("https://x.localhost/", None),
        ("file:///home/me/oompoint.html", None),
        ("about:srcdoc", None),
    ] {
        assert_eq!(link::base_of(address), base, "{address}");
        // Whatever it is, archives keep the fragment.
        let url = link::url(base.unwrap_or(BASE), "v=1&s=1-4");
        assert_eq!(links(&format!("See {url}.")), std::slice::from_ref(&url));
    }
    assert_eq!(link::url("https://a.example", "v=1"), "https://a.example/#v=1");
    let text = format!("one {BASE}#v=1\n{BASE} two");
    assert_eq!(link::moved(&text, "https://a.example/b.html"), format!("one https://a.example/b.html#v=1\n{BASE} two"));
}
