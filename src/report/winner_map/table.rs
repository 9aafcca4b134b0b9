//! A map of winners as text.

use std::io;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::{IO_PERCENTS, MapLayer, MapRows, WinnerMap};
use crate::report::phrases;

/// Writes both layers and what they say.
pub fn write(map: &WinnerMap, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "{}", phrases::map_heading(map))?;
    for layer in MapLayer::ALL {
        let name = phrases::map_layer(map, layer).swap_remove(0);
        writeln!(out, "\n{name}:\n{}", layer_table(map, layer).trim_fmt())?;
    }
    let figures = phrases::map_figures(map.has_confirmations()).swap_remove(0);
    writeln!(out, "\n{}\n{figures}", phrases::map_letters())?;
    for sentence in phrases::map_sentences(map) {
        writeln!(out, "{sentence}")?;
    }
    Ok(())
}

fn layer_table(map: &WinnerMap, layer: MapLayer) -> Table {
    let mut table = Table::new();
    let is_own = |own: Option<usize>, n: usize| own == Some(n);
    let column = |(n, percent): (usize, &u32)| {
        let mark = if is_own(map.request.own.1, n) { phrases::own_mark() } else { "" };
        let label = phrases::map_column(*percent).swap_remove(usize::from(n > 0));
        format!("{mark}{label}")
    };
    let heading = [phrases::map_row_heading(&map.request.rows).to_owned()].into_iter();
    table.load_style(NOTHING).add_row(heading.chain(IO_PERCENTS.iter().enumerate().map(column)));
    for row in 0..map.request.rows.count() {
        let mark = if is_own(map.request.own.0, row) { phrases::own_mark() } else { "" };
        let label = format!("{mark}{}", row_label(&map.request.rows, row));
        let cell = |column| map.contest(layer, row, column).map(|contest| phrases::contest_in_one_line(contest, layer));
        table.add_row([label].into_iter().chain((0..IO_PERCENTS.len()).filter_map(cell)));
    }
    if let Some(first) = table.column_mut(0) {
        first.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The label of a row.
#[must_use]
pub fn row_label(rows: &MapRows, row: usize) -> String {
    match rows {
        MapRows::Tasks(rows) => rows.get(row).map(|tasks| phrases::map_tasks(*tasks)).unwrap_or_default(),
        MapRows::Payload(rows) => rows.get(row).map(|bytes| phrases::map_payload(*bytes)).unwrap_or_default(),
    }
}
