//! Terminal capabilities.

use crossterm::terminal::window_size;

use super::terminal_query::{self, QueryResult, TerminalAnswers};
use super::{CheckFinding, CheckStatus};
use crate::event::text::sanitize;
use crate::theme::{ColorDepth, Glyphs, TerminalEnvironment};
use crate::view::MIN_TERMINAL_SIZE;

pub(super) fn check_terminal(environment: &TerminalEnvironment) -> Vec<CheckFinding> {
    let tty = terminal_query::open_terminal();
    let size = tty.as_ref().and_then(|_| window_size().ok()).map(|size| (size.columns, size.rows));
    let capable = !environment.term.is_empty() && environment.term != "dumb";
    let query = tty.as_ref().filter(|_| capable).map_or(QueryResult::NotAsked, terminal_query::query_terminal);
    vec![
        check_terminal_exists(tty.is_some(), &environment.term),
        self::check_terminal_size(size),
        check_colors(environment),
        check_background(environment, query.answers()),
        check_unicode(environment, query.answers()),
        check_synchronized_updates(query),
    ]
}

fn check_terminal_exists(exists: bool, term: &str) -> CheckFinding {
    let id = "terminal.screen";
    let found = match term {
        _ if !exists => CheckFinding::new(id, CheckStatus::Missing, "no terminal")
            .with_advice("run mpviz in a terminal for the live screen; `mpviz run` needs none"),
        "" | "dumb" => CheckFinding::new(id, CheckStatus::Missing, format!("TERM={term} cannot place a cursor"))
            .with_advice("set TERM to your terminal's type, such as xterm-256color; `mpviz run` needs none"),
        _ => CheckFinding::new(id, CheckStatus::Works, format!("a terminal, TERM={term}")),
    };
    found.with_figure("term", sanitize(term))
}

fn check_terminal_size(size: Option<(u16, u16)>) -> CheckFinding {
    let id = "terminal.size";
    let (columns, rows) = MIN_TERMINAL_SIZE;
    let smallest = format!("{columns} × {rows}");
    match size {
        Some((0, _) | (_, 0)) | None => CheckFinding::new(id, CheckStatus::Missing, "unknown")
            .with_advice(format!("the live screen needs a terminal of at least {smallest}")),
        Some((x, y)) => {
            let status = if x >= columns && y >= rows { CheckStatus::Works } else { CheckStatus::Limited };
            CheckFinding::new(id, status, format!("{x} × {y}"))
                .with_advice(format!("the live screen needs {smallest}: enlarge the window"))
                .with_figure("columns", x)
                .with_figure("rows", y)
        }
    }
}

fn check_colors(environment: &TerminalEnvironment) -> CheckFinding {
    let measured = format!("COLORTERM={} TERM={}", environment.colorterm, environment.term);
    let depth = ColorDepth::detect_color_depth(&environment.colorterm, &environment.term);
    let (number, text) = match depth {
        Some(ColorDepth::True) => (16_777_216, "16.7 million"),
        Some(ColorDepth::Indexed) => (256, "256"),
        Some(ColorDepth::Sixteen) => (16, "16"),
        None => (0, "none"),
    };
    let id = "terminal.colours";
    let found = match number {
        1.. if environment.no_color => {
            CheckFinding::new(id, CheckStatus::Limited, format!("{text}, but NO_COLOR is set"))
                .with_advice("for colours, choose a theme: --theme default")
        }
        256.. => CheckFinding::new(id, CheckStatus::Works, format!("{text} ({measured})")),
        _ => CheckFinding::new(id, CheckStatus::Limited, format!("{text} ({measured})"))
            .with_advice("if your terminal has more, set COLORTERM=truecolor or use --color truecolor"),
    };
    found.with_figure("colours", number).with_figure("no_color", environment.no_color)
}

fn check_background(environment: &TerminalEnvironment, answers: Option<&TerminalAnswers>) -> CheckFinding {
    let id = "terminal.background";
    let Some([red, green, blue]) = answers.and_then(|answers| answers.background) else {
        let text = "unknown; if it is light, use --theme light";
        return CheckFinding::new(id, CheckStatus::Works, text).with_figure("background", None::<String>);
    };
    let color = format!("#{red:02x}{green:02x}{blue:02x}");
    let is_light = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) > 500 * 255;
    // With 16 colours, text has the terminal's own colour.
    let has_own_text_color =
        ColorDepth::detect_color_depth(&environment.colorterm, &environment.term) != Some(ColorDepth::Sixteen);
    let status = if is_light && has_own_text_color { CheckStatus::Limited } else { CheckStatus::Works };
    CheckFinding::new(id, status, format!("{} ({color})", if is_light { "light" } else { "dark" }))
        .with_advice("the default theme is for a dark background: use --theme light")
        .with_figure("background", color)
}

