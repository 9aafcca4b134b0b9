//! The result as CSV: a row a lane, with the names of the JSON object's plain keys.

use std::io;

use csv::Writer;
use serde_json::Value;

use super::Report;

/// Writes a head and a row for each lane. What is not one figure (cores, interventions) is left to the JSON object; what
/// became of the tasks has a column each; what was not measured is empty.
///
/// # Errors
/// When it cannot be written.
pub fn write(report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    for (n, lane) in report.lanes.iter().enumerate() {
        let cells = cells("", serde_json::to_value(lane)?);
        if n == 0 {
            csv.write_record(cells.iter().map(|(name, _)| name))?;
        }
        csv.write_record(cells.iter().map(|(_, text)| text))?;
    }
    csv.flush()
}

/// The plain figures of an object, those of an object in it with its name before theirs.
fn cells(prefix: &str, object: Value) -> Vec<(String, String)> {
    let Value::Object(fields) = object else { return Vec::new() };
    let cell = |(name, value): (String, Value)| match value {
        Value::Array(_) => Vec::new(),
        Value::Object(_) => cells(&format!("{prefix}{name}_"), value),
        Value::Null => vec![(format!("{prefix}{name}"), String::new())],
        Value::String(text) => vec![(format!("{prefix}{name}"), text)],
        other => vec![(format!("{prefix}{name}"), other.to_string())],
    };
    fields.into_iter().flat_map(cell).collect()
}
