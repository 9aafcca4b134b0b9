//! Built-in themes and theme files.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::theme_file::ThemeFile;
use crate::event::text::{display_path, sanitize};
use crate::system::toml_file::{FileError, TomlError, TomlFile};

/// Names of the built-in themes.
pub const BUILT_IN: [&str; 6] = ["default", "dark", "light", "colour-blind", "mono", "terminal"];

fn built_in(name: &str) -> Option<&'static str> {
    Some(match name {
        "default" => include_str!("../../assets/themes/default.toml"),
        "dark" => include_str!("../../assets/themes/dark.toml"),
        "light" => include_str!("../../assets/themes/light.toml"),
        "colour-blind" => include_str!("../../assets/themes/colour-blind.toml"),
        "mono" => include_str!("../../assets/themes/mono.toml"),
        "terminal" => include_str!("../../assets/themes/terminal.toml"),
        _ => return None,
    })
}

/// Why a theme cannot be used.
#[derive(Debug, Error)]
pub enum ThemeError {
    /// No theme has this name.
    #[error("--theme {}: unknown theme; use {}{}", sanitize(name), BUILT_IN.join(", "), user_themes(dir.as_deref()))]
    Unknown {
        name: String,
        /// The directory that was searched.
        dir: Option<PathBuf>,
    },
    /// The theme's file cannot be read or is invalid.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Names of the theme files in a directory.
fn user_themes(dir: Option<&Path>) -> String {
    let Some(dir) = dir else { return String::new() };
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let themes = files.filter(|file| file.extension().is_some_and(|extension| extension == "toml"));
    let mut names: Vec<_> = themes.filter_map(|file| Some(file.file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    if names.is_empty() {
        return format!(", or a file {}/NAME.toml", display_path(dir));
    }
    format!(", and in {}: {}", display_path(dir), sanitize(&names.join(", ")))
}

/// Finds a theme by name: in the user's directory, else among the built-in themes.
pub(super) fn find_theme_file(name: &str, dir: Option<&Path>) -> Result<ThemeFile, ThemeError> {
    let unknown = || ThemeError::Unknown { name: name.into(), dir: dir.map(Into::into) };
    // Names with a path separator are refused.
    if name.contains(std::path::is_separator) {
        return Err(unknown());
    }
    match dir.map(|dir| TomlFile::read(&dir.join(format!("{name}.toml")))) {
        Some(Ok(file)) => Ok(from_file(&file).map_err(FileError::from)?),
        Some(Err(error)) if !error.is_missing() => Err(error.into()),
        _ => read_built_in(name).ok_or_else(unknown),
    }
}

/// A built-in theme with its inherited colours. Parsing cannot fail: a test parses all built-in themes.
fn read_built_in(name: &str) -> Option<ThemeFile> {
    let sheet: ThemeFile = toml::from_str(built_in(name)?).ok()?;
    match &sheet.inherits {
        Some(base) => Some(read_built_in(base.get_ref()).map(|base| sheet.clone().with_defaults(&base))?),
        None => Some(sheet),
    }
}

/// Reads a theme file. It overrides the theme that it inherits, or `default`.
pub(super) fn from_file(file: &TomlFile) -> Result<ThemeFile, TomlError> {
    let sheet: ThemeFile = file.parse()?;
    let (base, at) =
        sheet.inherits.as_ref().map_or(("default", 0), |name| (name.get_ref().as_str(), name.span().start));
    match read_built_in(base) {
        Some(base) => Ok(sheet.with_defaults(&base)),
        None => Err(file.error_at(at, format!("`{base}` cannot be inherited, only {}", BUILT_IN.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_themes_are_valid() {
        for name in BUILT_IN {
            assert!(read_built_in(name).is_some(), "{name}");
        }
    }

    fn theme_error(text: &str) -> String {
        let file = TomlFile::from_bytes(Path::new("my.toml"), text.into()).unwrap();
        from_file(&file).unwrap_err().to_string()
    }

    #[test]
    fn errors_are_one_sentence_with_a_position() {
        let forms = r##"a colour: "#rrggbb", a number from 0 to 255, or "none" for the terminal's own"##;
        assert_eq!(
            theme_error("text = \"#ffffff\"\npool = { run = \"blue\" }\n"),
            format!("my.toml:2:16: invalid value: string \"blue\", expected {forms}")
        );
        assert_eq!(theme_error("text = 256"), format!("my.toml:1:8: invalid value: integer `256`, expected {forms}"));
        let unknown = theme_error("# ü\ntext = 7\ntxt = 7\n");
        assert!(
            unknown.starts_with("my.toml:3:1: unknown key `txt`, expected one of `inherits`, `base`, `text`"),
            "{unknown}"
        );
        assert!(unknown.contains("`on-run`") && unknown.ends_with("`process`"), "{unknown}");
        assert!(
            theme_error("tile = { fg = 1 }").starts_with("my.toml:1:10: unknown key `fg`, expected `bg` or `text`")
        );
        assert!(
            theme_error("inherits = \"sun\"").starts_with("my.toml:1:12: `sun` cannot be inherited, only default,")
        );
        for text in
            ["text = ", "text = \"#12345é\"", "text = \"#+12345\"", "text 7", "a = 1\na = 2", "pool = 1", "[pool"]
        {
            let message = theme_error(text);
            assert!(message.starts_with("my.toml:") && !message.contains('\n'), "{message}");
        }
    }
}
