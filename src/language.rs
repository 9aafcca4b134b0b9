//! The texts of the screen, of results and of lessons, in several languages.
//!
//! Texts are Fluent messages in `assets/texts/LANGUAGE/*.ftl`. Code names a message with [`text!`](crate::text!).
//! Identifiers in JSON and CSV, the command line's help and its errors are not translated.

mod korean;
mod template;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU8, Ordering};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::Entry;
use unic_langid::LanguageIdentifier;

use crate::event::units::format_count;

pub use template::Template;

/// A language that mpviz speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Korean,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// The ISO 639-1 code: `en`, `ko`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// The language of a POSIX locale such as `ko_KR.UTF-8`; English if mpviz does not speak it.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let code = locale.split(['_', '.', '@', '-']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code() == code).unwrap_or_default()
    }

    /// The Fluent sources of the language.
    const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::English => &[
                include_str!("../assets/texts/en/keys.ftl"),
                include_str!("../assets/texts/en/nouns.ftl"),
                include_str!("../assets/texts/en/states.ftl"),
                include_str!("../assets/texts/en/activity.ftl"),
                include_str!("../assets/texts/en/figures.ftl"),
                include_str!("../assets/texts/en/run.ftl"),
                include_str!("../assets/texts/en/verdict.ftl"),
                include_str!("../assets/texts/en/python.ftl"),
                include_str!("../assets/texts/en/findings.ftl"),
                include_str!("../assets/texts/en/program.ftl"),
                include_str!("../assets/texts/en/workers.ftl"),
                include_str!("../assets/texts/en/problems.ftl"),
                include_str!("../assets/texts/en/observation_gap.ftl"),
                include_str!("../assets/texts/en/advice.ftl"),
                include_str!("../assets/texts/en/what_if.ftl"),
                include_str!("../assets/texts/en/winner_map.ftl"),
                include_str!("../assets/texts/en/messages.ftl"),
                include_str!("../assets/texts/en/cluster.ftl"),
                include_str!("../assets/texts/en/screen.ftl"),
                include_str!("../assets/texts/en/lesson.ftl"),
                include_str!("../assets/texts/en/presenter.ftl"),
                include_str!("../assets/texts/en/claims.ftl"),
            ],
            Self::Korean => &[
                include_str!("../assets/texts/ko/keys.ftl"),
                include_str!("../assets/texts/ko/nouns.ftl"),
                include_str!("../assets/texts/ko/states.ftl"),
                include_str!("../assets/texts/ko/activity.ftl"),
                include_str!("../assets/texts/ko/figures.ftl"),
                include_str!("../assets/texts/ko/run.ftl"),
                include_str!("../assets/texts/ko/verdict.ftl"),
                include_str!("../assets/texts/ko/python.ftl"),
                include_str!("../assets/texts/ko/findings.ftl"),
                include_str!("../assets/texts/ko/program.ftl"),
                include_str!("../assets/texts/ko/workers.ftl"),
                include_str!("../assets/texts/ko/problems.ftl"),
                include_str!("../assets/texts/ko/observation_gap.ftl"),
                include_str!("../assets/texts/ko/advice.ftl"),
                include_str!("../assets/texts/ko/what_if.ftl"),
                include_str!("../assets/texts/ko/winner_map.ftl"),
                include_str!("../assets/texts/ko/messages.ftl"),
                include_str!("../assets/texts/ko/cluster.ftl"),
                include_str!("../assets/texts/ko/screen.ftl"),
                include_str!("../assets/texts/ko/lesson.ftl"),
                include_str!("../assets/texts/ko/presenter.ftl"),
                include_str!("../assets/texts/ko/claims.ftl"),
            ],
        }
    }

    fn texts(self) -> &'static Texts {
        static ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::load(Language::English));
        static KOREAN: LazyLock<Texts> = LazyLock::new(|| Texts::load(Language::Korean));
        match self {
            Self::English => &ENGLISH,
            Self::Korean => &KOREAN,
        }
    }
}

/// The language of all texts of this process, as an index of [`Language::ALL`].
static SELECTED: AtomicU8 = AtomicU8::new(0);

/// Selects the language of all texts of this process.
pub fn select(language: Language) {
    SELECTED.store(language as u8, Ordering::Relaxed);
}