fn check_unicode(environment: &TerminalEnvironment, answers: Option<&TerminalAnswers>) -> CheckFinding {
    let (id, locale) = ("terminal.unicode", &environment.locale);
    let unicode = Glyphs::detect_glyphs(locale, &environment.term) == Glyphs::Unicode;
    let has_wide_signs = answers.and_then(|answers| answers.has_wide_signs);
    let found = match locale.as_str() {
        _ if has_wide_signs == Some(true) => {
            CheckFinding::new(id, CheckStatus::Limited, "the terminal shows signs such as ■ two cells wide")
        }
        _ if environment.term == "linux" => {
            CheckFinding::new(id, CheckStatus::Limited, "the Linux console lacks the characters")
        }
        "" => CheckFinding::new(id, CheckStatus::Works, "assumed: no locale is set"),
        _ if unicode => CheckFinding::new(id, CheckStatus::Works, format!("the locale is {locale}")),
        _ => CheckFinding::new(id, CheckStatus::Limited, format!("the locale is {locale}, which is not UTF-8")),
    };
    let fix = if has_wide_signs == Some(true) {
        "let the terminal show characters of ambiguous width one cell wide"
    } else {
        "set LC_ALL=C.UTF-8"
    };
    found
        .with_advice(format!("the screen is drawn in ASCII; for Unicode {fix}, or use --ascii=never"))
        .with_figure("locale", sanitize(locale))
        .with_figure("wide_signs", has_wide_signs)
}

fn check_synchronized_updates(query: QueryResult) -> CheckFinding {
    let id = "terminal.synchronized";
    let known = query.answers().map(|answers| answers.synchronized_updates);
    let (status, text) = match (query, known) {
        (_, Some(true)) => (CheckStatus::Works, "supported (mode 2026)"),
        (_, Some(false)) => (CheckStatus::Limited, "not supported by the terminal (mode 2026)"),
        (QueryResult::NotAsked, None) => {
            (CheckStatus::Limited, "not checked: mpviz is not in the foreground of a terminal")
        }
        (_, None) => (CheckStatus::Limited, "the terminal did not answer"),
    };
    let found = CheckFinding::new(id, status, text).with_figure("known", known);
    if query == QueryResult::NotAsked {
        found
    } else {
        found.with_advice("frames may appear half drawn; if they flicker, use --fps 5")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal_environment(colorterm: &str, term: &str, locale: &str) -> TerminalEnvironment {
        TerminalEnvironment {
            colorterm: colorterm.into(),
            term: term.into(),
            locale: locale.into(),
            ..TerminalEnvironment::default()
        }
    }

    #[test]
    fn terminal_capabilities_are_read_from_environment_variables() {
        let measured = |found: CheckFinding| (found.status, found.measured.as_str().to_owned());
        let capable = terminal_environment("truecolor", "xterm-256color", "de_DE.UTF-8");
        let limited = terminal_environment("", "linux", "C");
        assert_eq!(
            measured(check_colors(&capable)),
            (CheckStatus::Works, "16.7 million (COLORTERM=truecolor TERM=xterm-256color)".into())
        );
        assert_eq!(measured(check_colors(&limited)), (CheckStatus::Limited, "16 (COLORTERM= TERM=linux)".into()));
        let no_color = TerminalEnvironment { no_color: true, ..capable.clone() };
        assert_eq!(
            measured(check_colors(&no_color)),
            (CheckStatus::Limited, "16.7 million, but NO_COLOR is set".into())
        );
        let check_unicode = |environment: &TerminalEnvironment| check_unicode(environment, None);
        assert_eq!(measured(check_unicode(&capable)), (CheckStatus::Works, "the locale is de_DE.UTF-8".into()));
        assert_eq!(check_unicode(&limited).status, CheckStatus::Limited);
        assert_eq!(check_unicode(&terminal_environment("", "xterm", "de_DE@euro")).status, CheckStatus::Limited);
        assert_eq!(check_unicode(&terminal_environment("", "xterm", "")).status, CheckStatus::Works);
        assert_eq!(check_terminal_exists(true, "dumb").status, CheckStatus::Missing);
        assert_eq!(check_terminal_exists(false, "xterm").status, CheckStatus::Missing);
    }

    #[test]
    fn smallest_terminal_size_matches_that_of_the_screen() {
        let (x, y) = MIN_TERMINAL_SIZE;
        assert_eq!(check_terminal_size(Some((x, y))).status, CheckStatus::Works);
        assert_eq!(check_terminal_size(Some((x, y - 1))).status, CheckStatus::Limited);
        assert_eq!(check_terminal_size(Some((0, 0))).status, CheckStatus::Missing);
    }
}
