//! The text of a picture: runs of one style, each as wide as its cells.

use std::collections::BTreeMap;
use std::fmt;

use super::color::Rgb;
use crate::export::escape_xml;

/// Colour, and whether it is bold.
type ColorAndBold = (Rgb, bool);

/// A run of text in one style that may be extended.
struct TextRun {
    style: ColorAndBold,
    x: u16,
    y: u16,
    /// Width in cells so far.
    cells: u16,
    text: String,
    /// Whether a space follows, which belongs to the run if a word follows.
    spaced: bool,
}

/// All text, by style.
pub(super) struct TextRuns {
    cell: (u16, u16),
    run: Option<TextRun>,
    written: BTreeMap<ColorAndBold, String>,
}

impl TextRuns {
    pub(super) fn new(cell: (u16, u16)) -> Self {
        Self { cell, run: None, written: BTreeMap::new() }
    }

    /// Adds a cell. Plain letters extend the run; any other sign is centred in its cells, because its fallback font
    /// may have another width.
    pub(super) fn add_symbol(&mut self, symbol: &str, x: u16, y: u16, cells: u16, style: ColorAndBold) {
        if !symbol.is_ascii() {
            self.end_run();
            let at = u32::from(x) * u32::from(self.cell.0) + u32::from(cells) * u32::from(self.cell.0) / 2;
            let text = format!(
                "<text x=\"{at}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                self.baseline(y),
                escape_xml(symbol)
            );
            return self.written.entry(style).or_default().push_str(&text);
        }
        if self.run.as_ref().is_some_and(|run| run.style != style) {
            self.end_run();
        }
        let run = self.run.get_or_insert(TextRun { style, x, y, cells: 0, text: String::new(), spaced: false });
        if std::mem::take(&mut run.spaced) {
            run.text.push(' ');
        }
        run.text.push_str(&escape_xml(symbol));
        run.cells = x + cells - run.x;
    }

    /// Adds an empty cell. One space continues the run of text, two spaces end it.
    pub(super) fn add_space(&mut self) {
        match &mut self.run {
            Some(run) if !run.spaced => run.spaced = true,
            _ => self.end_run(),
        }
    }

    /// Ends the current run of text.
    pub(super) fn end_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        let (x, width) = (u32::from(run.x) * u32::from(self.cell.0), u32::from(run.cells) * u32::from(self.cell.0));
        let text =
            format!("<text x=\"{x}\" y=\"{}\" textLength=\"{width}\">{}</text>\n", self.baseline(run.y), run.text);
        self.written.entry(run.style).or_default().push_str(&text);
    }

    /// Baseline of a row.
    fn baseline(&self, y: u16) -> u32 {
        (u32::from(y) + 1) * u32::from(self.cell.1) - u32::from(self.cell.1 / 4)
    }
}

impl fmt::Display for TextRuns {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        // A letter of a monospaced font is 0.6 em wide.
        let size = f64::from(self.cell.0) / 0.6;
        writeln!(
            f,
            "<g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace\" \
             font-size=\"{size:.2}\">"
        )?;
        for ((color, bold), text) in &self.written {
            let weight = if *bold { " font-weight=\"bold\"" } else { "" };
            write!(f, "<g fill=\"{color}\"{weight}>\n{text}</g>\n")?;
        }
        writeln!(f, "</g>")
    }
}
