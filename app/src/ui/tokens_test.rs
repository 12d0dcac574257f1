//! The guard of the colour tokens: gamut, contrast, and chart colours under colour weakness.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

/// A colour as OKLCH: lightness, chroma, hue in degrees.
#[derive(Clone, Copy, Debug)]
struct Oklch(f64, f64, f64);

/// Light and dark.
type Pair = [Oklch; 2];

const THEMES: [&str; 2] = ["light", "dark"];
const STATES: [&str; 6] = ["ok", "info", "attention", "serious", "critical", "neutral"];
const PAPER: [&str; 4] = ["canvas", "surface", "sunken", "raised"];

/// The opaque colours of the token file; the first definition counts.
fn tokens() -> BTreeMap<String, Pair> {
    let css = include_str!("../../../style/tokens.css");
    let mut tokens = BTreeMap::new();
    for declaration in css.split(';') {
        let Some((name, value)) = declaration
            .rsplit("--")
            .next()
            .and_then(|d| d.split_once(':'))
        else {
            continue;
        };
        let colours: Vec<Oklch> = value
            .split("oklch(")
            .skip(1)
            .filter_map(|rest| parse(rest.split(')').next()?))
            .collect();
        let pair = match (value.trim().starts_with("light-dark("), colours.as_slice()) {
            (true, [light, dark]) => [*light, *dark],
            (false, [both]) => [*both, *both],
            _ => continue,
        };
        tokens.entry(name.trim().to_owned()).or_insert(pair);
    }
    tokens
}

/// `None` for colours with an alpha: they have no contrast of their own.
fn parse(text: &str) -> Option<Oklch> {
    let numbers: Option<Vec<f64>> = text.split_whitespace().map(|n| n.parse().ok()).collect();
    match numbers?.as_slice() {
        [l, c, h] => Some(Oklch(*l, *c, *h)),
        _ => None,
    }
}

