//! Where themes come from: those built in, and the files of whoever looks at the screen.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::sheet::Sheet;
use crate::event::text::{display_path, sanitize};
use crate::system::toml_file::{FileError, TomlError, TomlFile};

/// The themes built in.
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

/// Why there is no such theme.
#[derive(Debug, Error)]
pub enum ThemeError {
    /// Nobody made it.
    #[error("--theme {}: there is no such theme; there are {}{}", sanitize(name), BUILT_IN.join(", "), found(dir.as_deref()))]
    Unknown {
        /// What was asked for.
        name: String,
        /// Where it was looked for.
        dir: Option<PathBuf>,
    },
    /// Its file cannot be read, or says something that makes no sense.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The themes that are files.
fn found(dir: Option<&Path>) -> String {
    let Some(dir) = dir else { return String::new() };
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let themes = files.filter(|file| file.extension().is_some_and(|extension| extension == "toml"));
    let mut names: Vec<_> = themes.filter_map(|file| Some(file.file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    if names.is_empty() {
        return format!("; your own would be a file {}/NAME.toml", display_path(dir));
    }
    format!(", and in {}: {}", display_path(dir), sanitize(&names.join(", ")))
}

/// The colours of a theme: of the file of this name, if there is one, else of the theme built in.
pub(super) fn sheet(name: &str, dir: Option<&Path>) -> Result<Sheet, ThemeError> {
    let unknown = || ThemeError::Unknown { name: name.into(), dir: dir.map(Into::into) };
    // A name is no path.
    if name.contains(std::path::is_separator) {
        return Err(unknown());
    }
    match dir.map(|dir| TomlFile::read(&dir.join(format!("{name}.toml")))) {
        Some(Ok(file)) => Ok(of_file(&file).map_err(FileError::from)?),
        Some(Err(error)) if !error.is_missing() => Err(error.into()),
        _ => of_name(name).ok_or_else(unknown),
    }
}

/// A theme built in, with what it inherits. A test reads them all.
fn of_name(name: &str) -> Option<Sheet> {
    let sheet: Sheet = toml::from_str(built_in(name)?).ok()?;
    match &sheet.inherits {
        Some(base) => Some(of_name(base.get_ref()).map(|base| sheet.clone().over(&base))?),
        None => Some(sheet),
    }
}

/// A theme of a file. What it states is laid over a theme built in: the one that it names, else `default`.
pub(super) fn of_file(file: &TomlFile) -> Result<Sheet, TomlError> {
    let sheet: Sheet = file.parse()?;
    let (base, at) =
        sheet.inherits.as_ref().map_or(("default", 0), |name| (name.get_ref().as_str(), name.span().start));
    match of_name(base) {
        Some(base) => Ok(sheet.over(&base)),
        None => Err(file.error_at(at, format!("`{base}` cannot be inherited, only {}", BUILT_IN.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_are_built_in_can_be_read() {
        for name in BUILT_IN {
            assert!(of_name(name).is_some(), "{name}");
        }
    }

    fn mistake(text: &str) -> String {
        let file = TomlFile::of_bytes(Path::new("my.toml"), text.into()).unwrap();
        of_file(&file).unwrap_err().to_string()
    }

    #[test]
    fn a_mistake_is_one_sentence_with_its_place() {
        let forms = r##"a colour: "#rrggbb", a number from 0 to 255, or "none" for the terminal's own"##;
        assert_eq!(
            mistake("text = \"#ffffff\"\npool = { run = \"blue\" }\n"),
            format!("my.toml:2:16: invalid value: string \"blue\", expected {forms}")
        );
        assert_eq!(mistake("text = 256"), format!("my.toml:1:8: invalid value: integer `256`, expected {forms}"));
        let unknown = mistake("# ü\ntext = 7\ntxt = 7\n");
        assert!(
            unknown.starts_with("my.toml:3:1: unknown key `txt`, expected one of `inherits`, `base`, `text`"),
            "{unknown}"
        );
        assert!(unknown.contains("`on-run`") && unknown.ends_with("`process`"), "{unknown}");
        assert!(mistake("tile = { fg = 1 }").starts_with("my.toml:1:10: unknown key `fg`, expected `bg` or `text`"));
        assert!(mistake("inherits = \"sun\"").starts_with("my.toml:1:12: `sun` cannot be inherited, only default,"));
        for text in
            ["text = ", "text = \"#12345é\"", "text = \"#+12345\"", "text 7", "a = 1\na = 2", "pool = 1", "[pool"]
        {
            let said = mistake(text);
            assert!(said.starts_with("my.toml:") && !said.contains('\n'), "{said}");
        }
    }
}
