//! The words of a picture: runs of one style, each as wide as its cells.

use std::collections::BTreeMap;
use std::fmt;

use super::color::Rgb;
use crate::export::escaped;

/// Colour, and whether it is bold.
type Style = (Rgb, bool);

/// A run that may go on.
struct Run {
    style: Style,
    x: u16,
    y: u16,
    /// So many cells so far.
    cells: u16,
    text: String,
    /// A space has followed; it belongs to the run if a word does.
    spaced: bool,
}

/// All words, by style.
pub(super) struct Words {
    cell: (u16, u16),
    run: Option<Run>,
    written: BTreeMap<Style, String>,
}

impl Words {
    pub(super) fn new(cell: (u16, u16)) -> Self {
        Self { cell, run: None, written: BTreeMap::new() }
    }

    /// What a cell says. Plain letters join the run; any other sign is put in the middle of its cells, for the font it comes
    /// from may have another width.
    pub(super) fn put(&mut self, symbol: &str, x: u16, y: u16, cells: u16, style: Style) {
        if !symbol.is_ascii() {
            self.end_run();
            let at = u32::from(x) * u32::from(self.cell.0) + u32::from(cells) * u32::from(self.cell.0) / 2;
            let text =
                format!("<text x=\"{at}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", self.line(y), escaped(symbol));
            return self.written.entry(style).or_default().push_str(&text);
        }
        if self.run.as_ref().is_some_and(|run| run.style != style) {
            self.end_run();
        }
        let run = self.run.get_or_insert(Run { style, x, y, cells: 0, text: String::new(), spaced: false });
        if std::mem::take(&mut run.spaced) {
            run.text.push(' ');
        }
        run.text.push_str(&escaped(symbol));
        run.cells = x + cells - run.x;
    }

    /// A cell that says nothing. One keeps the run together, two end it.
    pub(super) fn space(&mut self) {
        match &mut self.run {
            Some(run) if !run.spaced => run.spaced = true,
            _ => self.end_run(),
        }
    }

    /// Ends the run.
    pub(super) fn end_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        let (x, width) = (u32::from(run.x) * u32::from(self.cell.0), u32::from(run.cells) * u32::from(self.cell.0));
        let text = format!("<text x=\"{x}\" y=\"{}\" textLength=\"{width}\">{}</text>\n", self.line(run.y), run.text);
        self.written.entry(run.style).or_default().push_str(&text);
    }

    /// The line that the words of a row stand on.
    fn line(&self, y: u16) -> u32 {
        (u32::from(y) + 1) * u32::from(self.cell.1) - u32::from(self.cell.1 / 4)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        // A letter of a monospaced font is 0.6 of its size wide.
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
