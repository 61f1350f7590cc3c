// SPDX-License-Identifier: GPL-2.0-only
//! The marks of the policies: a colour and a shape each, so that neither is needed alone.

/// Colours of policies, light and dark; www/colours.css has the same under `--policy-0` and so on.
pub const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

/// Shapes within 5 units of the origin. With four colours they tell sixteen policies apart.
const SHAPES: [&str; 4] = [
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
    "M-4 -4h8v8h-8z",
    "M0 -5l5 9h-10z",
    "M0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z",
];

/// The class that gives a policy its colour.
pub fn colour(policy: usize) -> String {
    format!("p{}", policy % COLOURS.len())
}

/// The shapes as symbols to be used, under names that begin with `prefix`.
pub fn definitions(prefix: &str, policies: usize) -> String {
    let shapes = 0..policies.min(COLOURS.len() * SHAPES.len());
    let mut text = "<defs>".to_owned();
    for policy in shapes {
        text += &format!("<path id=\"{prefix}{policy}\" d=\"{}\"/>", shape(policy));
    }
    text + "</defs>"
}

/// The outline of a policy's mark.
pub fn shape(policy: usize) -> &'static str {
    SHAPES[(policy + policy / COLOURS.len()) % SHAPES.len()]
}

/// What a picture that stands alone needs beside its shapes.
pub fn style() -> String {
    let mut text = "<style>text{font:12px system-ui,sans-serif;fill:#1b1f24}.soft{fill:#57606a}.rule{stroke:#c4cad1}\
                    .zero{stroke:#1b1f24}.dot{fill-opacity:.4}.line{stroke-width:2;fill:none}"
        .to_owned();
    for (i, colour) in COLOURS.iter().enumerate() {
        text += &format!(".p{i}{{fill:{colour};stroke:{colour}}}");
    }
    // After the colours, which it overrides; text has its outline under it.
    text + ".mean{stroke:#fff}.name{font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:3px}</style>"
}
