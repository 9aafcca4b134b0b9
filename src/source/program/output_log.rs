//! The output of a program on its terminal: all of it for printing, the end of it for the screen.

use std::io::{self, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

use crate::event::text::SafeText;
use crate::event::units::format_bytes;

/// Output that is kept in memory; more of it is kept in a temporary file without a name.
const MAX_MEMORY_BYTES: usize = 1 << 20;
/// Output that is kept at all, besides its end.
const MAX_KEPT_BYTES: u64 = 1 << 30;
/// Minimum size of the end that is kept for the screen.
const TAIL_BYTES: usize = 64 << 10;
/// Columns between tab stops.
const TAB_WIDTH: usize = 8;

pub(super) struct OutputLog {
    kept: SpooledTempFile,
    kept_bytes: u64,
    max_kept_bytes: u64,
    /// Bytes after those that are kept: there was no room for them.
    lost_bytes: u64,
    tail: Vec<u8>,
}

impl Default for OutputLog {
    fn default() -> Self {
        Self::with_limits(MAX_MEMORY_BYTES, MAX_KEPT_BYTES)
    }
}

impl OutputLog {
    fn with_limits(max_memory_bytes: usize, max_kept_bytes: u64) -> Self {
        let kept = SpooledTempFile::new(max_memory_bytes);
        Self { kept, kept_bytes: 0, max_kept_bytes, lost_bytes: 0, tail: Vec::new() }
    }

    /// Appends output. Never fails, because the program must not wait: on a full disk, output is lost and counted.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        if self.tail.len() >= 2 * TAIL_BYTES {
            self.tail.drain(..self.tail.len() - TAIL_BYTES);
        }
        self.tail.extend_from_slice(bytes);
        let fits = self.lost_bytes == 0 && self.kept_bytes + bytes.len() as u64 <= self.max_kept_bytes;
        if fits && self.kept.write_all(bytes).is_ok() {
            self.kept_bytes += bytes.len() as u64;
        } else {
            self.lost_bytes += bytes.len() as u64;
        }
    }

    /// Prints the output. If output was lost, the end of it is printed after a note.
    pub(super) fn print(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.kept.seek(SeekFrom::Start(0))?;
        io::copy(&mut io::Read::take(&mut self.kept, self.kept_bytes), out)?;
        let end = self.tail.len().min(usize::try_from(self.lost_bytes).unwrap_or(usize::MAX));
        let left_out = self.lost_bytes - end as u64;
        if left_out > 0 {
            writeln!(out, "\r\n[mpviz: {} of output are left out here]\r", format_bytes(left_out))?;
        }
        out.write_all(&self.tail[self.tail.len() - end..])?;
        out.flush()
    }

    /// The last lines, as a terminal would show them: without escape sequences, and with what follows the last carriage
    /// return, as of a progress bar.
    pub(super) fn last_lines(&self, rows: usize) -> Vec<SafeText> {
        let text = String::from_utf8_lossy(&self.tail);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let lines = text.rsplit('\n').take(rows).filter(|_| !self.tail.is_empty());
        let mut lines: Vec<_> = lines.map(visible_line).collect();
        lines.reverse();
        lines
    }
}

fn visible_line(line: &str) -> SafeText {
    let line = console::strip_ansi_codes(line);
    let line = line.trim_end_matches('\r');
    let line = line.rsplit('\r').next().unwrap_or_default();
    let mut text = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\t' => text.extend(std::iter::repeat_n(' ', TAB_WIDTH - text.chars().count() % TAB_WIDTH)),
            '\u{8}' => drop(text.pop()),
            '\u{7}' => {}
            other => text.push(other),
        }
    }
    SafeText::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(log: &mut OutputLog) -> String {
        let mut out = Vec::new();
        log.print(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn output_is_printed_as_it_was_written_from_memory_and_from_a_file() {
        let mut log = OutputLog::with_limits(1_000, MAX_KEPT_BYTES);
        let mut written = String::new();
        for n in 0..50_000 {
            let line = format!("\x1b[31mline {n}\x1b[m\r\n");
            log.append(line.as_bytes());
            written += &line;
            if n == 9 {
                assert!(!log.kept.is_rolled());
                assert_eq!(printed(&mut log), written);
            }
        }
        assert!(log.kept.is_rolled() && log.tail.len() <= 2 * TAIL_BYTES + 100);
        assert_eq!(printed(&mut log), written);
    }

    #[test]
    fn lost_output_is_counted_and_its_end_printed() {
        let mut log = OutputLog::with_limits(1_000, 10_000);
        let lines: Vec<String> = (0..100_000).map(|n| format!("line {n}\n")).collect();
        for line in &lines {
            log.append(line.as_bytes());
        }
        let text = printed(&mut log);
        let (kept, rest) = text.split_once("\r\n[mpviz: ").unwrap();
        assert!(lines.concat().starts_with(kept) && kept.len() <= 10_000 && kept.len() > 9_900);
        let (note, end) = rest.split_once("]\r\n").unwrap();
        assert!(note.ends_with("of output are left out here"), "{note}");
        assert!(lines.concat().ends_with(end) && end.len() >= TAIL_BYTES);
    }

    #[test]
    fn last_lines_are_those_that_a_terminal_shows() {
        let mut log = OutputLog::default();
        assert_eq!(log.last_lines(3), []);
        log.append(b"one\r\n\x1b[1;32mtwo\x1b[0m\x1b]0;title\x07\r\n 10%\r 20%\r 30%\r\nname\tx\r\nab\x08c? ");
        let lines: Vec<String> = log.last_lines(4).iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["two", " 30%", "name    x", "ac? "]);
        log.append(b"\xff\xe2\x80\xae\x1b");
        assert_eq!(log.last_lines(1)[0].as_str(), "ac? \u{fffd}\u{fffd}\u{fffd}");
    }
}