/// Björn Ottosson's OKLab, from lightness, chroma and hue to linear sRGB.
fn linear([l, a, b]: [f64; 3]) -> [f64; 3] {
    let long = (l + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let medium = (l - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (l - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short,
    ]
}

fn oklab([r, g, b]: [f64; 3]) -> [f64; 3] {
    let long = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let medium = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let short = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * long + 0.793_617_785_0 * medium - 0.004_072_046_8 * short,
        1.977_998_495_1 * long - 2.428_592_205_0 * medium + 0.450_593_709_9 * short,
        0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766_0 * short,
    ]
}

impl Oklch {
    fn linear(self) -> [f64; 3] {
        let hue = self.2.to_radians();
        linear([self.0, self.1 * hue.cos(), self.1 * hue.sin()])
    }

    fn luminance(self) -> f64 {
        let [r, g, b] = self.linear().map(|c| c.clamp(0.0, 1.0));
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
}

fn contrast(a: Oklch, b: Oklch) -> f64 {
    let (a, b) = (a.luminance(), b.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Collects all pairs below a contrast, so that one run shows every one.
fn too_weak(pairs: impl Iterator<Item = (String, String)>, least: f64) -> Vec<String> {
    let tokens = tokens();
    let colour = |name: &str| {
        *tokens
            .get(name)
            .unwrap_or_else(|| panic!("no token --{name}"))
    };
    let mut weak = Vec::new();
    for (front, back) in pairs {
        for (i, theme) in THEMES.iter().enumerate() {
            let found = contrast(colour(&front)[i], colour(&back)[i]);
            if found < least {
                weak.push(format!("{front} on {back}, {theme}: {found:.2}"));
            }
        }
    }
    weak
}

fn pairs<'a>(
    fronts: &'a [&'a str],
    backs: &'a [&'a str],
) -> impl Iterator<Item = (String, String)> + 'a {
    fronts.iter().flat_map(move |f| {
        backs
            .iter()
            .map(move |b| ((*f).to_owned(), (*b).to_owned()))
    })
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn every_colour_can_be_shown() {
    let tokens = tokens();
    assert!(tokens.len() > 60, "only {} colours were read", tokens.len());
    let mut outside = Vec::new();
    for (name, pair) in tokens {
        for (colour, theme) in pair.into_iter().zip(THEMES) {
            if colour
                .linear()
                .iter()
                .any(|c| !(-0.003..=1.003).contains(c))
            {
                outside.push(format!("{name}, {theme}: {:?}", colour.linear()));
            }
        }
    }
    assert_eq!(outside, none());
}

#[test]
fn text_can_be_read() {
    let text: Vec<String> = STATES.iter().map(|s| format!("{s}-fg")).collect();
    let text: Vec<&str> = text
        .iter()
        .map(String::as_str)
        .chain(["ink", "ink-2", "ink-3", "accent"])
        .collect();
    let on_tint = STATES
        .iter()
        .map(|s| (format!("{s}-fg"), format!("{s}-tint")));
    let ink_on_tint = STATES
        .iter()
        .map(|s| ("ink".to_owned(), format!("{s}-tint")));
    let on_solid = pairs(
        &["on-solid"],
        &[
            "accent-solid",
            "accent-solid-hover",
            "critical-solid",
            "critical-solid-hover",
        ],
    );
    let night = pairs(&["night-ink", "night-link"], &["night", "night-deep"]);
    let chosen = pairs(&["ink", "ink-2"], &["accent-tint"]);
    let all = pairs(&text, &PAPER)
        .chain(on_tint)
        .chain(ink_on_tint)
        .chain(on_solid)
        .chain(night)
        .chain(chosen);
    assert_eq!(too_weak(all, 4.5), none());
}

#[test]
fn marks_can_be_seen() {
    let marks: Vec<String> = STATES.iter().map(|s| format!("{s}-mark")).collect();
    let charts: Vec<String> = (1..=6).map(|i| format!("chart-{i}")).collect();
    let marks: Vec<&str> = marks
        .iter()
        .chain(&charts)
        .map(String::as_str)
        .chain(["chart-other", "rank", "rank-edge", "line-control", "call"])
        .collect();
    let focus = pairs(&["focus"], &PAPER);
    assert_eq!(
        too_weak(pairs(&marks, &["surface"]).chain(focus), 3.0),
        none()
    );
}

/// Machado, Oliveira and Fernandes 2009, full severity, on linear sRGB.
const WEAKNESSES: [(&str, [[f64; 3]; 3]); 4] = [
    (
        "full sight",
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ),
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

fn seen(colour: Oklch, weakness: [[f64; 3]; 3]) -> [f64; 3] {
    let rgb = colour.linear();
    oklab(weakness.map(|row| {
        row.iter()
            .zip(rgb)
            .map(|(m, c)| m * c)
            .sum::<f64>()
            .clamp(0.0, 1.0)
    }))
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - y).powi(2))
        .sum::<f64>()
        .sqrt()
}

/// The first four are the safest set; all six stay apart. Dashes tell them apart as well.
#[test]
fn chart_colours_stay_apart_for_every_sight() {
    let tokens = tokens();
    let mut close = Vec::new();
    for (theme_index, theme) in THEMES.iter().enumerate() {
        for (sight, matrix) in WEAKNESSES {
            let colours: Vec<[f64; 3]> = (1..=6)
                .map(|i| {
                    seen(
                        tokens.get(&format!("chart-{i}")).unwrap()[theme_index],
                        matrix,
                    )
                })
                .collect();
            for a in 0..6 {
                for b in a + 1..6 {
                    let least = if b < 4 { 0.08 } else { 0.07 };
                    let found = distance(colours[a], colours[b]);
                    if found < least {
                        close.push(format!(
                            "chart-{} and chart-{}, {theme}, {sight}: {found:.3}",
                            a + 1,
                            b + 1
                        ));
                    }
                }
            }
        }
    }
    assert_eq!(close, none());
}

#[test]
fn the_arithmetic_is_right() {
    let white = Oklch(1.0, 0.0, 0.0);
    let black = Oklch(0.0, 0.0, 0.0);
    assert!((contrast(white, black) - 21.0).abs() < 0.01);
    // sRGB red is oklch(0.628 0.2577 29.23).
    let red = Oklch(0.627_955, 0.257_683, 29.233_9).linear();
    assert!(
        (red[0] - 1.0).abs() < 0.001 && red[1].abs() < 0.001 && red[2].abs() < 0.001,
        "{red:?}"
    );
    assert!(distance(oklab(red), [0.627_955, 0.224_863, 0.125_846]) < 0.001);
}
