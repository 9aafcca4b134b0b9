//! Text from outside, sanitized where it enters.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize};

/// A text without control characters and without characters that reorder or hide others, of at most
/// [`SafeText::MAX_BYTES`] bytes.
///
/// It can be drawn, logged and piped as it is. Every constructor sanitizes, deserialization included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct SafeText(Box<str>);

impl SafeText {
    /// Maximum length in bytes: an event that holds one stays well below `PIPE_BUF` (4,096).
    pub const MAX_BYTES: usize = 512;

    /// Replaces every unsafe character by `�` and truncates the text to [`SafeText::MAX_BYTES`] bytes.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut safe = String::with_capacity(text.len().min(Self::MAX_BYTES));
        for c in text.chars() {
            let c = if is_unsafe_character(c) { char::REPLACEMENT_CHARACTER } else { c };
            if safe.len() + c.len_utf8() > Self::MAX_BYTES {
                break;
            }
            safe.push(c);
        }
        Self(safe.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Replaces every unsafe character by `�`, without a limit on the length.
#[must_use]
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.contains(is_unsafe_character) {
        text.replace(is_unsafe_character, REPLACEMENT_CHARACTER).into()
    } else {
        text.into()
    }
}

/// Formats a path for display, sanitized.
#[must_use]
pub fn display_path(path: &Path) -> String {
    sanitize(&path.to_string_lossy()).into_owned()
}

const REPLACEMENT_CHARACTER: &str = "\u{fffd}";

/// Control characters (escape sequences begin with one), and Unicode format characters that move, mirror or hide text:
/// bidirectional controls, zero-width characters, tags, the byte order mark.
fn is_unsafe_character(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for SafeText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for SafeText {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl<'de> Deserialize<'de> for SafeText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_and_bidi_overrides_are_replaced() {
        assert_eq!(SafeText::new("a\x1b[31mb\u{202e}c\n").as_str(), "a�[31mb�c�");
    }

    proptest! {
        #[test]
        fn every_constructor_sanitizes_the_text(text in any::<String>()) {
            let safe = SafeText::new(&text);
            prop_assert!(safe.as_str().len() <= SafeText::MAX_BYTES);
            prop_assert!(!safe.as_str().chars().any(is_unsafe_character));
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<SafeText>(&json).unwrap(), safe);
            prop_assert!(!sanitize(&text).chars().any(is_unsafe_character));
            prop_assert_eq!(sanitize(&text).chars().count(), text.chars().count());
            prop_assert!(!display_path(Path::new(&text)).chars().any(is_unsafe_character));
        }
    }
}
