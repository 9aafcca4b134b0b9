//! The terminal: whether there is one, and what it can show.

use crossterm::terminal::window_size;

use super::query::{self, Answer};
use super::{Finding, Verdict};
use crate::event::text::sanitize;
use crate::theme::{Depth, Environment, Glyphs};
use crate::view::SMALLEST;

pub(super) fn examine(environment: &Environment) -> Vec<Finding> {
    let tty = query::terminal();
    let size = tty.as_ref().and_then(|_| window_size().ok()).map(|size| (size.columns, size.rows));
    let capable = !environment.term.is_empty() && environment.term != "dumb";
    let answer = tty.as_ref().filter(|_| capable).map_or(Answer::NotAsked, query::synchronized_updates);
    vec![
        screen(tty.is_some(), &environment.term),
        self::size(size),
        colours(environment),
        unicode(environment),
        synchronized(answer),
    ]
}

fn screen(is_there: bool, term: &str) -> Finding {
    let id = "terminal.screen";
    let found = match term {
        _ if !is_there => Finding::new(id, Verdict::Missing, "there is no terminal")
            .advise("start mpviz in a terminal for the live screen; `mpviz run` needs none"),
        "" | "dumb" => Finding::new(id, Verdict::Missing, format!("TERM={term} cannot place a cursor"))
            .advise("set TERM to what your terminal is, such as xterm-256color; `mpviz run` needs none"),
        _ => Finding::new(id, Verdict::Works, format!("a terminal, TERM={term}")),
    };
    found.figure("term", sanitize(term))
}

fn size(size: Option<(u16, u16)>) -> Finding {
    let id = "terminal.size";
    let (columns, rows) = SMALLEST;
    let smallest = format!("{columns} × {rows}");
    match size {
        Some((0, _) | (_, 0)) | None => Finding::new(id, Verdict::Missing, "unknown")
            .advise(format!("the live screen needs a terminal of at least {smallest}")),
        Some((x, y)) => {
            let verdict = if x >= columns && y >= rows { Verdict::Works } else { Verdict::Limited };
            Finding::new(id, verdict, format!("{x} × {y}"))
                .advise(format!("too small for the live screen, which needs {smallest}: enlarge the window"))
                .figure("columns", x)
                .figure("rows", y)
        }
    }
}

fn colours(environment: &Environment) -> Finding {
    let said = format!("COLORTERM={} TERM={}", environment.colorterm, environment.term);
    let depth = Depth::detect(&environment.colorterm, &environment.term);
    let (number, words) = match depth {
        Some(Depth::True) => (16_777_216, "16.7 million"),
        Some(Depth::Indexed) => (256, "256"),
        Some(Depth::Sixteen) => (16, "16"),
        None => (0, "none"),
    };
    let id = "terminal.colours";
    let found = match number {
        1.. if environment.no_color => Finding::new(id, Verdict::Limited, format!("{words}, but NO_COLOR is set"))
            .advise("if you want colours, name a theme: --theme default"),
        256.. => Finding::new(id, Verdict::Works, format!("{words} ({said})")),
        _ => Finding::new(id, Verdict::Limited, format!("{words} ({said})"))
            .advise("if your terminal has more, say so: COLORTERM=truecolor, or --color truecolor"),
    };
    found.figure("colours", number).figure("no_color", environment.no_color)
}

fn unicode(environment: &Environment) -> Finding {
    let (id, locale) = ("terminal.unicode", &environment.locale);
    let unicode = Glyphs::detect(locale, &environment.term) == Glyphs::Unicode;
    let found = match locale.as_str() {
        _ if environment.term == "linux" => Finding::new(id, Verdict::Limited, "the Linux console has no font for it"),
        "" => Finding::new(id, Verdict::Works, "taken for granted: no locale is set"),
        _ if unicode => Finding::new(id, Verdict::Works, format!("the locale is {locale}")),
        _ => Finding::new(id, Verdict::Limited, format!("the locale is {locale}, which is not UTF-8")),
    };
    found
        .advise("the screen is drawn in ASCII; for its own signs set LC_ALL=C.UTF-8, or use --ascii=never")
        .figure("locale", sanitize(locale))
}

fn synchronized(answer: Answer) -> Finding {
    let id = "terminal.synchronized";
    let (verdict, words) = match answer {
        Answer::Yes => (Verdict::Works, "frames appear at once (mode 2026)"),
        Answer::No => (Verdict::Limited, "not known to the terminal (mode 2026)"),
        Answer::Silent => (Verdict::Limited, "the terminal did not answer"),
        Answer::NotAsked => (Verdict::Limited, "not asked: no terminal in the foreground"),
    };
    let known = match answer {
        Answer::Yes => Some(true),
        Answer::No => Some(false),
        Answer::Silent | Answer::NotAsked => None,
    };
    let found = Finding::new(id, verdict, words).figure("known", known);
    if answer == Answer::NotAsked {
        found
    } else {
        found.advise("a frame may be seen half drawn; if it flickers, --fps 5")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(colorterm: &str, term: &str, locale: &str) -> Environment {
        Environment { colorterm: colorterm.into(), term: term.into(), locale: locale.into(), ..Environment::default() }
    }

    #[test]
    fn a_terminal_is_judged_by_what_it_says_of_itself() {
        let said = |found: Finding| (found.verdict, found.measured.as_str().to_owned());
        let good = environment("truecolor", "xterm-256color", "de_DE.UTF-8");
        let poor = environment("", "linux", "C");
        assert_eq!(
            said(colours(&good)),
            (Verdict::Works, "16.7 million (COLORTERM=truecolor TERM=xterm-256color)".into())
        );
        assert_eq!(said(colours(&poor)), (Verdict::Limited, "16 (COLORTERM= TERM=linux)".into()));
        let quiet = Environment { no_color: true, ..good.clone() };
        assert_eq!(said(colours(&quiet)), (Verdict::Limited, "16.7 million, but NO_COLOR is set".into()));
        assert_eq!(said(unicode(&good)), (Verdict::Works, "the locale is de_DE.UTF-8".into()));
        assert_eq!(unicode(&poor).verdict, Verdict::Limited);
        assert_eq!(unicode(&environment("", "xterm", "de_DE@euro")).verdict, Verdict::Limited);
        assert_eq!(unicode(&environment("", "xterm", "")).verdict, Verdict::Works);
        assert_eq!(screen(true, "dumb").verdict, Verdict::Missing);
        assert_eq!(screen(false, "xterm").verdict, Verdict::Missing);
    }

    #[test]
    fn the_smallest_size_is_the_screens() {
        let (x, y) = SMALLEST;
        assert_eq!(size(Some((x, y))).verdict, Verdict::Works);
        assert_eq!(size(Some((x, y - 1))).verdict, Verdict::Limited);
        assert_eq!(size(Some((0, 0))).verdict, Verdict::Missing);
    }
}
