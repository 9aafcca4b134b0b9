//! A frame of the screen as a picture: SVG that needs no other file, neither font nor style sheet.
//!
//! Grounds, blocks, lines and signs are drawn as areas on whole pixels, so that no seams show, whatever the viewer's fonts
//! are. Words are text of any monospaced font, each run stretched to the cells that it has on the screen.
//! The same frame gives the same text, byte for byte.

mod color;
mod layer;
mod moving;
mod shapes;
mod words;

use std::fmt::{self, Write as _};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

pub use color::Rgb;
use color::{mixed, resolve};
use layer::{Area, OptionValues};
pub use moving::animate;
use shapes::Shape;
use words::Words;

/// What a frame is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Width and height of a cell in pixels; it is at least 4 wide, and never wider than high.
    pub cell: (u16, u16),
    /// The colour of text that has none of its own.
    pub text: Rgb,
    /// The ground where nothing else is.
    pub ground: Rgb,
}

impl Default for Paper {
    /// The ground that the dark theme is made for.
    fn default() -> Self {
        Self { cell: (10, 21), text: Rgb(0xdf, 0xe4, 0xec), ground: Rgb(0x11, 0x14, 0x1b) }
    }
}

impl Paper {
    /// The paper for a theme with this ground; where it has none, the usual one.
    #[must_use]
    pub fn on(base: Style) -> Self {
        let plain = Self::default();
        let color = |color: Option<Color>, plain| color.map_or(plain, |color| resolve(color, plain));
        Self { text: color(base.fg, plain.text), ground: color(base.bg, plain.ground), ..plain }
    }

    /// The colours of a cell's ink and ground.
    pub(super) fn colors(&self, cell: &Cell) -> (Rgb, Rgb) {
        let (mut ink, mut ground) = (resolve(cell.fg, self.text), resolve(cell.bg, self.ground));
        if cell.modifier.contains(Modifier::REVERSED) {
            std::mem::swap(&mut ink, &mut ground);
        }
        if cell.modifier.contains(Modifier::DIM) {
            ink = mixed(ink, ground, 50);
        }
        (ink, ground)
    }
}

/// A frame as SVG.
#[must_use]
pub fn draw(frame: &Buffer, paper: &Paper) -> String {
    let mut picture = Picture::new(paper);
    for y in 0..frame.area.height {
        picture.row(frame, y);
    }
    let mut svg = String::new();
    let area = (frame.area.width, frame.area.height);
    let written = write!(svg, "{}{picture}{END}", Beginning { paper: &picture.paper, area });
    debug_assert!(written.is_ok(), "text always takes text");
    svg
}

/// The cells of a row with their places, and on how many cells each stands: a wide character on the one behind it, too.
pub(super) fn cells(frame: &Buffer, y: u16) -> impl Iterator<Item = (u16, u16, &Cell)> {
    let mut x = 0;
    std::iter::from_fn(move || {
        let left = frame.area.width.checked_sub(x).filter(|left| *left > 0)?;
        let cell = &frame[(frame.area.x + x, frame.area.y + y)];
        let wide = (Span::raw(cell.symbol()).width() as u16).clamp(1, left);
        x += wide;
        Some((x - wide, wide, cell))
    })
}

/// How a sign that is drawn rather than written fills its cell.
pub(super) enum Outline {
    /// An SVG path within a cell that begins at 0, 0.
    Path(String),
    /// All of it, in so many per cent of the ink.
    Shade(u16),
}

/// How a sign is drawn on this paper; none is written as text.
pub(super) fn outline(symbol: &str, paper: &Paper) -> Option<Outline> {
    let Paper { cell: (width, height), .. } = Picture::new(paper).paper;
    let cell = Area { x: 0, y: 0, width: width.into(), height: height.into() };
    Some(match shapes::of(symbol, cell)? {
        Shape::Nothing => Outline::Path(String::new()),
        Shape::Areas(parts) | Shape::Fine(parts) => Outline::Path(parts.iter().map(ToString::to_string).collect()),
        Shape::Shade(percent) => Outline::Shade(percent),
        Shape::Path(path) => Outline::Path(path),
    })
}

/// A picture in the making: what lies below what, each of it by colour.
struct Picture {
    paper: Paper,
    grounds: OptionValues,
    blocks: OptionValues,
    signs: OptionValues,
    words: Words,
}

impl Picture {
    fn new(paper: &Paper) -> Self {
        let width = paper.cell.0.max(4);
        let cell = (width, paper.cell.1.max(width));
        Self {
            paper: Paper { cell, ..*paper },
            grounds: OptionValues::default(),
            blocks: OptionValues::default(),
            signs: OptionValues::default(),
            words: Words::new(cell),
        }
    }

    fn row(&mut self, frame: &Buffer, y: u16) {
        for (x, wide, cell) in cells(frame, y) {
            self.cell(cell, x, y, wide);
        }
        self.words.end_run();
    }

