//! SVG pictures of the screen, without external fonts or style sheets.
//!
//! Backgrounds, blocks, lines and signs are drawn as areas on whole pixels, so that no seams appear whatever the
//! fonts. Words are text in any monospaced font, each run stretched to its cells. The same frame gives the same bytes.

mod animation;
mod color;
mod layer;
mod shapes;
mod text_runs;

use std::fmt::{self, Write as _};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

pub use animation::write_animated_svg;
pub use color::Rgb;
use color::{color_as_rgb, mix_colors};
use layer::{PictureLayer, PixelArea};
use shapes::SignShape;
use text_runs::TextRuns;

/// Cell size and default colours of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureStyle {
    /// Width and height of a cell in pixels. At least 4 wide, and never wider than high.
    pub cell: (u16, u16),
    /// Default text colour.
    pub text: Rgb,
    /// Default background.
    pub background: Rgb,
}

impl Default for PictureStyle {
    /// The background for the dark theme.
    fn default() -> Self {
        Self { cell: (10, 21), text: Rgb(0xdf, 0xe4, 0xec), background: Rgb(0x11, 0x14, 0x1b) }
    }
}

impl PictureStyle {
    /// The picture style for a theme with this base style.
    #[must_use]
    pub fn for_theme_base(base: Style) -> Self {
        let plain = Self::default();
        let color = |color: Option<Color>, plain| color.map_or(plain, |color| color_as_rgb(color, plain));
        Self { text: color(base.fg, plain.text), background: color(base.bg, plain.background), ..plain }
    }

    /// Foreground and background of a cell.
    pub(super) fn cell_colors(&self, cell: &Cell) -> (Rgb, Rgb) {
        let (mut foreground, mut background) =
            (color_as_rgb(cell.fg, self.text), color_as_rgb(cell.bg, self.background));
        if cell.modifier.contains(Modifier::REVERSED) {
            std::mem::swap(&mut foreground, &mut background);
        }
        if cell.modifier.contains(Modifier::DIM) {
            foreground = mix_colors(foreground, background, 50);
        }
        (foreground, background)
    }
}

/// Draws a frame as SVG.
#[must_use]
pub fn draw(frame: &Buffer, style: &PictureStyle) -> String {
    let mut picture = SvgPicture::new(style);
    for y in 0..frame.area.height {
        picture.add_row(frame, y);
    }
    let mut svg = String::new();
    let area = (frame.area.width, frame.area.height);
    let written = write!(svg, "{}{picture}{SVG_END}", SvgHeader { style: &picture.style, area });
    debug_assert!(written.is_ok(), "text always takes text");
    svg
}

/// The cells of a row with their columns and widths; a wide character also covers the next cell.
pub(super) fn cells_of_row(frame: &Buffer, y: u16) -> impl Iterator<Item = (u16, u16, &Cell)> {
    let mut x = 0;
    std::iter::from_fn(move || {
        let left = frame.area.width.checked_sub(x).filter(|left| *left > 0)?;
        let cell = &frame[(frame.area.x + x, frame.area.y + y)];
        let wide = (Span::raw(cell.symbol()).width() as u16).clamp(1, left);
        x += wide;
        Some((x - wide, wide, cell))
    })
}

/// A sign drawn as a shape instead of text.
pub(super) enum SignOutline {
    /// An SVG path relative to the cell's origin.
    Path(String),
    /// The whole cell, in per cent of the foreground colour.
    Shade(u16),
}

/// The shape of a sign; none if it is drawn as text.
pub(super) fn sign_outline(symbol: &str, style: &PictureStyle) -> Option<SignOutline> {
    let PictureStyle { cell: (width, height), .. } = SvgPicture::new(style).style;
    let cell = PixelArea { x: 0, y: 0, width: width.into(), height: height.into() };
    Some(match shapes::shape_of_sign(symbol, cell)? {
        SignShape::Nothing => SignOutline::Path(String::new()),
        SignShape::Areas(parts) | SignShape::Fine(parts) => {
            SignOutline::Path(parts.iter().map(ToString::to_string).collect())
        }
        SignShape::Shade(percent) => SignOutline::Shade(percent),
        SignShape::Path(path) => SignOutline::Path(path),
    })
}

/// A picture under construction: layers, each grouped by colour.
struct SvgPicture {
    style: PictureStyle,
    backgrounds: PictureLayer,
    blocks: PictureLayer,
    signs: PictureLayer,
    text: TextRuns,
}

impl SvgPicture {
    fn new(style: &PictureStyle) -> Self {
        let width = style.cell.0.max(4);
        let cell = (width, style.cell.1.max(width));
        Self {
            style: PictureStyle { cell, ..*style },
            backgrounds: PictureLayer::default(),
            blocks: PictureLayer::default(),
            signs: PictureLayer::default(),
            text: TextRuns::new(cell),
        }
    }

    fn add_row(&mut self, frame: &Buffer, y: u16) {
        for (x, wide, cell) in cells_of_row(frame, y) {
            self.add_cell(cell, x, y, wide);
        }
        self.text.end_run();
    }

