//! Tests of themes: contrast, distinct colours and colour depth.

use crate::support::draw::{draw, frame_text};
use crate::support::story::{MS, Story, StoryParameters};
use crate::varied_screens;
use mpviz::event::Mode;
use mpviz::theme::{BUILT_IN, ColorDepth, Glyphs, Theme};
use mpviz::ui::{TimeCursor, Ui};
use ratatui::style::{Color, Style};

/// Names of the built-in themes that use colours.
const COLOURED_THEMES: [&str; 4] = ["default", "dark", "light", "colour-blind"];

fn built_in_theme(name: &str, depth: ColorDepth) -> Theme {
    Theme::built_in(name, depth).expect("a theme")
}

/// Linear red, green and blue components of a colour, from 0 to 1.
type LinearRgb = [f64; 3];

/// Converts an RGB colour, or an indexed colour above 15, to linear components.
fn linear_rgb(color: Color) -> LinearRgb {
    const CUBE_LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let level = |n: u8| CUBE_LEVELS[usize::from(n % 6)];
    let parts = match color {
        Color::Rgb(r, g, b) => [r, g, b],
        Color::Indexed(n @ 16..232) => [level((n - 16) / 36), level((n - 16) / 6), level(n - 16)],
        Color::Indexed(n @ 232..) => [8 + 10 * (n - 232); 3],
        other => panic!("{other:?} has no fixed RGB value"),
    };
    parts.map(|part| match f64::from(part) / 255.0 {
        low if low <= 0.04045 => low / 12.92,
        high => ((high + 0.055) / 1.055).powf(2.4),
    })
}

