//! Which theme it is: what is asked for, and what the terminal can show.

use std::path::PathBuf;

use super::depth::Depth;
use super::glyphs::Glyphs;
use super::{Theme, ThemeError, library};
use crate::system::dirs;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct ThemeRequest {
    /// A theme by its name.
    pub theme: Option<String>,
    /// Whether to use colours, and how many.
    pub color: ColorWish,
    /// Which signs to use.
    pub glyphs: GlyphWish,
}

/// Whether to use colours, and how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorWish {
    /// As many as the terminal has; none if `NO_COLOR` is set and no theme is asked for.
    #[default]
    Auto,
    /// As many as the terminal has, at least the sixteen that have names.
    Always,
    /// None.
    Never,
    /// So many, whatever the terminal says.
    Depth(Depth),
}

/// Which signs to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GlyphWish {
    /// Those that the locale and the terminal have.
    #[default]
    Auto,
    /// These.
    Only(Glyphs),
}

/// What the environment says of the terminal and of whoever looks at it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Whether `NO_COLOR` is set and not empty (<https://no-color.org>).
    pub no_color: bool,
    /// `COLORTERM`.
    pub colorterm: String,
    /// `TERM`.
    pub term: String,
    /// The first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set.
    pub locale: String,
    /// Where the user's own themes are.
    pub themes: Option<PathBuf>,
}

impl Environment {
    /// Of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let text = |name| set(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            no_color: text("NO_COLOR").is_some(),
            colorterm: text("COLORTERM").unwrap_or_default(),
            term: text("TERM").unwrap_or_default(),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text).unwrap_or_default(),
            themes: dirs::config().map(|dir| dir.join("themes")),
        }
    }

    /// How many colours to use; none for none at all.
    fn depth(&self, wishes: &ThemeRequest) -> Option<Depth> {
        let has = Depth::detect(&self.colorterm, &self.term);
        match wishes.color {
            ColorWish::Never => None,
            ColorWish::Depth(depth) => Some(depth),
            ColorWish::Always => has.or(Some(Depth::Sixteen)),
            // Who names a theme on the command line has the last word.
            ColorWish::Auto if self.no_color && wishes.theme.is_none() => None,
            ColorWish::Auto => has,
        }
    }
}

impl Theme {
    /// The theme that is asked for, as far as the terminal can show it.
    ///
    /// # Errors
    /// When there is no such theme, or its file makes no sense.
    pub fn choose(wishes: &ThemeRequest, environment: &Environment) -> Result<Self, ThemeError> {
        let name = wishes.theme.as_deref().unwrap_or("default");
        let sheet = library::sheet(name, environment.themes.as_deref())?;
        let theme = environment.depth(wishes).map_or_else(Self::mono, |depth| Self::at_depth(sheet, depth));
        Ok(theme.with_glyphs(match wishes.glyphs {
            GlyphWish::Auto => Glyphs::detect(&environment.locale, &environment.term),
            GlyphWish::Only(glyphs) => glyphs,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Color;

    fn terminal() -> Environment {
        Environment {
            colorterm: "truecolor".into(),
            term: "xterm-256color".into(),
            locale: "C.UTF-8".into(),
            ..Environment::default()
        }
    }

    fn wish(theme: Option<&str>, color: ColorWish) -> ThemeRequest {
        ThemeRequest { theme: theme.map(Into::into), color, ..ThemeRequest::default() }
    }

    /// The ground of what runs in a pool, and of the screen.
    fn chosen(theme: Option<&str>, color: ColorWish, environment: &Environment) -> (Option<Color>, Option<Color>) {
        let theme = Theme::choose(&wish(theme, color), environment).unwrap();
        (theme.lane(crate::event::Mode::Pool).run.bg, theme.base.bg)
    }

    #[test]
    fn who_asks_for_colours_gets_them_and_no_color_is_heeded_otherwise() {
        let quiet = Environment { no_color: true, ..terminal() };
        let (blue, none) = (Some(Color::from_u32(0x56_aef7)), (None, None));
        assert_eq!(chosen(None, ColorWish::Auto, &terminal()), (blue, None));
        assert_eq!(chosen(None, ColorWish::Auto, &quiet), none);
        assert_eq!(chosen(None, ColorWish::Always, &quiet), (blue, None));
        assert_eq!(chosen(Some("dark"), ColorWish::Auto, &quiet), (blue, Some(Color::from_u32(0x11_141b))));
        assert_eq!(chosen(Some("dark"), ColorWish::Never, &terminal()), none);
        assert_eq!(chosen(None, ColorWish::Depth(Depth::Indexed), &terminal()), (Some(Color::Indexed(75)), None));
        assert_eq!(chosen(Some("light"), ColorWish::Depth(Depth::Sixteen), &terminal()).0, Some(Color::Indexed(12)));
    }

    #[test]
    fn a_terminal_without_colours_gets_none_unless_it_must() {
        let bare = Environment { term: "vt100".into(), colorterm: String::new(), ..terminal() };
        assert_eq!(chosen(Some("dark"), ColorWish::Auto, &bare), (None, None));
        assert_eq!(chosen(Some("dark"), ColorWish::Always, &bare).0, Some(Color::Indexed(12)));
    }

    #[test]
    fn signs_go_with_the_locale_unless_asked_for() {
        let console = Environment { term: "linux".into(), ..terminal() };
        let glyphs = |glyphs, environment: &Environment| {
            Theme::choose(&ThemeRequest { glyphs, ..ThemeRequest::default() }, environment).unwrap().glyphs
        };
        assert_eq!(glyphs(GlyphWish::Auto, &terminal()), Glyphs::Unicode);
        assert_eq!(glyphs(GlyphWish::Auto, &console), Glyphs::Ascii);
        assert_eq!(glyphs(GlyphWish::Only(Glyphs::Unicode), &console), Glyphs::Unicode);
        assert_eq!(glyphs(GlyphWish::Only(Glyphs::Ascii), &terminal()), Glyphs::Ascii);
    }
}