    fn add_cell(&mut self, cell: &Cell, x: u16, y: u16, cells: u16) {
        let (width, height) = (u32::from(self.style.cell.0), u32::from(self.style.cell.1));
        let area =
            PixelArea { x: u32::from(x) * width, y: u32::from(y) * height, width: width * u32::from(cells), height };
        let (foreground, background) = self.style.cell_colors(cell);
        if cell.bg != Color::Reset || cell.modifier.contains(Modifier::REVERSED) {
            self.backgrounds.add_area(background, area);
        }
        if cell.modifier.contains(Modifier::UNDERLINED) {
            self.blocks.add_area(foreground, PixelArea { y: area.bottom() - 2, height: 1, ..area });
        }
        match shapes::shape_of_sign(cell.symbol(), area) {
            Some(SignShape::Nothing) => self.text.add_space(),
            Some(SignShape::Areas(parts)) => {
                self.text.end_run();
                for part in parts {
                    self.blocks.add_area(foreground, part);
                }
            }
            Some(SignShape::Fine(parts)) => {
                self.text.end_run();
                for part in parts {
                    self.signs.add_area(foreground, part);
                }
            }
            Some(SignShape::Shade(percent)) => {
                self.text.end_run();
                self.blocks.add_area(mix_colors(foreground, background, percent), area);
            }
            Some(SignShape::Path(path)) => {
                self.text.end_run();
                self.signs.add_path(foreground, &path);
            }
            None => {
                self.text.add_symbol(cell.symbol(), x, y, cells, (foreground, cell.modifier.contains(Modifier::BOLD)));
            }
        }
    }
}

/// The layers from bottom to top.
impl fmt::Display for SvgPicture {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { backgrounds, blocks, signs, text, .. } = self;
        write!(f, "<g shape-rendering=\"crispEdges\">\n{backgrounds}{blocks}</g>\n{signs}{text}")
    }
}

/// The opening lines of a picture of this size.
struct SvgHeader<'a> {
    style: &'a PictureStyle,
    area: (u16, u16),
}

const SVG_END: &str = "</svg>\n";

impl fmt::Display for SvgHeader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let PictureStyle { cell: (width, height), background, .. } = *self.style;
        let (columns, rows) = self.area;
        let margin = width;
        let (wide, high) = (u32::from(columns) * u32::from(width), u32::from(rows) * u32::from(height));
        let (all_wide, all_high) = (wide + 2 * u32::from(margin), high + 2 * u32::from(margin));
        write!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all_wide}\" height=\"{all_high}\" \
             viewBox=\"-{margin} -{margin} {all_wide} {all_high}\" role=\"img\">\n\
             <rect x=\"-{margin}\" y=\"-{margin}\" width=\"{all_wide}\" height=\"{all_high}\" rx=\"{margin}\" fill=\"{background}\"/>\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    const TEST_STYLE: PictureStyle =
        PictureStyle { cell: (10, 20), text: Rgb(200, 200, 200), background: Rgb(0, 0, 0) };

    fn svg_of_text(text: &str, style: Style) -> String {
        let mut frame = Buffer::empty(Rect::new(0, 0, 8, 2));
        frame.set_string(0, 0, text, style);
        draw(&frame, &TEST_STYLE)
    }

    #[test]
    fn text_is_escaped_and_as_wide_as_its_cells() {
        let svg = svg_of_text("a<b&c", Style::new());
        assert!(svg.contains(r#"<text x="0" y="15" textLength="50">a&lt;b&amp;c</text>"#), "{svg}");
    }

    #[test]
    fn wide_characters_take_two_cells() {
        let svg = svg_of_text("대a", Style::new());
        assert!(svg.contains(r#"<text x="10" y="15" text-anchor="middle">대</text>"#), "{svg}");
        assert!(svg.contains(r#"<text x="20" y="15" textLength="10">a</text>"#), "{svg}");
    }

    #[test]
    fn adjacent_backgrounds_of_one_colour_are_merged() {
        let mut frame = Buffer::empty(Rect::new(0, 0, 8, 2));
        frame.set_style(frame.area, Style::new().bg(Color::Rgb(1, 2, 3)));
        let svg = draw(&frame, &TEST_STYLE);
        assert!(svg.contains(r##"<path fill="#010203" d="M0 0h80v40h-80z"/>"##), "{svg}");
    }

    #[test]
    fn block_elements_fill_their_eighths_without_seams() {
        let svg = svg_of_text("█▄▀", Style::new());
        assert!(svg.contains("M0 0h10v20h-10zM10 10h10v10h-10zM20 0h10v10h-10z"), "{svg}");
    }

    #[test]
    fn reversed_cells_swap_colours() {
        let svg = svg_of_text("x", Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD));
        assert!(svg.contains(r##"<path fill="#c8c8c8" d="M0 0h10v20h-10z"/>"##), "{svg}");
        assert!(svg.contains(r##"<g fill="#000000" font-weight="bold">"##), "{svg}");
    }

    #[test]
    fn invalid_xml_characters_are_replaced() {
        let mut frame = Buffer::empty(Rect::new(0, 0, 1, 1));
        frame[(0, 0)].set_symbol("\u{1b}");
        assert!(draw(&frame, &TEST_STYLE).contains('\u{fffd}'));
    }

    #[test]
    fn any_sign_can_be_drawn_in_any_cell_size() {
        for cell in [(0, 0), (1, 200), (30, 5), (4, 4)] {
            let frame = Buffer::with_lines(["░▒▓╱●○▲▼►◄▀▁▇█■━┃┏┓┗┛─│║·×≈↓대a<"]);
            assert!(draw(&frame, &PictureStyle { cell, ..TEST_STYLE }).ends_with("</svg>\n"));
        }
    }
}
