//! Signs that are drawn as shapes, because fonts differ in how they fill a cell, if they have the sign at all.

use super::layer::PixelArea;

/// The shape of a sign.
pub(super) enum SignShape {
    Nothing,
    /// Areas that join their neighbours without a seam.
    Areas(Vec<PixelArea>),
    /// Thin areas that must not vanish when the picture is scaled down.
    Fine(Vec<PixelArea>),
    /// The whole cell, in per cent of the foreground colour.
    Shade(u16),
    /// An SVG path.
    Path(String),
}

/// The shape of a cell's sign; none if it is drawn as text.
pub(super) fn shape_of_sign(symbol: &str, cell: PixelArea) -> Option<SignShape> {
    let mut chars = symbol.chars();
    let (sign, None) = (chars.next()?, chars.next()) else { return None };
    Some(match sign {
        ' ' => SignShape::Nothing,
        '░' => SignShape::Shade(25),
        '▒' => SignShape::Shade(50),
        '▓' => SignShape::Shade(75),
        '╱' => SignShape::Path(stripe_path(cell)),
        '●' | '○' => SignShape::Path(disc_path(cell, sign == '○')),
        '▲' | '▼' | '►' | '◄' => SignShape::Path(triangle_path(sign, cell)),
        '─' | '│' | '║' | '·' => SignShape::Fine(thin_line_areas(sign, cell)),
        _ => SignShape::Areas(block_areas(sign, cell).or_else(|| heavy_line_areas(sign, cell))?),
    })
}

/// Blocks: whole cells and eighths.
fn block_areas(sign: char, cell: PixelArea) -> Option<Vec<PixelArea>> {
    let lower = |eighths: u32| {
        let height = (cell.height * eighths + 4) / 8;
        PixelArea { y: cell.bottom() - height, height, ..cell }
    };
    let part = match sign {
        '▀' => PixelArea { height: cell.height - lower(4).height, ..cell },
        '▁'..='█' => lower(sign as u32 - '▁' as u32 + 1),
        '■' => {
            let side = cell.width * 4 / 5;
            PixelArea {
                x: cell.x + (cell.width - side) / 2,
                y: cell.y + (cell.height - side) / 2,
                width: side,
                height: side,
            }
        }
        _ => return None,
    };
    Some(vec![part])
}

/// A horizontal line through the middle of a cell.
fn horizontal_line(cell: PixelArea, thickness: u32) -> PixelArea {
    PixelArea { y: cell.y + (cell.height - thickness) / 2, height: thickness, ..cell }
}

/// A vertical line through the middle of a cell.
fn vertical_line(cell: PixelArea, thickness: u32) -> PixelArea {
    PixelArea { x: cell.x + (cell.width - thickness) / 2, width: thickness, ..cell }
}

/// Heavy lines through the middle of a cell, straight or around a corner.
fn heavy_line_areas(sign: char, cell: PixelArea) -> Option<Vec<PixelArea>> {
    let thickness = (cell.width * 2 / 5).max(2);
    let (bar, post) = (horizontal_line(cell, thickness), vertical_line(cell, thickness));
    let right = PixelArea { x: post.x, width: cell.x + cell.width - post.x, ..bar };
    let left = PixelArea { width: post.x + post.width - cell.x, ..bar };
    let below = PixelArea { y: bar.bottom(), height: cell.bottom() - bar.bottom(), ..post };
    let above = PixelArea { height: bar.y - cell.y, ..post };
    Some(match sign {
        '━' => vec![bar],
        '┃' => vec![post],
        '┏' => vec![right, below],
        '┓' => vec![left, below],
        '┗' => vec![above, right],
        '┛' => vec![above, left],
        _ => return None,
    })
}

/// Thin lines through the middle of a cell, and the middle dot.
fn thin_line_areas(sign: char, cell: PixelArea) -> Vec<PixelArea> {
    let thickness = (cell.width / 5).max(1);
    let post = vertical_line(cell, thickness);
    match sign {
        '─' => vec![horizontal_line(cell, thickness)],
        '│' => vec![post],
        '║' => vec![PixelArea { x: post.x - thickness, ..post }, PixelArea { x: post.x + thickness, ..post }],
        _ => vec![horizontal_line(post, thickness)],
    }
}

/// A stripe from the lower left to the upper right corner, with the parts of the neighbours' stripes inside the cell,
/// so that adjacent cells form a tape.
fn stripe_path(PixelArea { x, y, width, height }: PixelArea) -> String {
    let (side, up) = (width / 8 + 1, height / 8);
    let (right, bottom) = (x + width, y + height);
    format!(
        "M{x} {bottom}v-{up}L{} {y}h{side}v{up}L{} {bottom}zM{x} {y}h{side}L{x} {}zM{right} {bottom}h-{side}L{right} {}z",
        right - side,
        x + side,
        y + up,
        bottom - up
    )
}

fn disc_path(PixelArea { x, y, width, height }: PixelArea, hollow: bool) -> String {
    // Coordinates in half pixels, for cells of odd height.
    let (middle, radius) = (f64::from(y) + f64::from(height) / 2.0, f64::from(width) / 2.0 - 0.5);
    let center = f64::from(x) + f64::from(width) / 2.0;
    let round = |radius: f64, sweep: u8| {
        let horizontal = 2.0 * radius;
        format!(
            "M{} {middle}a{radius} {radius} 0 1 {sweep} {horizontal} 0a{radius} {radius} 0 1 {sweep} -{horizontal} 0z",
            center - radius
        )
    };
    if hollow { round(radius, 1) + &round(radius - 1.5, 0) } else { round(radius, 1) }
}

fn triangle_path(sign: char, PixelArea { x, y, width, height }: PixelArea) -> String {
    let (right, half) = (x + width, width / 2);
    let top = y + (height - width) / 2;
    let bottom = top + width;
    match sign {
        '▲' => format!("M{x} {bottom}h{width}L{} {top}z", x + half),
        '▼' => format!("M{x} {top}h{width}L{} {bottom}z", x + half),
        '►' => format!("M{x} {top}v{width}L{right} {}z", top + half),
        _ => format!("M{right} {top}v{width}L{x} {}z", top + half),
    }
}