fn luminance([r, g, b]: LinearRgb) -> f64 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Contrast ratio by the Web Content Accessibility Guidelines.
fn contrast(a: Color, b: Color) -> f64 {
    let [a, b] = [a, b].map(|color| luminance(linear_rgb(color)));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Background colour of a theme. Themes that keep the background of the terminal are tested on a dark colour.
fn background(theme: &Theme) -> Color {
    theme.base.bg.unwrap_or(Color::Rgb(0x11, 0x14, 0x1b))
}

fn fg_and_bg(style: Style) -> (Color, Color) {
    (style.fg.expect("a foreground"), style.bg.expect("a background"))
}

#[test]
fn text_is_readable_on_every_background() {
    for (name, depth) in
        COLOURED_THEMES.into_iter().flat_map(|name| [(name, ColorDepth::True), (name, ColorDepth::Indexed)])
    {
        let theme = built_in_theme(name, depth);
        let background = background(&theme);
        let fills = [theme.tile, theme.hazard, theme.alarm, theme.frozen, theme.replay].map(fg_and_bg);
        let lanes = Mode::ALL_VARIANTS
            .map(|mode| theme.lane_colors(mode))
            .map(|lane| [lane.run, lane.mid, lane.dim].map(fg_and_bg));
        let texts = [theme.text, theme.weak, theme.strong].map(|style| (style.fg.expect("a foreground"), background));
        for (text, fill) in fills.into_iter().chain(lanes.into_iter().flatten()).chain(texts) {
            let contrast = contrast(text, fill);
            assert!(contrast >= 4.5, "{name}, {depth:?}: {text:?} on {fill:?} has {contrast:.2}");
        }
    }
}

/// With 16 colours, the background is that of the terminal, which may be light or dark.
#[test]
fn text_has_the_colour_of_the_terminal_with_16_colours() {
    let theme = built_in_theme("light", ColorDepth::Sixteen);
    for (model, ui) in varied_screens::models_with_ui() {
        let frame = draw(&model, &ui, &theme, (120, 40));
        for cell in frame.content().iter().filter(|cell| cell.bg == Color::Reset && cell.fg != Color::Reset) {
            let is_text = cell.symbol().chars().any(char::is_alphanumeric);
            assert!(!is_text, "{cell:?}\n{}", frame_text(&frame));
        }
    }
}

#[test]
fn tiles_bars_and_dots_contrast_with_the_background() {
    for (name, depth) in
        COLOURED_THEMES.into_iter().flat_map(|name| [(name, ColorDepth::True), (name, ColorDepth::Indexed)])
    {
        let theme = built_in_theme(name, depth);
        let lanes = Mode::ALL_VARIANTS.map(|mode| theme.lane_colors(mode)).map(|lane| [lane.run.bg, lane.mid.bg]);
        let shapes = [theme.tile.bg, theme.dot.fg, theme.alarm.bg].into_iter().chain(lanes.into_iter().flatten());
        for shape in shapes.map(|color| color.expect("a colour")) {
            // The nearest of the 256 indexed colours may have slightly less contrast.
            let min_contrast = if depth == ColorDepth::True { 2.695 } else { 2.4 };
            let contrast = contrast(shape, background(&theme));
            assert!(contrast >= min_contrast, "{name}, {depth:?}: {shape:?} has {contrast:.2}");
        }
    }
}

#[test]
fn every_mode_has_three_distinct_colours_at_any_colour_depth() {
    for name in BUILT_IN {
        for depth in [ColorDepth::True, ColorDepth::Indexed, ColorDepth::Sixteen] {
            let theme = built_in_theme(name, depth);
            for lane in Mode::ALL_VARIANTS.map(|mode| theme.lane_colors(mode)) {
                let (run, mid, dim) = (lane.run, lane.mid, lane.dim);
                assert!(run != mid && mid != dim && dim != run, "{name}, {depth:?}: {lane:?}");
                let colours = [run.bg, mid.bg, dim.bg];
                let distinct = colours[0] != colours[1] && colours[1] != colours[2] && colours[2] != colours[0];
                assert!(distinct || theme.is_mono(), "{name}, {depth:?}: {lane:?}");
            }
        }
    }
}

/// Matrices that convert linear RGB to the colours seen with a colour vision deficiency: protanopia and deuteranopia
/// after Viénot, Brettel and Mollon, tritanopia after Brettel (first half plane only). The last converts to grey.
const COLOUR_VISIONS: [(&str, [LinearRgb; 3]); 4] = [
    ("protan", [[0.112, 0.888, 0.0], [0.112, 0.888, 0.0], [0.004, -0.004, 1.0]]),
    ("deutan", [[0.292, 0.708, 0.0], [0.292, 0.708, 0.0], [-0.022, 0.022, 1.0]]),
    ("tritan", [[1.013, 0.142, -0.155], [-0.012, 0.868, 0.144], [0.075, 0.807, 0.118]]),
    ("grey", [[0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722]]),
];

/// Matrix of the `OKLab` conversion from linear RGB to cone responses.
const LINEAR_RGB_TO_CONES: [LinearRgb; 3] = [
    [0.412_221_5, 0.536_332_5, 0.051_446],
    [0.211_903_5, 0.680_699_5, 0.107_397],
    [0.088_302_5, 0.281_718_8, 0.629_978_7],
];
/// Matrix of the `OKLab` conversion from the cube roots of cone responses to lightness and opponent colours.
const CONES_TO_OKLAB: [LinearRgb; 3] =
    [[0.210_454, 0.793_618, -0.004_072], [1.977_998, -2.428_592, 0.450_594], [0.025_904, 0.782_772, -0.808_676]];

/// Distance of two colours in the `OKLab` colour space, where the distance of black and white is 1.
fn oklab_distance(a: LinearRgb, b: LinearRgb) -> f64 {
    let multiply = |matrix: [LinearRgb; 3], vector: LinearRgb| {
        matrix.map(|row| row.iter().zip(vector).map(|(part, light)| part * light).sum::<f64>())
    };
    let lab = |light: LinearRgb| multiply(CONES_TO_OKLAB, multiply(LINEAR_RGB_TO_CONES, light).map(f64::cbrt));
    let (a, b) = (lab(a), lab(b));
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn colours_are_distinct_for_colour_blind_viewers() {
    for name in COLOURED_THEMES {
        let theme = built_in_theme(name, ColorDepth::True);
        for (vision, matrix) in COLOUR_VISIONS {
            let seen = |color: Option<Color>| {
                let light = linear_rgb(color.expect("a colour"));
                matrix.map(|row| row.iter().zip(light).map(|(part, light)| part * light).sum::<f64>().clamp(0.0, 1.0))
            };
            for mode in Mode::ALL_VARIANTS {
                let lane = theme.lane_colors(mode);
                let [run, mid, dim, hazard] = [lane.run, lane.mid, lane.dim, theme.hazard].map(|style| seen(style.bg));
                let min_distance =
                    [oklab_distance(run, mid), oklab_distance(mid, dim)].into_iter().fold(f64::MAX, f64::min);
                assert!(min_distance > 0.1, "{name}, {vision}, {mode:?}: run, mid and dim are {min_distance:.3} apart");
                // Only the `colour-blind` theme must distinguish hazard tape by its colour, not only by its stripes.
                let tape =
                    [run, mid, dim].map(|lane| oklab_distance(hazard, lane)).into_iter().fold(f64::MAX, f64::min);
                assert!(
                    tape > 0.1 || name != "colour-blind",
                    "{name}, {vision}, {mode:?}: hazard tape is {tape:.3} from a lane's colour"
                );
            }
        }
    }
}

/// Models and user interface states of a live screen, a frozen screen and the help.
fn models_with_ui() -> Vec<(mpviz::model::Model, Ui)> {
    let story = Story::simulate(&StoryParameters { kill: Some((700, 0, 1)), ..StoryParameters::with_io() });
    let frozen = Ui { cursor: TimeCursor::At(500 * MS), ..Ui::default() };
    let help = Ui { help: true, ..Ui::default() };
    vec![(story.model_at(1600), Ui::default()), (story.model_at(1600), frozen), (story.model_at(1600), help)]
}

#[test]
fn themes_with_a_background_style_every_cell() {
    for name in ["dark", "light", "colour-blind"] {
        for (model, ui) in models_with_ui() {
            for size in [(58, 12), (80, 24), (120, 40)] {
                let frame = draw(&model, &ui, &built_in_theme(name, ColorDepth::True), size);
                let unstyled = frame.content.iter().position(|cell| cell.bg == Color::Reset || cell.fg == Color::Reset);
                assert_eq!(unstyled.map(|at| frame.pos_of(at)), None, "{name} at {size:?}");
            }
        }
    }
    // Themes without a background keep the background of the terminal.
    let (model, ui) = models_with_ui().remove(0);
    assert_eq!(draw(&model, &ui, &built_in_theme("default", ColorDepth::True), (80, 24))[(79, 12)].bg, Color::Reset);
}

#[test]
fn only_colours_of_the_colour_depth_are_used() {
    for (model, ui) in models_with_ui() {
        for (name, glyphs) in BUILT_IN.into_iter().flat_map(|name| [(name, Glyphs::Unicode), (name, Glyphs::Ascii)]) {
            for (depth, max) in [(ColorDepth::Indexed, 255), (ColorDepth::Sixteen, 15)] {
                let frame = draw(&model, &ui, &built_in_theme(name, depth).with_glyphs(glyphs), (120, 40));
                for color in frame.content.iter().flat_map(|cell| [cell.fg, cell.bg]) {
                    let available = matches!(color, Color::Reset) || matches!(color, Color::Indexed(n) if n <= max);
                    assert!(available, "{name}, {depth:?}: {color:?}");
                }
            }
        }
    }
}