    fn cell(&mut self, cell: &Cell, x: u16, y: u16, cells: u16) {
        let (width, height) = (u32::from(self.paper.cell.0), u32::from(self.paper.cell.1));
        let area = Area { x: u32::from(x) * width, y: u32::from(y) * height, width: width * u32::from(cells), height };
        let (ink, ground) = self.paper.colors(cell);
        if cell.bg != Color::Reset || cell.modifier.contains(Modifier::REVERSED) {
            self.grounds.area(ground, area);
        }
        if cell.modifier.contains(Modifier::UNDERLINED) {
            self.blocks.area(ink, Area { y: area.bottom() - 2, height: 1, ..area });
        }
        match shapes::of(cell.symbol(), area) {
            Some(Shape::Nothing) => self.words.space(),
            Some(Shape::Areas(parts)) => {
                self.words.end_run();
                for part in parts {
                    self.blocks.area(ink, part);
                }
            }
            Some(Shape::Fine(parts)) => {
                self.words.end_run();
                for part in parts {
                    self.signs.area(ink, part);
                }
            }
            Some(Shape::Shade(percent)) => {
                self.words.end_run();
                self.blocks.area(mixed(ink, ground, percent), area);
            }
            Some(Shape::Path(path)) => {
                self.words.end_run();
                self.signs.path(ink, &path);
            }
            None => self.words.put(cell.symbol(), x, y, cells, (ink, cell.modifier.contains(Modifier::BOLD))),
        }
    }
}

/// All that is between a picture's beginning and its end, or a part of it.
impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { grounds, blocks, signs, words, .. } = self;
        write!(f, "<g shape-rendering=\"crispEdges\">\n{grounds}{blocks}</g>\n{signs}{words}")
    }
}

/// The first lines of a picture with so many columns and rows.
struct Beginning<'a> {
    paper: &'a Paper,
    area: (u16, u16),
}

const END: &str = "</svg>\n";

impl fmt::Display for Beginning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Paper { cell: (width, height), ground, .. } = *self.paper;
        let (columns, rows) = self.area;
        let margin = width;
        let (wide, high) = (u32::from(columns) * u32::from(width), u32::from(rows) * u32::from(height));
        let (all_wide, all_high) = (wide + 2 * u32::from(margin), high + 2 * u32::from(margin));
        write!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all_wide}\" height=\"{all_high}\" \
             viewBox=\"-{margin} -{margin} {all_wide} {all_high}\" role=\"img\">\n\
             <rect x=\"-{margin}\" y=\"-{margin}\" width=\"{all_wide}\" height=\"{all_high}\" rx=\"{margin}\" fill=\"{ground}\"/>\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    const PAPER: Paper = Paper { cell: (10, 20), text: Rgb(200, 200, 200), ground: Rgb(0, 0, 0) };

    fn picture(text: &str, style: Style) -> String {
        let mut frame = Buffer::empty(Rect::new(0, 0, 8, 2));
        frame.set_string(0, 0, text, style);
        draw(&frame, &PAPER)
    }

    #[test]
    fn words_are_escaped_and_as_wide_as_their_cells() {
        let svg = picture("a<b&c", Style::new());
        assert!(svg.contains(r#"<text x="0" y="15" textLength="50">a&lt;b&amp;c</text>"#), "{svg}");
    }

    #[test]
    fn a_wide_character_has_two_cells_and_what_follows_keeps_its_place() {
        let svg = picture("대a", Style::new());
        assert!(svg.contains(r#"<text x="10" y="15" text-anchor="middle">대</text>"#), "{svg}");
        assert!(svg.contains(r#"<text x="20" y="15" textLength="10">a</text>"#), "{svg}");
    }

    #[test]
    fn grounds_of_a_colour_are_one_area() {
        let mut frame = Buffer::empty(Rect::new(0, 0, 8, 2));
        frame.set_style(frame.area, Style::new().bg(Color::Rgb(1, 2, 3)));
        let svg = draw(&frame, &PAPER);
        assert!(svg.contains(r##"<path fill="#010203" d="M0 0h80v40h-80z"/>"##), "{svg}");
    }

    #[test]
    fn blocks_fill_their_eighths_and_touch() {
        let svg = picture("█▄▀", Style::new());
        assert!(svg.contains("M0 0h10v20h-10zM10 10h10v10h-10zM20 0h10v10h-10z"), "{svg}");
    }

    #[test]
    fn what_is_reversed_has_the_ground_as_ink() {
        let svg = picture("x", Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD));
        assert!(svg.contains(r##"<path fill="#c8c8c8" d="M0 0h10v20h-10z"/>"##), "{svg}");
        assert!(svg.contains(r##"<g fill="#000000" font-weight="bold">"##), "{svg}");
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        let mut frame = Buffer::empty(Rect::new(0, 0, 1, 1));
        frame[(0, 0)].set_symbol("\u{1b}");
        assert!(draw(&frame, &PAPER).contains('\u{fffd}'));
    }

    #[test]
    fn no_sign_and_no_size_of_a_cell_is_too_much() {
        for cell in [(0, 0), (1, 200), (30, 5), (4, 4)] {
            let frame = Buffer::with_lines(["░▒▓╱●○▲▼►◄▀▁▇█■━┃┏┓┗┛─│║·×≈↓대a<"]);
            assert!(draw(&frame, &Paper { cell, ..PAPER }).ends_with("</svg>\n"));
        }
    }
}
