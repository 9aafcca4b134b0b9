//! Chooses the theme from the request and the terminal's abilities.

use std::path::PathBuf;

use super::color_depth::ColorDepth;
use super::glyphs::Glyphs;
use super::{Theme, ThemeError, library};
use crate::system::dirs;

/// The requested theme.
#[derive(Clone, Debug, Default)]
pub struct ThemeRequest {
    pub theme: Option<String>,
    pub color: ColorMode,
    pub glyphs: GlyphMode,
}

/// When to use colours, and how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorMode {
    /// As many colours as the terminal has; none if `NO_COLOR` is set and no theme is requested.
    #[default]
    Auto,
    /// As many colours as the terminal has, at least 16.
    Always,
    Never,
    /// This colour depth, whatever the terminal supports.
    Depth(ColorDepth),
}

/// Which glyphs to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GlyphMode {
    /// The glyphs that locale and terminal support.
    #[default]
    Auto,
    Only(Glyphs),
}

impl GlyphMode {
    /// The glyphs to use in this environment.
    #[must_use]
    pub fn choose_glyphs(self, environment: &TerminalEnvironment) -> Glyphs {
        match self {
            Self::Auto => Glyphs::detect_glyphs(&environment.locale, &environment.term),
            Self::Only(glyphs) => glyphs,
        }
    }
}

/// Environment variables that describe the terminal and the user's preferences.
#[derive(Clone, Debug, Default)]
pub struct TerminalEnvironment {
    /// Whether `NO_COLOR` is set and not empty (<https://no-color.org>).
    pub no_color: bool,
    /// Value of `COLORTERM`.
    pub colorterm: String,
    /// Value of `TERM`.
    pub term: String,
    /// The first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set.
    pub locale: String,
    /// Directory of the user's themes.
    pub themes: Option<PathBuf>,
}

impl TerminalEnvironment {
    /// The environment of this process.
    #[must_use]
    pub fn from_process() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let text = |name| set(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            no_color: text("NO_COLOR").is_some(),
            colorterm: text("COLORTERM").unwrap_or_default(),
            term: text("TERM").unwrap_or_default(),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text).unwrap_or_default(),
            themes: dirs::config_dir().map(|dir| dir.join("themes")),
        }
    }

    /// Number of colours to use; none for monochrome.
    fn colors_to_use(&self, request: &ThemeRequest) -> Option<ColorDepth> {
        let has = ColorDepth::detect_color_depth(&self.colorterm, &self.term);
        match request.color {
            ColorMode::Never => None,
            ColorMode::Depth(depth) => Some(depth),
            ColorMode::Always => has.or(Some(ColorDepth::Sixteen)),
            // A theme named on the command line overrides `NO_COLOR`.
            ColorMode::Auto if self.no_color && request.theme.is_none() => None,
            ColorMode::Auto => has,
        }
    }
}

impl Theme {
    /// Chooses the requested theme, adapted to the terminal.
    pub fn choose_theme(request: &ThemeRequest, environment: &TerminalEnvironment) -> Result<Self, ThemeError> {
        let name = request.theme.as_deref().unwrap_or("default");
        let sheet = library::find_theme_file(name, environment.themes.as_deref())?;
        let theme = environment
            .colors_to_use(request)
            .map_or_else(Self::without_colors, |depth| Self::at_color_depth(sheet, depth));
        Ok(theme.with_glyphs(request.glyphs.choose_glyphs(environment)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Color;

    fn terminal() -> TerminalEnvironment {
        TerminalEnvironment {
            colorterm: "truecolor".into(),
            term: "xterm-256color".into(),
            locale: "C.UTF-8".into(),
            ..TerminalEnvironment::default()
        }
    }

    fn request(theme: Option<&str>, color: ColorMode) -> ThemeRequest {
        ThemeRequest { theme: theme.map(Into::into), color, ..ThemeRequest::default() }
    }

    /// The background of running pool tasks, and of the screen.
    fn chosen_colors(
        theme: Option<&str>,
        color: ColorMode,
        environment: &TerminalEnvironment,
    ) -> (Option<Color>, Option<Color>) {
        let theme = Theme::choose_theme(&request(theme, color), environment).unwrap();
        (theme.lane_colors(crate::event::Mode::Pool).run.bg, theme.base.bg)
    }

    #[test]
    fn no_color_is_respected_unless_colours_are_requested() {
        let quiet = TerminalEnvironment { no_color: true, ..terminal() };
        let (blue, none) = (Some(Color::from_u32(0x56_aef7)), (None, None));
        assert_eq!(chosen_colors(None, ColorMode::Auto, &terminal()), (blue, None));
        assert_eq!(chosen_colors(None, ColorMode::Auto, &quiet), none);
        assert_eq!(chosen_colors(None, ColorMode::Always, &quiet), (blue, None));
        assert_eq!(chosen_colors(Some("dark"), ColorMode::Auto, &quiet), (blue, Some(Color::from_u32(0x11_141b))));
        assert_eq!(chosen_colors(Some("dark"), ColorMode::Never, &terminal()), none);
        assert_eq!(
            chosen_colors(None, ColorMode::Depth(ColorDepth::Indexed), &terminal()),
            (Some(Color::Indexed(75)), None)
        );
        assert_eq!(
            chosen_colors(Some("light"), ColorMode::Depth(ColorDepth::Sixteen), &terminal()).0,
            Some(Color::Indexed(12))
        );
    }

    #[test]
    fn terminals_without_colours_get_none_unless_forced() {
        let bare = TerminalEnvironment { term: "vt100".into(), colorterm: String::new(), ..terminal() };
        assert_eq!(chosen_colors(Some("dark"), ColorMode::Auto, &bare), (None, None));
        assert_eq!(chosen_colors(Some("dark"), ColorMode::Always, &bare).0, Some(Color::Indexed(12)));
    }

    #[test]
    fn glyphs_depend_on_the_locale_unless_requested() {
        let console = TerminalEnvironment { term: "linux".into(), ..terminal() };
        let glyphs = |glyphs, environment: &TerminalEnvironment| {
            Theme::choose_theme(&ThemeRequest { glyphs, ..ThemeRequest::default() }, environment).unwrap().glyphs
        };
        assert_eq!(glyphs(GlyphMode::Auto, &terminal()), Glyphs::Unicode);
        assert_eq!(glyphs(GlyphMode::Auto, &console), Glyphs::Ascii);
        assert_eq!(glyphs(GlyphMode::Only(Glyphs::Unicode), &console), Glyphs::Unicode);
        assert_eq!(glyphs(GlyphMode::Only(Glyphs::Ascii), &terminal()), Glyphs::Ascii);
    }
}
