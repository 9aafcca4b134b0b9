//! The teacher's notes of a lesson, as text.

use std::io::{self, Write};

use crate::cli::text_output::{terminal_width, write_text};
use crate::lesson::{Lesson, Stop, Text};
use crate::text;
use crate::view::wrap;

/// Width of the text if standard output is no terminal, and the maximum.
const DEFAULT_WIDTH: u16 = 80;
const MAX_WIDTH: u16 = 100;
/// Indents of a paragraph and of what belongs to a part of it.
const INDENT: &str = "  ";
const INNER_INDENT: &str = "     ";

/// Prints the notes, as wide as the terminal.
pub(super) fn print(lesson: &Lesson) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let width = terminal_width(&out).unwrap_or(DEFAULT_WIDTH).min(MAX_WIDTH);
    write_text(&mut out, |out| write(lesson, width, out))?;
    out.flush()
}

/// Writes the notes in lines of at most `width` columns.
fn write(lesson: &Lesson, width: u16, out: &mut Vec<u8>) -> io::Result<()> {
    let mut page = Page { width, out };
    let fill = |text: &Text| text.fill(&lesson.plan.arguments());
    page.paragraph("", "", &format!("{}: {}", lesson.name, fill(&lesson.title)))?;
    page.paragraph(INDENT, INDENT, &text!("lesson-claim", claim = fill(&lesson.claim)))?;
    page.heading(text!("lesson-question-heading"))?;
    page.paragraph(INDENT, INDENT, &fill(&lesson.question))?;
    for (n, answer) in lesson.answers.iter().enumerate() {
        page.paragraph(&format!("{INDENT}{}  ", n + 1), INNER_INDENT, &fill(&answer.text))?;
        if let Some(notes) = &answer.notes {
            page.paragraph(INNER_INDENT, INNER_INDENT, &fill(notes))?;
        }
    }
    page.paragraph(INDENT, INDENT, text!("notes-right"))?;
    if let Some(notes) = &lesson.notes {
        page.heading(text!("notes-lesson"))?;
        page.paragraph(INDENT, INDENT, &fill(notes))?;
    }
    for (n, stop) in lesson.stops.iter().enumerate() {
        page.heading(&stop_heading(lesson, n, stop))?;
        page.stop(stop)?;
    }
    if !lesson.think.is_empty() {
        page.heading(text!("lesson-think-heading"))?;
    }
    for question in &lesson.think {
        page.paragraph("  - ", "    ", &fill(question))?;
    }
    Ok(())
}

fn stop_heading(lesson: &Lesson, n: usize, stop: &Stop) -> String {
    let position = text!("lesson-stop-position", number = n + 1, of = lesson.stops.len());
    let run = text!("lesson-run-position", number = stop.moment.run + 1, of = lesson.runs);
    let run = if lesson.runs > 1 { format!(" · {run}") } else { String::new() };
    format!("{position}{run} · {}", stop.moment.lane)
}

struct Page<'a> {
    width: u16,
    out: &'a mut Vec<u8>,
}

impl Page<'_> {
    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out)?;
        self.paragraph("", "", text)
    }

    /// Writes a text with its words wrapped, after `first` in the first line and `others` in the other ones.
    fn paragraph(&mut self, first: &str, others: &str, text: &str) -> io::Result<()> {
        let width = self.width.saturating_sub(others.len() as u16);
        let indents = std::iter::once(first).chain(std::iter::repeat(others));
        indents.zip(wrap(text, width)).try_for_each(|(indent, line)| writeln!(self.out, "{indent}{line}"))
    }

    /// Writes what belongs to a stop. What the caption counts is known in the run only.
    fn stop(&mut self, stop: &Stop) -> io::Result<()> {
        let plan = stop.plan.arguments();
        let unknown = Stop::NAMES.map(|name| (name, "…".into()));
        let caption = stop.caption.fill(&[&plan[..], &unknown[..]].concat());
        self.paragraph(INDENT, INDENT, &format!("“{caption}”"))?;
        if let Some(notes) = &stop.notes {
            self.paragraph(INDENT, INDENT, &notes.fill(&plan))?;
        }
        if let Some(ask) = &stop.ask {
            self.paragraph(INDENT, INDENT, &text!("notes-ask", question = ask.fill(&plan)))?;
        }
        Ok(())
    }
}
