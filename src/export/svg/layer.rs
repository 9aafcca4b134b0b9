//! Areas and paths of one layer, grouped by colour: one path per colour, so that neighbours leave no seam.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::color::Rgb;

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PixelArea {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl PixelArea {
    pub(super) const fn bottom(&self) -> u32 {
        self.y + self.height
    }
}

/// Formats the rectangle as an SVG path.
impl fmt::Display for PixelArea {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { x, y, width, height } = self;
        write!(f, "M{x} {y}h{width}v{height}h-{width}z")
    }
}

/// A layer of a picture: shapes by colour.
#[derive(Default)]
pub(super) struct PictureLayer(BTreeMap<Rgb, ShapesOfColor>);

/// The shapes of one colour.
#[derive(Default)]
struct ShapesOfColor {
    areas: Vec<PixelArea>,
    paths: String,
}

impl PictureLayer {
    /// Adds an area. Areas come from left to right, row by row; adjacent ones are merged.
    pub(super) fn add_area(&mut self, color: Rgb, area: PixelArea) {
        let areas = &mut self.0.entry(color).or_default().areas;
        match areas.last_mut() {
            Some(last) if (last.y, last.height, last.x + last.width) == (area.y, area.height, area.x) => {
                last.width += area.width;
            }
            _ => areas.push(area),
        }
    }

    /// Adds an SVG path.
    pub(super) fn add_path(&mut self, color: Rgb, path: &str) {
        self.0.entry(color).or_default().paths.push_str(path);
    }
}

/// Merges areas with those directly above them if both are as wide.
fn merge_areas_vertically(areas: &[PixelArea]) -> Vec<PixelArea> {
    let mut stacks: Vec<PixelArea> = Vec::new();
    // The lowest area so far at each position and width.
    let mut lowest: HashMap<(u32, u32), usize> = HashMap::new();
    for area in areas {
        match lowest.get(&(area.x, area.width)).map(|n| &mut stacks[*n]) {
            Some(above) if above.bottom() == area.y => above.height += area.height,
            _ => {
                lowest.insert((area.x, area.width), stacks.len());
                stacks.push(*area);
            }
        }
    }
    stacks
}

impl fmt::Display for PictureLayer {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (color, shapes) in &self.0 {
            write!(f, "<path fill=\"{color}\" d=\"{}", shapes.paths)?;
            for area in merge_areas_vertically(&shapes.areas) {
                write!(f, "{area}")?;
            }
            writeln!(f, "\"/>")?;
        }
        Ok(())
    }
}