/// The selected language.
#[must_use]
pub fn selected() -> Language {
    if IN_ENGLISH.get() { Language::English } else { Language::ALL[usize::from(SELECTED.load(Ordering::Relaxed))] }
}

thread_local! {
    /// Whether this thread writes what is English in every language.
    static IN_ENGLISH: Cell<bool> = const { Cell::new(false) };
}

/// Calls `write` with texts in English, for errors and for what other programs read.
pub fn in_english<T>(write: impl FnOnce() -> T) -> T {
    let before = IN_ENGLISH.replace(true);
    let written = write();
    IN_ENGLISH.set(before);
    written
}

/// A bundle without messages, which writes whole numbers with separators of thousands.
fn empty_bundle(language: Language) -> FluentBundle<FluentResource> {
    let identifier: LanguageIdentifier = language.code().parse().expect("the code of a language is valid");
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // Terminals do not need the marks that separate directions of writing, and would show them.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) if number.value >= 0.0 && number.value.fract() == 0.0 => {
            Some(format_count(number.value as u64))
        }
        _ => None,
    }));
    bundle
}

/// Formats a message of a bundle; none if it is missing, or has placeholders without a value.
fn format_message(
    bundle: &FluentBundle<FluentResource>,
    language: Language,
    key: &str,
    arguments: Option<&FluentArgs>,
) -> Option<String> {
    let mut errors = Vec::new();
    let text = bundle.format_pattern(bundle.get_message(key)?.value()?, arguments, &mut errors);
    errors.is_empty().then(|| match language {
        Language::English => text.into_owned(),
        Language::Korean => korean::resolve_particles(&text),
    })
}

/// The messages of a language.
struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    /// The messages without placeholders.
    fixed: HashMap<String, String>,
}

impl Texts {
    /// Parses the messages, which are part of the program: a test loads every language.
    fn load(language: Language) -> Self {
        let mut bundle = empty_bundle(language);
        let mut keys = Vec::new();
        for source in language.sources() {
            let resource = FluentResource::try_new((*source).into());
            let resource = resource.unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", language.code()));
            keys.extend(resource.entries().filter_map(|entry| match entry {
                Entry::Message(message) => Some(message.id.name.to_string()),
                _ => None,
            }));
            bundle.add_resource(resource).unwrap_or_else(|errors| panic!("{}: {errors:?}", language.code()));
        }
        let mut texts = Self { language, bundle, fixed: HashMap::new() };
        let fixed: Vec<_> = keys.into_iter().filter_map(|key| Some((key.clone(), texts.format(&key, None)?))).collect();
        texts.fixed.extend(fixed);
        texts
    }

    fn format(&self, key: &str, arguments: Option<&FluentArgs>) -> Option<String> {
        format_message(&self.bundle, self.language, key, arguments)
    }
}

/// A text without placeholders. Use [`text!`](crate::text!), whose keys a test checks.
///
/// # Panics
/// If the selected language has no such text.
#[must_use]
pub fn fixed_text(key: &str) -> &'static str {
    selected().texts().fixed.get(key).unwrap_or_else(|| panic!("no text {key} without placeholders"))
}

/// A text with placeholders. Use [`text!`](crate::text!), whose keys a test checks.
///
/// # Panics
/// If the selected language has no such text.
#[must_use]
pub fn filled_text<'a>(key: &str, arguments: impl IntoIterator<Item = (&'a str, Argument<'a>)>) -> String {
    let arguments: FluentArgs = arguments.into_iter().collect();
    selected().texts().format(key, Some(&arguments)).unwrap_or_else(|| panic!("no text {key}"))
}

/// A value for a placeholder of a text.
pub type Argument<'a> = FluentValue<'a>;

/// A text in the selected language: `text!("help-title")`, a `&'static str`, or with values for its placeholders
/// `text!("queue-at-most", tasks = 3)`, a `String`.
///
/// Values are texts, or whole numbers, which are written with separators of thousands and select plural forms.
#[macro_export]
macro_rules! text {
    ($key:literal) => {
        $crate::language::fixed_text($key)
    };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::language::filled_text(
            $key,
            [$((stringify!($name), $crate::language::Argument::from($value))),+],
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locale_selects_the_language() {
        for (locale, language) in [
            ("ko_KR.UTF-8", Language::Korean),
            ("ko", Language::Korean),
            ("en_US.UTF-8", Language::English),
            ("kok_IN", Language::English),
            ("C", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }
}
