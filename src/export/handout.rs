//! Handouts of lessons: question, pictures at the stops, the result on this machine, and questions to think about.
//!
//! One file that loads nothing: an HTML page for paper of size A4, or Markdown with the screens as text.

use std::io::{self, Write};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::escape_xml;
use super::film::draw_frame;
use super::svg::{self, PictureStyle};
use crate::event::Machine;
use crate::event::units::format_bytes;
use crate::language;
use crate::lesson::{Lesson, Outcome, Stop};
use crate::model::Model;
use crate::report::markdown::escape_markdown;
use crate::text;
use crate::theme::Theme;
use crate::ui::Ui;

/// Size of the pictures in cells.
const PICTURE_SIZE: (u16, u16) = (100, 30);

/// Layout of the page. A picture is not divided between pages.
const STYLE: &str = "\
@page { size: A4; margin: 16mm }
body { font: 11pt/1.5 system-ui, 'Noto Sans', 'Noto Sans CJK KR', sans-serif; max-width: 178mm; margin: 8mm auto; \
padding: 0 4mm; color: #111; background: #fff; word-break: keep-all }
h1 { font-size: 18pt; margin: 0 0 2mm }
h2 { font-size: 13pt; margin: 6mm 0 2mm; break-after: avoid }
.question { font-size: 13pt }
figure { margin: 3mm 0 5mm; break-inside: avoid }
figure svg { width: 100%; height: auto; display: block }
figcaption { margin-top: 1.5mm; font-weight: 600 }
li.right { font-weight: 700 }
li.think { margin-bottom: 18mm; break-inside: avoid }
.small { color: #555; font-size: 9pt }
@media print { body { margin: 0; padding: 0; max-width: none } }
* { print-color-adjust: exact; -webkit-print-color-adjust: exact }
";

/// What a handout is made from.
pub struct Handout<'a> {
    pub lesson: &'a Lesson,
    /// The runs of the lesson, which have ended.
    pub models: &'a [Model],
    /// The result; none if a figure was not measured.
    pub outcome: Option<&'a Outcome>,
    /// Whether other programs used the cores.
    pub disturbed: bool,
    pub machine: &'a Machine,
    /// Theme of the pictures.
    pub theme: &'a Theme,
}

impl Handout<'_> {
    /// Writes an HTML page.
    pub fn write_html(&self, out: &mut impl Write) -> io::Result<()> {
        let title = escape_xml(&self.lesson.title.fill(&[]));
        let code = language::selected().code();
        write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p class=\"small\">{}</p>\n",
            escape_xml(&self.machine_line())
        )?;
        writeln!(out, "<h2>{}</h2>", text!("lesson-question-heading"))?;
        writeln!(out, "<p class=\"question\">{}</p>\n<ol>", escape_xml(&self.question()))?;
        for answer in self.answers() {
            writeln!(out, "<li>☐ {}</li>", escape_xml(&answer))?;
        }
        writeln!(out, "</ol>\n<h2>{}</h2>", text!("lesson-stops-heading"))?;
        for stop in &self.lesson.stops {
            match self.screen(stop) {
                Some((frame, caption)) => {
                    let picture = svg::draw(&frame, &PictureStyle::for_theme_base(self.theme.base));
                    let caption = escape_xml(&caption);
                    writeln!(out, "<figure>\n{picture}<figcaption>{caption}</figcaption>\n</figure>")?;
                }
                None => writeln!(out, "<p>{}</p>", text!("lesson-stop-missing"))?,
            }
        }
        writeln!(out, "<h2>{}</h2>\n<ol>", text!("lesson-result"))?;
        for (n, answer) in self.answers().enumerate() {
            let (class, mark) = if self.is_right(n) {
                (" class=\"right\"", format!(" ◄ {}", text!("lesson-right-here")))
            } else {
                ("", String::new())
            };
            writeln!(out, "<li{class}>{}{}</li>", escape_xml(&answer), escape_xml(&mark))?;
        }
        writeln!(out, "</ol>")?;
        for sentence in self.result_sentences() {
            writeln!(out, "<p>{}</p>", escape_xml(&sentence))?;
        }
        if !self.lesson.think.is_empty() {
            writeln!(out, "<h2>{}</h2>\n<ol>", text!("lesson-think-heading"))?;
            for question in &self.lesson.think {
                writeln!(
                    out,
                    "<li class=\"think\">{}</li>",
                    escape_xml(&question.fill(&self.lesson.plan.arguments()))
                )?;
            }
            writeln!(out, "</ol>")?;
        }
        writeln!(out, "</body>\n</html>")
    }

    /// Writes Markdown.
    pub fn write_markdown(&self, out: &mut impl Write) -> io::Result<()> {
        let heading = |text: &str| format!("\n## {text}\n");
        writeln!(out, "# {}\n\n{}", escape_markdown(&self.lesson.title.fill(&[])), self.machine_line())?;
        writeln!(out, "{}\n{}\n", heading(text!("lesson-question-heading")), escape_markdown(&self.question()))?;
        for (n, answer) in self.answers().enumerate() {
            writeln!(out, "{}. {}", n + 1, escape_markdown(&answer))?;
        }
        writeln!(out, "{}", heading(text!("lesson-stops-heading")))?;
        for stop in &self.lesson.stops {
            match self.screen(stop) {
                Some((frame, caption)) => {
                    let caption = escape_markdown(&caption);
                    writeln!(out, "**{caption}**\n\n```text\n{}\n```\n", text_of_frame(&frame))?;
                }
                None => writeln!(out, "{}\n", text!("lesson-stop-missing"))?,
            }
        }
        writeln!(out, "{}", heading(text!("lesson-result")).trim_start())?;
        for (n, answer) in self.answers().enumerate() {
            let answer = escape_markdown(&answer);
            if self.is_right(n) {
                writeln!(out, "{}. **{answer}** ◄ {}", n + 1, text!("lesson-right-here"))?;
            } else {
                writeln!(out, "{}. {answer}", n + 1)?;
            }
        }
        for sentence in self.result_sentences() {
            writeln!(out, "\n{}", escape_markdown(&sentence))?;
        }
        if !self.lesson.think.is_empty() {
            writeln!(out, "{}", heading(text!("lesson-think-heading")))?;
            for (n, question) in self.lesson.think.iter().enumerate() {
                writeln!(out, "{}. {}", n + 1, escape_markdown(&question.fill(&self.lesson.plan.arguments())))?;
            }
        }
        Ok(())
    }

    fn machine_line(&self) -> String {
        let Machine { cores, memory_bytes, os } = self.machine;
        text!("lesson-machine", cores = *cores, memory = format_bytes(*memory_bytes), os = os.as_str())
    }

    fn question(&self) -> String {
        self.lesson.question.fill(&self.lesson.plan.arguments())
    }

    fn answers(&self) -> impl Iterator<Item = String> {
        self.lesson.answers.iter().map(|answer| answer.text.fill(&self.lesson.plan.arguments()))
    }

    fn is_right(&self, answer: usize) -> bool {
        self.outcome.is_some_and(|outcome| outcome.right == Some(answer))
    }

    /// The claim, and what was measured.
    fn result_sentences(&self) -> Vec<String> {
        let mut sentences = vec![text!("lesson-claim", claim = self.lesson.claim.fill(&[]))];
        match self.outcome {
            Some(outcome) => {
                sentences.push(outcome.closing.clone());
                sentences.extend(outcome.note(self.disturbed).map(String::from));
            }
            None => sentences.push(text!("lesson-not-measured").into()),
        }
        sentences
    }

    /// The screen at a stop, and its caption; none if the run does not have the moment.
    fn screen(&self, stop: &Stop) -> Option<(Buffer, String)> {
        let model = self.models.get(stop.moment.run)?;
        let (lane, moment) = stop.moment.reached_in(model)?;
        let ui = Ui { cursor: Ui::cursor_at(model, lane, moment.at), lane, ..Ui::default() };
        let mut frame = draw_frame(model, &ui, self.theme, PICTURE_SIZE);
        // The caption belongs beside the picture: an exported frame ends with empty rows.
        let is_empty = |y: &u16| svg::cells_of_row(&frame, *y).all(|(_, _, cell)| cell.symbol() == " ");
        let empty = (0..frame.area.height).rev().take_while(is_empty).count() as u16;
        frame.resize(Rect { height: frame.area.height - empty, ..frame.area });
        Some((frame, stop.caption(model, lane, moment.at)))
    }
}

/// The characters of a frame, without spaces at the ends of rows.
fn text_of_frame(frame: &Buffer) -> String {
    let row = |y| svg::cells_of_row(frame, y).map(|(_, _, cell)| cell.symbol()).collect::<String>();
    let rows: Vec<_> = (0..frame.area.height).map(|y| row(y).trim_end().to_owned()).collect();
    rows.join("\n")
}
